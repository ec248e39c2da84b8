//! A search with a real device: rounds of words by lot, what they prove, and when it is over.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::lot::{Lot, Stream};

use crate::end::End;
use crate::evidence::Evidence;
use crate::history::History;
use crate::manner::{Answer, Play, at_any_level, loudest};
use crate::round::{Round, Seen, Slot};
use crate::search::{Next, Search};

/// The wake word sounds in the first round, and in one of so many.
const CONTROL_EVERY: u32 = 4;
/// So many wake words in a row without an answer, and the device is deaf here.
const DEAF: u32 = 3;
/// The same where it sounds in every round.
const DEAF_AGAIN: u32 = 6;
/// So many rounds in a row in which the device could not be seen at all, or sent in every slot, and nothing is to be learned.
const IN_VAIN: u32 = 3;
/// Of a round of words that were found and are not proven yet one slot of so many holds one; in the others words sound that were silent before. With `k` words in `m` slots a hit multiplies a fund by about `m - k + 1`:
/// fewer words need fewer plays each, more need fewer rounds for all.
const PROOFS: usize = 3;
/// Words that keep found ones company are drawn from so many times as many.
const FARTHEST: usize = 5;
/// A word that was found and is not proven after so many plays is given up: it wakes too seldom.
const MOST_PLAYS_OF_A_WORD: usize = 24;
/// How often a search is asked for each slot, at most: it may ask for words that are in the round already.
const ASKED: usize = 4;

/// How words are played, and what is to be shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rules {
    /// Slots of a round.
    pub slots: usize,
    /// Chance that any word at all is said to wake the device that does not.
    pub alpha: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { slots: 12, alpha: 0.01 }
    }
}

/// A word that woke a device in an earlier search, and is played again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Again {
    /// Which.
    pub word: usize,
    /// In which manners, as often as each is to be drawn among them; at least one.
    pub manners: Vec<usize>,
}

/// What a campaign plays that plays an earlier search's words again.
#[derive(Clone, Debug)]
struct Replay {
    words: Vec<Again>,
    /// Most plays of each.
    each: usize,
    /// Plays of each that were drawn.
    drawn: BTreeMap<usize, usize>,
}

/// Words that were found and are not proven.
struct Open {
    /// Those that are played next.
    plays: Vec<Play>,
    /// Plays that prove all of them, if all hit.
    needed: usize,
}

/// What to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Play this round, and tell what was seen.
    Round(Round),
    /// What was seen of rounds that were played has to be told first.
    Wait,
    /// Nothing more.
    Ended(End),
}

/// A search with a real device.
#[derive(Clone, Debug)]
pub struct Campaign {
    search: Search,
    replay: Option<Replay>,
    rules: Rules,
    lot: Lot,
    evidence: BTreeMap<usize, Evidence>,
    /// Rounds that were drawn.
    drawn: u32,
    /// Plays that were drawn.
    spent: usize,
    /// Rounds of which nothing is told yet.
    waiting: Vec<Round>,
    unanswered: u32,
    in_vain: (u32, End),
    over: Option<End>,
}

impl Campaign {
    /// A search that begins; its most plays are those of the search's settings, and its lot follows from the same seed.
    #[must_use]
    pub fn new(search: Search, rules: Rules) -> Self {
        let lot = Lot::new(search.settings().seed);
        let in_vain = (0, End::NoAnswer);
        Self {
            search,
            replay: None,
            rules,
            lot,
            evidence: BTreeMap::new(),
            drawn: 0,
            spent: 0,
            waiting: Vec::new(),
            unanswered: 0,
            in_vain,
            over: None,
        }
    }

    /// Plays the words of an earlier search again, at most `each` times every one, among words of the same pool that are far from the wake word, until it is shown that they wake the device.
    /// The most plays are `each` for every word, whatever the search's settings say, and no other word can be named.
    #[must_use]
    pub fn replaying(search: Search, rules: Rules, words: Vec<Again>, each: usize) -> Self {
        Self { replay: Some(Replay { words, each, drawn: BTreeMap::new() }), ..Self::new(search, rules) }
    }

