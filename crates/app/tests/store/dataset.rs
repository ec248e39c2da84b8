//! `earwitness export dataset`: a store as one home of a study.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use earwitness_core::record::Entry;
use earwitness_store::{Reader, SessionId, Store};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::commands::{earwitness, made, path, text};
use crate::sample::minute;

type Row = BTreeMap<String, Field>;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

fn rows(lake: &Path, table: &str) -> Vec<Row> {
    let read = |file: PathBuf| {
        let file = SerializedFileReader::new(std::fs::File::open(file).unwrap()).unwrap();
        let rows = file.get_row_iter(None).unwrap().map(|row| row.unwrap().into_columns().into_iter().collect());
        rows.collect::<Vec<Row>>()
    };
    files(&lake.join(table)).into_iter().flat_map(read).collect()
}

fn export(place: &Path, lake: &Path, more: &[&str]) -> (Option<i32>, String) {
    let given = [&["export", "dataset", path(place), "-o", path(lake), "--home", "home-17"], more].concat();
    let output = earwitness(&given);
    (output.status.code(), text(&output.stderr))
}

fn words(rows: &[Row], column: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[column].to_string()).collect()
}

#[test]
fn a_home_goes_into_a_dataset_without_any_address_of_its_devices() {
    let folder = tempfile::tempdir().unwrap();
    let (place, lake) = (made(folder.path()), folder.path().join("lake"));
    let (status, said) = export(&place, &lake, &[]);
    assert_eq!(status, Some(0), "{said}");
    let reader = Reader::open(&place).unwrap();
    let stored = reader.verdicts(SessionId(1)).unwrap().pop().unwrap();
    let verdicts = rows(&lake, "verdicts");
    let told = |words: Vec<String>| {
        let mut words = words;
        words.sort_unstable();
        words
    };
    let text = |field: &Field| field.to_string().trim_matches('"').to_owned();
    assert_eq!(
        told(verdicts.iter().map(|row| text(&row["verdict"])).collect()),
        told(stored.devices.iter().map(|it| it.outcome.key().to_owned()).collect())
    );
    assert!(verdicts.iter().all(|row| row["share"] == Field::Double(0.8)), "the first session of a home: {verdicts:?}");
    assert_eq!((rows(&lake, "rounds").len(), rows(&lake, "captures").len()), (8, 1));
    let sightings = rows(&lake, "sightings");
    assert_eq!(sightings.len(), 1);
    for left_out in ["source", "source_port", "community_id"] {
        assert_eq!(sightings[0][left_out], Field::Null, "{left_out}");
    }
    let devices = words(&rows(&lake, "series"), "device");
    assert!(words(&verdicts, "device").is_subset(&devices) && words(&sightings, "device").is_subset(&devices));
    let real: Vec<String> = reader.known().unwrap().into_iter().map(earwitness_report::labels::id).collect();
    assert!(
        real.len() >= 4 && devices.len() >= 4 && real.iter().all(|it| !devices.contains(&format!("\"{it}\""))),
        "{devices:?}"
    );
    let written: Vec<Vec<u8>> = files(&lake).iter().map(|it| std::fs::read(it).unwrap()).collect();
    let holds = |octets: &[u8], what: &str| octets.windows(what.len()).any(|it| it == what.as_bytes());
    assert!(written.iter().all(|octets| real.iter().all(|it| !holds(octets, it))), "an address of a device left the home");
    // Rows in the order of the addresses would say which pseudonym is whose.
    let mut order: Vec<String> = rows(&lake, "series").iter().map(|row| row["device"].to_string()).collect();
    order.dedup();
    assert!(order.chunk_by(|a, b| a < b).all(|minute| minute.len() >= 3), "{order:?}");
    // With the same key the pseudonyms are the same; only its owner may read it.
    let key = place.join("pseudonyms.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    assert_eq!(words(&rows(&lake, "series"), "device"), devices);
    let plain = folder.path().join("plain");
    assert_eq!(export(&place, &plain, &["--plain"]).0, Some(0));
    assert!(words(&rows(&plain, "series"), "device").iter().all(|it| real.contains(&it.trim_matches('"').to_owned())));
    assert_eq!(rows(&plain, "series").len(), rows(&lake, "series").len());
}

#[test]
fn what_a_store_has_forgotten_stays_in_the_dataset_and_what_is_new_comes_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (place, lake) = (made(folder.path()), folder.path().join("lake"));
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    let (before, captures) = (rows(&lake, "series"), rows(&lake, "captures"));
    let (mut store, _) = Store::open(&place).unwrap();
    store.write(&[Entry::Watched(Box::new(minute(20, 4, |_| 5)))]).unwrap();
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    let more = rows(&lake, "series");
    assert!(more.len() > before.len() && rows(&lake, "captures")[0]["frames"] != captures[0]["frames"]);
    drop(store);
    // As if its age had come: half of the series are deleted.
    let database = rusqlite::Connection::open(place.join(earwitness_store::FILE)).unwrap();
    assert!(database.execute("DELETE FROM series WHERE stretch > 10", []).unwrap() > 0);
    let now = rows(&lake, "captures");
    let (status, said) = export(&place, &lake, &[]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!((rows(&lake, "series"), rows(&lake, "captures")), (more, now));
    assert_eq!(export(&place, &lake, &["--replace"]).0, Some(0));
    assert!(rows(&lake, "series").len() < before.len());
}

#[test]
fn another_key_or_another_store_is_refused_and_a_broken_neighbour_is_not_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (place, lake) = (made(folder.path()), folder.path().join("lake"));
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    let before = rows(&lake, "series");
    let other_key = folder.path().join("other.key");
    let (status, said) = export(&place, &lake, &["--key", path(&other_key)]);
    assert!(status == Some(2) && said.contains("under another key"), "{said}");
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let (mut store, _) = Store::open(&elsewhere).unwrap();
    store.write(&[Entry::Watched(Box::new(minute(7, 4, |_| 5)))]).unwrap();
    drop(store);
    let key = place.join("pseudonyms.key");
    let (status, said) = export(&elsewhere, &lake, &["--key", path(&key)]);
    assert!(status == Some(2) && said.contains("another store"), "{said}");
    assert_eq!(rows(&lake, "series"), before);
    let (status, said) = export(&place, &lake, &["--key", path(&lake.join("key"))]);
    assert!(status == Some(2) && said.contains("keep the key"), "{said}");
    std::fs::write(lake.join("_earwitness/home-18.json"), "{").unwrap();
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    // What is not there any more is written again.
    std::fs::remove_dir_all(lake.join("series")).unwrap();
    assert_eq!(export(&place, &lake, &[]).0, Some(0));
    assert_eq!(rows(&lake, "series"), before);
}

