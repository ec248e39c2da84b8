//! What the clock detector says of episodes, and what becomes of it: sightings of sound, and of large uploads that were none.
//!
//! Frames go on while the detector looks at an episode, if there are [`Workers`] for that. What it says is taken in the order in which episodes ended, so
//! that nothing depends on who was faster.

use std::collections::VecDeque;

use super::settings::AnalysisSettings;
use super::sightings::{audios, join, large_upload, to_f64};
use super::unread::Unread;
use crate::detect::bulk::Transfer;
use crate::detect::clock::{self, Scratch, Slice, Train};
use crate::findings::{FlowKey, Receiver, Seen, Sighting, TrainShape};
use crate::roster::Index;
use crate::stream::tcp::{REORDER_TIMEOUT, Resent};
use crate::time::Timestamp;

/// Marks kept over all sightings together.
const MARKS_IN_ALL: usize = 500_000;

/// Records that are no frames of a codec and keep a beat for less than one in so many octets of a file that was sent so far are a stretch of it that the network
/// carried evenly.
const STRETCH: u64 = 4;

/// Longest record that holds single frames of a codec, octets: 20 ms of PCM at 16 kHz take 640; full segments begin above.
const LONGEST_FRAME: u64 = 1_000;

/// While nothing new is sent, what is sent again keeps an episode open for so long, nanoseconds; without a bound a device could keep it open for good.
pub(super) const RECOVERY: i64 = 2 * REORDER_TIMEOUT;

/// Slices of the end of an episode that are kept for the next: as many as the fastest beat has in a second.
const LAST_SLICES: usize = 200;

/// Slices from which on an episode is handed to others: to look at fewer takes no longer than to hand them over.
const WORTHWHILE: usize = 48;

/// Slices of all questions that wait for their answers at most, and steps behind them: some megabytes.
const MOST_ASKED: usize = 128 * 1_024;
const MOST_STEPS: usize = 4_096;

/// An episode in which the clock detector shall look for trains.
#[derive(Debug)]
pub struct Question {
    number: u64,
    slices: Vec<Slice>,
    datagrams: bool,
    settings: clock::ClockSettings,
}

/// What the detector says of the episode of a [`Question`].
#[derive(Debug)]
pub struct Answer {
    number: u64,
    slices: Vec<Slice>,
    trains: Vec<Train>,
}

impl Question {
    /// Slices of the episode, which its cost grows with.
    #[must_use]
    pub fn slices(&self) -> usize {
        self.slices.len()
    }

    /// Looks for trains: the part of an analysis that takes time. `scratch` is memory that may be used for one question after another.
    #[must_use]
    pub fn answer(self, scratch: &mut Scratch) -> Answer {
        let Self { number, mut slices, datagrams, settings } = self;
        if !slices.is_sorted_by_key(|slice| slice.at) {
            slices.sort_by_key(|slice| slice.at);
        }
        let trains = clock::trains_with(scratch, &slices, datagrams, &settings);
        Answer { number, slices, trains }
    }
}

/// Who answers questions on other processors while an analysis goes on. An analysis finds the same with and without them.
pub trait Workers: std::fmt::Debug + Send {
    /// Takes a question. All that are open hold some megabytes at most.
    fn ask(&mut self, question: Question);

    /// An answer that is there, in any order.
    fn poll(&mut self) -> Option<Answer>;

    /// The next answer, in any order. Only asked for while a question is open.
    fn wait(&mut self) -> Answer;
}

/// What was found of sound on a flow and may yet go on.
#[derive(Debug, Default)]
struct Sound {
    drafts: Vec<Sighting>,
    /// Octets of sound of the transfer in progress that were found in its episodes so far.
    octets: u64,
    /// What was sent in the last second of an episode that was cut, at most [`LAST_SLICES`].
    last: Vec<Slice>,
}

/// Where the [`Sound`] of a flow is kept.
pub(super) type Place = u32;

/// What happened to a flow when an episode ended.
#[derive(Debug)]
pub(super) enum Then {
    /// It goes on: the episode only was as long as one may be.
    GoesOn,
    /// It paused: nothing that comes later takes back what was found, so nobody waits for it.
    Pauses,
    /// Its transfer is over, too, and was so large that it is told of if it was no sound.
    IsOver(Option<Transfer>),
    /// The same, and the flow is followed no longer.
    Closes(Option<Transfer>),
}

