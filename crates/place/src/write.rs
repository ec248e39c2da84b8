//! The analysis of a place, drained into a dataset as it goes.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use earwitness_base::words::{counted, duration};
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::Findings;
use earwitness_core::samples::Samples;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::verdict::name_recordings;
use earwitness_dataset::tables::captures::CaptureRow;
use earwitness_dataset::tables::rounds::RoundRow;
use earwitness_dataset::tables::series::SeriesRow;
use earwitness_dataset::tables::sightings::SightingRow;
use earwitness_dataset::tables::verdicts::VerdictRow;
use earwitness_dataset::{Begun, Dataset, Home, Written};
use earwitness_offline::{JudgeError, ProbeLog, Seams, helpers};
use earwitness_report::geo::Geo;
use earwitness_report::verdicts::Probing;
use earwitness_traffic::files::{Captures, OpenError, Order};

use crate::copies::{Unique, without_copies};
use crate::find::{Found, facts};
use crate::ids::Ids;
use crate::kept::Kept;
use crate::mixed::Mixed;
use crate::spans::Spans;

/// Time from one draining to the next, by the capture's clock, nanoseconds. It begins at whole multiples, so that how the files are cut makes no difference.
const STRETCH: i64 = 600 * SECOND;

/// How long a second waits for frames that come late, nanoseconds.
const LATE: i64 = 60 * SECOND;

/// Overlap of two files from which on it is told, nanoseconds: rotation itself takes less.
const OVERLAP: i64 = 2 * SECOND;

/// Names of files that a sentence gives as examples.
const EXAMPLES: usize = 3;

/// A vantage point with its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// What the home is called.
    pub home: String,
    /// Its files.
    pub files: Vec<Found>,
}

impl Place {
    /// Octets of its files, as they lie on disk.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.files.iter().map(|it| it.facts.octets).fold(0, u64::saturating_add)
    }
}

/// How places are analysed.
pub struct How<'a> {
    /// What is looked for.
    pub settings: AnalysisSettings,
    /// Where receivers are.
    pub geo: &'a Geo,
    /// What was played there.
    pub probes: Option<&'a ProbeLog>,
    /// Threads that look for sound beside the one that reads.
    pub helpers: usize,
}

/// How far all places have come; told while it goes on.
#[derive(Debug, Default)]
pub struct Meter {
    octets: AtomicU64,
    places: AtomicU64,
}

impl Meter {
    /// Octets that were read or need not be.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.octets.load(Ordering::Relaxed)
    }

    /// Places that are done.
    #[must_use]
    pub fn places(&self) -> u64 {
        self.places.load(Ordering::Relaxed)
    }

    fn add(&self, octets: u64) {
        self.octets.fetch_add(octets, Ordering::Relaxed);
    }
}

/// What became of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// It was written.
    Written(Written),
    /// It was there already, made from the same files by the same settings.
    There(Written),
    /// It was broken off; what was there before is unchanged.
    Stopped,
}

/// A place could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// None of its files can be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// None of its files holds a frame.
    #[error("no file of the place holds a frame:\n  {}", .0.join("\n  "))]
    Nothing(Vec<String>),
    /// The dataset takes it not.
    #[error(transparent)]
    Dataset(#[from] earwitness_dataset::Error),
    /// The probe log does not fit.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// No thread could be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Analyses a place into its home, unless it is there already.
///
/// # Errors
/// When nothing of it can be read, or the dataset cannot be written. What was there before is then unchanged.
pub fn write(place: &Place, dataset: &Dataset, how: &How<'_>, stop: &Arc<AtomicBool>, meter: &Meter) -> Result<Ended, Error> {
    let all = place.octets();
    let captures = place.files.iter().map(|it| it.facts.clone()).collect();
    let ended = match Home::begin(dataset, &place.home, captures)? {
        Begun::There(written) => {
            meter.add(all);
            Ended::There(written)
        }
        Begun::Open(home) => Pass::new(place, how, dataset, *home, meter)?.run(stop)?,
    };
    meter.places.fetch_add(1, Ordering::Relaxed);
    Ok(ended)
}

/// One analysis of all files of a place.
struct Pass<'a> {
    how: &'a How<'a>,
    meter: &'a Meter,
    settings_digest: Arc<str>,
    files: Vec<Unique<'a>>,
    ids: Ids,
    out: Out,
}

