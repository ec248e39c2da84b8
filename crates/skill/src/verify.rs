//! From octets of a stranger to a request of Amazon.

use data_encoding::BASE64;
use earwitness_core::time::{SECOND, Timestamp};

use crate::chain::{Anchors, Chain};
use crate::chain_url::ChainUrl;
use crate::refusal::Refusal;
use crate::request::{Envelope, Request};

/// How far the time stamp of a request may be from now, either way, nanoseconds: the 150 seconds of Amazon's page.
pub const TOLERANCE: i64 = 150 * SECOND;
/// Longest body, octets. Amazon's requests have a few thousand.
pub const LONGEST_BODY: usize = 128 << 10;
/// Longest file of certificates, octets. Amazon's has about 7,000.
pub const LONGEST_CHAIN: usize = 64 << 10;

/// Signatures of keys from 2,048 to 8,192 bits, octets.
const SIGNATURE: std::ops::RangeInclusive<usize> = 256..=1_024;

/// The headers that count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Signature-256`. The older `Signature`, which is of a SHA-1 hash, proves nothing.
    pub signature_256: Option<&'a str>,
    /// `SignatureCertChainUrl`.
    pub chain_url: Option<&'a str>,
}

/// A request that could be one of Amazon's for this skill: all of it is right that can be looked at without the certificates, so that nobody makes us fetch them who does not know the
/// skill. Whose it is shows only [`Unverified::verify`].
#[derive(Debug)]
pub struct Unverified<'a> {
    body: &'a [u8],
    signature: Vec<u8>,
    url: ChainUrl,
    request: Request,
}

impl<'a> Unverified<'a> {
    /// Reads the headers and the body of a POST.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(headers: Headers<'_>, body: &'a [u8], application_id: &str, now: Timestamp) -> Result<Self, Refusal> {
        if body.len() > LONGEST_BODY {
            return Err(Refusal::Length(LONGEST_BODY));
        }
        let text = headers.signature_256.ok_or(Refusal::Header("Signature-256"))?;
        let url = ChainUrl::parse(headers.chain_url.ok_or(Refusal::Header("SignatureCertChainUrl"))?)?;
        // Four characters are three octets; a longer text is not even read.
        let signature = Some(text).filter(|it| it.len() <= SIGNATURE.end() / 3 * 4 + 4).map(str::as_bytes);
        let signature = signature.and_then(|it| BASE64.decode(it).ok()).filter(|it| SIGNATURE.contains(&it.len()));
        let envelope = Envelope::read(body)?;
        if !envelope.is_for(application_id) {
            return Err(Refusal::Application);
        }
        let request = envelope.request()?;
        if request.at.apart(now) > TOLERANCE.unsigned_abs() {
            return Err(Refusal::Late(request.at.since(now) / SECOND));
        }
        Ok(Self { body, signature: signature.ok_or(Refusal::SignatureText)?, url, request })
    }

    /// Where the certificates lie that it is verified with.
    #[must_use]
    pub const fn chain_url(&self) -> &ChainUrl {
        &self.url
    }

    /// The request, where the certificates are Amazon's and the signature is made with them.
    ///
    /// # Errors
    /// [`Refusal::Untrusted`], [`Refusal::Name`] and [`Refusal::Signature`].
    pub fn verify(self, chain: &Chain, anchors: &Anchors, now: Timestamp) -> Result<Request, Refusal> {
        chain.signed(self.body, &self.signature, anchors, now)?;
        Ok(self.request)
    }
}
