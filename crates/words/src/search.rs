//! A search: says what to play next, and takes what came of it.
//!
//! What it says follows from its settings and from the answers, in their order: told the same answers again, a search that was interrupted goes on.

use std::vec::IntoIter;

use earwitness_core::lot::{Lot, Stream};

use crate::control::{Control, Controls};
use crate::end::End;
use crate::genetic;
use crate::history::History;
use crate::kernel::Beliefs;
use crate::learned::Learned;
use crate::manner::{Answer, Manner, Play};
use crate::orders::{self, Order};
use crate::pool::Pool;

/// A search ends where fewer further finds than this are expected of all plays that are left.
const TOO_FEW_FINDS: f32 = 0.05;

/// In which order words are played.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Strategy {
    /// By what was learned of the device.
    Learned,
    /// In an order that is fixed before the first play; what woke is played once more, in another voice.
    Fixed(Order),
    /// Children of what woke; what woke is played once more, in another voice.
    Genetic,
}

/// What a search is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Most plays.
    pub plays: usize,
    /// What is drawn by lot follows from it.
    pub seed: u64,
    /// The order.
    pub strategy: Strategy,
    /// What is believed before the first play.
    pub beliefs: Beliefs,
}

impl Settings {
    /// So many plays, in an order that learns.
    #[must_use]
    pub fn new(plays: usize, seed: u64) -> Self {
        Self { plays, seed, strategy: Strategy::Learned, beliefs: Beliefs::default() }
    }
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Play this, and tell what came of it.
    Play(Play),
    /// Nothing more.
    Ended(End),
}

/// A search in progress.
#[derive(Clone, Debug)]
pub struct Search {
    pool: Pool,
    manners: Vec<Manner>,
    settings: Settings,
    history: History,
    chance: Stream,
    controls: Controls,
    mind: Mind,
    asked: Option<Next>,
}

/// What an order remembers.
#[derive(Clone, Debug)]
enum Mind {
    Learned(Box<Learned>),
    Fixed(IntoIter<usize>),
    Genetic,
}

impl Search {
    /// A search that begins. There must be two voices among the manners, or nothing can be confirmed.
    #[must_use]
    pub fn new(pool: Pool, manners: Vec<Manner>, settings: Settings) -> Self {
        let mut chance = Lot::new(settings.seed).stream("words", 0);
        let mind = match settings.strategy {
            Strategy::Learned => Mind::Learned(Box::new(Learned::new(&pool, &manners, &settings.beliefs))),
            Strategy::Fixed(order) => Mind::Fixed(orders::ordered(order, &pool, &mut chance).into_iter()),
            Strategy::Genetic => Mind::Genetic,
        };
        Self { pool, manners, settings, history: History::default(), chance, controls: Controls::default(), mind, asked: None }
    }

    /// What to do next; the same until something is told.
    pub fn next_play(&mut self) -> Next {
        let next = self.asked.unwrap_or_else(|| self.ask());
        self.asked = Some(next);
        next
    }

    fn ask(&mut self) -> Next {
        let left = self.settings.plays.saturating_sub(self.history.plays().len());
        if left == 0 || self.manners.is_empty() {
            return Next::Ended(End::Budget);
        }
        match &mut self.mind {
            Mind::Learned(learned) => {
                match self.controls.next(&self.pool, &self.history, &self.manners) {
                    Some(Control::Play(play)) => return Next::Play(play),
                    Some(Control::End(end)) => return Next::Ended(end),
                    None => {}
                }
                let Some(choice) = learned.next(&self.pool, &self.manners, &self.history, left, &mut self.chance) else {
                    // With one play left, what never woke cannot be found any more.
                    return Next::Ended(if left < 2 { End::Improbable } else { End::Words });
                };
                self.controls.expect(choice.wakes);
                if choice.worth * few(left) < TOO_FEW_FINDS { Next::Ended(End::Improbable) } else { Next::Play(choice.play) }
            }
            _ => self.one_after_the_other(),
        }
    }

    fn one_after_the_other(&mut self) -> Next {
        if let Some(play) = orders::confirm(&self.history, &self.manners, &mut self.chance) {
            return Next::Play(play);
        }
        let word = match &mut self.mind {
            Mind::Fixed(words) => words.next(),
            _ => genetic::next(&self.pool, &self.history, &mut self.chance),
        };
        let manner = orders::pick(self.manners.len(), &mut self.chance);
        word.map_or(Next::Ended(End::Words), |word| Next::Play(Play { word, manner }))
    }

    /// What came of a play. Plays of places that are not there are left aside.
    pub fn tell(&mut self, play: Play, answer: Answer) {
        if play.word >= self.pool.words().len() || play.manner >= self.manners.len() {
            return;
        }
        self.asked = None;
        self.history.add(play, answer, &self.manners);
        self.controls.tell(play, answer);
        if let Mind::Learned(learned) = &mut self.mind
            && answer != Answer::Unknown
        {
            learned.tell(&self.pool, play, answer == Answer::Woke);
        }
    }

    /// Goes on after plays that were made before, told in their order.
    pub fn resume(&mut self, plays: impl IntoIterator<Item = (Play, Answer)>) {
        for (play, answer) in plays {
            // What is drawn by lot for each play has to be drawn again.
            let _ = self.next_play();
            self.tell(play, answer);
        }
    }

    /// What was played.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The words that may be played.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The manners in which they may be played.
    #[must_use]
    pub fn manners(&self) -> &[Manner] {
        &self.manners
    }

    /// What it was asked for.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// A number of plays as a float.
fn few(number: usize) -> f32 {
    u16::try_from(number).map_or(f32::from(u16::MAX), f32::from)
}
