//! Mail.

use std::path::{Path, PathBuf};

use earwitness_notify::{Channels, Failure, Mail, test};

use super::certificate::Authority;
use super::smtp_server::{Manner, Server};
use super::{letter, secret, until};

/// The settings of a server, as they are written.
fn mail(folder: &Path, server: &Server, tls: &str, ca_file: Option<PathBuf>) -> Mail {
    let password = secret(folder, "password", "s3cret");
    let ca_file = ca_file.map_or_else(String::new, |it| format!("ca_file = '{}'\n", it.display()));
    let text = format!(
        "server = \"localhost\"\nport = {}\ntls = \"{tls}\"\nuser = \"me\"\npassword_file = '{}'\n\
         from = \"earwitness <home@example.org>\"\nto = [\"me@example.org\", \"you@example.org\"]\n{ca_file}",
        server.address.port(),
        password.display()
    );
    toml::from_str(&text).unwrap()
}

fn tried(mail: Mail) -> Result<(), Failure> {
    test(&Channels { mail: Some(mail), ..Channels::default() }, Some("mail"), &letter(0)).remove(0).outcome
}

fn manner(authority: &Authority, wrapped: bool) -> Manner {
    let (login, greeting) = ("235 welcome\r\n", "220 localhost ESMTP\r\n");
    Manner { tls: Some(authority.server.clone()), wrapped, login, greeting }
}

#[test]
fn a_mail_is_sent_over_tls_whichever_way_that_begins() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "ours.pem", "localhost");
    for (tls, wrapped) in [("starttls", false), ("tls", true)] {
        let server = Server::start(manner(&authority, wrapped));
        let settings = mail(folder.path(), &server, tls, Some(authority.file.clone()));
        assert!(!format!("{settings:?}").contains("s3cret"));
        tried(settings).unwrap();
        until("the server has hung up", || !server.came().is_empty());
        let came = &server.came()[0];
        let heads = ["From: earwitness <home@example.org>", "To: me@example.org, you@example.org", "Subject: =?utf-8?"];
        assert!(heads.iter().all(|head| came.mail.contains(head)), "{}", came.mail);
        assert!(came.commands.iter().any(|it| it == "RCPT TO:<you@example.org>"), "{:?}", came.commands);
        // The password is not said before the connection is private.
        let begins = came.commands.iter().position(|it| it == "STARTTLS");
        let login = came.commands.iter().position(|it| it.starts_with("AUTH")).unwrap();
        assert!(wrapped || begins.unwrap() < login, "{:?}", came.commands);
    }
}

#[test]
fn nothing_is_mailed_where_the_server_is_not_believed_or_keeps_nothing_private() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(folder.path(), "ours.pem", "localhost");
    let stranger = Authority::new(folder.path(), "stranger.pem", "localhost");
    for (tls, wrapped) in [("starttls", false), ("tls", true)] {
        let server = Server::start(manner(&ours, wrapped));
        let why = tried(mail(folder.path(), &server, tls, Some(stranger.file.clone()))).unwrap_err();
        assert!(why.remedy.contains("ca_file"), "{why}");
        until("the server has hung up", || !server.came().is_empty());
        let came = server.came();
        assert!(came[0].mail.is_empty() && !came[0].commands.iter().any(|it| it.starts_with("AUTH")), "{came:?}");
    }
    // Somebody on the way has taken the offer of TLS out.
    let server = Server::start(Manner { tls: None, ..manner(&ours, false) });
    let why = tried(mail(folder.path(), &server, "starttls", Some(ours.file.clone()))).unwrap_err();
    assert!(why.said.to_ascii_lowercase().contains("starttls"), "{why}");
    until("the server has hung up", || !server.came().is_empty());
    assert!(!server.came()[0].commands.iter().any(|it| it.starts_with("AUTH")));
    let fault = Channels { mail: Some(mail(folder.path(), &server, "none", None)), ..Channels::default() }.check().unwrap_err();
    assert!(fault.to_string().contains("plain text"), "{fault}");
}

#[test]
fn a_wrong_password_and_a_server_that_talks_rubbish_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(folder.path(), "ours.pem", "localhost");
    let wrong = Manner { login: "535 5.7.8 no such password\r\n", ..manner(&ours, true) };
    let server = Server::start(wrong);
    let why = tried(mail(folder.path(), &server, "tls", Some(ours.file.clone()))).unwrap_err();
    assert!(why.said.contains("535") && why.remedy.contains("password_file") && !why.to_string().contains("s3cret"), "{why}");
    let rubbish = Manner { greeting: "HTTP/1.1 400 Bad Request\r\n", ..manner(&ours, true) };
    let why = tried(mail(folder.path(), &Server::start(rubbish), "tls", Some(ours.file.clone()))).unwrap_err();
    assert!(why.remedy.contains("server and port"), "{why}");
}
