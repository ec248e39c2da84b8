//! A store as somebody else may have written it: every reader gives rows or says what is wrong, and changes nothing.
#![no_main]

use std::fs;

use earwitness_core::time::{Timestamp, Window};
use earwitness_store::{FILE, Of, Reader, Result, recompute};
use libfuzzer_sys::fuzz_target;

/// Reads everything of a store.
fn read(reader: &Reader) -> Result<()> {
    for session in reader.sessions()? {
        let trials = reader.trials(session.id);
        assert!(trials.is_err() || trials.is_ok_and(|trials| trials.iter().all(|it| it.round.drawn < it.round.slots.len())));
        let _ = (reader.verdicts(session.id), reader.replies(session.id), reader.unfinished(session.id));
        let _ = recompute(reader, session.id);
        let _ = reader.sightings(Of::Session(session.id), |_| Ok(()));
    }
    reader.journal(Window { from: Timestamp::MIN, until: Timestamp::MAX }, 100).map(drop)
}

fuzz_target!(|octets: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, octets).unwrap();
    match Reader::open(&path) {
        Ok(reader) => {
            if let Err(why) = read(&reader) {
                assert!(!why.to_string().is_empty());
            }
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
    assert_eq!(fs::read(&path).unwrap(), octets, "a reader changes nothing");
});
