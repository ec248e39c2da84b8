//! A store as somebody else may have written it: every reader gives rows or says what is wrong, and changes nothing. The input is such a
//! file, or says what to change in one that the program wrote: which one, then again and again where, how many octets, and which.
#![no_main]

use std::fs;
use std::io::Read;
use std::sync::LazyLock;

use earwitness_core::time::{Timestamp, Window};
use earwitness_store::{FILE, Of, Reader, Result, recompute};
use libfuzzer_sys::fuzz_target;

/// Stores of earlier versions with a session each.
static WRITTEN: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    [
        &include_bytes!("../../crates/store/tests/store/fixtures/version-1.db.gz")[..],
        include_bytes!("../../crates/store/tests/store/fixtures/version-5.db.gz"),
    ]
    .map(|packed| {
        let mut octets = vec![];
        flate2::read::GzDecoder::new(packed).read_to_end(&mut octets).expect("the fixture is whole");
        octets
    })
});

fn file(octets: &[u8]) -> Vec<u8> {
    if octets.starts_with(b"SQLite format 3") {
        return octets.to_vec();
    }
    let (which, mut rest) = octets.split_first().map_or((0, octets), |(which, rest)| (usize::from(*which), rest));
    let mut file = WRITTEN[which % WRITTEN.len()].clone();
    while let Some((&[p0, p1, p2, length], behind)) = rest.split_first_chunk() {
        let (values, behind) = behind.split_at(usize::from(length).min(behind.len()));
        rest = behind;
        let place = usize::try_from(u32::from_be_bytes([0, p0, p1, p2])).expect("24 bits") % file.len();
        let length = values.len().min(file.len() - place);
        file[place..place + length].copy_from_slice(&values[..length]);
    }
    file
}

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
    let octets = file(octets);
    fs::write(&path, &octets).unwrap();
    match Reader::open(&path) {
        Ok(reader) => {
            if let Err(why) = read(&reader) {
                assert!(!why.to_string().is_empty());
            }
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
    assert!(fs::read(&path).unwrap() == octets, "a reader changes nothing");
});
