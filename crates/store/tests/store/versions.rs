//! Files of other versions. A fixture is kept for each version that was released (`cargo run -p earwitness-store --example store_writer fixture`), so
//! that every later one must read it.

use std::fs;
use std::io::Read;

use earwitness_core::time::Window;
use earwitness_store::{FILE, Kind, Reader, SessionId, Store, VERSION, recompute};

use crate::calls::{batch, fill};
use crate::sample::{at, id};
use crate::writer::all_there;

fn unpacked(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/fixtures").join(name);
    let mut octets = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut octets).unwrap();
    octets
}

#[test]
fn a_store_of_version_1_is_read_and_written_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), unpacked("version-1.db.gz")).unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.resume(SessionId(1)).unwrap();
    store.write(&batch(4)).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(all_there(reader, &[0, 1, 2, 3, 4]), 5);
    assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
    let lines = reader.journal(Window { from: at(0), until: at(99) }, 9).unwrap();
    assert!(lines[0].text == "eth0 was away for 3 s" && lines[0].device == Some(id(3)));
    assert_eq!(reader.replies(SessionId(1)).unwrap()[0].level_db.to_bits(), (-30.25_f64).to_bits());
    assert_eq!(recompute(reader, SessionId(1)).unwrap().rounds, 5);
}

#[test]
fn a_store_of_version_1_is_checked_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, unpacked("version-1.db.gz")).unwrap();
    let before = fs::read(&path).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
    let again = recompute(&reader, SessionId(1)).unwrap();
    assert!(again.other_rules && again.rounds == 4 && again.differing == 0, "{again:?}");
    drop(reader);
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Every version whose file is kept, with the rounds that are in it.
#[test]
fn a_store_of_any_earlier_version_is_brought_up_with_its_rows_and_invents_no_timeline() {
    for name in ["version-1.db.gz", "version-5.db.gz"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), unpacked(name)).unwrap();
        // First as it is.
        let as_it_is = Reader::open(folder.path()).unwrap();
        let before = as_it_is.trials(SessionId(1)).unwrap();
        assert_eq!(as_it_is.integrity().unwrap(), Vec::<String>::new(), "{name}");
        let recomputed = recompute(&as_it_is, SessionId(1)).unwrap();
        drop(as_it_is);
        assert!(before.len() == 4 && before.iter().all(|it| it.round.played.timelines.is_none()), "{name}");
        let (mut store, notice) = Store::open(folder.path()).unwrap();
        assert!(notice.unwrap().to_string().contains(&VERSION.to_string()), "{name}");
        assert_eq!(recompute(store.reader().unwrap(), SessionId(1)).unwrap(), recomputed, "{name}: nothing comes out otherwise");
        store.resume(SessionId(1)).unwrap();
        let next = crate::sounded::played(9, 2);
        store.write(&[earwitness_core::record::Entry::Trial(next.clone())]).unwrap();
        let reader = store.reader().unwrap();
        let after = reader.trials(SessionId(1)).unwrap();
        assert_eq!((&after[..4], &after[4..]), (&before[..], &[next][..]), "{name}");
        assert_eq!(reader.integrity().unwrap(), Vec::<String>::new(), "{name}");
        assert!(reader.session(SessionId(1)).unwrap().design.factors.is_empty());
        assert_eq!(recompute(reader, SessionId(1)).unwrap().rounds, 5, "{name}");
    }
}

#[test]
fn a_store_of_a_later_version_is_refused_in_a_sentence_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    fill(&mut store);
    drop(store);
    let path = folder.path().join(FILE);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", VERSION + 6).unwrap();
    let before = fs::read(&path).unwrap();
    for error in [Store::open(folder.path()).unwrap_err(), Reader::open(folder.path()).unwrap_err()] {
        assert_eq!(error.kind, Kind::Newer { found: VERSION + 6 });
        assert!(error.to_string().contains("a later version of this program"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_database_of_another_program_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
    let before = fs::read(&path).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert_eq!(error.kind, Kind::Foreign, "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_place_without_a_store_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = Reader::open(folder.path()).unwrap_err();
    assert!(error.kind == Kind::Missing && error.to_string().contains("name the folder"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "reading makes no file");
}
