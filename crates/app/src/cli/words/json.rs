//! What was found, for programs. Each key is explained in `docs/schema/words-1.json`.

use std::io::{self, Write};

use earwitness_base::text::{WIDEST_SAID, clean};
use earwitness_core::findings::DeviceId;
use earwitness_words::{Answer, Chance, End, Everyday, Order, Search, Strategy, phoneme, results, results_of};
use serde::{Deserialize, Serialize};

use super::live::{Found, is_usual};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
pub(super) const VERSION: u32 = 1;

/// Strategies as they are called on the command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Name {
    /// By what was learned of the device.
    Learned,
    /// Fewest edits of the whole word.
    Whole,
    /// Least cost of the best part.
    Substring,
    /// Children of what woke.
    Genetic,
    /// As many phonemes as the wake word, then one more or fewer.
    Paper,
    /// Everyday words by lot.
    Random,
}

impl Name {
    pub(super) const ALL: [Self; 6] = [Self::Learned, Self::Whole, Self::Substring, Self::Genetic, Self::Paper, Self::Random];

    pub(super) fn strategy(self) -> Strategy {
        match self {
            Self::Learned => Strategy::Learned,
            Self::Whole => Strategy::Fixed(Order::Whole),
            Self::Substring => Strategy::Fixed(Order::Substring),
            Self::Genetic => Strategy::Genetic,
            Self::Paper => Strategy::Fixed(Order::Paper),
            Self::Random => Strategy::Fixed(Order::Random),
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Learned => "learned",
            Self::Whole => "whole",
            Self::Substring => "substring",
            Self::Genetic => "genetic",
            Self::Paper => "paper",
            Self::Random => "random",
        }
    }
}

/// All that is told of a search; what an earlier one wrote is read back.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Told {
    pub(super) version: u32,
    pub(super) program: String,
    pub(super) wake_word: String,
    pub(super) phonemes: String,
    pub(super) engine: String,
    pub(super) strategy: Name,
    pub(super) seed: u64,
    pub(super) budget: usize,
    pub(super) plays: usize,
    pub(super) ended: String,
    pub(super) found: usize,
    pub(super) left_out: LeftOut,
    pub(super) everyday: Option<PerTenThousand>,
    /// Of a search with a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<Device>,
    /// Decibels against the usual level; none where all words were played at that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<f32>,
    /// Of a replay with a device: whose words were played again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replayed: Option<Replayed>,
    pub(super) words: Vec<Word>,
    pub(super) answers: Vec<Played>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct LeftOut {
    pub(super) without_phonemes: usize,
    pub(super) wake_word: usize,
    pub(super) twice: usize,
    pub(super) far: usize,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Device {
    pub(super) mac: Option<String>,
    pub(super) alpha: f64,
    /// What the bets on a word have to be worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) enough: Option<f64>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct PerTenThousand {
    pub(super) wakes: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) covered: f64,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) phonemes: String,
    pub(super) plays: usize,
    pub(super) wakes: bool,
    pub(super) probability: f32,
    pub(super) low: f32,
    pub(super) high: f32,
    /// What the bets on it are worth; of a search with a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<f64>,
    /// Mean of the sound that was uploaded after a play that woke the device, seconds; of a search with a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<f64>,
    pub(super) voices: Vec<Voice>,
    /// Where words are played at several levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<Level>,
    /// Of a replay with a device: what the earlier search said of it, and what became of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Before>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) now: Option<Now>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Voice {
    #[serde(rename = "voice")]
    pub(super) name: String,
    pub(super) plays: usize,
    pub(super) woke: usize,
    /// None in what an earlier program wrote.
    #[serde(flatten)]
    pub(super) chance: Option<Often>,
}

/// A word at a level.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Level {
    #[serde(rename = "level_db")]
    pub(super) db: f32,
    pub(super) plays: usize,
    pub(super) woke: usize,
    #[serde(flatten)]
    pub(super) chance: Often,
}

/// A probability with its interval.
#[derive(Clone, Copy, Serialize, Deserialize, Debug)]
pub(super) struct Often {
    pub(super) probability: f32,
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Often {
    /// `40 % (18 to 73)`.
    pub(super) fn percent(self) -> String {
        format!("{:.0} % ({:.0} to {:.0})", self.probability * 100.0, self.low * 100.0, self.high * 100.0)
    }
}

impl From<Chance> for Often {
    fn from(Chance { probability, low, high }: Chance) -> Self {
        Self { probability, low, high }
    }
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Played {
    pub(super) text: String,
    pub(super) voice: String,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub(super) level_db: f32,
    pub(super) woke: Option<bool>,
}

/// Whose words were played again.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Replayed {
    pub(super) engine: String,
    pub(super) mac: Option<String>,
    pub(super) program: String,
}

/// What the earlier search said of a word.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Before {
    pub(super) plays: usize,
    pub(super) woke: usize,
    #[serde(flatten)]
    pub(super) chance: Often,
}

/// What became of a word that woke a device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Now {
    /// It is shown that it wakes this one.
    StillWakes,
    /// That is not shown, and fewer of its plays woke the device than in the file, which is more than chance (Fisher's exact test, at the stated chance for all words together).
    WakesLess,
    /// Nothing is shown.
    Open,
}

