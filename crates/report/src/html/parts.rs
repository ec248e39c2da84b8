//! The page in parts, for who shows one device at a time: the same pictures and the same words.

use std::collections::BTreeSet;
use std::ops::Range;

use earwitness_core::findings::{DeviceFindings, Findings};
use earwitness_core::time::SECOND;
use earwitness_core::verdict::Outcome;
use maud::{Markup, html};

use super::axis::Axis;
use super::first::seen;
use super::{Answer, Page, beat, capture_notes, device, facts, meaning, sighting, traffic, verdict};
use crate::Context;
use crate::summary::{Device, Summary, summary};
use crate::verdicts::curve::curves_of_proofs;
use crate::verdicts::json::Curves;
use crate::verdicts::rank;
use crate::verdicts::words::{basis, caveats};

/// A device whose last sighting ends so shortly before the capture was sending when that ended, nanoseconds.
const STILL: i64 = 2 * SECOND;

/// What all pictures of a home share. It takes a walk over all that was sent, so it is made once.
pub struct Shared {
    axis: Axis,
    scale: traffic::Scale,
    curves: Curves,
}

impl Shared {
    /// From everything that was found.
    #[must_use]
    pub fn new(findings: &Findings, context: &Context<'_>) -> Self {
        let curves = context.probing.map(|it| curves_of_proofs(findings, &it.verdicts)).unwrap_or_default();
        Self { axis: Axis::new(findings, &context.zone), scale: traffic::Scale::new(findings), curves }
    }
}

/// A device in one line.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Its place in the findings.
    pub device: usize,
    /// A name that no other device has.
    pub name: String,
    /// The verdict, or what was seen, in plain words.
    pub words: &'static str,
    /// The verdict for programs, where sounds were played.
    pub verdict: Option<&'static str>,
    /// The class of these words in the style sheet.
    pub class: &'static str,
    /// What it sent, in a few words; nothing where it sent no sound.
    pub amount: String,
    /// Seconds of sound, where they are known.
    pub seconds: Option<f64>,
    /// Sightings.
    pub uploads: usize,
    /// To whom, the most frequent first.
    pub receivers: Vec<String>,
    /// Whether it was sending when the capture ended.
    pub sending: bool,
    /// Where it stands among others: the most telling has the least.
    pub rank: u8,
}

/// The parts.
pub struct Parts<'a> {
    findings: &'a Findings,
    shared: &'a Shared,
    summary: Summary<'a>,
    page: Page<'a>,
}

impl<'a> Parts<'a> {
    /// Parts whose pictures lead to sightings by `link`: the place of the device in the findings and that of the sighting, from 0.
    #[must_use]
    pub fn new(
        findings: &'a Findings,
        context: &'a Context<'a>,
        shared: &'a Shared,
        link: &'a dyn Fn(usize, usize) -> String,
    ) -> Self {
        let page = Page { context, axis: &shared.axis, scale: &shared.scale, drawn: BTreeSet::new(), link };
        Self { findings, shared, summary: summary(findings, context), page }
    }

    /// The answer, and what it does not mean.
    #[must_use]
    pub fn answer(&self) -> (String, &'static str) {
        let Answer { text, caution, .. } = Answer::new(self.findings, self.page.context, &self.summary);
        (text, caution)
    }

