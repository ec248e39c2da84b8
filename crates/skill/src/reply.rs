//! The JSON of a reply: "Request and Response JSON Reference" of the Alexa Skills Kit.

use earwitness_voice::{Asked, Intent, confirm, unknown};
use serde_json::{Value, json};

use crate::meaning::Meaning;
use crate::pending;
use crate::request::Request;

/// Most characters that are said: the 8,000 of `outputSpeech`.
const LONGEST: usize = 8_000;

const GREETING: &str = "Ask who is listening, or say: help.";
const GOODBYE: &str = "Goodbye.";
const UNCHANGED: &str = "Nothing was changed.";
const YES_OR_NO: &str = "Please say yes or no.";

/// What is replied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    said: Option<String>,
    /// What is asked again where nobody answers; then the session goes on.
    again: Option<String>,
    pending: Option<String>,
}

impl Reply {
    /// The reply to a request that means this. A question is answered, and what was confirmed is carried out, by `carry_out`, which gives what is said then; after an order, and after a
    /// question that opened the session, that is all, while a conversation goes on as one.
    ///
    /// # Errors
    /// Those of `carry_out`.
    pub fn new<E>(request: &Request, meaning: Meaning, carry_out: impl FnOnce(Asked) -> Result<String, E>) -> Result<Self, E> {
        let now = |intent: Intent| Asked { intent, at: request.at };
        Ok(match meaning {
            Meaning::Greet => Self::open(GREETING.to_owned(), GREETING),
            Meaning::Answer(Intent::Help) => Self::open(carry_out(now(Intent::Help))?, GREETING),
            Meaning::Answer(intent) if !request.is_first => Self::open(carry_out(now(intent))?, GREETING),
            Meaning::Answer(intent) => Self::last(carry_out(now(intent))?),
            Meaning::Act(asked) => Self::last(carry_out(asked)?),
            Meaning::Confirm(intent) => {
                Self { pending: pending::text(now(intent)), ..Self::open(confirm(intent).unwrap_or_else(unknown), YES_OR_NO) }
            }
            Meaning::Leave => Self::last(UNCHANGED.to_owned()),
            Meaning::End => Self::last(GOODBYE.to_owned()),
            Meaning::Unknown => Self::open(unknown(), GREETING),
            Meaning::Nothing => Self { said: None, again: None, pending: None },
        })
    }

    /// That something went wrong here.
    #[must_use]
    pub fn trouble(what: &str) -> Self {
        Self::last(what.to_owned())
    }

    fn open(said: String, again: &str) -> Self {
        Self { said: Some(said), again: Some(again.to_owned()), pending: None }
    }

    const fn last(said: String) -> Self {
        Self { said: Some(said), again: None, pending: None }
    }

    /// As it is sent.
    #[must_use]
    pub fn json(&self) -> String {
        let speech = |text: &String| json!({ "type": "PlainText", "text": text.chars().take(LONGEST).collect::<String>() });
        let mut response = serde_json::Map::new();
        if let Some(said) = &self.said {
            response.insert("outputSpeech".to_owned(), speech(said));
            response.insert("shouldEndSession".to_owned(), Value::Bool(self.again.is_none()));
        }
        if let Some(again) = &self.again {
            response.insert("reprompt".to_owned(), json!({ "outputSpeech": speech(again) }));
        }
        let attributes = self.pending.as_ref().map_or_else(|| json!({}), |it| json!({ "pending": it }));
        json!({ "version": "1.0", "sessionAttributes": attributes, "response": response }).to_string()
    }
}
