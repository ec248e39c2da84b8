//! Requests, right and wrong, with what becomes of them here and what the vendor's own library should make of them.

use earwitness_skill::{LONGEST_BODY, Refusal};

use super::made::{Certificates, Key, SKILL, Sent, body, signature, with};

/// A case.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) sent: Sent,
    /// The refusal that it is to get, as a check; `None`: it is taken.
    pub(crate) refused: Option<fn(&Refusal) -> bool>,
    /// Why the vendor's library (ask-sdk-express-adapter 2.14) decides otherwise; `None`: it decides the same.
    pub(crate) differs: Option<&'static str>,
}

const NOT_NORMALISED: &str = "the library looks at the path as it is written";
const FUTURE: &str = "the library refuses only what is too old";
const ELSEWHERE: &str = "the library leaves that to the skill that uses it";
const LENIENT: &str = "the library's parser of URLs takes more";
const NOT_A_TIME: &str = "the library compares with what is no time, which never is too old";

fn good(name: &str, sent: Sent) -> Case {
    Case { name: name.to_owned(), sent, refused: None, differs: None }
}

fn bad(name: &str, sent: Sent, refused: fn(&Refusal) -> bool) -> Case {
    Case { name: name.to_owned(), sent, refused: Some(refused), differs: None }
}

impl Case {
    fn differs(self, why: &'static str) -> Self {
        Self { differs: Some(why), ..self }
    }
}

fn right() -> Sent {
    Sent::new(body())
}

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut all = vec![good("as it should be", right())];
    all.extend(signatures());
    all.extend(urls());
    all.extend(certificates());
    all.extend(stamps());
    all.extend(bodies());
    all
}

fn signatures() -> Vec<Case> {
    let name = "Signature-256";
    let header = |value: &str| right().header(name, Some(value.to_owned()));
    let old = right().header(name, None).header("Signature", Some(signature(Key::Leaf, &body())));
    let mut altered = right();
    altered.body = altered.body.replace("WhoListens", "ProbeNow");
    let mut cut = signature(Key::Leaf, &body());
    cut.truncate(300);
    vec![
        bad("without a signature", right().header(name, None), |it| *it == Refusal::Header("Signature-256")),
        bad("with the old signature alone", old, |it| *it == Refusal::Header("Signature-256")),
        bad("with a signature that is none", header("!!"), |it| *it == Refusal::SignatureText),
        bad("with an empty signature", header(""), |it| *it == Refusal::SignatureText),
        bad("with a signature that was cut", header(&cut), |it| *it == Refusal::SignatureText),
        bad("with an endless signature", header(&"A".repeat(4_096)), |it| *it == Refusal::SignatureText),
        bad("with the signature of another body", header(&signature(Key::Leaf, "{}")), |it| *it == Refusal::Signature),
        bad("signed with another key", header(&signature(Key::Stranger, &body())), |it| *it == Refusal::Signature),
        bad("with an altered body", altered, |it| *it == Refusal::Signature),
    ]
}

fn urls() -> Vec<Case> {
    let name = "SignatureCertChainUrl";
    let at = |url: &str| right().header(name, Some(url.to_owned()));
    let wrong = |url: &str| bad(url, at(url), |it| matches!(it, Refusal::ChainUrl(_)));
    let fine = |url: &str| good(url, at(url));
    vec![
        bad("without certificates", right().header(name, None), |it| *it == Refusal::Header("SignatureCertChainUrl")),
        fine("https://s3.amazonaws.com:443/echo.api/echo-api-cert.pem"),
        fine("https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert.pem"),
        fine("HTTPS://S3.AMAZONAWS.COM/echo.api/echo-api-cert.pem"),
        fine("https://s3.amazonaws.com/x/../echo.api/echo-api-cert.pem").differs(NOT_NORMALISED),
        wrong("http://s3.amazonaws.com/echo.api/echo-api-cert.pem"),
        wrong("https://notamazon.com/echo.api/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com.other.example/echo.api/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com/EcHo.aPi/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com/invalid.path/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com:563/echo.api/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com@other.example/echo.api/echo-api-cert.pem"),
        wrong("https://s3.amazonaws.com/echo.api/../other/echo-api-cert.pem").differs(NOT_NORMALISED),
        wrong("https://s3.amazonaws.com/echo.api/%2e%2e/other/echo-api-cert.pem").differs(NOT_NORMALISED),
        wrong("https://user@s3.amazonaws.com/echo.api/echo-api-cert.pem").differs(LENIENT),
        wrong("https://s3.amazonaws.com/echo.api/echo-api-cert.pem?again").differs(LENIENT),
        wrong("not a url"),
    ]
}

