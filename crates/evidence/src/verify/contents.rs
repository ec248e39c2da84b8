//! What a bundle says, held against what follows from it.

use std::io::{Read, Seek};

use earwitness_core::analysis::Workers;
use earwitness_core::verdict;
use earwitness_report::labels;
use earwitness_report::probelog::{self, Log, Reading, check_lots};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Asked, Report, State, Verdict};
use crate::about::About;
use crate::archive::{Archive, Error};
use crate::commitment::{self, of};
use crate::derive::{Derived, derive};
use crate::document::{self, Parts};
use crate::export::{pretty, span};
use crate::names::{ABOUT, COMMITMENT, DOCUMENT, FRAMES, PROBES, SETTINGS, TOLD, VERDICTS};
use crate::settings::Settings;
use crate::told::Told;

/// What was read from a bundle.
pub(super) struct Contents {
    log: Log,
    settings: Settings,
    about: About,
    told: Option<Told>,
}

impl Contents {
    /// Reads the small files; nothing where one of them cannot be understood, which is then in the report.
    pub(super) fn read<R: Read + Seek>(archive: &mut Archive<R>, report: &mut Report) -> Result<Option<Self>, Error> {
        let mut wrong = Vec::new();
        let settings: Option<Settings> = plain(archive, SETTINGS, &mut wrong)?;
        let about: Option<About> = plain(archive, ABOUT, &mut wrong)?;
        let told: Option<Told> = if archive.has(TOLD) { plain(archive, TOLD, &mut wrong)? } else { None };
        let octets = archive.octets(PROBES)?;
        let log = match probelog::parse(&octets, PROBES, &Reading::default()) {
            Ok(log) => Some(log),
            Err(error) => {
                wrong.push(error.to_string());
                None
            }
        };
        if let Some(log) = &log {
            rounds(log, &octets, settings.as_ref(), report);
            lots(log, report);
        }
        if let Some(error) = about.as_ref().and_then(|about| about.check().err()) {
            wrong.push(format!("{ABOUT}: {error}"));
        }
        let is_read = settings.is_some() && about.is_some() && log.is_some();
        report.take("contents", wrong, "settings, rounds and what was tested are written as they should be".to_owned());
        let (Some(log), Some(settings), Some(about)) = (log, settings, about) else { return Ok(None) };
        report.made_by.clone_from(&settings.program);
        report.about = about.clone();
        Ok(is_read.then_some(Self { log, settings, about, told }))
    }

    /// Analyses the frames, and holds what the bundle says against what follows.
    pub(super) fn derive<R: Read + Seek>(
        self,
        archive: &mut Archive<R>,
        workers: Option<Box<dyn Workers>>,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !self.settings.has_our_rules() {
            let says = format!(
                "not derived again: the bundle was made by the rules {} of {}, and this program has the rules {}; verify it with that version",
                self.settings.rules,
                self.settings.program,
                verdict::RULES
            );
            report.add("verdicts", State::Open, vec![says]);
            return Ok(());
        }
        let derived = match derive(archive.stream(FRAMES)?, &self.log, &self.settings, workers) {
            Ok(derived) => derived,
            Err(error) => {
                report.add("frames", State::Fails, vec![error]);
                return Ok(());
            }
        };
        report.add("frames", State::Holds, vec![frames(&derived)]);
        let written = archive.octets(VERDICTS)?;
        let is_same_program =
            self.settings.program == Settings::new(self.settings.alpha, self.settings.bins, self.settings.frames.clone()).program;
        let good = format!(
            "all {} verdicts follow from the frames and rounds of the bundle, to the bit, with every number behind them",
            derived.probing.verdicts.devices.len()
        );
        report.take("verdicts", differences(&written, &derived.report, is_same_program), good);
        self.told(&derived, report);
        let answer = derived.probing.answer();
        let has = |name: &str| archive.has(name);
        let root = archive.root().to_owned();
        let parts = Parts {
            root: &root,
            settings: &self.settings,
            about: &self.about,
            span: span(&self.log),
            answer: &answer,
            has: &has,
        };
        let document = document::text(&parts);
        let is_so = archive.text(DOCUMENT)? == document;
        let wrong =
            if is_so { Vec::new() } else { vec![format!("{DOCUMENT} says something else than the files that it describes")] };
        report.take("description", wrong, "the document that describes the bundle says what its files say".to_owned());
        report.answer = answer;
        report.caveats = derived.probing.caveats();
        let name = |id| derived.findings.devices.iter().find(|it| it.id == id).map(|it| labels::device(it, None));
        let verdict = |it: &verdict::Verdict| Verdict {
            device: labels::id(it.device),
            name: name(it.device).unwrap_or_default(),
            verdict: it.outcome.key().to_owned(),
        };
        report.verdicts = derived.probing.verdicts.devices.iter().map(verdict).collect();
        Ok(())
    }

