//! `--place`: folders of captures, each as one analysis, into a dataset.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use earwitness_base::outfile::{self, Sink};
use earwitness_base::words::{count, counted, octets};
use earwitness_dataset::{Dataset, PROGRAM, Written};
use earwitness_place::{Ended, Error, How, Meter, Place, files};
use serde::Serialize;

use super::super::Outcome;
use super::super::interrupt::Interrupt;
use super::super::progress::Octets;
use super::options::Options;
use super::place_args::Args;
use crate::say;

/// Version of the summary for programs (docs/schema/places-1.json).
const VERSION: u32 = 1;

/// How often the bar is drawn anew.
const LOOK: Duration = Duration::from_millis(200);

/// What became of a place.
#[derive(Serialize)]
struct Told {
    home: String,
    state: State,
    files: usize,
    octets: u64,
    rows: BTreeMap<String, u64>,
    parquet_files: usize,
    troubles: Vec<String>,
    error: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Written,
    Unchanged,
    Stopped,
    Failed,
}

#[derive(Serialize)]
struct Summary<'a> {
    version: u32,
    program: &'static str,
    dataset: String,
    settings: &'a str,
    places: &'a [Told],
}

/// Analyses the places; nothing but the summary is printed.
pub(super) fn run(asked: &Args, folder: &Path, options: &Options) -> anyhow::Result<Outcome> {
    let places = places(asked)?;
    let probes = options.plan.probes.as_ref();
    if probes.is_some() && places.len() > 1 {
        bail!("--probes is the log of one home; name the places one by one, each with its log");
    }
    let settings = earwitness_place::settings(&options.plan.settings, probes);
    let dataset = Dataset::open(folder, settings, asked.replace)?;
    let jobs = jobs(asked.jobs, places.len());
    let how = How { settings: options.plan.settings.clone(), geo: &options.geo, probes, helpers: options.plan.helpers / jobs };
    let interrupt = Interrupt::install()?;
    interrupt.begin_reading();
    let told = side_by_side(&places, jobs, &dataset, &how, &interrupt, options.quiet);
    if let Some(path) = options.json() {
        let digest = dataset.settings().digest();
        let dataset = folder.to_string_lossy().into_owned();
        let summary = Summary { version: VERSION, program: PROGRAM, dataset, settings: digest, places: &told };
        outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &summary).map_err(io::Error::from)?;
            writeln!(out)
        })?;
    }
    let good = told.iter().all(|it| matches!(it.state, State::Written | State::Unchanged));
    Ok(if good { Outcome::Done } else { Outcome::Trouble })
}

/// The places with their names and files.
fn places(asked: &Args) -> anyhow::Result<Vec<Place>> {
    if asked.home.len() > asked.place.len() {
        bail!("there are more names than places; give --home once for each --place");
    }
    let mut places: Vec<Place> = Vec::new();
    for (number, folder) in asked.place.iter().enumerate() {
        let named = asked.home.get(number).cloned();
        let home = named.map_or_else(|| name(folder), Ok)?;
        if places.iter().any(|it| it.home == home) {
            bail!("two places are called {home}; give each a name of its own with --home, once for each --place");
        }
        places.push(Place { home, files: files(folder)? });
    }
    Ok(places)
}

/// A place is called after its folder, and a file without its endings.
fn name(folder: &Path) -> anyhow::Result<String> {
    let real = folder.canonicalize().with_context(|| format!("cannot read {}", folder.display()))?;
    let name = real.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(if real.is_file() { name.split('.').next().unwrap_or_default().to_owned() } else { name })
}

/// Places that are analysed side by side.
fn jobs(asked: Option<NonZeroUsize>, places: usize) -> usize {
    let processors = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    asked.map_or_else(processors, NonZeroUsize::get).min(places).max(1)
}

/// Analyses places on several threads, and says of each what became of it as soon as it is done; in the order of the places.
fn side_by_side(
    places: &[Place],
    jobs: usize,
    dataset: &Dataset,
    how: &How<'_>,
    interrupt: &Interrupt,
    quiet: bool,
) -> Vec<Told> {
    let (meter, next, stop) = (Meter::default(), AtomicUsize::new(0), interrupt.flag());
    let total = places.iter().map(Place::octets).fold(0, u64::saturating_add);
    let mut bar = Octets::new(total, places.len(), quiet);
    let (tell, told) = channel();
    let work = |tell: Sender<(usize, Told)>| {
        while let Some((number, place)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|it| Some((it, places.get(it)?))) {
            let ended =
                if interrupt.is_set() { Ok(Ended::Stopped) } else { earwitness_place::write(place, dataset, how, &stop, &meter) };
            if tell.send((number, of(place, ended))).is_err() {
                return;
            }
        }
    };
    let mut all: Vec<(usize, Told)> = thread::scope(|scope| {
        for _ in 0..jobs {
            let tell = tell.clone();
            scope.spawn(|| work(tell));
        }
        drop(tell);
        let mut all = Vec::new();
        loop {
            match told.recv_timeout(LOOK) {
                Ok((number, it)) => {
                    if !quiet {
                        bar.aside(|| tell_of(&it));
                    }
                    all.push((number, it));
                }
                Err(RecvTimeoutError::Timeout) => bar.at(meter.octets(), meter.places()),
                Err(RecvTimeoutError::Disconnected) => break all,
            }
        }
    });
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}

fn of(place: &Place, ended: Result<Ended, Error>) -> Told {
    let (state, Written { rows, files, troubles }, error) = match ended {
        Ok(Ended::Written(written)) => (State::Written, written, None),
        Ok(Ended::There(written)) => (State::Unchanged, written, None),
        Ok(Ended::Stopped) => (State::Stopped, Written::default(), None),
        Err(error) => (State::Failed, Written::default(), Some(error.to_string())),
    };
    Told {
        home: place.home.clone(),
        state,
        files: place.files.len(),
        octets: place.octets(),
        rows,
        parquet_files: files,
        troubles,
        error,
    }
}

/// Says what became of a place.
fn tell_of(it: &Told) {
    let rows = |table: &str| it.rows.get(table).copied().unwrap_or(0);
    let what = match it.state {
        State::Written => format!(
            "{}, {} seconds of devices, from {} of {}",
            counted(rows("sightings"), "sighting", "sightings"),
            count(rows("series")),
            counted(it.files as u64, "file", "files"),
            octets(it.octets)
        ),
        State::Unchanged => "it is there already, from the same files with the same settings".to_owned(),
        State::Stopped => "stopped; what was there of it is unchanged".to_owned(),
        State::Failed => it.error.clone().unwrap_or_default(),
    };
    say::line(&format!("{}: {what}", it.home));
    for trouble in &it.troubles {
        say::line(&format!("{}: {trouble}", it.home));
    }
}
