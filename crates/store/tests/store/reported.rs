//! What is reported to a person is in the store before, wherever the program is killed: a simulated home in virtual time, and the real store.

use std::collections::BTreeSet;
use std::path::Path;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::event::What;
use earwitness_core::experiment::{Action, Experiment, Input, Order, Spoken, Upkeep};
use earwitness_core::findings::DeviceId;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::Heard;
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sim::house::{House, Sound};
use earwitness_sim::plan::Plan;
use earwitness_store::{Of, SessionId, Store};

use crate::sample::Chance;

/// Kills in the short form; `FULL=1` for a thousand.
const KILLS: u32 = 150;

/// A device, and from when until when it uploaded.
type Upload = (DeviceId, i64, i64);

/// What was reported since the program began.
#[derive(Default)]
struct Reported {
    uploads: BTreeSet<Upload>,
    scored: BTreeSet<u32>,
    /// Rounds that are over, each with the onset of its probe.
    over: BTreeSet<(u32, i64)>,
    devices: BTreeSet<DeviceId>,
}

/// The program from a start to a kill.
struct Process {
    machine: Experiment<Watch>,
    store: Store,
    wake: Option<i64>,
    onset: Option<(u32, i64)>,
    /// Actions until it is killed, among them those of a batch.
    left: u32,
}

impl Process {
    fn start(folder: &Path, design: &Design, left: u32) -> Self {
        let (mut store, notice) = Store::open(folder).unwrap();
        assert_eq!(notice, None);
        let reader = store.reader().unwrap();
        let settings = AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() };
        let machine = Experiment::new(design.clone(), Watch, 0.01, settings).with_upkeep(Upkeep::default());
        let mut machine = machine.knowing(reader.known().unwrap());
        if let Some(last) = reader.sessions().unwrap().pop() {
            let (trials, unfinished) = (reader.trials(last.id).unwrap(), reader.unfinished(last.id).unwrap());
            machine = machine.resumed(&trials, unfinished, reader.devices(last.id).unwrap());
            store.resume(last.id).unwrap();
        }
        Self { machine, store, wake: None, onset: None, left }
    }

    /// Hands on an input and does what is asked for; `false` once it is killed.
    fn handle(&mut self, input: Input<'_>, now: i64, house: &mut House, reported: &mut Reported) -> bool {
        let mut actions = Vec::new();
        self.machine.handle(input, Timestamp::from_nanos(now), &mut actions);
        while !actions.is_empty() {
            for action in std::mem::take(&mut actions) {
                match action {
                    Action::WakeAt(at) => {
                        self.wake = Some(at.nanos());
                        continue;
                    }
                    Action::Write(entry) => {
                        self.store.write(std::slice::from_ref(&entry)).unwrap();
                        if let (Entry::Drawn(round), Some(onset)) = (&entry, self.onset) {
                            reported.over.extend((round.number == onset.0).then_some(onset));
                        }
                    }
                    Action::Report(event) => match event.what {
                        What::Joined { device } => drop(reported.devices.insert(device)),
                        What::Sighted { device, sighting } => {
                            reported.uploads.insert((device, sighting.window.from.nanos(), sighting.window.until.nanos()));
                        }
                        What::Scored { round, .. } => drop(reported.scored.insert(round)),
                        _ => {}
                    },
                    Action::Speak(Order { round, stimulus, length, .. }) => {
                        let onset = now + SECOND / 10;
                        house.play(onset, &Sound { stimulus, length, level_db: 70.0 });
                        self.onset = Some((round, onset));
                        let onset = Timestamp::from_nanos(onset);
                        let spoken = Spoken { round, onset, length, heard: Heard::Yes, trouble: None, timelines: None };
                        self.machine.handle(Input::Spoken(spoken), Timestamp::from_nanos(now), &mut actions);
                    }
                }
                self.left = self.left.saturating_sub(1);
                if self.left == 0 {
                    return false;
                }
            }
        }
        true
    }

    /// Lets time pass until it is killed or the house ends; says when that was.
    fn run(&mut self, house: &mut House, mut now: i64, reported: &mut Reported) -> (i64, bool) {
        loop {
            if self.wake.is_none_or(|at| at <= now) {
                self.wake = None;
                if !self.handle(Input::Tick, now, house, reported) {
                    return (now, true);
                }
            }
            if now >= house.ends() {
                return (now, false);
            }
            let next = self.wake.unwrap_or(i64::MAX).max(now + 1).min(now + 10 * SECOND).min(house.ends());
            house.advance(next, &mut |at, octets| {
                let wire_len = u32::try_from(octets.len()).unwrap();
                let frame = Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes: octets, interface: 0 };
                self.machine.handle(Input::Frame(frame), frame.at, &mut Vec::new());
            });
            now = next;
        }
    }
}

/// That everything that was reported can be read.
fn all_there(folder: &Path, reported: &Reported) {
    let (store, _) = Store::open(folder).unwrap();
    let reader = store.reader().unwrap();
    let mut uploads = BTreeSet::new();
    let every = |it: earwitness_store::StoredSighting| {
        uploads.insert((it.device, it.sighting.window.from.nanos(), it.sighting.window.until.nanos()));
        Ok(())
    };
    reader.sightings(Of::Session(SessionId(1)), every).unwrap();
    let missing: Vec<_> = reported.uploads.difference(&uploads).collect();
    assert!(missing.is_empty(), "told and not in the store: {missing:?}");
    let trials: BTreeSet<u32> = reader.trials(SessionId(1)).unwrap().iter().map(|it| it.round.number).collect();
    assert!(reported.scored.is_subset(&trials), "{:?}", reported.scored);
    let rounds = reader.trials(SessionId(1)).unwrap().into_iter().map(|it| it.round);
    let rounds = rounds.chain(reader.unfinished(SessionId(1)).unwrap());
    let played: BTreeSet<(u32, i64)> = rounds.map(|it| (it.number, it.played.onset.nanos())).collect();
    assert!(reported.over.is_subset(&played), "rounds that were over: {:?}, in the store: {played:?}", reported.over);
}

#[test]
fn what_was_told_is_in_the_store_wherever_the_program_is_killed() {
    let most = if std::env::var_os("FULL").is_some() { 1_000 } else { KILLS };
    let folder = tempfile::tempdir().unwrap();
    let text = Plan::shipped().iter().find(|it| it.0 == "demo").unwrap().1;
    let plan = Plan::from_toml(text, "demo").unwrap();
    let design = Design { seed: 3, stimuli: plan.sounds.clone(), ..Design::default() };
    let mut chance = Chance(7);
    let (mut reported, mut kills, mut uploads, mut seed) = (Reported::default(), 0, 0, 0);
    while kills < most {
        let mut house = House::new(&plan, seed);
        let (mut now, mut goes_on) = (house.begins(), true);
        seed += 1;
        while goes_on && kills < most {
            let mut process = Process::start(folder.path(), &design, 1 + u32::try_from(chance.below(60)).unwrap());
            (now, goes_on) = process.run(&mut house, now, &mut reported);
            drop(process);
            kills += 1;
            if kills % 10 == 0 {
                all_there(folder.path(), &reported);
                uploads = reported.uploads.len();
            }
        }
        // The next night begins again at the same moment: another home, another store.
        all_there(folder.path(), &reported);
        assert!(reported.uploads.len() > 3 && reported.scored.len() > 3, "{} uploads, {} rounds", uploads, reported.scored.len());
        eprintln!(
            "{kills} kills: {} uploads and {} rounds were told, and are there",
            reported.uploads.len(),
            reported.scored.len()
        );
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        reported = Reported::default();
    }
}