    /// What the session told while it ran.
    fn told(&self, derived: &Derived, report: &mut Report) {
        let Some(told) = &self.told else { return };
        let differs = told.differing(&derived.outcomes());
        let named = |devices: &std::collections::BTreeSet<String>| devices.iter().cloned().collect::<Vec<_>>().join(", ");
        if differs != told.differs {
            let wrong = format!(
                "of these devices the session is said to have told otherwise than follows from the frames: {}; the bundle admits it of: {}",
                named(&differs),
                named(&told.differs)
            );
            report.add("told", State::Fails, vec![wrong]);
        } else if differs.is_empty() {
            let says =
                format!("what session {} told of {} devices is what follows from the frames", told.session, told.verdicts.len());
            report.add("told", State::Holds, vec![says]);
        } else {
            let says = format!(
                "session {} told otherwise of {} than follows from the frames that were kept, as the bundle says itself: fewer or shorter frames show less",
                told.session,
                named(&differs)
            );
            report.add("told", State::Open, vec![says]);
        }
    }
}

/// What the frames are.
fn frames(derived: &Derived) -> String {
    let facts = &derived.findings.capture;
    let span = derived.span().map(|(first, last)| {
        let text = |at: earwitness_core::time::Timestamp| {
            jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).map(|at| at.to_string()).unwrap_or_default()
        };
        format!(", from {} to {}", text(first), text(last))
    });
    format!("{} frames were read and analysed again{}; {} of them are cut", facts.frames, span.unwrap_or_default(), facts.cut)
}

/// A file of JSON that is written as this program writes it.
fn plain<R: Read + Seek, T: DeserializeOwned + serde::Serialize>(
    archive: &mut Archive<R>,
    name: &'static str,
    wrong: &mut Vec<String>,
) -> Result<Option<T>, Error> {
    let octets = archive.octets(name)?;
    let read: T = match serde_json::from_slice(&octets) {
        Ok(read) => read,
        Err(error) => {
            wrong.push(format!("{name} is not understood: {error}"));
            return Ok(None);
        }
    };
    if pretty(&read).ok().as_ref() != Some(&octets) {
        wrong.push(format!("{name} is not written as bundles are: two readers could take it for two things"));
    }
    Ok(Some(read))
}

/// Whether rounds are written as they should be, and lie in their session.
fn rounds(log: &Log, octets: &[u8], settings: Option<&Settings>, report: &mut Report) {
    let mut wrong = Vec::new();
    let mut again = Vec::new();
    let written = probelog::write_jsonl(&log.header.clone().unwrap_or_default(), &log.rounds, &mut again);
    if written.is_err() || again != octets {
        wrong.push(format!("{PROBES} is not written as bundles are: two readers could take it for two things"));
    }
    // Of a round in which the clock was set nobody knows when it was, and one that was broken off reaches beyond the end.
    let counted = log.rounds.iter().filter(|round| !round.is_void());
    let begins: Vec<_> = counted.filter_map(earwitness_core::probe::Round::span).map(|it| it.from).collect();
    if let (Some(settings), Some(first), Some(last)) = (settings, begins.iter().min(), begins.iter().max()) {
        wrong.extend(settings.contradiction(*first, *last));
        let alpha = log.header.as_ref().and_then(|header| header.alpha);
        if alpha.is_some_and(|alpha| alpha.to_bits() != settings.alpha.to_bits()) {
            wrong.push(format!(
                "the error rate is {} in the settings, and {} in the log",
                settings.alpha,
                alpha.unwrap_or_default()
            ));
        }
    }
    report.take("rounds", wrong, format!("{} rounds, written as they should be", log.rounds.len()));
}

