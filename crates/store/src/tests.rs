//! What is written comes back, and belongs to the session that it should.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::detect::ttest;
use earwitness_core::event::What;
use earwitness_core::experiment::{Experiment, Upkeep};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::record::Entry;
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::schedule::{Design, Quiet};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, judge};
use earwitness_sim::house::House;
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

use super::*;

/// Everything that a machine wants written in a simulated night, in order, and what the two-sample test said.
struct Night {
    entries: Vec<Entry>,
    tested: std::collections::BTreeMap<u32, Tested>,
}

fn night(name: &str) -> Night {
    let text = Plan::shipped().iter().find(|it| it.0 == name).unwrap().1;
    let plan = Plan::from_toml(text, name).unwrap();
    let mut house = House::new(&plan, 5);
    let design = Design { seed: 5, stimuli: plan.sounds.clone(), ..Design::default() };
    let settings = AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() };
    let mut machine = Experiment::new(design, Watch, 0.01, settings).with_upkeep(Upkeep::default());
    let mut samples = Samples::new(ttest::TtestSettings::default());
    let mut entries = Vec::new();
    let ended = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Write(entry) => entries.push(entry),
        Happening::Frame(frame) => samples.frame(frame),
        Happening::Sounds { round, onset } => samples.expect(round, onset),
        Happening::Report(_) | Happening::Now(_) => {}
    });
    let last = machine.finish(ended);
    entries.push(Entry::Watched(Box::new(last.findings)));
    entries.extend(last.trials.into_iter().map(Entry::Trial));
    Night { entries, tested: samples.finish(ended) }
}

fn trials(entries: &[Entry]) -> Vec<Trial> {
    entries.iter().filter_map(|it| if let Entry::Trial(trial) = it { Some(trial.clone()) } else { None }).collect()
}

fn stretches(entries: &[Entry]) -> Vec<Findings> {
    entries.iter().filter_map(|it| if let Entry::Watched(part) = it { Some((**part).clone()) } else { None }).collect()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_nanos(seconds * SECOND)
}

fn begun(seed: u64) -> Entry {
    let stimuli = vec![Stimulus { name: "Glas „kaputt“".into(), kind: SoundKind::Noise }];
    let quiet = vec![Quiet { from: 1_320, until: 420 }];
    let design = Design { seed, stimuli, quiet, only_when_away: true, local_offset: -7, ..Design::default() };
    Entry::Begun { at: at(1_000), design, alpha: 0.013 }
}

#[test]
fn a_night_comes_back_as_it_was_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let night = night("demo");
    let (mut store, notice) = Store::open(folder.path()).unwrap();
    assert_eq!(notice, None);
    for entries in night.entries.chunks(3) {
        store.write(entries).unwrap();
    }
    let tested: Vec<_> = night.tested.iter().map(|(round, tested)| Record::Tested(*round, tested)).collect();
    store.append(&tested).unwrap();
    let (trials, parts) = (trials(&night.entries), stretches(&night.entries));
    let session = store.current().unwrap();
    let settings = verdict::VerdictSettings { seed: 5, ..verdict::VerdictSettings::default() };
    let whole = Findings::assemble(parts.iter().cloned(), AnalysisSettings::default().burst.as_ref());
    let rounds = || trials.iter().map(|trial| trial.round.clone()).collect::<Vec<_>>();
    let expected = judge(&whole, rounds(), &night.tested, &settings);
    let material = store.material().unwrap();
    store.write_verdicts(at(9), &material, &expected, &settings).unwrap();
    drop(store);

    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.trials(session).unwrap(), trials);
    let mut read = Vec::new();
    reader
        .stretches(Of::Session(session), |part| {
            read.push(part);
            Ok(())
        })
        .unwrap();
    // A beat that goes on keeps its records in the last stretch only.
    let bare = |part: &Findings| {
        let mut part = part.clone();
        for it in part.devices.iter_mut().flat_map(|device| &mut device.continuous) {
            it.marks.clear();
        }
        part
    };
    assert!(read.len() > 50);
    for (read, written) in read.iter().zip(&parts) {
        assert_eq!(bare(read), bare(written));
    }
    let material = reader.material(session).unwrap();
    assert_eq!(material.findings, whole);
    assert_eq!(judge(&material.findings, material.rounds, &material.tested, &settings), expected);
    let verdict_sets = reader.verdicts(session).unwrap();
    assert_eq!(verdict_sets.len(), 1);
    assert_eq!(verdict_sets[0].devices.len(), expected.devices.len());
    let again = recompute(&reader, session).unwrap();
    assert_eq!((again.differing, again.verdict_sets), (0, 1), "{:?}", again.differences);
    assert!(again.scores > 1_000 && again.verdicts as usize == expected.devices.len());
    assert!(reader.integrity().unwrap().is_empty());
    let seen = reader.devices(session).unwrap();
    assert_eq!(seen.len(), whole.devices.len());
}

