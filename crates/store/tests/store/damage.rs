//! Files that something else has written to.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use earwitness_core::time::{Timestamp, Window};
use earwitness_store::{FILE, Kind, Notice, Of, Reader, Retention, SessionId, Store, recompute};

use crate::calls::batch;
use crate::sample::{Chance, at, begun};

const PAGE: u64 = 4_096;

/// A folder in memory where there is one: these tests make thousands of files.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A store with some batches, closed.
fn made(batches: u32) -> Vec<u8> {
    let folder = folder();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun()]).unwrap();
    (0..batches).for_each(|number| store.write(&batch(number)).unwrap());
    drop(store);
    fs::read(folder.path().join(FILE)).unwrap()
}

/// Reads all that can be read: it may fail, but not crash.
fn read_all(reader: &Reader) {
    let always = Window { from: Timestamp::MIN, until: Timestamp::MAX };
    let _ = reader.integrity();
    let _ = reader.journal(always, 99);
    let _ = reader.findings(always);
    let _ = reader.sightings(Of::Window(always), |_| Ok(()));
    for session in reader.sessions().unwrap_or_default() {
        let _ =
            (reader.trials(session.id), reader.tested(session.id), reader.verdicts(session.id), recompute(reader, session.id));
    }
}

/// Opens a damaged file: it works, or lies aside and a fresh one works.
fn opens(folder: &Path, what: &str) -> Option<Notice> {
    let (mut store, notice) = Store::open(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    read_all(store.reader().unwrap());
    store.write(&[begun()]).unwrap_or_else(|error| panic!("{what}: {error}"));
    if let Some(Notice::SetAside { path, .. }) = &notice {
        assert!(path.exists(), "{what}");
    }
    notice
}

#[test]
fn a_file_that_ends_early_opens_or_is_set_aside_whatever_its_length() {
    let whole = made(3);
    let size = whole.len();
    let pages = (0..size).step_by(4_096).flat_map(|page| [page.saturating_sub(1), page, page + 1, page + 512]);
    let lengths: std::collections::BTreeSet<usize> =
        (0..130).chain((0..size).step_by(211)).chain(pages).filter(|length| *length <= size).collect();
    let mut aside = 0;
    for length in &lengths {
        let folder = folder();
        fs::write(folder.path().join(FILE), &whole[..*length]).unwrap();
        let notice = opens(folder.path(), &format!("{length} of {size} octets"));
        aside += u32::from(notice.is_some());
    }
    println!("{} lengths of {size}, {aside} set aside", lengths.len());
    assert!(aside as usize > lengths.len() * 9 / 10);
}

#[test]
fn a_log_that_ends_early_loses_its_end_and_nothing_else() {
    let source = folder();
    let (mut store, _) = Store::open(source.path()).unwrap();
    store.write(&[begun()]).unwrap();
    (0..6).for_each(|number| store.write(&batch(number)).unwrap());
    let [whole, log] = [FILE.to_owned(), format!("{FILE}-wal")].map(|name| fs::read(source.path().join(name)).unwrap());
    drop(store);
    let mut most = 0;
    for length in (0..log.len()).step_by(997).chain([log.len()]) {
        let folder = folder();
        fs::write(folder.path().join(FILE), &whole).unwrap();
        fs::write(folder.path().join(format!("{FILE}-wal")), &log[..length]).unwrap();
        let (store, notice) = Store::open(folder.path()).unwrap();
        assert_eq!(notice, None, "{length} of {}", log.len());
        let reader = store.reader().unwrap();
        let rounds = reader.trials(SessionId(1)).unwrap().len();
        assert!(rounds >= most, "a longer log holds more");
        most = rounds;
        assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
    }
    assert_eq!(most, 6);
}

#[test]
fn whatever_an_octet_of_the_head_says_the_file_opens_or_is_set_aside() {
    let whole = made(3);
    // Version and mark of the program (file format of SQLite, section 1.3): whose file it is cannot be told without them.
    let is_mark = |place: usize| (60..64).contains(&place) || (68..72).contains(&place);
    let mut aside = 0;
    for place in 0..100 {
        for octet in [0, 1, 5, 255, whole[place] ^ 1, whole[place] ^ 128] {
            let folder = folder();
            let mut octets = whole.clone();
            octets[place] = octet;
            fs::write(folder.path().join(FILE), octets).unwrap();
            let what = format!("octet {place} is {octet}");
            if !is_mark(place) {
                aside += u32::from(opens(folder.path(), &what).is_some());
            } else if let Err(error) = Store::open(folder.path()) {
                assert!(matches!(error.kind, Kind::Foreign | Kind::Newer { .. }), "{what}: {error}");
            }
        }
    }
    println!("{aside} of 552 set aside");
    assert!(aside > 50, "{aside}");
}

#[test]
fn a_table_that_is_called_otherwise_is_noticed_before_anything_is_lost() {
    let whole = made(3);
    let place = |octets: &[u8], what: &[u8]| octets.windows(what.len()).position(|window| window == what);
    for table in ["sessions", "stretches", "rounds", "sightings", "journal"] {
        let mut octets = whole.clone();
        let mut count = 0;
        while let Some(at) = place(&octets, table.as_bytes()) {
            octets[at] = b'z';
            count += 1;
        }
        assert!(count >= 3, "there is no table {table}");
        let folder = folder();
        fs::write(folder.path().join(FILE), octets).unwrap();
        assert!(opens(folder.path(), table).is_some(), "{table}");
    }
}

#[test]
fn pages_of_rubbish_are_noticed_or_survived() {
    let whole = made(40);
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let mut aside = 0;
    for turn in 0..120 {
        let folder = folder();
        let mut octets = whole.clone();
        for _ in 0..=chance.below(3) {
            let page = usize::try_from(chance.below(octets.len() as u64 / PAGE) * PAGE).unwrap();
            // A whole page, or some octets of it.
            let length = if chance.below(2) == 0 { 4_096 } else { 1 + usize::try_from(chance.below(64)).unwrap() };
            let from = page + usize::try_from(chance.below(4_097 - length as u64)).unwrap();
            octets[from..from + length].iter_mut().for_each(|octet| *octet = chance.octet());
        }
        fs::write(folder.path().join(FILE), octets).unwrap();
        match Store::open(folder.path()) {
            Ok((store, notice)) => {
                read_all(store.reader().unwrap());
                drop(store);
                aside += u32::from(notice.is_some());
            }
            // The mark of the file itself was hit: it is not touched.
            Err(error) => assert!(matches!(error.kind, Kind::Foreign | Kind::Newer { .. }), "turn {turn}: {error}"),
        }
    }
    println!("120 damaged files, {aside} set aside at once");
    assert!(aside > 40, "{aside}");
}

#[test]
fn pages_that_turn_to_rubbish_while_it_runs_never_stop_it_from_writing() {
    let folder = folder();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun()]).unwrap();
    let mut chance = Chance(42);
    let (mut notices, mut read) = (0, 0);
    for number in 0..400 {
        store.write(&batch(number)).unwrap_or_else(|error| panic!("batch {number}: {error}"));
        if number % 40 == 39 {
            let file = fs::File::options().write(true).open(folder.path().join(FILE)).unwrap();
            let pages = file.metadata().unwrap().len() / PAGE;
            for _ in 0..pages / 4 {
                let rubbish: Vec<u8> = (0..PAGE).map(|_| chance.octet()).collect();
                file.write_all_at(&rubbish, chance.below(pages.max(1)) * PAGE).unwrap();
            }
            // Somebody reads it, as for a page or a verdict.
            let session = store.current().unwrap();
            match Reader::open(folder.path()).and_then(|reader| reader.material(session)) {
                Ok(_) => read += 1,
                Err(error) => assert_eq!(store.found_damaged(&error).unwrap(), error.kind == Kind::Corrupt, "{error}"),
            }
        }
        notices += store.take_notices().len();
    }
    println!("damaged 10 times, set aside {notices} times, read in spite of it {read} times");
    assert!(notices >= 3, "{notices}");
    drop(store);
    opens(folder.path(), "after all that");
    let left = fs::read_dir(folder.path()).unwrap().filter_map(|it| it.unwrap().file_name().into_string().ok());
    let aside = left.filter(|name| name.contains(".corrupt.") && !name.ends_with("-wal") && !name.ends_with("-shm")).count();
    assert!(aside >= 1 && aside >= notices, "{aside} lie aside, {notices} were told of");
}