#[test]
fn a_home_that_cannot_be_named_or_is_another_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (place, lake) = (made(folder.path()), folder.path().join("lake"));
    let config = folder.path().join("home.toml");
    let store = path(&place);
    let wrong = |arguments: &[&str], what: &str| {
        let output = earwitness(&[&["export"], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains(what), "{arguments:?}: {said}");
    };
    wrong(&["dataset", store, "--home", "home-17"], "-o");
    wrong(&["dataset", store, "-o", path(&lake)], "--home");
    wrong(&["dataset", store, "-o", path(&lake), "--home", "17"], "home-07");
    wrong(&["dataset", store, "-o", path(&lake), "--home", "home-17", "--session", "1"], "leave out");
    wrong(&["series", store, "--home", "home-17"], "export dataset");
    std::fs::write(&config, format!("[dataset]\nfolder = \"{}\"\n", path(&lake))).unwrap();
    wrong(&["dataset", store, "-c", path(&config)], "home = ");
    std::fs::write(&config, format!("[dataset]\nfolder = \"{}\"\nhome = \"home-17\"\n", path(&lake))).unwrap();
    let key = folder.path().join("no.key");
    std::fs::write(&key, "short").unwrap();
    wrong(&["dataset", store, "-c", path(&config), "--key", path(&key)], "64 hexadecimal digits");
    let output = earwitness(&["export", "dataset", store, "-c", path(&config)]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    wrong(&["dataset", store, "-c", path(&config), "--plain"], "other settings");
    // The same name for a folder of captures.
    let captures = folder.path().join("home-17");
    std::fs::create_dir(&captures).unwrap();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sample.pcapng"), captures.join("a.pcapng")).unwrap();
    let output = earwitness(&["analyze", "--place", path(&captures), "--dataset", path(&lake)]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}
