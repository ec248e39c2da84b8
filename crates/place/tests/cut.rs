//! A capture that was cut, renamed, packed and mixed with what does not belong to it says the same as the whole one.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::pcap::each_frame;
use earwitness_core::time::Timestamp;
use earwitness_dataset::Dataset;
use earwitness_place::{Ended, How, Meter, Place, files, settings, write};
use earwitness_report::geo::Geo;
use earwitness_report::grid::{Cell, read_parquet};
use earwitness_sim::file::{Captured, pcap};
use earwitness_sim::home::frames;
use earwitness_sim::scenario::{Kind, Scenario};
use tempfile::TempDir;

/// A home in which devices upload, longer than several stretches.
fn home() -> Vec<Captured> {
    frames(5, Scenario { kind: Kind::Sample, seconds: 3_000 }).0
}

/// Writes frames as one file for each `seconds` of them.
fn cut(frames: &[Captured], seconds: i64, folder: &Path, name: impl Fn(usize) -> String) -> usize {
    let first = frames[0].at;
    let pieces = frames.chunk_by(|a, b| (a.at - first) / (seconds * 1_000_000_000) == (b.at - first) / (seconds * 1_000_000_000));
    let mut count = 0;
    for (number, piece) in pieces.enumerate() {
        fs::write(folder.join(name(number)), pcap(piece)).unwrap();
        count = number + 1;
    }
    count
}

fn run(folder: &Path, lake: &Path, analysis: &AnalysisSettings, replace: bool) -> Ended {
    let dataset = Dataset::open(lake, settings(analysis, None), replace).unwrap();
    let how = How { settings: analysis.clone(), geo: &Geo::default(), probes: None, helpers: 0 };
    let place = Place { home: "home-1".to_owned(), files: files(folder).unwrap() };
    write(&place, &dataset, &how, &Arc::new(AtomicBool::new(false)), &Meter::default()).unwrap()
}

fn written(ended: Ended) -> earwitness_dataset::Written {
    let Ended::Written(it) = ended else { unreachable!("{ended:?}") };
    it
}

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(parquet_files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// The rows of a table without those columns, in order of files.
fn rows(lake: &Path, table: &str, without: &[&str]) -> Vec<Vec<(String, Cell)>> {
    let read = |path: PathBuf| read_parquet(File::open(path).unwrap()).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    let all = parquet_files(&lake.join(table)).into_iter().flat_map(read);
    all.map(|row| row.into_iter().filter(|cell| !without.contains(&cell.0.as_str())).collect()).collect()
}

#[test]
fn a_place_in_any_pieces_is_the_whole_and_what_one_pass_finds() {
    let frames = home();
    let whole = TempDir::new().unwrap();
    fs::write(whole.path().join("night.pcap"), pcap(&frames)).unwrap();
    let truth = TempDir::new().unwrap();
    let of_whole = written(run(whole.path(), truth.path(), &AnalysisSettings::default(), false));
    assert_eq!(of_whole.troubles, Vec::<String>::new());
    let [series, sightings] = ["series", "sightings"].map(|table| rows(truth.path(), table, &["capture_id"]));

    let mut analysis = Analysis::new(AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() });
    each_frame(&pcap(&frames), |frame| analysis.frame(frame)).unwrap();
    let found = analysis.finish();
    let lists =
        |it: &earwitness_core::findings::DeviceFindings| it.sightings.len() + it.local_sightings.len() + it.continuous.len();
    assert_eq!(found.devices.iter().map(lists).sum::<usize>(), sightings.len());
    assert!(sightings.len() > 5, "{} sightings show little", sightings.len());
    let octets: u64 = found.devices.iter().flat_map(|it| it.sent.bins.iter()).map(|bin| bin.payload_octets).sum();
    let sent = |row: &Vec<(String, Cell)>| match row.iter().find(|cell| cell.0 == "sent_octets").unwrap().1 {
        Cell::Whole(number) => number.unsigned_abs(),
        _ => 0,
    };
    assert_eq!(series.iter().map(sent).sum::<u64>(), octets, "no octet is lost or counted twice");

    for seconds in [700, 61, 3] {
        let pieces = TempDir::new().unwrap();
        // Names say nothing of the order.
        let count = cut(&frames, seconds, pieces.path(), |number| format!("{:03}-{number}.pcap", (number * 7_919) % 997));
        let lake = TempDir::new().unwrap();
        let of_pieces = written(run(pieces.path(), lake.path(), &AnalysisSettings::default(), false));
        assert_eq!(of_pieces.troubles, Vec::<String>::new(), "{seconds} s");
        assert_eq!(
            rows(lake.path(), "sightings", &["capture_id"]),
            sightings,
            "{seconds} s: the same sightings in the same order"
        );
        assert_eq!(rows(lake.path(), "series", &["capture_id"]), series, "{seconds} s");
        let captures = rows(lake.path(), "captures", &[]);
        assert_eq!(captures.len(), count);
        let firsts: Vec<_> = captures.iter().map(|row| format!("{:?}", row[5].1)).collect();
        assert!(firsts.is_sorted(), "captures stand in order of time");
    }
}

