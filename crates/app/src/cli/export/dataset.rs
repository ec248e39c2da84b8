//! All that a store holds as a home of a dataset, with pseudonyms in the place of addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use earwitness_core::detect::lottery::session_part;
use earwitness_core::findings::{CaptureFacts, DeviceId, Findings};
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict;
use earwitness_dataset::capture_id::of_octets;
use earwitness_dataset::pseudonym::{Pseudonyms, shorten};
use earwitness_dataset::settings::Settings;
use earwitness_dataset::tables::captures::CaptureRow;
use earwitness_dataset::tables::rounds::RoundRow;
use earwitness_dataset::tables::series::SeriesRow;
use earwitness_dataset::tables::sightings::SightingRow;
use earwitness_dataset::tables::verdicts::VerdictRow;
use earwitness_dataset::{Dataset, Home, Written, check_home, day};
use earwitness_place::kept::Kept;
use earwitness_report::geo::Geo;
use earwitness_store::{Of, Reader, SessionRow};

use super::args::Args;
use super::key;
use crate::cli::Outcome;
use crate::config::Config;
use crate::say;

/// Writes the home.
pub(super) fn write(args: &Args) -> anyhow::Result<Outcome> {
    let (folder, name) = place(args)?;
    check_home(&name)?;
    let reader = Reader::open(&args.store)?;
    reader.hold()?;
    let Some(first) = reader.first_frame()? else { bail!("{} holds nothing yet", args.store.display()) };
    let pseudonyms = if args.dataset.plain { None } else { Some(pseudonyms(args, &reader, &folder)?) };
    let how = if pseudonyms.is_some() { "pseudonyms" } else { "addresses" };
    let store = first.nanos().to_string();
    let mark = pseudonyms.as_ref().map_or_else(|| of_octets(store.as_bytes()), |it| it.mark(&store));
    let settings = Settings::new(["source store".to_owned(), format!("devices by {how}")]);
    let digest = Arc::clone(settings.digest());
    let dataset = Dataset::open_for(&name, &folder, settings, args.dataset.replace)?;
    let home = Home::grow(&dataset, &name, &mark)?;
    let out = Out { home, name: &name, pseudonyms, kept: Kept::default(), days: BTreeMap::new() };
    let written = out.fill(&reader, &digest)?;
    let rows: Vec<String> = written.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
    say::line(&format!("{name} in {}: {}", folder.display(), rows.join(", ")));
    written.troubles.iter().for_each(|it| say::line(it));
    Ok(Outcome::Done)
}

/// The folder of the dataset, and what the home is called in it.
fn place(args: &Args) -> anyhow::Result<(PathBuf, String)> {
    let named = (args.output != Path::new("-")).then(|| args.output.clone());
    let configured = match &args.dataset.config {
        Some(file) => Config::load(Some(file))?.dataset,
        None => None,
    };
    let (folder, home) = configured.map_or((None, None), |it| (Some(it.folder), Some(it.home)));
    match (named.or(folder), args.dataset.home.clone().or(home)) {
        (Some(folder), Some(home)) => Ok((folder, home)),
        (None, _) => bail!("name the folder of the dataset with -o, or [dataset] of a configuration with -c"),
        (_, None) => bail!("name the home with --home, by a pseudonym such as home-17, or [dataset] of a configuration with -c"),
    }
}

/// The pseudonyms of this home; no two devices may share one.
fn pseudonyms(args: &Args, reader: &Reader, folder: &Path) -> anyhow::Result<Pseudonyms> {
    let beside = || reader.path().parent().map(|it| it.join("pseudonyms.key")).unwrap_or_default();
    let path = args.dataset.key.clone().unwrap_or_else(beside);
    let place = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if place.canonicalize().is_ok_and(|place| folder.canonicalize().is_ok_and(|folder| place.starts_with(folder))) {
        bail!("{} would lie in the dataset, where others read it: keep the key of the pseudonyms in the home", path.display());
    }
    let pseudonyms = Pseudonyms::new(&key::read_or_make(&path)?);
    let known = reader.known()?;
    let different: BTreeSet<_> = known.iter().map(|it| pseudonyms.device(*it)).collect();
    if different.len() < known.len() {
        bail!("two devices would have the same pseudonym under {}: remove it, and write the home with --replace", path.display());
    }
    Ok(pseudonyms)
}

/// A home on its way.
struct Out<'a> {
    home: Home,
    name: &'a str,
    pseudonyms: Option<Pseudonyms>,
    kept: Kept,
    /// What was captured each day.
    days: BTreeMap<String, CaptureFacts>,
}