/// An episode that ended.
#[derive(Debug)]
pub(super) struct Episode {
    pub(super) device: Index,
    pub(super) flow: FlowKey,
    /// Whom the flow goes to; nobody where nothing can be found.
    pub(super) receiver: Option<Receiver>,
    /// What of it could not be read.
    pub(super) unread: Vec<Unread>,
    /// Whether it goes on from one that was as long as one may be.
    pub(super) goes_on: bool,
    /// Whether it was only cut, so that the next one goes on from it.
    pub(super) is_cut: bool,
    /// Octets of the file that was being sent, if it was one.
    pub(super) file: Option<u64>,
    pub(super) resent: Resent,
    pub(super) then: Then,
}

/// An episode on its way to what becomes of it.
#[derive(Debug)]
struct Step {
    episode: Episode,
    place: Option<Place>,
    found: Found,
}

#[derive(Debug)]
enum Found {
    Asked,
    Answered(Vec<Slice>, Vec<Train>),
    /// There was nothing to be looked at.
    Nothing,
}

/// What the detectors have found so far.
#[derive(Debug, Default)]
pub(super) struct Judging {
    sightings: Vec<(Index, Sighting)>,
    /// How many of them have been reported.
    reported: usize,
    /// Sightings beyond the number that is kept.
    pub(super) left_out: u64,
    /// Marks of sightings, and of drafts.
    marks: usize,
    draft_marks: usize,
    sounds: Vec<Sound>,
    free: Vec<Place>,
    scratch: Scratch,
    workers: Option<Box<dyn Workers>>,
    /// What waits for its answer, or for what came before.
    steps: VecDeque<Step>,
    /// Number of the first of them.
    first: u64,
    /// Questions without an answer, and their slices.
    open: usize,
    asked: usize,
    /// Memory of slices that were looked at.
    used: Vec<Vec<Slice>>,
}

impl Judging {
    /// Has questions answered elsewhere from now on.
    pub(super) fn hire(&mut self, workers: Box<dyn Workers>) {
        self.workers = Some(workers);
    }

    /// Takes an episode that ended, with `slices` if it has enough of them. `place` is where the sound of its flow is kept, if there was any question before.
    pub(super) fn end(
        &mut self,
        episode: Episode,
        slices: Option<Vec<Slice>>,
        place: &mut Option<Place>,
        settings: &AnalysisSettings,
    ) {
        if slices.is_some() && place.is_none() {
            *place = Some(self.make_place());
        }
        let (place, datagrams) = (*place, episode.flow.is_udp());
        let question = slices.zip(settings.clock).map(|(slices, settings)| Question {
            number: self.first + self.steps.len() as u64,
            slices,
            datagrams,
            settings,
        });
        let (found, sent) = match (question, self.workers.is_some()) {
            (Some(question), true) if question.slices.len() >= WORTHWHILE => (Found::Asked, Some(question)),
            (Some(question), _) => {
                let Answer { slices, trains, .. } = question.answer(&mut self.scratch);
                (Found::Answered(slices, trains), None)
            }
            (None, _) => (Found::Nothing, None),
        };
        self.steps.push_back(Step { episode, place, found });
        if let (Some(question), Some(workers)) = (sent, &mut self.workers) {
            self.open += 1;
            self.asked += question.slices.len();
            workers.ask(question);
        }
        self.go_on(false, settings);
    }

    /// Waits until everything that ended is judged.
    pub(super) fn catch_up(&mut self, settings: &AnalysisSettings) {
        if !self.steps.is_empty() {
            self.go_on(true, settings);
        }
    }

    /// Takes answers that are there, or that must be waited for, and all steps up to the first without one.
    fn go_on(&mut self, all: bool, settings: &AnalysisSettings) {
        loop {
            while self.steps.front().is_some_and(|step| !matches!(step.found, Found::Asked)) {
                let Some(step) = self.steps.pop_front() else { break };
                self.first += 1;
                self.take(step, settings);
            }
            let Some(workers) = self.workers.as_mut().filter(|_| self.open > 0) else { return };
            let must_wait = all || self.asked >= MOST_ASKED || self.steps.len() >= MOST_STEPS;
            let answer = if must_wait { Some(workers.wait()) } else { workers.poll() };
            let Some(Answer { number, slices, trains }) = answer else { return };
            self.open -= 1;
            self.asked = self.asked.saturating_sub(slices.len());
            let place = usize::try_from(number.wrapping_sub(self.first)).unwrap_or(usize::MAX);
            if let Some(step) = self.steps.get_mut(place) {
                step.found = Found::Answered(slices, trains);
            }
        }
    }

