//! The JSON of a request: "Request and Response JSON Reference" of the Alexa Skills Kit. What is not needed is not looked at.

use std::collections::BTreeMap;

use earwitness_core::time::Timestamp;
use earwitness_voice::Asked;
use serde::Deserialize;

use crate::pending;
use crate::refusal::Refusal;
use crate::slots::Slot;

/// Longest identifier of a request, octets. Amazon's have about 60.
const LONGEST_ID: usize = 256;

/// A request of Amazon's: none is made but by [`crate::Unverified::verify`].
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// What it is called, by Amazon.
    pub(crate) id: String,
    /// When it was made.
    pub(crate) at: Timestamp,
    /// What was asked about in this session and waits for a yes.
    pub(crate) pending: Option<Asked>,
    /// Whether it opens the session.
    pub(crate) is_first: bool,
    pub(crate) what: What,
}

/// What it is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum What {
    Launch,
    Intent {
        name: String,
        slots: BTreeMap<String, Slot>,
    },
    SessionEnded,
    /// A kind that this program does not know.
    Other,
}

#[derive(Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    session: Option<Session>,
    #[serde(default)]
    context: Option<Context>,
    request: Written,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[serde(default)]
    new: bool,
    application: Application,
    #[serde(default)]
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    pending: Option<String>,
}

#[derive(Deserialize)]
struct Context {
    #[serde(rename = "System")]
    system: System,
}

#[derive(Deserialize)]
struct System {
    application: Application,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    application_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    request_id: String,
    timestamp: String,
    #[serde(default)]
    intent: Option<WrittenIntent>,
}

#[derive(Deserialize)]
struct WrittenIntent {
    name: String,
    #[serde(default)]
    slots: Option<BTreeMap<String, Slot>>,
}

impl Envelope {
    /// Reads a body. What is nested deeper than 127 times is refused, also where nobody looks at it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let wrong = |error: serde_json::Error| Refusal::Json(error.to_string());
        let whole: serde_json::Value = serde_json::from_slice(body).map_err(wrong)?;
        Self::deserialize(&whole).map_err(wrong)
    }

    /// Whether each place that names the skill names this one, and one does.
    pub(crate) fn is_for(&self, application_id: &str) -> bool {
        let session = self.session.as_ref().map(|it| &it.application);
        let context = self.context.as_ref().map(|it| &it.system.application);
        let mut named = session.into_iter().chain(context).map(|it| it.application_id.as_str()).peekable();
        named.peek().is_some() && named.all(|it| it == application_id)
    }

    /// What it asks for.
    pub(crate) fn request(self) -> Result<Request, Refusal> {
        let Written { kind, request_id, timestamp, intent } = self.request;
        if request_id.is_empty() || request_id.len() > LONGEST_ID {
            return Err(Refusal::Json("`requestId` is no identifier".to_owned()));
        }
        let what = match (kind.as_str(), intent) {
            ("LaunchRequest", _) => What::Launch,
            ("IntentRequest", Some(it)) => What::Intent { name: it.name, slots: it.slots.unwrap_or_default() },
            ("IntentRequest", None) => return Err(Refusal::Json("missing field `intent`".to_owned())),
            ("SessionEndedRequest", _) => What::SessionEnded,
            _ => What::Other,
        };
        let is_first = self.session.as_ref().is_none_or(|it| it.new);
        let pending = self.session.and_then(|it| it.attributes).and_then(|it| it.pending);
        let pending = pending.as_deref().and_then(pending::parse);
        Ok(Request { id: request_id, at: stamp(&timestamp)?, pending, is_first, what })
    }
}

/// A time stamp (ISO 8601); one without a zone could mean several moments.
fn stamp(text: &str) -> Result<Timestamp, Refusal> {
    let moment: jiff::Timestamp = text.parse().map_err(|_| Refusal::Stamp)?;
    let nanos = i64::try_from(moment.as_nanosecond()).map_err(|_| Refusal::Stamp)?;
    Ok(Timestamp::from_nanos(nanos))
}
