//! Bundles of evidence: refused with what does not hold, or checked to the end; what says that it holds was made by this program.
#![no_main]

use std::io::Cursor;

use earwitness_evidence::seal::{Signatures, Signed};
use earwitness_evidence::verify::{Asked, Conclusion, State};
use earwitness_evidence::{page, verify};
use libfuzzer_sys::fuzz_target;

struct Nobody;

impl Signatures for Nobody {
    fn ssh(&self, _: &[u8], _: &str) -> Signed {
        Signed::NotChecked("nobody looks".to_owned())
    }

    fn minisign_key(&self) -> Option<&str> {
        Some("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")
    }
}

fuzz_target!(|octets: &[u8]| {
    // The seal of a bundle is read by itself as well: in an archive few octets would reach it.
    let _ = earwitness_evidence::time_stamp::read(octets, octets);
    if let Ok(text) = std::str::from_utf8(octets) {
        let _ = earwitness_evidence::seal::check_armor(text);
        let _ = earwitness_evidence::seal::minisign(octets, text, Some(text));
        let _ = earwitness_evidence::commitment::read(text);
        let _ = earwitness_evidence::about::About::from_toml(text);
    }
    let asked = Asked { commitment: None, signatures: &Nobody, must_be_signed: false };
    let report = verify(Cursor::new(octets), &asked, None).expect("octets in memory can be read");
    let fails = report.failing().count();
    assert_eq!(report.conclusion == Conclusion::Refused, fails > 0);
    assert!(report.checks.iter().all(|it| it.state == State::Holds || !it.says.is_empty()));
    let mut out = Vec::new();
    page::text(&report, &mut out).expect("memory takes it");
    page::page(&report, &mut out).expect("memory takes it");
});
