//! ntfy and webhooks.

use std::path::PathBuf;
use std::time::Duration;

use data_encoding::HEXLOWER;
use earwitness_notify::{Channels, Failure, Ntfy, Webhook, test};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::certificate::Authority;
use super::http_server::{Answer, Server, answer, taken};
use super::{letter, secret};

fn ntfy(url: String) -> Ntfy {
    Ntfy { url, token_file: None, ca_file: None }
}

fn webhook(url: String, ca_file: Option<PathBuf>) -> Channels {
    Channels { webhook: Some(Webhook { url, body: None, secret_file: None, ca_file }), ..Channels::default() }
}

fn tried(channels: &Channels) -> Result<(), Failure> {
    let mut all = test(channels, None, &letter(0));
    assert_eq!(all.len(), 1);
    all.remove(0).outcome
}

#[test]
fn ntfy_is_sent_a_message_to_the_topic_with_the_token_in_a_header() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(taken(), None);
    let token_file = Some(secret(folder.path(), "token", "tk_s3cret\n"));
    let settings = Ntfy { token_file, ..ntfy(format!("http://{}/base/my-topic", server.address)) };
    let channels = Channels { ntfy: Some(settings), ..Channels::default() };
    assert!(!format!("{channels:?}").contains("my-topic"), "who knows the topic can read it");
    tried(&channels).unwrap();
    let asked = server.asked();
    assert!(asked[0].head.starts_with("post /base/ http/1.1\r\n"), "{}", asked[0].head);
    assert!(asked[0].head.contains("authorization: bearer tk_s3cret\r\n"));
    let body: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!((body["topic"].as_str(), body["title"].as_str()), (Some("my-topic"), Some(letter(0).title.as_str())));
    assert_eq!((body["message"].as_str(), body["priority"].as_i64()), (Some(letter(0).text.as_str()), Some(3)));
}

#[test]
fn a_webhook_is_sent_the_notice_and_can_check_who_sent_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answer("204 No Content", ""), None);
    let mut channels = webhook(format!("http://{}/hook?a=b", server.address), None);
    let hook = channels.webhook.as_mut().unwrap();
    hook.secret_file = Some(secret(folder.path(), "key", "s3cret"));
    tried(&channels).unwrap();
    channels.webhook.as_mut().unwrap().body = Some("{\"content\": \"{title}\\n{text}\"}".to_owned());
    tried(&channels).unwrap();
    let asked = server.asked();
    assert_eq!(asked[0].body, letter(0).json);
    let body: serde_json::Value = serde_json::from_str(&asked[1].body).unwrap();
    assert_eq!(body["content"], format!("{}\n{}", letter(0).title, letter(0).text));
    for asked in asked {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(asked.body.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        assert!(asked.head.contains(&format!("x-earwitness-signature-256: sha256={signature}\r\n")), "{}", asked.head);
        assert!(asked.head.starts_with("post /hook?a=b http/1.1\r\n"), "{}", asked.head);
    }
}

#[test]
fn only_a_certificate_of_an_authority_that_is_believed_is_sent_anything() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(folder.path(), "ours.pem", "localhost");
    let stranger = Authority::new(folder.path(), "stranger.pem", "localhost");
    let elsewhere = Authority::new(folder.path(), "elsewhere.pem", "elsewhere.example");
    let server = Server::start(answer("200 OK", ""), Some(ours.server));
    let url = |server: &Server| format!("https://localhost:{}/hook", server.address.port());
    tried(&webhook(url(&server), Some(ours.file))).unwrap();
    assert_eq!(server.asked().len(), 1);
    for file in [Some(stranger.file), None] {
        let why = tried(&webhook(url(&server), file)).unwrap_err();
        // Where the machine trusts nobody at all, that is what is said.
        let says = why.said.contains("is not believed") && why.remedy.contains("ca_file");
        assert!(says || why.said.contains("no root certificates"), "{why}");
    }
    let server_of_another_name = Server::start(answer("200 OK", ""), Some(elsewhere.server));
    let why = tried(&webhook(url(&server_of_another_name), Some(elsewhere.file))).unwrap_err();
    assert!(why.said.contains("is not believed"), "{why}");
    assert_eq!((server.asked().len(), server_of_another_name.asked().len()), (1, 0));
}

#[test]
fn what_servers_answer_is_told_with_what_to_do() {
    let server = Server::start(taken(), None);
    let channels = Channels { ntfy: Some(ntfy(format!("http://{}/topic", server.address))), ..Channels::default() };
    let rubbish = |text: &str| Answer::Text(text.to_owned());
    for (says, said, refused) in [
        (answer("500 Internal Server Error", "oh"), "answers 500", false),
        (answer("403 Forbidden", "{}"), "answers 403", false),
        (answer("413 Payload Too Large", ""), "answers 413", true),
        (answer("302 Found", ""), "answers 302", false),
        (answer("200 OK", "<html>Log in to the hotel"), "not as ntfy does", false),
        (answer("200 OK", &"x".repeat(1 << 20)), "not as ntfy does", false),
        (rubbish("SSH-2.0-OpenSSH_9.2\r\n"), "does not answer as a web server does", false),
        (rubbish(""), "does not answer as a web server does", false),
    ] {
        server.answers(says.clone());
        let why = tried(&channels).unwrap_err();
        assert!(why.said.contains(said) && why.refused == refused && !why.remedy.is_empty(), "{says:?}: {why:?}");
        assert!(!why.to_string().contains("topic\""), "{why}");
    }
    let address = server.address;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_ne!(address, nobody);
    let why = tried(&webhook(format!("http://{nobody}/"), None)).unwrap_err();
    assert!(why.said.contains("cannot be reached"), "{why}");
}

#[test]
fn a_server_that_does_not_answer_is_given_up_after_twenty_seconds() {
    let server = Server::start(Answer::Slow(Duration::from_secs(60)), None);
    let all = test(&webhook(format!("http://{}/", server.address), None), None, &letter(0));
    assert!(all[0].outcome.as_ref().unwrap_err().said.contains("did not answer within 20 s"));
    assert!(all[0].took < Duration::from_secs(40), "{:?}", all[0].took);
}

#[test]
fn what_cannot_be_right_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = Some(secret(folder.path(), "token", "tk_s3cret"));
    for (settings, what) in [
        (ntfy("https://ntfy.sh/".to_owned()), "topic"),
        (ntfy("ntfy.sh/topic".to_owned()), "https://"),
        (Ntfy { token_file, ..ntfy("http://ntfy.example.org/topic".to_owned()) }, "plain text"),
        (Ntfy { token_file: Some(folder.path().join("none")), ..ntfy("https://ntfy.sh/topic".to_owned()) }, "cannot be read"),
        (Ntfy { ca_file: Some(folder.path().join("none")), ..ntfy("https://ntfy.sh/topic".to_owned()) }, "none"),
    ] {
        let said = Channels { ntfy: Some(settings), ..Channels::default() }.check().unwrap_err().to_string();
        assert!(said.contains(what) && !said.contains("s3cret"), "{said}");
    }
}