    fn take(&mut self, Step { episode, place, found }: Step, settings: &AnalysisSettings) {
        let mut sound = place.and_then(|place| self.sounds.get_mut(place as usize)).map(std::mem::take).unwrap_or_default();
        self.draft_marks -= marks_of(&sound.drafts);
        if let Found::Answered(slices, trains) = found {
            sound.hear(&episode, &slices, &trains, settings);
            self.used.push(slices);
        }
        let Episode { device, flow, receiver, then, .. } = episode;
        let kept = if matches!(then, Then::GoesOn) { sound.drafts.len().min(1) } else { 0 };
        for draft in sound.drafts.drain(..sound.drafts.len() - kept) {
            self.add(device, draft, settings);
        }
        let closes = matches!(then, Then::Closes(_));
        if let Then::IsOver(transfer) | Then::Closes(transfer) = then {
            let octets = std::mem::take(&mut sound.octets);
            let is_another = |it: &Transfer| octets < it.octets / 2 && it.octets.saturating_sub(octets) >= settings.bulk.octets;
            if let Some((transfer, receiver)) = transfer.filter(is_another).zip(receiver) {
                self.add(device, large_upload(&transfer, flow, receiver), settings);
            }
        }
        for draft in &mut sound.drafts {
            draft.marks.truncate(MARKS_IN_ALL.saturating_sub(self.marks + self.draft_marks));
            self.draft_marks += draft.marks.len();
        }
        if let Some(place) = place {
            if closes {
                self.free.push(place);
            } else if let Some(kept) = self.sounds.get_mut(place as usize) {
                *kept = sound;
            }
        }
    }

    fn make_place(&mut self) -> Place {
        self.free.pop().unwrap_or_else(|| {
            self.sounds.push(Sound::default());
            // As many as there are flows, whose numbers have as many bits.
            Place::try_from(self.sounds.len() - 1).unwrap_or(Place::MAX)
        })
    }

    fn add(&mut self, device: Index, mut sighting: Sighting, settings: &AnalysisSettings) {
        if self.sightings.len() >= settings.sightings {
            self.left_out += 1;
            return;
        }
        sighting.marks.truncate(MARKS_IN_ALL.saturating_sub(self.marks));
        sighting.marks.shrink_to_fit();
        self.marks += sighting.marks.len();
        self.sightings.push((device, sighting));
    }

    /// Trains of an episode that has not ended. Nothing of it is kept.
    pub(super) fn trains(&mut self, slices: &[Slice], datagrams: bool, settings: &clock::ClockSettings) -> Vec<Train> {
        if slices.is_sorted_by_key(|slice| slice.at) {
            return clock::trains_with(&mut self.scratch, slices, datagrams, settings);
        }
        let mut slices = slices.to_vec();
        slices.sort_by_key(|slice| slice.at);
        clock::trains_with(&mut self.scratch, &slices, datagrams, settings)
    }

    /// What was found of sound on a flow and may yet go on.
    pub(super) fn draft(&self, place: Option<Place>) -> Option<&Sighting> {
        place.and_then(|place| self.sounds.get(place as usize)).and_then(|sound| sound.drafts.last())
    }

    /// What has ended.
    pub(super) fn sightings(&self) -> &[(Index, Sighting)] {
        &self.sightings
    }

    /// Takes all sightings out that have ended.
    pub(super) fn take_sightings(&mut self) -> Vec<(Index, Sighting)> {
        (self.marks, self.reported) = (0, 0);
        std::mem::take(&mut self.sightings)
    }

    /// Whether there is one of a device that was not reported before.
    pub(super) fn has_fresh(&self, device: Index) -> bool {
        self.sightings.iter().skip(self.reported).any(|it| it.0 == device)
    }

    /// Those that this has not reported before.
    pub(super) fn fresh(&mut self) -> &[(Index, Sighting)] {
        let before = std::mem::replace(&mut self.reported, self.sightings.len());
        self.sightings.get(before..).unwrap_or_default()
    }

    /// Memory of slices that were looked at.
    pub(super) fn used(&mut self) -> Option<Vec<Slice>> {
        self.used.pop()
    }
}