#[test]
fn what_was_changed_in_the_file_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let night = night("demo");
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&night.entries).unwrap();
    let session = store.current().unwrap();
    let material = store.material().unwrap();
    let settings = verdict::VerdictSettings { seed: 5, ..verdict::VerdictSettings::default() };
    let verdicts = judge(&material.findings, material.rounds.clone(), &material.tested, &settings);
    store.write_verdicts(at(9), &material, &verdicts, &settings).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(recompute(reader, session).unwrap().differing, 0);
    let change = |sql: &str| reader.connection.execute(sql, []).unwrap();
    change("UPDATE verdicts SET outcome = 'no reaction', reason = NULL WHERE outcome = 'streams'");
    change("UPDATE rounds SET drawn = (drawn + 1) % 8 WHERE number = 2");
    let out = recompute(reader, session).unwrap();
    assert!(out.differences.iter().any(|it| it.what == "verdict" && it.computed == "streams"), "{:?}", out.differences);
    assert!(out.differences.iter().any(|it| it.round == Some(2) && it.what.contains("lot")));
    change("DELETE FROM series WHERE stretch = 40");
    let out = recompute(reader, session).unwrap();
    assert!(out.differences.iter().any(|it| it.what == "scores"), "{:?}", out.differences);
    // What a round that was broken off would have scored is nobody's concern.
    change("UPDATE rounds SET void = 'interrupted'");
    let out = recompute(reader, session).unwrap();
    assert!(!out.differences.iter().any(|it| it.what == "scores"), "{:?}", out.differences);
}

#[test]
fn a_design_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let entry = begun(u64::MAX - 3);
    store.write(&[entry.clone(), Entry::Ended { at: at(2_000), why: earwitness_core::plan::Done::Stopped }]).unwrap();
    let row = store.reader().unwrap().sessions().unwrap().remove(0);
    let Entry::Begun { at: begun_at, design, alpha } = entry else { unreachable!() };
    assert_eq!((row.begun, row.design, row.alpha.to_bits()), (begun_at, design, alpha.to_bits()));
    assert_eq!(row.ended, Some((at(2_000), earwitness_core::plan::Done::Stopped)));
    assert_eq!(row.burst, AnalysisSettings::default().burst);
}

#[test]
fn a_session_that_was_interrupted_goes_on_and_a_changed_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path()).unwrap().0;
    let mut store = open();
    store.write(&[begun(1)]).unwrap();
    let first = store.current().unwrap();
    drop(store);
    let mut store = open();
    assert_eq!(store.current(), None);
    store.resume(first).unwrap();
    store.write(&[begun(1)]).unwrap();
    assert_eq!(store.current(), Some(first));
    store.write(&[begun(1)]).unwrap();
    assert_ne!(store.current(), Some(first), "only the first one goes on");
    drop(store);
    let mut store = open();
    store.resume(first).unwrap();
    store.write(&[begun(2)]).unwrap();
    assert_ne!(store.current(), Some(first), "another layout is another session");
}

