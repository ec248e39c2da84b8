//! Certificates and requests as Amazon would make them, or somebody else.

use data_encoding::BASE64;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_skill::{Anchors, Chain, Headers, Refusal, Request, Unverified};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SigningKey,
    date_time_ymd,
};

/// The skill that requests are for.
pub(crate) const SKILL: &str = "amzn1.ask.skill.01234567-89ab-cdef-0123-456789abcdef";
/// Where certificates lie.
pub(crate) const URL: &str = "https://s3.amazonaws.com/echo.api/echo-api-cert-14.pem";
/// Noon of 1 June 2026, seconds since 1970.
pub(crate) const NOON: i64 = 1_780_315_200;

/// The keys of tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Root,
    Intermediate,
    Leaf,
    Stranger,
}

impl Key {
    pub(crate) fn pair(self) -> KeyPair {
        let pem = match self {
            Self::Root => include_str!("../keys/root.pem"),
            Self::Intermediate => include_str!("../keys/intermediate.pem"),
            Self::Leaf => include_str!("../keys/leaf.pem"),
            Self::Stranger => include_str!("../keys/stranger.pem"),
        };
        KeyPair::from_pem_and_sign_algo(pem, &PKCS_RSA_SHA256).unwrap()
    }
}

/// What certificates are made from.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    /// The names that the first is for.
    pub(crate) names: Vec<&'static str>,
    /// From when until when it is valid: years.
    pub(crate) years: (i32, i32),
    /// Whose root they lead to.
    pub(crate) root: Key,
    /// Whether the one in the middle is there.
    pub(crate) middle: bool,
    /// Whether the first is signed by its own key.
    pub(crate) own: bool,
    /// What the PEM file holds in place of them.
    pub(crate) text: Option<&'static str>,
}

impl Default for Certificates {
    fn default() -> Self {
        Self { names: vec!["echo-api.amazon.com"], years: (2026, 2027), root: Key::Root, middle: true, own: false, text: None }
    }
}

pub(crate) fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    params
}

/// The root certificate of a key, which is trusted where the key is [`Key::Root`].
pub(crate) fn root(key: Key) -> rcgen::Certificate {
    authority(&format!("{key:?}")).self_signed(&key.pair()).unwrap()
}

impl Certificates {
    /// As the file that lies at [`URL`].
    pub(crate) fn pem(&self) -> String {
        if let Some(text) = self.text {
            return text.to_owned();
        }
        let root_key = self.root.pair();
        let root_params = authority(&format!("{:?}", self.root));
        let by_root = Issuer::from_params(&root_params, &root_key);
        let (middle_key, middle_params) = (Key::Intermediate.pair(), authority("Intermediate"));
        let middle = middle_params.signed_by(&middle_key, &by_root).unwrap();
        let mut params = CertificateParams::new(self.names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "echo-api.amazon.com");
        let (from, until) = self.years;
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        let leaf = if self.own {
            params.self_signed(&Key::Leaf.pair())
        } else {
            params.signed_by(&Key::Leaf.pair(), &Issuer::from_params(&middle_params, &middle_key))
        };
        let mut text = leaf.unwrap().pem();
        if self.middle {
            text.push_str(&middle.pem());
        }
        text
    }
}

/// Whom the program trusts in tests.
pub(crate) fn anchors() -> Anchors {
    Anchors::new([root(Key::Root).der().as_ref()])
}

/// A request as it comes in.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Seconds since 1970 by the clock of the one who gets it.
    pub(crate) now: i64,
    pub(crate) certificates: Certificates,
}

/// The body of a request with an intent, stamped at noon.
pub(crate) fn body() -> String {
    with(
        r#"{"type": "IntentRequest", "requestId": "amzn1.echo-api.request.1", "timestamp": "2026-06-01T12:00:00Z", "locale": "en-US",
        "intent": {"name": "WhoListens", "confirmationStatus": "NONE"}}"#,
    )
}

/// The body with another `request`.
pub(crate) fn with(request: &str) -> String {
    in_session("{}", true, request)
}

/// The body with session attributes.
pub(crate) fn in_session(attributes: &str, is_first: bool, request: &str) -> String {
    format!(
        r#"{{"version": "1.0", "session": {{"new": {is_first}, "sessionId": "amzn1.echo-api.session.1", "application": {{"applicationId": "{SKILL}"}},
        "attributes": {attributes}, "user": {{"userId": "amzn1.ask.account.1"}}}},
        "context": {{"System": {{"application": {{"applicationId": "{SKILL}"}}, "device": {{"deviceId": "x", "supportedInterfaces": {{}}}}}}}},
        "request": {request}}}"#
    )
}

pub(crate) fn signature(key: Key, body: &str) -> String {
    BASE64.encode(&key.pair().sign(body.as_bytes()).unwrap())
}

impl Sent {
    /// Signed as it should be.
    pub(crate) fn new(body: String) -> Self {
        let headers = vec![("SignatureCertChainUrl", URL.to_owned()), ("Signature-256", signature(Key::Leaf, &body))];
        Self { body, headers, now: NOON, certificates: Certificates::default() }
    }

    /// With another value of a header, or without it.
    pub(crate) fn header(mut self, name: &'static str, value: Option<String>) -> Self {
        self.headers.retain(|it| it.0 != name);
        self.headers.extend(value.map(|value| (name, value)));
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now * SECOND)
    }

    /// What becomes of it.
    pub(crate) fn taken(&self, anchors: &Anchors) -> Result<Request, Refusal> {
        self.read(self.body.as_bytes())?.verify(&Chain::read(self.certificates.pem().as_bytes())?, anchors, self.now())
    }

    /// What becomes of another body with the same headers.
    pub(crate) fn taken_as(&self, body: &[u8], chain: &Chain, anchors: &Anchors) -> Result<Request, Refusal> {
        self.read(body)?.verify(chain, anchors, self.now())
    }

    fn read<'a>(&self, body: &'a [u8]) -> Result<Unverified<'a>, Refusal> {
        let header = |name: &str| self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        let headers = Headers { signature_256: header("Signature-256"), chain_url: header("SignatureCertChainUrl") };
        Unverified::read(headers, body, SKILL, self.now())
    }
}