fn certificates() -> Vec<Case> {
    let with = |certificates: Certificates| Sent { certificates, ..right() };
    let usual = Certificates::default;
    let untrusted: fn(&Refusal) -> bool = |it| matches!(it, Refusal::Untrusted(_));
    let several = Certificates { names: vec!["other.example", "echo-api.amazon.com"], ..usual() };
    vec![
        good("with one name of several", with(several)),
        bad("expired", with(Certificates { years: (2024, 2026), ..usual() }), untrusted),
        bad("not valid yet", with(Certificates { years: (2027, 2028), ..usual() }), untrusted),
        bad("for another name", with(Certificates { names: vec!["other.example"], ..usual() }), |it| *it == Refusal::Name),
        bad("for a longer name", with(Certificates { names: vec!["echo-api.amazon.com.example"], ..usual() }), |it| {
            *it == Refusal::Name
        }),
        bad("for all names of the domain", with(Certificates { names: vec!["*.amazon.com"], ..usual() }), |it| {
            *it == Refusal::Name
        }),
        bad("without a name", with(Certificates { names: Vec::new(), ..usual() }), |it| *it == Refusal::Name),
        bad("signed by itself", with(Certificates { own: true, middle: false, ..usual() }), untrusted),
        bad("without the one in the middle", with(Certificates { middle: false, ..usual() }), untrusted),
        bad("of another root", with(Certificates { root: Key::Stranger, ..usual() }), untrusted),
        bad("no certificates", with(Certificates { text: Some("<html>"), ..usual() }), |it| *it == Refusal::ChainText),
        bad("nothing", with(Certificates { text: Some(""), ..usual() }), |it| *it == Refusal::ChainText),
    ]
}

/// A request with that stamp, which comes at noon.
fn stamped(stamp: &str) -> Sent {
    Sent::new(body().replace("2026-06-01T12:00:00Z", stamp))
}

fn stamps() -> Vec<Case> {
    let late: fn(&Refusal) -> bool = |it| matches!(it, Refusal::Late(_));
    let none: fn(&Refusal) -> bool = |it| *it == Refusal::Stamp;
    vec![
        good("150 s old", stamped("2026-06-01T11:57:30Z")),
        bad("151 s old", stamped("2026-06-01T11:57:29Z"), late),
        good("150 s ahead", stamped("2026-06-01T12:02:30Z")),
        bad("151 s ahead", stamped("2026-06-01T12:02:31Z"), late).differs(FUTURE),
        good("at the same time in another zone", stamped("2026-06-01T14:00:00+02:00")),
        bad("an hour ago in another zone", stamped("2026-06-01T12:00:00+01:00"), late),
        bad("stamped without a zone", stamped("2026-06-01T12:00:00"), none).differs("the library takes the zone of its machine"),
        bad("stamped with words", stamped("noon"), none).differs(NOT_A_TIME),
        bad("stamped with nothing", stamped(""), none),
        bad("stamped with a year that is too large", stamped("99999-06-01T12:00:00Z"), none).differs(NOT_A_TIME),
        bad("without a stamp", Sent::new(body().replace("timestamp", "stamp")), |it| matches!(it, Refusal::Json(_))),
    ]
}

fn bodies() -> Vec<Case> {
    let json: fn(&Refusal) -> bool = |it| matches!(it, Refusal::Json(_));
    let other: fn(&Refusal) -> bool = |it| *it == Refusal::Application;
    let others = "amzn1.ask.skill.ffffffff-89ab-cdef-0123-456789abcdef";
    let unnamed = r#"{"request": {"type": "LaunchRequest", "requestId": "1", "timestamp": "2026-06-01T12:00:00Z"}}"#;
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let with_deep = |levels| {
        Sent::new(with(&format!(
            r#"{{"type": "LaunchRequest", "requestId": "1", "timestamp": "2026-06-01T12:00:00Z", "x": {}}}"#,
            deep(levels)
        )))
    };
    let long = format!("{}{}", body(), " ".repeat(LONGEST_BODY));
    vec![
        bad("for another skill", Sent::new(body().replace(SKILL, others)), other).differs(ELSEWHERE),
        bad("for two skills", Sent::new(body().replacen(SKILL, others, 1)), other).differs(ELSEWHERE),
        bad("for no skill", Sent::new(unnamed.to_owned()), other).differs(ELSEWHERE),
        bad("too long", Sent::new(long), |it| *it == Refusal::Length(LONGEST_BODY)).differs(ELSEWHERE),
        bad("no JSON", Sent::new("hello".to_owned()), json),
        bad("empty", Sent::new(String::new()), json),
        bad("half of the JSON", Sent::new(body().replace("}}", "")), json),
        good("with what is nested a hundred times", with_deep(100)),
        bad("with what is nested ten thousand times", with_deep(10_000), json).differs(ELSEWHERE),
        bad("a list", Sent::new(format!("[{}]", body())), json),
        bad("with a number for an intent", Sent::new(body().replace(r#""WhoListens""#, "7")), json).differs(ELSEWHERE),
    ]
}