#[test]
fn a_card_that_damages_everything_is_not_filled_up() {
    let folder = folder();
    for number in 0..16 {
        fs::write(folder.path().join(format!("{FILE}.corrupt.{number}")), "x").unwrap();
    }
    fs::write(folder.path().join(FILE), vec![7; 9_000]).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(error.kind == Kind::Disk && error.to_string().contains("replace the card"), "{error}");
}

#[test]
fn retention_on_a_damaged_file_fails_in_words() {
    let folder = folder();
    fs::write(folder.path().join(FILE), made(20)).unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.retain(&Retention { series: 0, sightings: 0, journal: 0 }, at(99_999_999)).unwrap();
    assert!(store.reader().unwrap().session(SessionId(1)).unwrap().retired.is_some());
}

#[test]
fn a_layout_that_no_session_can_have_is_damaged() {
    for (column, value) in
        [("slot", i64::MAX), ("guard", i64::MAX), ("slots", i64::MAX), ("slots", 1_000_000_000), ("warm_up", -1)]
    {
        let folder = folder();
        let path = folder.path().join(FILE);
        fs::write(&path, made(2)).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute(&format!("UPDATE sessions SET {column} = {value}"), []).unwrap();
        let reader = Reader::open(folder.path()).unwrap();
        let error = recompute(&reader, SessionId(1)).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{column} = {value}: {error}");
    }
}

#[test]
fn a_chance_of_error_that_no_session_can_have_is_damaged() {
    for alpha in ["-1", "0", "1", "2", "9e999", "NULL"] {
        let folder = folder();
        let path = folder.path().join(FILE);
        fs::write(&path, made(2)).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        if connection.execute(&format!("UPDATE sessions SET alpha = {alpha}"), []).is_err() {
            // Some the file itself refuses.
            continue;
        }
        let error = recompute(&Reader::open(folder.path()).unwrap(), SessionId(1)).unwrap_err().to_string();
        assert!(error.contains("damaged"), "alpha = {alpha}: {error}");
    }
}