    /// What to do next.
    pub fn step(&mut self) -> Step {
        if let Some(end) = self.over {
            return Step::Ended(end);
        }
        let what = if self.replay.is_some() { "replay" } else { "round" };
        let mut chance = self.lot.stream(what, self.drawn.into());
        let left = self.plays().saturating_sub(self.spent);
        let mut said: Vec<Slot> = Vec::new();
        // The silence of a word that woke it before says something where the device wakes from its own wake word in the same round.
        if self.replay.is_some() || self.drawn.is_multiple_of(CONTROL_EVERY) {
            let loudest = loudest(self.search.manners());
            said.extend(loudest.get(below(loudest.len(), &mut chance)).map(|it| Slot::WakeWord(*it)));
        }
        let Open { plays: again, needed } = match &self.replay {
            Some(replay) => self.to_replay(replay, &mut chance),
            None => self.to_prove(left, &mut chance),
        };
        // What was found last can still be proven.
        let is_time = again.len() >= self.rules.slots / PROOFS || left <= needed + self.rules.slots;
        let room = if self.replay.is_some() || is_time && !again.is_empty() {
            0
        } else {
            self.rules.slots.saturating_sub(said.len()).min(left)
        };
        let (plays, end) = self.to_find(room);
        if plays.is_empty() && again.is_empty() {
            if !self.waiting.is_empty() {
                return Step::Wait;
            }
            self.over = Some(if left == 0 { End::Budget } else { end.unwrap_or(End::Words) });
            return self.step();
        }
        if plays.is_empty() {
            // Among words that were silent: a device that sends after every sound is not taken for one that wakes from a word.
            let room = self.rules.slots.saturating_sub(said.len() + again.len());
            said.extend(self.silent(room, &mut chance).into_iter().map(Slot::Word));
            said.extend(again.into_iter().map(Slot::Again));
        } else {
            said.extend(plays.into_iter().map(Slot::Word));
        }
        let round = Round::draw(self.drawn, said, self.rules.slots, &mut chance);
        self.count(&round);
        self.waiting.push(round.clone());
        Step::Round(round)
    }

    /// Counts a round that was drawn, here or by an earlier search that was interrupted.
    fn count(&mut self, round: &Round) {
        self.spent += cost(round);
        self.drawn = self.drawn.max(round.number.saturating_add(1));
        if let Some(replay) = &mut self.replay {
            for play in round.plays() {
                *replay.drawn.entry(play.word).or_default() += 1;
            }
        }
    }

    /// The words of an earlier search that are played again, where that is what is done.
    #[must_use]
    pub fn replayed(&self) -> Option<Vec<usize>> {
        self.replay.as_ref().map(|it| it.words.iter().map(|it| it.word).collect())
    }

    /// Most plays.
    #[must_use]
    pub fn plays(&self) -> usize {
        self.replay.as_ref().map_or(self.search.settings().plays, |it| it.each * it.words.len())
    }

    /// Words of an earlier search of which it is not shown yet that they wake the device, those first that were played least.
    fn to_replay(&self, replay: &Replay, chance: &mut Stream) -> Open {
        let drawn = |word: usize| replay.drawn.get(&word).copied().unwrap_or(0);
        let is_open = |it: &&Again| drawn(it.word) < replay.each && !(self.is_proven(it.word) || self.may_be_proven(it.word));
        let mut words: Vec<&Again> = replay.words.iter().filter(is_open).collect();
        chance.shuffle(&mut words);
        words.sort_by_key(|it| drawn(it.word));
        words.truncate(self.rules.slots / PROOFS);
        let manners = self.search.manners();
        let play = |it: &Again| {
            let manner = *it.manners.get(below(it.manners.len(), chance))?;
            Some(Play { word: it.word, manner: at_any_level(manners, manner, chance) })
        };
        Open { plays: words.into_iter().filter_map(play).collect(), needed: 0 }
    }

    /// What the evidence for a word is worth if what was played and is not known yet hits.
    fn hoped(&self, word: usize) -> f64 {
        let most = float(self.rules.slots - self.rules.slots / PROOFS);
        let waits = self.waiting.iter().flat_map(Round::plays).filter(|it| it.word == word).count();
        self.evidence_of(word) * most.powi(i32::try_from(waits).unwrap_or(i32::MAX))
    }