/// Whether the rounds are what their seed draws.
fn lots(log: &Log, report: &mut Report) {
    match check_lots(log) {
        Ok(Some(more)) => {
            let says =
                format!("the lot of each of {} rounds was drawn again from the seed, and is what the log says", log.rounds.len());
            report.add("lots", State::Holds, std::iter::once(says).chain(more).collect());
        }
        Ok(None) => report.add(
            "lots",
            State::Open,
            vec!["lots on trust: the log names no seed, so nothing shows that slots were drawn".to_owned()],
        ),
        Err(error) => report.add("lots", State::Fails, vec![error.to_string()]),
    }
}

/// Holds the commitment against the rounds, and against what was published; whether the latter was done, and fits.
pub(super) fn commitment<R: Read + Seek>(
    archive: &mut Archive<R>,
    contents: Option<&Contents>,
    asked: &Asked<'_>,
    report: &mut Report,
) -> Result<bool, Error> {
    if !archive.has(COMMITMENT) {
        let (state, says) = match asked.commitment {
            Some(_) => (State::Fails, "the bundle reveals no commitment, so that what was published cannot be its own"),
            None => {
                (State::Open, "it reveals no commitment: nothing shows that seed and layout were fixed before the first round")
            }
        };
        report.add("commitment", state, vec![says.to_owned()]);
        return Ok(false);
    }
    let text = archive.text(COMMITMENT)?;
    let revealed = of(&text);
    let mut wrong = match (commitment::read(&text), contents) {
        (Err(error), _) => vec![format!("{COMMITMENT}: {error}")],
        (Ok(fixed), Some(it)) => fixed.contradictions(it.log.header.as_ref(), &it.log.rounds),
        (Ok(_), None) => Vec::new(),
    };
    let published = asked.commitment.map(|text| text.trim().to_lowercase());
    if published.as_ref().is_some_and(|published| *published != revealed) {
        wrong.push(format!(
            "published was {}, and what the bundle reveals is {revealed}: it is another session, or was changed",
            asked.commitment.unwrap_or_default()
        ));
    }
    let fits = wrong.is_empty() && published.is_some();
    match published {
        None if wrong.is_empty() => report.add(
            "commitment",
            State::Open,
            vec![format!(
                "seed and layout are those of the commitment {revealed}, but it was not compared with what was published before the session: name that with --commitment"
            )],
        ),
        _ => report.take("commitment", wrong, format!("seed and layout are those of the commitment that was published, {revealed}")),
    }
    report.commitment = Some(revealed);
    Ok(fits)
}

/// Where the written verdicts differ from the derived ones. Another version of the program may call itself otherwise.
fn differences(written: &[u8], derived: &[u8], is_same_program: bool) -> Vec<String> {
    if written == derived {
        return Vec::new();
    }
    let parsed = |octets: &[u8]| {
        let mut value: Value = serde_json::from_slice(octets).ok()?;
        if !is_same_program {
            value.as_object_mut()?.remove("program");
        }
        Some(value)
    };
    let (Some(written), Some(derived)) = (parsed(written), parsed(derived)) else {
        return vec![format!("{VERDICTS} is not understood")];
    };
    let mut wrong = Vec::new();
    compare(&written, &derived, "", &mut wrong);
    if wrong.is_empty() && is_same_program {
        wrong.push(format!("{VERDICTS} is not written as bundles are: two readers could take it for two things"));
    }
    wrong
}

/// Most differences that are listed.
const MOST: usize = 10;

/// Names what differs, deepest first.
fn compare(written: &Value, derived: &Value, at: &str, wrong: &mut Vec<String>) {
    if written == derived || wrong.len() >= MOST {
        return;
    }
    match (written, derived) {
        (Value::Object(before), Value::Object(after)) => {
            let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let none = Value::Null;
                compare(before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none), &format!("{at}/{key}"), wrong);
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (place, (before, after)) in before.iter().zip(after).enumerate() {
                compare(before, after, &format!("{at}/{place}"), wrong);
            }
        }
        _ => wrong.push(format!("{at} is {} in the bundle, and {} as it is derived", short(written), short(derived))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