#[test]
fn a_round_is_written_once_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let all = trials(&night("demo").entries);
    let unfit = store.write(&[Entry::Trial(all[0].clone())]).unwrap_err();
    assert_eq!(unfit.kind, Kind::Unfit);
    store.write(&[begun(1), Entry::Trial(all[0].clone())]).unwrap();
    store.write(&[Entry::Trial(all[0].clone())]).unwrap();
    let mut other = all[1].clone();
    other.round.number = all[0].round.number;
    let line = JournalLine::new(&What::Reloaded.at(at(1)), "x".into());
    let error = store.append(&[Record::Journal(&line), Record::Entry(&Entry::Trial(other))]).unwrap_err();
    assert!(error.to_string().contains("round 0 of session 1 is written already"), "{error}");
    let always = Window { from: Timestamp::MIN, until: Timestamp::MAX };
    let reader = store.reader().unwrap();
    assert_eq!(reader.trials(SessionId(1)).unwrap(), all[..1]);
    assert!(reader.journal(always, 9).unwrap().is_empty(), "all of a call or nothing");
}

#[test]
fn what_a_reader_puts_together_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let night = night("quiet-home");
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&night.entries[..1]).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    let count = |connection: &rusqlite::Connection| {
        let sql = "SELECT (SELECT count(*) FROM stretches) + (SELECT count(*) FROM rounds)";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0))
    };
    let mut write = || store.write(&night.entries[1..]).unwrap();
    let (before, between) = reader
        .read(|connection| {
            let before = count(connection)?;
            write();
            Ok((before, count(connection)?))
        })
        .unwrap();
    assert_eq!(before, between);
    assert!(reader.read(count).unwrap() > before, "the next look sees what was written");
}

#[test]
fn what_was_told_before_the_first_round_was_scored_comes_out_again_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let night = night("quiet-home");
    let first = night.entries.iter().position(|it| matches!(it, Entry::Trial(_))).unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&night.entries[..first]).unwrap();
    let session = store.current().unwrap();
    let settings = store.reader().unwrap().session(session).unwrap().verdict_settings();
    let material = store.material().unwrap();
    store.write_verdicts(at(9), &material, &material.verdicts(&settings), &settings).unwrap();
    store.write(&night.entries[first..]).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(reader.verdicts(session).unwrap()[0].last_round, None);
    let again = recompute(reader, session).unwrap();
    assert!(again.verdict_sets == 1 && again.verdicts > 3 && again.rounds > 3);
    assert_eq!(again.differences, []);
}

#[test]
fn lines_replies_and_settings_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let device = Some(DeviceId::Mac(Mac([2, 0, 0, 0, 0, 7])));
    let line =
        JournalLine { device, ..JournalLine::new(&What::FramesLost { frames: 3 }.at(at(7)), "eth0 was away for 3 s".into()) };
    let reply = Reply { round: 3, window: Window { from: at(5), until: at(6) }, level_db: -31.5 };
    let long = JournalLine { at: at(8), text: "ü".repeat(9_000), ..line.clone() };
    store.write(&[begun(1)]).unwrap();
    store
        .append(&[Record::Journal(&line), Record::Reply(&reply), Record::Setting("paused", "yes"), Record::Journal(&long)])
        .unwrap();
    store.append(&[Record::Setting("paused", "no")]).unwrap();
    let reader = store.reader().unwrap();
    let lines = reader.journal(Window { from: at(0), until: at(99) }, 9).unwrap();
    assert_eq!(lines[0], line);
    assert_eq!(lines[1].text.chars().count(), 4_000);
    assert_eq!(reader.replies(SessionId(1)).unwrap(), [reply]);
    assert_eq!(reader.setting("paused").unwrap().as_deref(), Some("no"));
}

#[test]
fn folder_and_file_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("a/b");
    let (mut store, _) = Store::open(&inside).unwrap();
    store.write(&[begun(1)]).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    for entry in fs::read_dir(&inside).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    assert_eq!(fs::read_dir(&inside).unwrap().count(), 4, "file, log, index of the log, lock");
}