    /// A line per device, most telling first.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut all: Vec<_> = self.summary.devices.iter().map(|it| self.line(it)).collect();
        all.sort_by_key(|line| line.rank);
        all
    }

    /// Verdicts in their order; a device without one by what it sent.
    fn rank(&self, device: &Device<'_>) -> u8 {
        let outcome = self.page.context.probing.and_then(|it| it.of(device.found.id)).map(|it| it.outcome);
        match outcome {
            Some(outcome) => rank(outcome),
            None if device.audio > 0 => rank(Outcome::StreamsAlways),
            None if device.recordings > 0 || device.found.endless().next().is_some() => rank(Outcome::StreamsAlways) + 1,
            None if device.large_uploads > 0 => rank(Outcome::NoReaction),
            None => u8::MAX,
        }
    }

    fn line(&self, device: &Device<'_>) -> Line {
        let found = device.found;
        let verdict = self.page.context.probing.and_then(|it| it.of(found.id)).map(|it| it.outcome);
        let (words, class) = verdict.map_or_else(|| seen(device), |it| (it.words(), verdict::class(it)));
        let ends = self.findings.capture.last;
        let sending = ends.is_some_and(|ends| found.sightings.iter().any(|it| ends.since(it.window.until) < STILL));
        Line {
            device: self.findings.devices.iter().position(|it| it.id == found.id).unwrap_or_default(),
            name: device.name.clone(),
            words,
            verdict: verdict.map(Outcome::key),
            class,
            amount: device::amount(device),
            seconds: device.seconds.map(|it| it.value),
            uploads: found.sightings.len(),
            receivers: device.receivers.clone(),
            sending,
            rank: self.rank(device),
        }
    }

    /// The device at a place in the findings.
    fn at(&self, place: usize) -> Option<&Device<'a>> {
        let wanted = self.findings.devices.get(place)?.id;
        self.summary.devices.iter().find(|it| it.found.id == wanted)
    }

    /// What is behind a name: maker, addresses, what kind of thing it is.
    #[must_use]
    pub fn who(&self, place: usize) -> Option<Markup> {
        let it = self.at(place)?;
        Some(html! { div.title { (device::tags(it.found)) } (device::who(it)) })
    }

    /// The verdict on a device and what it rests on; nothing where there is none.
    #[must_use]
    pub fn verdict(&self, place: usize) -> Option<Markup> {
        let it = self.at(place)?;
        let probing = self.page.context.probing?;
        let found = probing.of(it.found.id)?;
        let others = probing.others(self.summary.devices.iter().map(|it| (it.found.id, it.name.clone())));
        Some(html! {
            div.title { (verdict::label(probing, found)) }
            (verdict::grounds(probing, (&self.shared.curves, &others), true, it, found))
        })
    }

    /// What a device sent and received, and what of it is not counted.
    #[must_use]
    pub fn traffic(&self, place: usize) -> Option<Markup> {
        let it = self.at(place)?;
        Some(html! {
            (device::told(it))
            (traffic::picture(&self.page, place, it))
            p.lead { (traffic::LEGEND) @if !it.found.sightings.is_empty() { (device::NUMBERS) } }
            (device::all_asides(&self.page, it.found))
        })
    }

    /// Some sightings of a device, a line each, to be unfolded.
    #[must_use]
    pub fn sightings(&self, place: usize, range: Range<usize>) -> Option<Markup> {
        let found = self.found(place)?;
        let some = found.sightings.iter().enumerate().skip(range.start).take(range.len());
        Some(html! {
            @for (number, it) in some {
                details.sighting id={ "s" (number + 1) } {
                    (sighting::line(&self.page, number, it))
                    (sighting::numbers(it))
                    p.lead { a href=((self.page.link)(place, number)) { "Sighting " (number + 1) " by itself, with its beat" } }
                }
            }
        })
    }

    /// One sighting: what was sent, and the rest of it.
    #[must_use]
    pub fn sighting(&self, place: usize, number: usize) -> Option<(String, Markup)> {
        let it = self.found(place)?.sightings.get(number)?;
        let when = earwitness_base::words::spoken(it.window.from, &self.page.context.zone);
        let rest = html! {
            p.sentence { (when) }
            @if let Some(picture) = beat::picture(it) { (picture) }
            (sighting::numbers(it))
            (sighting::details(it))
        };
        Some((sighting::what(it), rest))
    }

    fn found(&self, place: usize) -> Option<&'a DeviceFindings> {
        self.findings.devices.get(place)
    }

    /// What was read, how complete it was, and what was played.
    #[must_use]
    pub fn about(&self) -> Markup {
        let context = self.page.context;
        html! {
            section { h2 { "What was seen" } (facts(self.findings, &self.summary, context)) }
            @if let Some(probing) = context.probing {
                section.basis {
                    h2 { "What was played" }
                    p { (basis(probing)) }
                    @let caveats = caveats(probing);
                    @if !caveats.is_empty() {
                        h3 { "Before you believe it" }
                        ul { @for it in &caveats { li { (it) } } }
                    }
                }
                (verdict::meaning())
            }
            (capture_notes(self.findings, context))
            (meaning())
        }
    }
}
