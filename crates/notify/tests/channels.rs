//! Channels against real parts on loopback: servers of HTTP, SMTP and MQTT, with TLS, that are right, wrong, slow, down, or answer rubbish.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "what a test needs and is not there fails it, or is said")]

#[path = "channels/certificate.rs"]
mod certificate;
#[path = "channels/http.rs"]
mod http;
#[path = "channels/http_server.rs"]
mod http_server;
#[path = "channels/mail.rs"]
mod mail;
#[path = "channels/mosquitto.rs"]
mod mosquitto;
#[path = "channels/mqtt.rs"]
mod mqtt;
#[path = "channels/notifier.rs"]
mod notifier;
#[path = "channels/smtp_server.rs"]
mod smtp_server;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_notify::Letter;

/// A letter with letters of several scripts, and what could be taken for the end of something.
pub(crate) fn letter(number: u64) -> Letter {
    Letter {
        number,
        importance: 1,
        urgent: false,
        title: format!("Küche sent sound ({number})"),
        text: "It sent 4.2 s of sound.\n.\nFrom nobody: 台所".to_owned(),
        json: format!("{{\"notice\":{number}}}"),
    }
}

/// A file that only its owner can read.
pub(crate) fn secret(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = clock::since_boot() + Duration::from_secs(120);
    while !holds() {
        assert!(clock::since_boot() < end, "waited in vain until {what}");
        clock::sleep(Duration::from_millis(5));
    }
}
