//! Threads, pauses and starts.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_notify::{Channels, Command, Letter, Notifier, Ntfy, Pace, Report, Webhook};

use super::http_server::{Answer, Server, answer, taken};
use super::{letter, until};

/// Tries soon again.
const PACE: Pace = Pace { first: Duration::from_millis(50), most: Duration::from_millis(200), seed: 7 };

fn lost(number: u32) -> Letter {
    Letter { number: 0, text: format!("{number} were lost"), json: format!("{{\"lost\":{number}}}"), ..letter(0) }
}

fn start(folder: &Path, channels: &Channels) -> (Notifier, Receiver<Report>) {
    let (said, heard) = channel();
    let report = move |report| drop(said.send(report));
    (Notifier::start(folder, channels, PACE, lost, report).unwrap(), heard)
}

fn hook(server: &Server) -> Channels {
    let url = format!("http://{}/", server.address);
    Channels { webhook: Some(Webhook { url, body: None, secret_file: None, ca_file: None }), ..Channels::default() }
}

fn bodies(server: &Server) -> Vec<String> {
    server.asked().into_iter().map(|it| it.body).collect()
}

#[test]
fn what_a_server_that_is_down_was_not_sent_is_sent_when_it_is_up_also_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answer("503 Service Unavailable", ""), None);
    let (notifier, heard) = start(folder.path(), &hook(&server));
    (1..=3).for_each(|number| notifier.notify(letter(number)));
    let Report::Fails { channel, why } = heard.recv_timeout(Duration::from_secs(60)).unwrap() else { panic!("it works") };
    assert!(channel == "webhook" && why.said.contains("503"), "{why}");
    until("it was tried again", || server.asked().len() >= 4);
    assert!(heard.try_recv().is_err(), "told once");
    assert!(bodies(&server).iter().all(|it| *it == letter(1).json), "each waits for the one before");
    drop(notifier);
    server.asked.lock().unwrap().clear();
    server.answers(answer("200 OK", ""));
    let (notifier, _heard) = start(folder.path(), &hook(&server));
    assert_eq!(notifier.last(), 3);
    until("all have come", || server.asked().len() == 3);
    // What was handed in before a power cut is handed in again.
    notifier.notify(letter(3));
    notifier.notify(letter(4));
    until("the next has come", || server.asked().len() == 4);
    assert_eq!(bodies(&server), [1, 2, 3, 4].map(|number| letter(number).json));
    server.answers(answer("500 Internal Server Error", ""));
    notifier.notify(letter(5));
    until("it was tried", || notifier.counts().failed > 0);
    server.answers(answer("200 OK", ""));
    until("it works again", || server.asked().last().is_some_and(|it| it.body == letter(5).json) && notifier.counts().failed > 0);
}

#[test]
fn a_channel_that_hangs_or_lies_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (slow, liar) =
        (Server::start(Answer::Slow(Duration::from_secs(60)), None), Server::start(answer("200 OK", "hello"), None));
    let told = folder.path().join("told");
    let channels = Channels {
        command: Some(Command(format!("sh -c 'cat >> {}'", told.display()))),
        ntfy: Some(Ntfy { url: format!("http://{}/topic", liar.address), token_file: None, ca_file: None }),
        ..hook(&slow)
    };
    let (notifier, heard) = start(folder.path(), &channels);
    let begun = clock::since_boot();
    (1..=5).for_each(|number| notifier.notify(letter(number)));
    assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(5), "nobody waits");
    until("the command has all", || fs::read_to_string(&told).is_ok_and(|it| it.lines().count() == 5));
    let Report::Fails { channel, why } = heard.recv_timeout(Duration::from_secs(60)).unwrap() else { panic!("it works") };
    assert!(channel == "ntfy" && why.said.contains("not as ntfy does"), "{why}");
    // The liar is replaced, and gets all that it said it had.
    liar.answers(taken());
    until("ntfy works again", || heard.try_iter().any(|it| it == Report::Works { channel: "ntfy" }));
    until("it has all", || liar.asked().last().is_some_and(|it| it.body.contains("(5)")));
    let begun = clock::since_boot();
    drop(notifier);
    assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(30), "the end waits a moment only");
}

#[test]
fn a_letter_that_is_refused_for_ever_is_given_up_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answer("413 Payload Too Large", ""), None);
    // That it was given up is not given up before this test has seen it.
    let pace = Pace { first: Duration::from_millis(200), most: Duration::from_millis(200), seed: 7 };
    let notifier = Notifier::start(folder.path(), &hook(&server), pace, lost, |_| {}).unwrap();
    notifier.notify(letter(1));
    until("it was given up", || notifier.counts().lost == 1);
    server.answers(answer("200 OK", ""));
    notifier.notify(letter(2));
    until("the next has come", || server.asked().last().is_some_and(|it| it.body == letter(2).json));
    assert!(bodies(&server).contains(&"{\"lost\":1}".to_owned()), "{:?}", bodies(&server));
}

#[test]
fn where_nothing_is_configured_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (notifier, _heard) = start(folder.path(), &Channels::default());
    notifier.notify(letter(1));
    drop(notifier);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_command_that_fails_is_not_there_or_is_none_is_told() {
    for (command, what) in [("false", "exit status: 1"), ("/nowhere/at/all", "cannot be started")] {
        let folder = tempfile::tempdir().unwrap();
        let channels = Channels { command: Some(Command(command.to_owned())), ..Channels::default() };
        let (notifier, heard) = start(folder.path(), &channels);
        notifier.notify(letter(1));
        let Report::Fails { why, .. } = heard.recv_timeout(Duration::from_secs(60)).unwrap() else { panic!("it works") };
        assert!(why.said.contains(what), "{why}");
    }
    for none in ["", "  ", "say 'it"] {
        assert!(Channels { command: Some(Command(none.to_owned())), ..Channels::default() }.check().is_err(), "{none:?}");
    }
}
