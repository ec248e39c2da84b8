//! The channels of a configuration, as they are written.

use std::path::PathBuf;

use serde::Deserialize;

use crate::secret::Unusable;

/// What is wrong with a channel, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub(crate) String);

impl Fault {
    /// One that says this.
    #[must_use]
    pub fn new(said: impl Into<String>) -> Self {
        Self(said.into())
    }
}

impl From<Unusable> for Fault {
    fn from(why: Unusable) -> Self {
        Self(why.to_string())
    }
}

/// By what notices are sent.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Channels {
    /// A program of the household's.
    pub command: Option<Command>,
    /// A topic of an ntfy server.
    pub ntfy: Option<Ntfy>,
    /// A webhook.
    pub webhook: Option<Webhook>,
    /// Mail.
    pub mail: Option<Mail>,
    /// A topic of a broker.
    pub mqtt: Option<Mqtt>,
}

impl Channels {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        let Self { command, ntfy, webhook, mail, mqtt } = self;
        let all = [command.is_some(), ntfy.is_some(), webhook.is_some(), mail.is_some(), mqtt.is_some()];
        all.into_iter().filter(|it| *it).count()
    }
}

/// A command line; no shell reads it.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug)]
#[serde(transparent)]
pub struct Command(pub String);

/// A topic of an ntfy server.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ntfy {
    /// The address of the topic.
    pub url: String,
    /// A file with an access token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Authorities whose certificates are believed, in PEM, instead of those that the system trusts.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// A webhook.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where notices are posted to.
    pub url: String,
    /// A text of the household's instead of the notice for programs; `{title}`, `{text}` and `{number}` are filled in.
    #[serde(default)]
    pub body: Option<String>,
    /// A file with the key of the signature.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// Authorities whose certificates are believed, in PEM, instead of those that the system trusts.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Mail.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server that takes it.
    pub server: String,
    /// Its port; else the usual one.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is kept private.
    #[serde(default)]
    pub tls: MailTls,
    /// Who logs in.
    #[serde(default)]
    pub user: Option<String>,
    /// A file with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Who writes.
    pub from: String,
    /// Who is written to.
    pub to: Vec<String>,
    /// Authorities whose certificates are believed, in PEM, instead of those that the system trusts.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// How a connection for mail is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS after STARTTLS, or nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first octet on.
    Tls,
    /// In plain text: for a server on this machine.
    None,
}

/// A topic of an MQTT broker.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Mqtt {
    /// What is published to.
    pub topic: String,
    /// The broker's name or address.
    pub host: String,
    /// Its port; else the usual one.
    #[serde(default)]
    pub port: Option<u16>,
    /// Whether the connection begins with TLS.
    #[serde(default)]
    pub tls: bool,
    /// Authorities whose certificates are believed, in PEM, instead of those that the system trusts.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Who logs in.
    #[serde(default)]
    pub user: Option<String>,
    /// A file with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Whether the password may pass where others can read it.
    #[serde(default)]
    pub password_in_plain_text: bool,
}

/// Who knows the address of a topic or a webhook can often read or write it.
impl std::fmt::Debug for Ntfy {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Ntfy").field("token_file", &self.token_file).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Webhook").field("secret_file", &self.secret_file).finish_non_exhaustive()
    }
}
