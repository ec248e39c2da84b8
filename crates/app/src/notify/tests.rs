//! Commands that work, fail, hang, and are not there.

use std::fs;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};

use super::queue::WAITING;
use super::*;

fn settings(command: &str) -> NotifySettings {
    NotifySettings { command: Some(command.to_owned()), ..NotifySettings::default() }
}

#[test]
fn a_notice_reaches_the_command_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("told");
    let command = format!("sh -c 'cat >> {0}.part; mv {0}.part {0}'", fifo.display());
    let notifier = Notifier::start(&settings(&command), |why| panic!("{why}")).unwrap();
    notifier.notify(About::Device, &json!({"not": "wanted"}));
    notifier.notify(About::Upload, &json!({"device": "a \"quoted\" name"}));
    let notice = (0..500).find_map(|_| {
        earwitness_base::clock::sleep(Duration::from_millis(20));
        fs::read_to_string(&fifo).ok()
    });
    let notice: Value = serde_json::from_str(notice.unwrap().trim()).unwrap();
    assert_eq!(notice["device"], "a \"quoted\" name");
}

#[test]
fn a_command_that_fails_is_told_of_once_and_counted() {
    for (command, what) in [("false", "exit status: 1"), ("/nowhere/at/all", "cannot be started")] {
        let (said, heard) = channel();
        let notifier = Notifier::start(&settings(command), move |why| said.send(why).unwrap()).unwrap();
        for _ in 0..3 {
            notifier.notify(About::Trouble, &json!({}));
        }
        let why = heard.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(why.contains(what), "{why}");
        let counted = (0..500).any(|_| {
            earwitness_base::clock::sleep(Duration::from_millis(20));
            notifier.dropped_and_failed().1 == 3
        });
        assert!(counted && heard.try_recv().is_err(), "{:?}", notifier.dropped_and_failed());
    }
}

#[test]
fn a_command_that_hangs_holds_nobody_up() {
    let notifier = Notifier::start(&settings("sleep 15"), |_| {}).unwrap();
    for _ in 0..WAITING + 50 {
        notifier.notify(About::Upload, &json!({}));
    }
    // One runs, the queue is full, the rest is lost and counted.
    assert!((48..=50).contains(&notifier.dropped_and_failed().0), "{:?}", notifier.dropped_and_failed());
}

#[test]
fn a_command_line_that_is_none_is_refused() {
    for line in ["", "  ", "say 'it"] {
        assert!(Notifier::start(&settings(line), |_| {}).is_err(), "{line:?}");
    }
}
