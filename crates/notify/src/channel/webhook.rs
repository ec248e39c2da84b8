//! A webhook: the notice as JSON, or in a text of the household's, posted to an address of theirs.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Letter;
use crate::failure::Failure;
use crate::http::{Client, Endpoint, judged};
use crate::secret::Secret;
use crate::settings::{Fault, Webhook};

/// The header with the signature: `sha256=` and, in hexadecimal, HMAC-SHA256 (RFC 2104) of the body.
const SIGNATURE: &str = "x-earwitness-signature-256";

/// Where notices are posted to.
#[derive(Debug)]
pub(super) struct Hook {
    client: Client,
    to: Endpoint,
    body: Option<String>,
    secret: Option<Secret>,
}

impl Hook {
    pub(super) fn new(settings: &Webhook) -> Result<Self, Fault> {
        let to = Endpoint::parse(&settings.url, "url")?;
        let secret = settings.secret_file.as_deref().map(Secret::read).transpose()?;
        Ok(Self { client: Client::new(settings.ca_file.as_deref(), &to)?, to, body: settings.body.clone(), secret })
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let body = self.body.as_ref().map_or_else(|| letter.json.clone(), |body| filled(body, letter)).into_bytes();
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if let Some(secret) = &self.secret {
            headers.push((SIGNATURE, signature(secret.reveal().as_bytes(), &body)));
        }
        let answer = self.client.post(&self.to, &headers, body)?;
        judged(&self.to, answer.status, "check url, body and secret_file under [notify.webhook]")
    }
}

fn signature(key: &[u8], body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(body);
    format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

/// The household's text with `{title}`, `{text}` and `{number}` filled in, as they stand in a JSON string; what is filled in is not looked into.
fn filled(body: &str, letter: &Letter) -> String {
    let inside = |text: &str| {
        let quoted = serde_json::to_string(text).unwrap_or_default();
        quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
    };
    let (mut out, mut rest) = (String::new(), body);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let known =
            [("{title}", inside(&letter.title)), ("{text}", inside(&letter.text)), ("{number}", letter.number.to_string())];
        let found = known.iter().find_map(|(key, value)| from.strip_prefix(key).map(|rest| (value.as_str(), rest)));
        let (value, after) = found.unwrap_or_else(|| from.split_at(1));
        out.push_str(value);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature(b"Jefe", b"what do ya want for nothing?"), expected);
    }

    #[test]
    fn a_text_of_the_household_is_filled_in_as_json() {
        let letter = Letter {
            number: 7,
            importance: 0,
            urgent: false,
            title: "A \"quoted\" {text}".to_owned(),
            text: "two\nlines".to_owned(),
            json: String::new(),
        };
        let body = filled(r#"{"content": "{title}: {text}", "n": {number}, "{odd}": {}}"#, &letter);
        assert_eq!(body, r#"{"content": "A \"quoted\" {text}: two\nlines", "n": 7, "{odd}": {}}"#);
    }
}