/// Where the rows go.
struct Out {
    home: Home,
    kept: Kept,
    spans: Spans,
    /// The stretches in full, where a probe log is to be judged by them.
    parts: Option<Vec<Findings>>,
    /// The first fault in writing, which ends the reading.
    failed: Option<earwitness_dataset::Error>,
}

impl<'a> Pass<'a> {
    fn new(place: &'a Place, how: &'a How<'a>, dataset: &Dataset, home: Home, meter: &'a Meter) -> Result<Self, Error> {
        let (files, known) = without_copies(&place.files);
        meter.add(place.octets() - files.iter().map(|it| it.found.facts.octets).sum::<u64>());
        let paths = files.iter().map(|it| (it.found.path.clone(), it.found.facts.octets)).collect();
        let ids = Ids::begin(paths, known).map_err(Error::Thread)?;
        let spans = Spans::new(files.len());
        let parts = how.probes.map(|_| Vec::new());
        let out = Out { home, kept: Kept::default(), spans, parts, failed: None };
        Ok(Self { how, meter, settings_digest: Arc::clone(dataset.settings().digest()), files, ids, out })
    }

    fn run(mut self, stop: &Arc<AtomicBool>) -> Result<Ended, Error> {
        let paths: Vec<PathBuf> = self.files.iter().map(|it| it.found.path.clone()).collect();
        let mut captures = Captures::open(&paths, Order::Merged, None)?;
        captures.stop_waiting_on(Arc::clone(stop));
        // Seconds are those of UTC; runs of loud ones are not among the tables.
        let settings = AnalysisSettings { origin: Some(Timestamp::default()), burst: None, ..self.how.settings.clone() };
        let mut analysis = Analysis::new(settings);
        if let Some(workers) = helpers(self.how.helpers) {
            analysis.hire(workers);
        }
        let mut samples = self.how.probes.map(|log| log.samples(earwitness_core::detect::ttest::TtestSettings::default()));
        let (mut seams, mut mixed) = (Seams::default(), Mixed::new(self.files.len()));
        let mut due = Due::default();
        let mut counted = 0;
        let Self { how, meter, ids, out, .. } = &mut self;
        let flow = captures.for_each(
            &mut |at| {
                ids.read(at.octets);
                meter.add(at.octets.saturating_sub(counted));
                counted = counted.max(at.octets);
            },
            |frame, file| {
                let number = file.0 as usize;
                if seams.begins(frame, file, || analysis.latest()) {
                    analysis.begins();
                }
                if let Some(until) = due.at(frame.at) {
                    out.take(analysis.drain(until, Timestamp::MAX), ids, how.geo);
                }
                out.spans.note(frame.at, number);
                mixed.note(frame, number);
                analysis.frame(frame);
                if let Some(samples) = &mut samples {
                    samples.frame(frame);
                }
                if stop.load(Ordering::Relaxed) || out.failed.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        if flow.is_break() && self.out.failed.is_none() {
            return Ok(Ended::Stopped);
        }
        meter_rest(self.meter, &self.files, counted);
        self.out.take(analysis.finish(), &self.ids, self.how.geo);
        if let Some(failed) = self.out.failed.take() {
            return Err(failed.into());
        }
        let mut troubles = self.troubles(&captures, &mixed);
        troubles.extend(seams.apart().map(|it| it.to_string()));
        if captures.frames() == 0 {
            return Err(Error::Nothing(troubles));
        }
        self.judge(samples, &mut troubles)?;
        self.finish(&captures, troubles)
    }

    /// What is odd about the files, in a sentence each.
    fn troubles(&self, captures: &Captures, mixed: &Mixed) -> Vec<String> {
        let mut troubles: Vec<String> = captures
            .troubles()
            .iter()
            .map(|it| match self.files.get(it.file.0 as usize) {
                Some(file) => format!("{}: {}", file.found.facts.path, it.what),
                None => it.to_string(),
            })
            .collect();
        for file in &self.files {
            let name = &file.found.facts.path;
            if !file.copies.is_empty() {
                troubles.push(format!("{}: the same octets as {name}, which is read once", examples(&file.copies)));
            }
            let now = fs::metadata(&file.found.path).ok().map(|about| facts(name.clone(), &about));
            if now.is_some_and(|now| now != file.found.facts) {
                troubles.push(format!("{name}: it changed while it was read, so that it is perhaps still being written; run again when it is complete"));
            }
        }
        let (overlapping, longest) = self.out.spans.overlaps(OVERLAP);
        if overlapping > 0 {
            let files = counted(overlapping as u64, "file begins", "files begin");
            troubles.push(format!(
                "{files} up to {} before the file before has ended: captures at several points, or clocks that differ; frames that are in both count twice",
                duration(longest)
            ));
        }
        for apart in mixed.apart() {
            let names: Vec<String> =
                apart.files.iter().filter_map(|it| self.files.get(*it)).map(|it| it.found.facts.path.clone()).collect();
            let why = if apart.link {
                "of another kind of link than the other files"
            } else {
                "without any device that the other files have"
            };
            troubles.push(format!("{}: {why}; if it was captured elsewhere, make it a place of its own", examples(&names)));
        }
        troubles.extend(self.out.kept.gateway_changed());
        troubles
    }

    /// Writes rounds and verdicts, where a log was given.
    fn judge(&mut self, samples: Option<Samples>, troubles: &mut Vec<String>) -> Result<(), Error> {
        let (Some(log), Some(parts)) = (self.how.probes, self.out.parts.take()) else { return Ok(()) };
        let mut findings = Findings::assemble(parts, self.how.settings.burst.as_ref());
        let tested = samples.zip(findings.capture.last).map(|(samples, last)| samples.finish(last)).unwrap_or_default();
        let Probing { verdicts, warnings, .. } = log.judge(&findings, &tested)?;
        troubles.extend(warnings.into_iter().map(|it| format!("the probe log: {it}")));
        name_recordings(&mut findings, &verdicts);
        self.out.kept.rename(&findings);
        let start =
            verdicts.trials.first().and_then(|it| it.round.slots.first()).map_or_else(Timestamp::default, |slot| slot.from);
        let Self { out, ids, .. } = self;
        for trial in &verdicts.trials {
            let mut row = RoundRow { round: trial.round.clone(), capture_id: "".into() };
            row.capture_id = out.id(row.start(), ids);
            out.home.push(&row)?;
        }
        for verdict in verdicts.devices {
            out.home.push(&VerdictRow { verdict, alpha: verdicts.alpha, share: 1.0, start, capture_id: out.id(start, ids) })?;
        }
        Ok(())
    }

    /// Writes the sightings and the files themselves, and puts the home in its place.
    fn finish(mut self, captures: &Captures, troubles: Vec<String>) -> Result<Ended, Error> {
        self.out.kept.write(&mut self.out.home, true)?;
        let order = self.out.spans.order();
        for (number, file) in order.iter().enumerate() {
            let (Some(unique), Some(read)) = (self.files.get(*file), captures.files().get(*file)) else { continue };
            let of_file = captures.troubles().iter().filter(|it| it.file.0 as usize == *file);
            self.out.home.push(&CaptureRow {
                capture_id: self.ids.of(*file),
                path: unique.found.facts.path.clone(),
                number,
                octets: unique.found.facts.octets,
                frames: read.frames,
                span: self.out.spans.of(*file),
                dropped: read.dropped,
                copies: unique.copies.clone(),
                troubles: of_file.map(|it| it.what.clone()).collect(),
                settings: Arc::clone(&self.settings_digest),
            })?;
        }
        let first = order.first().map_or_else(|| "".into(), |file| self.ids.of(*file));
        Ok(Ended::Written(self.out.home.finish(&first, troubles)?))
    }
}

/// What was not taken from files that could not be read counts as done.
fn meter_rest(meter: &Meter, files: &[Unique<'_>], counted: u64) {
    let all = files.iter().map(|it| it.found.facts.octets).fold(0, u64::saturating_add);
    meter.add(all.saturating_sub(counted));
}

impl Out {
    /// The id of the capture that a moment lies in.
    fn id(&self, at: Timestamp, ids: &Ids) -> Arc<str> {
        self.spans.at(at).map_or_else(|| "".into(), |file| ids.of(file))
    }

    /// Takes a stretch: seconds are written, sightings kept.
    fn take(&mut self, mut part: Findings, ids: &Ids, geo: &Geo) {
        geo.locate(&mut part);
        let written = self.write(&part, ids);
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
        if let Some(parts) = &mut self.parts {
            parts.push(part);
        }
    }

    fn write(&mut self, part: &Findings, ids: &Ids) -> Result<(), earwitness_dataset::Error> {
        // Neighbouring rows mostly lie in one capture.
        let mut latest: Option<(usize, Arc<str>)> = None;
        let spans = &self.spans;
        let mut id = |at: Timestamp| {
            let Some(file) = spans.at(at) else { return "".into() };
            if latest.as_ref().is_none_or(|it| it.0 != file) {
                latest = Some((file, ids.of(file)));
            }
            latest.as_ref().map_or_else(|| "".into(), |it| Arc::clone(&it.1))
        };
        for device in &part.devices {
            for row in SeriesRow::of(device, &mut id) {
                self.home.push(&row)?;
            }
            self.kept.add(device, SightingRow::of(device, &mut id));
        }
        if self.kept.is_full() {
            self.kept.write(&mut self.home, false)?;
        }
        Ok(())
    }
}

/// When the analysis is to be drained.
#[derive(Debug, Default)]
struct Due {
    next: Option<Timestamp>,
}

impl Due {
    /// Until when it is to be drained before a frame of that moment.
    #[inline]
    fn at(&mut self, at: Timestamp) -> Option<Timestamp> {
        match self.next {
            Some(next) if at < next && next.since(at) <= 2 * STRETCH => None,
            _ => self.turn(at),
        }
    }

    #[cold]
    fn turn(&mut self, at: Timestamp) -> Option<Timestamp> {
        let begun = |at: Timestamp| at.plus(-at.nanos().rem_euclid(STRETCH));
        let before = self.next.replace(begun(at.plus(-LATE)).plus(STRETCH + LATE))?;
        // A clock that was set back: what was counted until then is complete.
        Some(if at < before { before } else { begun(at.plus(-LATE)) })
    }
}

/// Some names, and how many more there are.
fn examples(names: &[String]) -> String {
    let shown = names.iter().take(EXAMPLES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(EXAMPLES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: i64) -> Timestamp {
        Timestamp::from_nanos(second * SECOND)
    }

    #[test]
    fn it_is_drained_at_whole_stretches_whatever_the_first_frame() {
        for first in [0, 59, 60, 599] {
            let mut due = Due::default();
            let drained: Vec<_> = (first..3_000).filter_map(|second| due.at(at(second))).filter(|until| *until > at(0)).collect();
            assert_eq!(drained, [600, 1_200, 1_800, 2_400].map(at), "from second {first}");
        }
    }

    #[test]
    fn a_clock_that_was_set_goes_on_in_stretches() {
        let mut due = Due::default();
        assert_eq!(due.at(at(1_000_000)), None);
        let ahead = due.at(at(2_000_000)).unwrap();
        assert!(ahead > at(1_000_060) && ahead < at(2_000_000));
        let back = due.at(at(5_000)).unwrap();
        assert!(back > at(2_000_000), "all of it is returned");
        assert_eq!(due.at(at(5_001)), None);
    }
}