#[test]
fn what_does_not_belong_to_a_place_costs_its_own_rows_and_is_told() {
    let frames = home();
    let (clean, mixed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&clean, &mixed] {
        cut(&frames, 500, folder.path(), |number| format!("part-{number}.pcap"));
    }
    let top = mixed.path();
    fs::copy(top.join("part-1.pcap"), top.join("again.pcap")).unwrap();
    fs::write(top.join("empty.pcap"), "").unwrap();
    fs::write(top.join("notes.txt"), "captured in the kitchen").unwrap();
    fs::write(top.join(".hidden"), "x").unwrap();
    let [truth, lake] = [&clean, &mixed].map(|folder| {
        let lake = TempDir::new().unwrap();
        let troubles = written(run(folder.path(), lake.path(), &AnalysisSettings::default(), false)).troubles;
        (lake, troubles)
    });
    assert_eq!(truth.1, Vec::<String>::new());
    for table in ["series", "sightings"] {
        assert_eq!(rows(lake.0.path(), table, &["capture_id"]), rows(truth.0.path(), table, &["capture_id"]), "{table}");
    }
    let told = lake.1.join("\n");
    assert!(told.contains("part-1.pcap: the same octets as again.pcap, which is read once"), "{told}");
    assert!(told.contains("empty.pcap: ") && told.contains("notes.txt: ") && !told.contains("hidden"), "{told}");
    // Six pieces, one of which is a copy of a file that is read in its place, and two files without a frame.
    assert_eq!(rows(lake.0.path(), "captures", &[]).len(), 8);
}

#[test]
fn files_of_another_place_are_named() {
    let frames = home();
    let folder = TempDir::new().unwrap();
    cut(&frames, 500, folder.path(), |number| format!("part-{number}.pcap"));
    let mut other = frames[..200].to_vec();
    for (number, frame) in other.iter_mut().enumerate() {
        // Nobody else's addresses.
        frame.octets[..12].copy_from_slice(&[0x66, 1, 1, 1, 1, 1, 0x66, 2, 2, 2, 2, u8::try_from(number % 2).unwrap()]);
    }
    fs::write(folder.path().join("foreign.pcap"), pcap(&other)).unwrap();
    let lake = TempDir::new().unwrap();
    let told = written(run(folder.path(), lake.path(), &AnalysisSettings::default(), false)).troubles.join("\n");
    assert!(told.contains("foreign.pcap: without any device that the other files have"), "{told}");
    assert!(told.contains("before the file before has ended"), "it lies over another one: {told}");
}

#[test]
fn a_repeated_run_changes_nothing_and_other_settings_are_refused() {
    let folder = TempDir::new().unwrap();
    cut(&home(), 500, folder.path(), |number| format!("part-{number}.pcap"));
    let (lake, usual) = (TempDir::new().unwrap(), AnalysisSettings::default());
    let first = written(run(folder.path(), lake.path(), &usual, false));
    let octets = || parquet_files(lake.path()).into_iter().map(|it| (it.clone(), fs::read(it).unwrap())).collect::<Vec<_>>();
    let before = octets();
    assert_eq!(run(folder.path(), lake.path(), &usual, false), Ended::There(first.clone()));
    // A file of it is gone: half a home is made again.
    let lost = parquet_files(&lake.path().join("series")).remove(0);
    fs::remove_file(lost).unwrap();
    assert_eq!(written(run(folder.path(), lake.path(), &usual, false)), first);
    assert!(octets() == before, "the same captures make the same octets, and no file more");

    let other = AnalysisSettings { longest_seconds: 30.0, ..usual.clone() };
    let refused = Dataset::open(lake.path(), settings(&other, None), false).unwrap_err().to_string();
    assert!(refused.contains("there: max-seconds 60; here: max-seconds 30") && refused.contains("--replace"), "{refused}");
    written(run(folder.path(), lake.path(), &other, true));
    assert_eq!(rows(lake.path(), "captures", &[]).len(), 6, "what was there is replaced, not doubled");

    // A folder that grew is made again; one that lost files is refused.
    let last_frames = home().split_off(1_000);
    fs::write(folder.path().join("zz.pcap"), pcap(&last_frames[last_frames.len() - 50..])).unwrap();
    written(run(folder.path(), lake.path(), &other, false));
    fs::remove_file(folder.path().join("part-2.pcap")).unwrap();
    let dataset = Dataset::open(lake.path(), settings(&other, None), false).unwrap();
    let place = Place { home: "home-1".to_owned(), files: files(folder.path()).unwrap() };
    let how = How { settings: other, geo: &Geo::default(), probes: None, helpers: 0 };
    let error = write(&place, &dataset, &how, &Arc::default(), &Meter::default()).unwrap_err().to_string();
    assert!(error.contains("such as part-2.pcap"), "{error}");
}

#[test]
fn a_run_that_is_stopped_leaves_what_was_there() {
    let folder = TempDir::new().unwrap();
    cut(&home(), 500, folder.path(), |number| format!("part-{number}.pcap"));
    let lake = TempDir::new().unwrap();
    let usual = AnalysisSettings::default();
    let dataset = Dataset::open(lake.path(), settings(&usual, None), false).unwrap();
    let place = Place { home: "home-1".to_owned(), files: files(folder.path()).unwrap() };
    let how = How { settings: usual.clone(), geo: &Geo::default(), probes: None, helpers: 0 };
    let stop = Arc::new(AtomicBool::new(true));
    assert_eq!(write(&place, &dataset, &how, &stop, &Meter::default()).unwrap(), Ended::Stopped);
    assert_eq!(parquet_files(lake.path()).iter().filter(|it| it.extension().is_some_and(|it| it == "parquet")).count(), 0);
    written(run(folder.path(), lake.path(), &usual, false));
}