impl Out<'_> {
    fn fill(mut self, reader: &Reader, settings: &Arc<str>) -> anyhow::Result<Written> {
        let all = Of::Window(Window { from: Timestamp::MIN, until: Timestamp::MAX });
        let mut failed = None;
        let read = reader.stretches(all, |part| {
            self.take(part).map_err(|error| {
                let again = earwitness_store::Error::of_reader(&io::Error::other(error.to_string()));
                failed = Some(error);
                again
            })
        });
        failed.map_or(Ok(()), Err)?;
        read?;
        self.sightings(true)?;
        let mut troubles = Vec::new();
        for row in reader.sessions()? {
            let rounds = reader.rounds(row.id)?;
            if rounds.is_empty() {
                continue;
            }
            for round in rounds {
                let mut row = RoundRow { round, capture_id: "".into() };
                row.capture_id = self.id(row.start());
                self.home.push(&row)?;
            }
            if row.retired.is_none() && row.rules == verdict::RULES {
                // As `run` counted when it began the session.
                let share = session_part(reader.sessions_with_rounds(Some(row.id))? + 1);
                self.verdicts(reader, &row, share)?;
            } else {
                troubles.push(format!(
                    "session {}: its verdicts are not computed again, since {}; those that are in the dataset stay",
                    row.id,
                    if row.retired.is_some() { "its series were deleted" } else { "it was scored by other rules" }
                ));
            }
        }
        for (number, (date, facts)) in std::mem::take(&mut self.days).into_iter().enumerate() {
            self.home.push(&CaptureRow {
                capture_id: id_of(self.name, &date),
                path: format!("store/{date}"),
                number,
                octets: facts.wire_octets,
                frames: facts.frames,
                span: facts.first.zip(facts.last),
                dropped: facts.dropped,
                copies: Vec::new(),
                troubles: Vec::new(),
                settings: Arc::clone(settings),
            })?;
        }
        Ok(self.home.finish(&of_octets(format!("store {}", self.name).as_bytes()), troubles)?)
    }

    /// Takes a stretch.
    fn take(&mut self, mut part: Findings) -> anyhow::Result<()> {
        Geo::default().locate(&mut part);
        if let Some(first) = part.capture.first {
            self.days.entry(day::of(first)).or_default().add(part.capture);
        }
        // In the order of what they are called: that of their addresses would say which is which.
        let mut devices: Vec<_> = part.devices.into_iter().map(|it| (self.called(it.id), it)).collect();
        devices.sort_by_key(|it| it.0);
        for (called, mut device) in devices {
            let mut latest: Option<(String, Arc<str>)> = None;
            let name = self.name;
            let mut id = |at: Timestamp| {
                let date = day::of(at);
                match &latest {
                    Some((of, id)) if *of == date => Arc::clone(id),
                    _ => Arc::clone(&latest.insert((date.clone(), id_of(name, &date))).1),
                }
            };
            self.kept.add(&device, SightingRow::of(&device, &mut id));
            device.id = called;
            for row in SeriesRow::of(&device, &mut id) {
                self.home.push(&row)?;
            }
        }
        if self.kept.is_full() { self.sightings(false) } else { Ok(()) }
    }

    /// What a device is called in the dataset.
    fn called(&self, device: DeviceId) -> DeviceId {
        self.pseudonyms.as_ref().map_or(device, |it| it.device(device))
    }

    /// Writes the sightings that are kept; with `all`, those that may still go on as well.
    fn sightings(&mut self, all: bool) -> anyhow::Result<()> {
        let Self { kept, home, pseudonyms, .. } = self;
        kept.write_as(home, all, |row| {
            if let Some(pseudonyms) = &*pseudonyms {
                row.device = pseudonyms.device(row.device);
                shorten(&mut row.sighting);
            }
        })?;
        Ok(())
    }

    /// The verdicts of a session, computed again from what is stored, with the settings by which it was told.
    fn verdicts(&mut self, reader: &Reader, row: &SessionRow, share: f64) -> anyhow::Result<()> {
        let settings = reader.verdicts(row.id)?.pop().map_or_else(|| row.verdict_settings(), |it| it.settings);
        let verdicts = reader.material(row.id)?.verdicts(&settings);
        let start = verdicts.trials.first().and_then(|it| it.round.slots.first()).map_or(row.begun, |slot| slot.from);
        let mut devices = verdicts.devices;
        for it in &mut devices {
            it.device = self.called(it.device);
        }
        devices.sort_by_key(|it| it.device);
        for verdict in devices {
            let capture_id = self.id(start);
            self.home.push(&VerdictRow { verdict, alpha: verdicts.alpha, share, start, capture_id })?;
        }
        Ok(())
    }

    /// What stands in the place of a capture for a moment.
    fn id(&self, at: Timestamp) -> Arc<str> {
        id_of(self.name, &day::of(at))
    }
}

fn id_of(home: &str, date: &str) -> Arc<str> {
    of_octets(format!("store {home} {date}").as_bytes()).into()
}
