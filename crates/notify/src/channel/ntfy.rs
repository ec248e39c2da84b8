//! ntfy (<https://docs.ntfy.sh/publish/>): a message to a topic, published as JSON, so that titles may have letters of any script.

use serde::Serialize;
use serde_json::Value;

use crate::Letter;
use crate::failure::Failure;
use crate::http::{Client, Endpoint, judged};
use crate::secret::Secret;
use crate::settings::{Fault, Ntfy};

/// A topic of a server.
#[derive(Debug)]
pub(super) struct Topic {
    client: Client,
    server: Endpoint,
    name: Secret,
    token: Option<Secret>,
}

#[derive(Serialize)]
struct Published<'a> {
    topic: &'a str,
    title: &'a str,
    message: &'a str,
    priority: u8,
    tags: [&'static str; 1],
}

/// Of ntfy's priorities, from 1 to 5: high, and the usual one.
const URGENT: u8 = 4;
const USUAL: u8 = 3;
/// ntfy makes an attachment of longer messages, octets.
const LONGEST: usize = 4_096;

impl Topic {
    pub(super) fn new(settings: &Ntfy) -> Result<Self, Fault> {
        let at = Endpoint::parse(&settings.url, "url")?;
        let (server, topic) = at.split_last().ok_or_else(|| {
            Fault("url under [notify.ntfy] ends with the topic, such as https://ntfy.sh/a-name-that-nobody-guesses".to_owned())
        })?;
        let token = settings.token_file.as_deref().map(Secret::read).transpose()?;
        if token.is_some() && !server.is_private() {
            return Err(Fault("a token is not sent in plain text: write url with https:// under [notify.ntfy]".to_owned()));
        }
        Ok(Self { client: Client::new(settings.ca_file.as_deref(), &server)?, server, name: topic, token })
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let priority = if letter.urgent { URGENT } else { USUAL };
        let ends = |at: &usize| letter.text.is_char_boundary(*at);
        let message = (0..=LONGEST.min(letter.text.len())).rev().find(ends).and_then(|end| letter.text.get(..end));
        let message = message.unwrap_or_default();
        let message = Published { topic: self.name.reveal(), title: &letter.title, message, priority, tags: ["ear"] };
        let body = serde_json::to_vec(&message).unwrap_or_default();
        let authorization = self.token.as_ref().map(|token| ("authorization", format!("Bearer {}", token.reveal())));
        let headers: Vec<_> = authorization.into_iter().chain([("content-type", "application/json".to_owned())]).collect();
        let answer = self.client.post(&self.server, &headers, body)?;
        judged(&self.server, answer.status, "check the topic and, where the server wants one, token_file under [notify.ntfy]")?;
        // What a portal that asks for a password answers is no answer of ntfy's.
        let is_ntfy = serde_json::from_slice::<Value>(&answer.body).is_ok_and(|it| it["id"].is_string());
        if is_ntfy {
            return Ok(());
        }
        let said = format!("{} answered, but not as ntfy does", self.server.host());
        Err(Failure::new(said, "check url under [notify.ntfy]; something else may answer there, such as a portal of the network"))
    }
}
