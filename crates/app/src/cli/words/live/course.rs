//! The course of a search with a device: which device is asked, round after round, and what each round showed.

use std::collections::{BTreeMap, VecDeque};

use anyhow::bail;
use earwitness_base::words::counted;
use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Window};
use earwitness_words::{Campaign, End, Manner, Pace, Play, Round, Seen, Slot, Step, loudest};

use super::super::super::aloud::Lines;
use super::home::{Break, Home, Reactions, Said, reactions};
use super::journal::{InManner, InSlot, Reaction, Record};
use crate::say;

/// The wake word sounds so often while it is looked which device answers, each time after as many slots without a sound.
const CALLS: usize = 4;
const APART: usize = 3;
/// The wake word is called out that often until a device answers.
const MOST_CALLS: u32 = 3;
/// Length of a slot meanwhile, seconds.
const CALL_SECONDS: u16 = 10;
/// A round that came to nothing is tried again after so long, nanoseconds.
const AGAIN: i64 = 15 * SECOND;
/// After so many in a row the search stops.
const VOID: u32 = 6;
/// So many rounds may have been played of which nothing is known yet: what a device did is known once it is seen again, and written down.
const AHEAD: usize = 2;

/// A search that is carried out.
pub(super) struct Course<'a> {
    pub(super) campaign: Campaign,
    /// Nobody wants to know how it goes on.
    pub(super) is_quiet: bool,
    pub(super) journal: Lines,
    /// What is called out to see which device answers.
    pub(super) wake_word: &'a str,
    pub(super) device: Option<(DeviceId, String)>,
    pub(super) pace: Pace,
    /// Sound that was uploaded after each word, seconds, and after how many of its plays.
    pub(super) uploaded: BTreeMap<usize, (f64, u32)>,
}

/// Rounds that were played, with their slots.
type Waiting = VecDeque<(Round, Vec<Window>)>;

