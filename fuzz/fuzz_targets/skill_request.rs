//! Requests of a skill as strangers may send them: refused, or one for this skill of these minutes; certificates are looked for in one place only, and none that
//! nobody trusts makes a request anybody's.
#![no_main]

use earwitness_core::time::{SECOND, Timestamp};
use earwitness_skill::{Anchors, Chain, ChainUrl, Headers, Refusal, TOLERANCE, Unverified};
use libfuzzer_sys::fuzz_target;

/// Noon of 1 June 2026, as in the seed.
const NOON: Timestamp = Timestamp::from_nanos(1_780_315_200 * SECOND);

fuzz_target!(|octets: &[u8]| {
    let end = octets.iter().position(|it| *it == b'\n').unwrap_or(octets.len());
    let (url, body) = (String::from_utf8_lossy(&octets[..end]), octets.get(end + 1..).unwrap_or_default());
    if let Ok(url) = ChainUrl::parse(&url) {
        assert!(url.path().starts_with("/echo.api/") && url.path().bytes().all(|it| it.is_ascii_graphic()));
        assert!(url.path().split('/').all(|it| it != ".." && it != "."));
    }
    let signature = "A".repeat(342) + "==";
    let headers = Headers { signature_256: Some(&signature), chain_url: Some(&url) };
    let read = |now| Unverified::read(headers, body, "amzn1.ask.skill.1", now);
    if read(NOON).is_ok() {
        assert!(matches!(read(NOON.plus(3 * TOLERANCE)), Err(Refusal::Late(_))));
    }
    if let Ok(chain) = Chain::read(body) {
        assert!(chain.trust(&Anchors::default(), NOON).is_err());
        assert!(read(NOON).is_err(), "certificates are no JSON");
    }
});