    /// Whether what sounds and is not known yet may show that a word wakes the device.
    fn may_be_proven(&self, word: usize) -> bool {
        let voices = |of: &dyn Fn() -> Vec<usize>| of().into_iter().map(|it| self.search.manners()[it].voice.as_str()).collect();
        let waits = || self.waiting.iter().flat_map(Round::plays).filter(|it| it.word == word).map(|it| it.manner).collect();
        let woke = || self.history().of(word).iter().filter(|it| it.1 == Answer::Woke).map(|it| it.0).collect();
        let mut all: BTreeSet<&str> = voices(&waits);
        all.extend(voices(&woke));
        all.len() >= 2 && self.hoped(word) >= self.enough()
    }

    /// Words that were found and are not proven, those first of which most is believed, in a voice in which they woke the device.
    fn to_prove(&self, left: usize, chance: &mut Stream) -> Open {
        let history = self.search.history();
        let waits = |word: usize| self.waiting.iter().flat_map(Round::plays).filter(|it| it.word == word).count();
        let most = float(self.rules.slots - self.rules.slots / PROOFS);
        let is_open =
            |word: usize| self.hoped(word) < self.enough() && history.of(word).len() + waits(word) < MOST_PLAYS_OF_A_WORD;
        let mut words: Vec<usize> = history.words().filter(|&it| history.is_found(it) && is_open(it)).collect();
        words.sort_by(|&a, &b| self.hoped(b).total_cmp(&self.hoped(a)));
        let needed = words.iter().map(|&it| (self.enough() / self.hoped(it)).ln() / most.ln()).sum();
        words.truncate((self.rules.slots / PROOFS).min(left));
        let play = |word: usize| {
            let woke: Vec<usize> = history.of(word).iter().filter(|it| it.1 == Answer::Woke).map(|it| it.0).collect();
            let manner = *woke.get(below(woke.len(), chance))?;
            Some(Play { word, manner: at_any_level(self.search.manners(), manner, chance) })
        };
        Open { plays: words.into_iter().filter_map(play).collect(), needed: whole(needed) }
    }

    /// So many words that never woke the device, by lot of those that are farthest from the wake word.
    fn silent(&self, number: usize, chance: &mut Stream) -> Vec<Play> {
        let (history, pool) = (self.search.history(), self.search.pool());
        let is_again = |word: usize| self.replay.as_ref().is_some_and(|it| it.words.iter().any(|it| it.word == word));
        let is_silent = |word: &usize| history.of(*word).iter().all(|it| it.1 == Answer::Silent) && !is_again(*word);
        let mut words: Vec<usize> = (0..pool.words().len()).filter(is_silent).collect();
        let cost = |word: usize| pool.shapes()[word].whole_and_part();
        words.sort_by(|&a, &b| cost(b).total_cmp(&cost(a)));
        words.truncate(number * FARTHEST);
        chance.shuffle(&mut words);
        let manners = self.search.manners().len();
        words.into_iter().take(number).map(|word| Play { word, manner: below(manners, chance) }).collect()
    }

    /// What the search would play in so many slots if nothing that sounds in the meantime woke the device; and why it would play nothing more, if so.
    fn to_find(&self, room: usize) -> (Vec<Play>, Option<End>) {
        let mut imagined = self.search.clone();
        let mut words = BTreeSet::new();
        for play in self.waiting.iter().flat_map(Round::plays) {
            imagined.tell(play, Answer::Silent);
            words.insert(play.word);
        }
        let mut plays = Vec::new();
        for _ in 0..room * ASKED {
            if plays.len() >= room {
                break;
            }
            match imagined.next_play() {
                Next::Ended(end) => return (plays, Some(end)),
                Next::Play(play) => {
                    imagined.tell(play, Answer::Silent);
                    if words.insert(play.word) {
                        plays.push(play);
                    }
                }
            }
        }
        (plays, None)
    }