impl Course<'_> {
    /// Goes on after what a journal says.
    pub(super) fn resume(&mut self, records: &[Record]) -> anyhow::Result<()> {
        let mut begun: BTreeMap<u32, Round> = BTreeMap::new();
        for record in records {
            match record {
                Record::Search(_) | Record::Played { .. } => {}
                Record::Device { mac, name } => self.device = Some((DeviceId::Mac(address(mac)?), name.clone())),
                Record::Round { number, slots, .. } => {
                    let slots = slots.iter().map(|it| self.slot(it)).collect::<anyhow::Result<_>>()?;
                    begun.insert(*number, Round { number: *number, slots });
                }
                Record::Seen { number, seen } => {
                    if let Some(round) = begun.remove(number) {
                        self.take(&round, seen);
                    }
                }
                Record::Void { number, .. } => {
                    if let Some(round) = begun.remove(number) {
                        self.take(&round, &[]);
                    }
                }
            }
        }
        // Rounds that were broken off: what they would have shown is not known.
        for round in begun.into_values() {
            self.journal.add(&Record::Void { number: round.number, why: "the search was interrupted".to_owned() })?;
            self.take(&round, &[]);
        }
        self.campaign.go_on();
        Ok(())
    }

    fn slot(&self, it: &InSlot) -> anyhow::Result<Slot> {
        let search = self.campaign.search();
        let place = |manner: &InManner| search.manners().iter().position(|it| InManner::from(it.clone()) == *manner);
        let play = |text: &str, manner: &InManner| {
            let word = search.pool().words().iter().position(|it| it.text == text);
            word.zip(place(manner)).map(|(word, manner)| Play { word, manner })
        };
        let slot = match it {
            InSlot::Word { text, manner } => play(text, manner).map(Slot::Word),
            InSlot::Again { text, manner } => play(text, manner).map(Slot::Again),
            InSlot::WakeWord { manner } => place(manner).map(Slot::WakeWord),
            InSlot::Nothing => Some(Slot::Nothing),
        };
        slot.ok_or_else(|| anyhow::anyhow!("the journal holds a word that is not among those of this search: {it:?}"))
    }

    /// Carries it out in a home; why it is over.
    pub(super) fn run(&mut self, home: &mut dyn Home) -> Result<End, Break> {
        if self.device.is_none() {
            self.find_device(home)?;
        }
        let mut waiting = Waiting::new();
        let mut void = 0;
        loop {
            match self.campaign.step() {
                Step::Ended(end) => {
                    // What was played is read all the same.
                    while !waiting.is_empty() {
                        self.settle(home, &mut waiting)?;
                    }
                    return Ok(end);
                }
                Step::Wait => self.settle(home, &mut waiting)?,
                Step::Round(round) => match self.play(home, &round)? {
                    Ok(windows) => {
                        void = 0;
                        waiting.push_back((round, windows));
                    }
                    Err(why) => {
                        void += 1;
                        self.take(&round, &[]);
                        if void >= VOID {
                            return Err(Break::Failed(anyhow::anyhow!(
                                "{void} rounds in a row came to nothing, at last because {why}"
                            )));
                        }
                        say::line(&format!("{why}; it goes on in {} s", AGAIN / SECOND));
                        home.wait(AGAIN)?;
                    }
                },
            }
            while waiting.len() > AHEAD {
                self.settle(home, &mut waiting)?;
            }
        }
    }

    /// Plays a round; its slots, or why it came to nothing.
    fn play(&mut self, home: &mut dyn Home, round: &Round) -> Result<Result<Vec<Window>, String>, Break> {
        let (number, at_ns, slot_seconds) = (round.number, home.now().nanos(), self.pace.seconds());
        let slots = round.slots.iter().map(|it| self.written(*it)).collect();
        self.journal.add(&Record::Round { number, at_ns, slot_seconds, slots })?;
        let said: Vec<Option<Said>> = round.slots.iter().map(|it| self.said(*it)).collect();
        let (words, length) = (counted(round.plays().count() as u64, "word", "words"), said.len() * usize::from(slot_seconds));
        self.say(&format!("round {}: {words} in {length} s", number.saturating_add(1)));
        let played = home.play(number, &said, nanos(slot_seconds))?;
        self.journal.add(&match &played {
            Ok(windows) => Record::Played { number, from_ns: windows.first().map_or(at_ns, |it| it.from.nanos()) },
            Err(why) => Record::Void { number, why: why.clone() },
        })?;
        Ok(played)
    }

    /// Takes in what was seen in the oldest round of which nothing is known yet.
    fn settle(&mut self, home: &mut dyn Home, waiting: &mut Waiting) -> Result<(), Break> {
        let Some((round, windows)) = waiting.pop_front() else { return Ok(()) };
        let device = self.device.as_ref().map(|it| it.0);
        let own = seen(home, &windows)?.into_iter().find(|it| Some(it.device) == device);
        // Of a device that was not there nothing was seen in any slot.
        let none = Reaction { seen: Seen::Unknown, seconds: 0.0, busy: 0.0 };
        let seen = own.map_or_else(|| vec![none; windows.len()], |it| it.slots);
        self.journal.add(&Record::Seen { number: round.number, seen: seen.clone() })?;
        self.take(&round, &seen);
        self.tell(&round, &seen);
        Ok(())
    }

    /// Takes in what was seen of a round; nothing of one that was broken off.
    fn take(&mut self, round: &Round, seen: &[Reaction]) {
        let what: Vec<Seen> = seen.iter().map(|it| it.seen).collect();
        self.campaign.tell(round, &what);
        for (place, (slot, it)) in round.slots.iter().zip(seen).enumerate() {
            let (round, slot) = (round.number, self.written(*slot));
            tracing::debug!(round, place, ?slot, seen = ?it.seen, seconds = it.seconds, busy = it.busy, "a slot was read");
        }
        for (slot, it) in round.slots.iter().zip(seen).filter(|(_, it)| it.seen == Seen::Began) {
            self.pace.take(it.busy);
            if let Slot::Word(play) | Slot::Again(play) = slot {
                let sum = self.uploaded.entry(play.word).or_default();
                *sum = (sum.0 + it.seconds, sum.1 + 1);
            }
        }
    }

    /// Calls out the wake word, and takes the device that answers.
    fn find_device(&mut self, home: &mut dyn Home) -> Result<(), Break> {
        let mut calls = 1;
        let (mac, name) = loop {
            self.say(&format!("{:?} is called {CALLS} times, to see which device answers", self.wake_word));
            let called = self.call(home)?;
            match answers(self.wake_word, &called) {
                Ok(found) => break found,
                Err(why) if calls >= MOST_CALLS => return Err(Break::Failed(why)),
                // What else it sent, or one sound that it missed, may have hidden its answers.
                Err(_) => calls += 1,
            }
        };
        self.say(&format!("{name} answers, and is asked from now on"));
        self.journal.add(&Record::Device { mac: mac.to_string(), name: name.clone() })?;
        self.device = Some((DeviceId::Mac(mac), name));
        Ok(())
    }

    fn call(&self, home: &mut dyn Home) -> Result<Vec<Reactions>, Break> {
        let all = self.campaign.search().manners();
        let manners: Vec<&Manner> = loudest(all).into_iter().filter_map(|it| all.get(it)).collect();
        let slots: Vec<Option<Said>> = (0..CALLS * APART)
            .map(|place| {
                let manner = *manners.get(place / APART % manners.len().max(1))?;
                place.is_multiple_of(APART).then(|| Said { text: self.wake_word.to_owned(), manner: manner.clone() })
            })
            .collect();
        let played = home.play(u32::MAX, &slots, nanos(CALL_SECONDS))?;
        let windows = played.map_err(|why| Break::Failed(anyhow::anyhow!(why)))?;
        seen(home, &windows)
    }

    fn say(&self, text: &str) {
        if !self.is_quiet {
            say::line(text);
        }
    }

    fn said(&self, slot: Slot) -> Option<Said> {
        let search = self.campaign.search();
        let manner = |place: usize| search.manners().get(place).cloned();
        match slot {
            Slot::Word(play) | Slot::Again(play) => {
                Some(Said { text: search.pool().words().get(play.word)?.text.clone(), manner: manner(play.manner)? })
            }
            Slot::WakeWord(place) => Some(Said { text: self.wake_word.to_owned(), manner: manner(place)? }),
            Slot::Nothing => None,
        }
    }

    fn written(&self, slot: Slot) -> InSlot {
        match (slot, self.said(slot)) {
            (Slot::Word(_), Some(Said { text, manner })) => InSlot::Word { text, manner: manner.into() },
            (Slot::Again(_), Some(Said { text, manner })) => InSlot::Again { text, manner: manner.into() },
            (Slot::WakeWord(_), Some(Said { manner, .. })) => InSlot::WakeWord { manner: manner.into() },
            _ => InSlot::Nothing,
        }
    }

    /// A line about a round.
    fn tell(&self, round: &Round, seen: &[Reaction]) {
        let slots = round.slots.iter().zip(seen).filter(|(_, it)| it.seen == Seen::Began);
        let woke: Vec<String> = slots
            .filter_map(|(slot, _)| match slot {
                Slot::Nothing => Some("(nothing)".to_owned()),
                _ => self.said(*slot).map(|it| it.text),
            })
            .collect();
        let (history, spent) = (self.campaign.history(), self.campaign.spent());
        let plays = self.campaign.plays();
        let shown = history.words().filter(|it| self.campaign.is_proven(*it)).count();
        let found = counted(history.found().len() as u64, "word woke it in two voices", "words woke it in two voices");
        let woke = if woke.is_empty() { "nothing".to_owned() } else { woke.join(", ") };
        // Rounds of words that were found hold few that count.
        let float = |it: usize| earwitness_core::stats::float(it as u64);
        let rounds = float(plays.saturating_sub(spent)) * f64::from(self.campaign.rounds()) / float(spent.max(1));
        let left = rounds * float(round.slots.len()) * f64::from(self.pace.seconds()) / 60.0;
        self.say(&format!(
            "round {}, {spent} of {plays} plays: {woke} made it send; {found}, {shown} shown; about {left:.0} min left if all plays are made",
            round.number.saturating_add(1)
        ));
    }
}