#[test]
fn series_are_deleted_with_their_session_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let night = night("demo");
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&night.entries).unwrap();
    let session = store.current().unwrap();
    let last = stretches(&night.entries).last().unwrap().capture.last.unwrap();
    let later = last.plus(100 * 86_400 * SECOND);
    let swept = store.retain(&Retention::default(), later).unwrap();
    assert!(swept.retired.is_empty() && swept.stretches == 0, "it goes on");
    assert!(swept.kept[0].session == session && swept.kept[0].stretches > 50, "{swept:?}");
    let before = store.reader().unwrap().size().unwrap().0;
    drop(store);
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let swept = store.retain(&Retention::default(), later).unwrap();
    assert!(swept.retired == [session] && swept.stretches > 50 && swept.kept.is_empty(), "{swept:?}");
    assert_eq!(swept.sightings, 0, "a year has not passed");
    let reader = store.reader().unwrap();
    let watched = reader.watched().unwrap();
    assert!(watched.is_sorted_by_key(|it| it.from) && watched.last().unwrap().until == last.plus(1), "{watched:?}");
    let (after, free) = reader.size().unwrap();
    assert!(after < before && free < 1 << 20, "{before} {after} {free}");
    assert!(recompute(reader, session).unwrap().retired);
    assert!(!reader.trials(session).unwrap().is_empty());
    let always = Window { from: Timestamp::MIN, until: Timestamp::MAX };
    assert!(reader.findings(always).unwrap().devices.iter().any(|device| !device.sightings.is_empty()));
    let swept = store.retain(&Retention::default(), last.plus(400 * 86_400 * SECOND)).unwrap();
    assert!(swept.sightings > 10, "{swept:?}");
    assert_eq!(store.reader().unwrap().watched().unwrap(), [], "nobody knows any more what was sighted then");
    assert!(store.reader().unwrap().integrity().unwrap().is_empty());
}

/// As if the card had lost pages while the program ran.
#[test]
fn a_file_that_is_damaged_while_it_is_written_is_set_aside_and_the_session_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun(1)]).unwrap();
    let night = night("demo");
    store.write(&night.entries[1..]).unwrap();
    store.reader().unwrap().connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let path = folder.path().join(FILE);
    let mut octets = fs::read(&path).unwrap();
    octets[4_096..].iter_mut().for_each(|octet| *octet = octet.wrapping_mul(31).wrapping_add(17));
    fs::write(&path, octets).unwrap();
    // What SQLite remembers of its pages is given up, as it is in time.
    store.reader().unwrap().connection.execute_batch("PRAGMA shrink_memory").unwrap();
    let stretch = night.entries.iter().find(|it| matches!(it, Entry::Watched(_))).unwrap().clone();
    store.write(std::slice::from_ref(&stretch)).unwrap();
    let notices = store.take_notices();
    let [Notice::SetAside { path: aside, why: _ }] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(aside.exists() && aside.file_name().unwrap().to_str().unwrap().starts_with("earwitness.db.corrupt.2"));
    let reader = store.reader().unwrap();
    assert_eq!(reader.sessions().unwrap().len(), 1, "the session goes on in the fresh file");
    assert_eq!(reader.material(store.current().unwrap()).unwrap().findings.capture, stretches(&[stretch])[0].capture);
    let lines = reader.journal(Window { from: Timestamp::MIN, until: Timestamp::MAX }, 9).unwrap();
    assert!(lines.iter().any(|line| line.text.contains("set aside")), "{lines:?}");
}

/// Larger files than are looked through at each start are damaged as well.
#[test]
fn a_large_file_with_a_damaged_table_that_each_start_reads_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun(1)]).unwrap();
    let connection = &store.reader().unwrap().connection;
    let fill = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9000) \
                INSERT INTO journal (at, kind, text) SELECT n, 'notice', printf('%4000s', '') FROM numbers";
    connection.execute_batch(&format!("{fill}; PRAGMA wal_checkpoint(TRUNCATE)")).unwrap();
    let page = "SELECT rootpage FROM sqlite_schema WHERE name = 'sessions'";
    let page: i64 = connection.query_row(page, [], |row| row.get(0)).unwrap();
    drop(store);
    let path = folder.path().join(FILE);
    let mut octets = fs::read(&path).unwrap();
    assert!(octets.len() > 33 << 20);
    octets[usize::try_from(page - 1).unwrap() * 4_096..][..64].fill(0xff);
    fs::write(&path, octets).unwrap();
    let (store, notice) = Store::open(folder.path()).unwrap();
    assert!(matches!(notice, Some(Notice::SetAside { .. })), "{notice:?}");
    assert!(store.reader().unwrap().sessions().unwrap().is_empty());
}