    /// What was seen of a round, slot by slot; nothing of one that was not played to its end, which counts as a miss for each of its words. Also of rounds that an earlier search drew, which
    /// was interrupted.
    pub fn tell(&mut self, round: &Round, seen: &[Seen]) {
        let waited = self.waiting.len();
        self.waiting.retain(|it| it.number != round.number);
        if self.waiting.len() == waited {
            self.count(round);
        }
        let seen_in = |place: usize| seen.get(place).copied().unwrap_or(Seen::Unknown);
        let heard =
            round.slots.iter().enumerate().any(|(it, slot)| matches!(slot, Slot::WakeWord(_)) && seen_in(it) == Seen::Began);
        let silence_counts = heard || self.replay.is_none();
        for (place, slot) in round.slots.iter().enumerate() {
            let seen = seen_in(place);
            match *slot {
                Slot::Nothing => {}
                Slot::WakeWord(_) => match seen {
                    Seen::Began => self.unanswered = 0,
                    Seen::Quiet => self.unanswered += 1,
                    Seen::Busy | Seen::Unknown => {}
                },
                Slot::Word(play) | Slot::Again(play) => {
                    // No bet on words that only keep found ones company: so no more words are bet on than plays are counted.
                    let counts = cost(round) == round.plays().count() || matches!(slot, Slot::Again(_));
                    if counts {
                        let occupied = round.group(place).filter(|&it| seen_in(it) != Seen::Quiet).count();
                        let evidence = self.evidence.entry(play.word).or_default();
                        evidence.take(round.group(place).count(), occupied, seen == Seen::Began);
                    }
                    match seen {
                        Seen::Began => self.search.tell(play, Answer::Woke),
                        Seen::Quiet if counts && silence_counts => self.search.tell(play, Answer::Silent),
                        Seen::Quiet | Seen::Busy | Seen::Unknown => {}
                    }
                }
            }
        }
        if seen.is_empty() {
            // It was broken off, which says nothing of the device.
            return;
        }
        let all = |what: Seen| (0..round.slots.len()).all(|it| seen_in(it) == what);
        self.in_vain = match self.in_vain {
            (count, End::WakesFromAnything) if all(Seen::Began) => (count + 1, End::WakesFromAnything),
            _ if all(Seen::Began) => (1, End::WakesFromAnything),
            (count, End::NoAnswer) if all(Seen::Unknown) => (count + 1, End::NoAnswer),
            _ if all(Seen::Unknown) => (1, End::NoAnswer),
            _ => (0, End::NoAnswer),
        };
        if self.unanswered >= if self.replay.is_some() { DEAF_AGAIN } else { DEAF } {
            self.over = Some(End::Deaf);
        } else if self.in_vain.0 >= IN_VAIN {
            self.over = Some(self.in_vain.1);
        }
    }

    /// Goes on after the rounds of an earlier search: whatever was wrong with the room or the device may have been mended since.
    pub fn go_on(&mut self) {
        (self.unanswered, self.in_vain, self.over) = (0, (0, End::NoAnswer), None);
    }

    /// What the evidence for a word is worth now.
    fn evidence_of(&self, word: usize) -> f64 {
        self.evidence.get(&word).map_or(1.0, Evidence::value)
    }

    /// The most that the evidence for a word was worth; it is 1 at the beginning, and no more in the mean where the word does not wake the device.
    #[must_use]
    pub fn most_of(&self, word: usize) -> f64 {
        self.evidence.get(&word).map_or(1.0, Evidence::most)
    }

    /// Whether it is shown that a word wakes the device: whatever else makes it send (see `evidence`), that any word is named wrongly has at most the chance that was asked for, over all words and looks.
    #[must_use]
    pub fn is_proven(&self, word: usize) -> bool {
        self.search.history().is_found(word) && self.most_of(word) >= self.enough()
    }

    /// What the evidence for a word has to be worth to show that it wakes the device: no more words than plays may be named, or than are played again.
    #[must_use]
    pub fn enough(&self) -> f64 {
        float(self.replay.as_ref().map_or(self.search.settings().plays, |it| it.words.len())) / self.rules.alpha
    }

    /// What was played and seen.
    #[must_use]
    pub fn history(&self) -> &History {
        self.search.history()
    }

    /// The search that says what to play.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Rounds that were drawn so far.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.drawn
    }

    /// Plays that were drawn so far, without those of silent words beside found ones.
    #[must_use]
    pub fn spent(&self) -> usize {
        self.spent
    }
}

/// Plays of a round that count: of one with words that were found those alone.
fn cost(round: &Round) -> usize {
    let again = round.slots.iter().filter(|it| matches!(it, Slot::Again(_))).count();
    if again > 0 { again } else { round.plays().count() }
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// A number of plays, rounded up.
fn whole(plays: f64) -> usize {
    (0..=u16::MAX).find(|&it| f64::from(it) >= plays).map_or(usize::MAX, usize::from)
}

fn below(bound: usize, chance: &mut Stream) -> usize {
    usize::try_from(chance.below(bound.max(1) as u64)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