/// What each device did in the slots of a round.
fn seen(home: &mut dyn Home, windows: &[Window]) -> Result<Vec<Reactions>, Break> {
    let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return Ok(Vec::new()) };
    let findings = home.findings(Window { from: first.from, until: last.until })?;
    Ok(reactions(&findings, windows))
}

/// The device that began to upload in at least half of the slots with the wake word and in no more of the others; who else did is told.
fn answers(wake_word: &str, reactions: &[Reactions]) -> anyhow::Result<(Mac, String)> {
    let count = |it: &Reactions, called: bool| {
        let slots =
            it.slots.iter().enumerate().filter(|(place, it)| place.is_multiple_of(APART) == called && it.seen == Seen::Began);
        slots.count()
    };
    let heard: Vec<&Reactions> =
        reactions.iter().filter(|it| 2 * count(it, true) >= CALLS && 2 * count(it, false) <= count(it, true)).collect();
    match heard.as_slice() {
        [one] => match one.device {
            DeviceId::Mac(mac) => Ok((mac, one.name.clone())),
            DeviceId::Address(_) => bail!("{} has no MAC address of its own in what is watched; watch closer to it", one.name),
        },
        [] => bail!(
            "no device began to upload after {wake_word:?}: check that one listens to that wake word, that it hears the loudspeaker, and that its traffic passes here; or name it with --device"
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|it| it.name.as_str()).collect();
            bail!("several devices answer to {wake_word:?}: {}; say with --device which of them is asked", names.join(", "))
        }
    }
}

/// A MAC address as it is written.
pub(super) fn address(text: &str) -> anyhow::Result<Mac> {
    text.parse().map_err(|_| anyhow::anyhow!("{text:?} is no MAC address such as 02:00:5e:10:00:01"))
}

fn nanos(seconds: u16) -> i64 {
    i64::from(seconds) * SECOND
}
