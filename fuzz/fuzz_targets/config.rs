//! Configurations of anybody: refused in a sentence with a place that is in the file, or settings that can be used.
#![no_main]

use earwitness::config::Config;
use earwitness_gateway as gateway;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let inside =
        |place: Option<(usize, usize)>| place.is_none_or(|(line, column)| (1..=text.len() + 1).contains(&line) && column > 0);
    match Config::parse(text, "file") {
        Ok(config) => {
            if let Some(probing) = &config.probing {
                assert_eq!(probing.design.check(), Ok(()));
                assert!(probing.alpha > 0.0 && probing.alpha < 1.0 && probing.rounds > 0);
            }
            assert!(config.keep.is_none_or(|limits| limits.octets > 0 && limits.snap >= 64));
        }
        Err(trouble) => assert!(!trouble.what.is_empty() && inside(trouble.place), "{trouble}"),
    }
    match gateway::read(text, "file") {
        Ok(written) => assert_eq!(written.settings.check(), Ok(())),
        Err(misread) => assert!(!misread.what.is_empty() && inside(misread.place), "{misread}"),
    }
});
