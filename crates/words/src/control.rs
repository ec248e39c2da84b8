//! Plays that find nothing, and say whether answers can be believed.

use crate::end::End;
use crate::history::History;
use crate::manner::{Answer, Manner, Play};
use crate::pool::Pool;

/// So many plays in a row of which nothing can be said are enough.
const UNKNOWN: usize = 5;
/// So many wakes in a row are more than near words explain: words that are far away are played.
const WAKES: usize = 12;
/// So many words that are far away are played before they decide.
const FAR: usize = 3;
/// Silence for so long that it was expected less often than this asks for a control; and so does a silence of controls decide.
const SURPRISE: f32 = 0.01;
/// What was found wakes again at least that often: engines that were measured wake again in 0.55 to 0.8 of plays.
const AGAIN: f32 = 0.5;

/// Counts what would make answers doubtful.
#[derive(Clone, Debug)]
pub(crate) struct Controls {
    unknown: usize,
    wakes: usize,
    /// How probable the silence since the last wake was.
    silence: f32,
    /// How probable a wake of the play that was chosen is.
    expected: f32,
    running: Option<Kind>,
    made: Vec<Play>,
    /// How probable the silence of the controls was.
    doubt: f32,
    pending: Option<Play>,
    over: Option<End>,
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            unknown: 0,
            wakes: 0,
            silence: 1.0,
            expected: 0.0,
            running: None,
            made: Vec::new(),
            doubt: 1.0,
            pending: None,
            over: None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Words that woke before: does it still wake?
    Woke,
    /// Words that are far away: does it wake from anything?
    Far,
}

/// What the controls ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Control {
    Play(Play),
    End(End),
}

impl Controls {
    /// How probable a wake is of the play that was chosen.
    pub(crate) fn expect(&mut self, wakes: f32) {
        self.expected = wakes;
    }

    pub(crate) fn tell(&mut self, play: Play, answer: Answer) {
        let expected = std::mem::take(&mut self.expected);
        if answer == Answer::Unknown {
            self.unknown += 1;
            if self.unknown >= UNKNOWN {
                self.over = Some(End::NoAnswer);
            }
            return;
        }
        self.unknown = 0;
        let woke = answer == Answer::Woke;
        if self.pending.take() == Some(play) {
            self.control_told(woke);
        } else if woke {
            self.wakes += 1;
            self.silence = 1.0;
        } else {
            self.wakes = 0;
            self.silence *= 1.0 - expected;
        }
    }

    fn control_told(&mut self, woke: bool) {
        self.doubt *= 1.0 - AGAIN;
        match self.running {
            Some(Kind::Woke) if !woke => self.over = (self.doubt < SURPRISE).then_some(End::StoppedWaking),
            Some(Kind::Far) if woke => self.over = (self.made.len() >= FAR).then_some(End::WakesFromAnything),
            _ => *self = Self::default(),
        }
    }

    pub(crate) fn next(&mut self, pool: &Pool, history: &History, manners: &[Manner]) -> Option<Control> {
        if let Some(end) = self.over {
            return Some(Control::End(end));
        }
        let kind = self.running.or_else(|| self.begun())?;
        let play = match kind {
            Kind::Woke => self.that_woke(history),
            Kind::Far => self.that_is_far(pool, history, manners.len()),
        };
        let Some(play) = play else {
            // Nothing to control with.
            *self = Self::default();
            return None;
        };
        if self.pending != Some(play) {
            self.made.push(play);
        }
        self.running = Some(kind);
        self.pending = Some(play);
        Some(Control::Play(play))
    }

    fn begun(&self) -> Option<Kind> {
        if self.wakes >= WAKES {
            Some(Kind::Far)
        } else if self.silence < SURPRISE {
            Some(Kind::Woke)
        } else {
            None
        }
    }

    /// Plays that woke, of words that were found: the last ones first, each once before one comes again.
    fn that_woke(&self, history: &History) -> Option<Play> {
        let mut woke: Vec<Play> = Vec::new();
        for (play, answer) in history.plays().iter().rev() {
            if *answer == Answer::Woke && history.is_found(play.word) && !woke.contains(play) {
                woke.push(*play);
            }
        }
        let turn = self.made.len().checked_rem(woke.len())?;
        woke.get(turn).copied()
    }

    /// The words that were not played and are farthest, in one manner after the other.
    fn that_is_far(&self, pool: &Pool, history: &History, manners: usize) -> Option<Play> {
        let unplayed = (0..pool.words().len()).filter(|&it| !history.was_played(it));
        let farthest =
            unplayed.max_by(|&a, &b| pool.shapes()[a].whole_and_part().total_cmp(&pool.shapes()[b].whole_and_part()))?;
        Some(Play { word: farthest, manner: self.made.len() % manners })
    }
}