impl Now {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::StillWakes => "still wakes",
            Self::WakesLess => "less, or no more",
            Self::Open => "open",
        }
    }
}

/// What a search was asked for, and why it is over.
pub(super) struct Asked<'a> {
    pub(super) wake_word: &'a str,
    pub(super) engine: &'a str,
    pub(super) strategy: Name,
    pub(super) ended: &'static str,
    pub(super) everyday: Option<Everyday>,
}

impl Told {
    pub(super) fn new(search: &Search, asked: &Asked<'_>) -> Self {
        let (pool, settings, history) = (search.pool(), search.settings(), search.history());
        let left_out = pool.left_out();
        Self {
            version: VERSION,
            program: concat!("earwitness ", env!("CARGO_PKG_VERSION")).to_owned(),
            wake_word: asked.wake_word.to_owned(),
            phonemes: phoneme::write(pool.wake()),
            engine: asked.engine.to_owned(),
            strategy: asked.strategy,
            seed: settings.seed,
            budget: settings.plays,
            plays: history.plays().len(),
            ended: asked.ended.to_owned(),
            found: history.found().len(),
            left_out: LeftOut {
                without_phonemes: left_out.without_phonemes,
                wake_word: left_out.wake_word,
                twice: left_out.twice,
                far: left_out.far,
            },
            everyday: asked.everyday.map(|it| PerTenThousand {
                wakes: it.wakes,
                low: it.low,
                high: it.high,
                covered: it.covered,
            }),
            device: None,
            levels: levels(search),
            replayed: None,
            words: results(search).iter().map(|it| word(search, it)).collect(),
            answers: history.plays().iter().map(|it| played(search, it.0, it.1)).collect(),
        }
    }

    /// The same of a search with a device: a word is said to wake it where that is shown.
    pub(super) fn with_device(mut self, found: &Found, alpha: f64) -> Self {
        let mac = found.device.as_ref().and_then(|it| if let DeviceId::Mac(mac) = it.0 { Some(mac.to_string()) } else { None });
        self.device = Some(Device { mac, alpha, enough: Some(found.campaign.enough()) });
        self.budget = found.campaign.plays();
        self.plays = found.campaign.spent();
        let search = found.campaign.search();
        let results = match found.campaign.replayed() {
            // Words that kept them company are no finds, whatever was seen after them.
            Some(words) => results_of(search, words),
            None => results(search),
        };
        self.words = results.iter().map(|it| word(search, it)).collect();
        for (it, result) in self.words.iter_mut().zip(results) {
            it.wakes = found.campaign.is_proven(result.word);
            it.evidence = Some(found.campaign.most_of(result.word));
            it.seconds = found.uploaded.get(&result.word).map(|(sum, count)| sum / f64::from(*count));
        }
        self.words.sort_by_key(|it| !it.wakes);
        self.found = self.words.iter().filter(|it| it.wakes).count();
        self
    }

    /// Writes one JSON object and a line feed.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }
}

/// The levels at which words were played; none where that is the usual one.
fn levels(search: &Search) -> Vec<f32> {
    let mut levels: Vec<f32> = Vec::new();
    for it in search.manners() {
        if !levels.contains(&it.level_db) {
            levels.push(it.level_db);
        }
    }
    if levels.iter().all(is_usual) { Vec::new() } else { levels }
}

fn word(search: &Search, it: &earwitness_words::Result) -> Word {
    let known = &search.pool().words()[it.word];
    let voice = |it: &earwitness_words::Voice| Voice {
        name: it.name.clone(),
        plays: it.plays,
        woke: it.woke,
        chance: Some(it.chance.into()),
    };
    let level =
        |it: &earwitness_words::Level| Level { db: it.level_db, plays: it.plays, woke: it.woke, chance: it.chance.into() };
    let several = if it.levels.len() > 1 { it.levels.as_slice() } else { &[] };
    Word {
        text: known.text.clone(),
        phonemes: phoneme::write(&known.phonemes),
        plays: it.plays,
        wakes: it.wakes,
        probability: it.chance.probability,
        low: it.chance.low,
        high: it.chance.high,
        evidence: None,
        seconds: None,
        voices: it.voices.iter().map(voice).collect(),
        levels: several.iter().map(level).collect(),
        before: None,
        now: None,
    }
}

fn played(search: &Search, play: earwitness_words::Play, answer: Answer) -> Played {
    Played {
        text: search.pool().words()[play.word].text.clone(),
        voice: search.manners()[play.manner].voice.clone(),
        level_db: search.manners()[play.manner].level_db,
        woke: match answer {
            Answer::Woke => Some(true),
            Answer::Silent => Some(false),
            Answer::Unknown => None,
        },
    }
}

/// Why a search is over, as programs read it.
pub(super) fn ended(end: End) -> &'static str {
    match end {
        End::Budget => "budget",
        End::Improbable => "improbable",
        End::Words => "words",
        End::StoppedWaking => "stopped_waking",
        End::NoAnswer => "no_answer",
        End::WakesFromAnything => "wakes_from_anything",
        End::Deaf => "deaf",
    }
}

/// A text of a table for a terminal.
pub(super) fn shown(text: &str) -> String {
    clean(text, WIDEST_SAID)
}