impl Sound {
    /// Adds what the trains of an episode are.
    fn hear(&mut self, episode: &Episode, slices: &[Slice], trains: &[Train], settings: &AnalysisSettings) {
        let Episode { flow, receiver, unread, goes_on, is_cut, file, resent, .. } = episode;
        let begin = slices.first().map_or(0, |slice| slice.at);
        let (Some(receiver), Some(clock)) = (receiver.as_ref(), &settings.clock) else { return };
        let found: Vec<(&Train, Sighting)> = audios(trains, (slices, unread.as_slice()), *flow, || receiver.clone()).collect();
        self.octets = found.iter().map(|it| it.1.octets_audio).fold(self.octets, u64::saturating_add);
        let is_stretch = file.is_some_and(|octets| self.octets < octets / STRETCH);
        for (train, mut sighting) in found {
            if is_stretch && !is_framed(&sighting) {
                continue;
            }
            sighting.window.until = last_sent(train, slices, *resent);
            let follows = |before: &Sighting| sighting.window.from.since(before.window.until) <= clock.pause;
            match self.drafts.last_mut() {
                Some(before) if *goes_on && follows(before) => join(before, &sighting),
                // It went on from an episode in which it was not seen: it did not begin here.
                _ if *goes_on
                    && train.first.saturating_sub(begin) <= clock.pause
                    && had_begun(&self.last, train, clock.pause) => {}
                _ => self.drafts.push(sighting),
            }
        }
        self.last.clear();
        if *is_cut {
            let end = slices.last().map_or(0, |slice| slice.at);
            let late = slices.iter().rev().take_while(|slice| slice.since(end) > -clock.pause);
            self.last.extend(late.take(LAST_SLICES));
        }
    }
}

/// Whether a train with which an episode begins went on from the one before: of the slices with which that ended, over a `pause`, at least half as many as the
/// beat has in that time were as long as its own.
fn had_begun(before: &[Slice], train: &Train, pause: i64) -> bool {
    let (shortest, longest) = train.lengths;
    let alike = before.iter().filter(|slice| (shortest..=longest).contains(&slice.length)).map(|_| train.beat).sum::<f64>();
    alike >= 0.5 * to_f64(pause)
}

fn marks_of(drafts: &[Sighting]) -> usize {
    drafts.iter().map(|draft| draft.marks.len()).sum()
}

/// Whether so many records with so many octets together are frames of a codec rather than pieces of a file.
pub(super) fn are_frames(shape: TrainShape, octets: u64, records: u32) -> bool {
    shape != TrainShape::Paced && octets <= LONGEST_FRAME * u64::from(records)
}

/// Whether the records of a sighting are.
fn is_framed(sighting: &Sighting) -> bool {
    let octets = sighting.octets_audio;
    sighting
        .detectors
        .iter()
        .any(|seen| matches!(seen, Seen::Clock { shape, records, .. } if are_frames(*shape, octets, *records)))
}

/// When the last octet of a train was sent for the last time: TCP sends what is lost again, and until then hands over nothing that follows.
fn last_sent(train: &Train, slices: &[Slice], resent: Resent) -> Timestamp {
    let last = Timestamp::from_nanos(train.last);
    let after = slices.get(slices.partition_point(|slice| slice.at <= train.last)..).unwrap_or_default();
    let followers = after.iter().map(|slice| u64::from(slice.length)).sum();
    resent.before(followers).filter(|again| (0..=RECOVERY).contains(&again.since(last))).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::time::MILLISECOND;

    /// Slices of 20 ms from so many seconds on, for so many seconds.
    fn stream(from: i64, seconds: i64, length: u32) -> Vec<Slice> {
        let slice = |number: i64| Slice { at: (from * 50 + number) * 20 * MILLISECOND, length, answered: 0, since_answer: 0 };
        (0..seconds * 50).map(slice).collect()
    }

    /// How many sightings there are of two episodes, of which the first was cut because all flows together held too much.
    fn sightings(first: Vec<Slice>, second: Vec<Slice>) -> usize {
        let (home, cloud) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([198, 51, 100, 1]));
        let flow = FlowKey { source: home, destination: cloud, protocol: 17, source_port: 1, destination_port: 443 };
        let receiver = Receiver { address: cloud, port: 443, name: None, local: false, country: None, system: None };
        let (mut judging, mut place, settings) = (Judging::default(), None, AnalysisSettings::default());
        for (slices, goes_on) in [(first, false), (second, true)] {
            let (receiver, unread, then) = (Some(receiver.clone()), Vec::new(), Then::IsOver(None));
            let resent = Resent::default();
            let episode = Episode { device: 0, flow, receiver, unread, goes_on, is_cut: !goes_on, file: None, resent, then };
            judging.end(episode, Some(slices), &mut place, &settings);
        }
        judging.sightings().len()
    }

    #[test]
    fn what_was_cut_is_told_again_only_if_something_else_begins() {
        assert_eq!(sightings(stream(0, 20, 200), stream(20, 20, 200)), 1, "the same goes on");
        assert_eq!(sightings(stream(0, 20, 200), stream(20, 20, 90)), 2, "another sound begins at the cut");
    }
}
