//! Answers that are known beforehand: a table of words with what came of each take in each voice.
//!
//! Columns of the table: `text`, `arpabet`, and `source` where it has one; `ENGINE:WAKE|VOICE#TAKE` for each take, 1 where the word woke that engine, 0 where it did not,
//! empty where nothing is known. A column of another name says nothing here.

use std::collections::BTreeMap;

use earwitness_core::lot::Lot;

use crate::manner::{Answer, Manner};
use crate::phoneme::{self, Phoneme};
use crate::pool::Word;

/// A table of answers.
#[derive(Clone, Debug)]
pub struct Oracle {
    engines: Vec<String>,
    engine: String,
    words: Vec<Word>,
    manners: Vec<Manner>,
    answers: BTreeMap<String, Vec<Vec<Answer>>>,
}

/// What is wrong with a table.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is no CSV.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("there is no column {0:?}")]
    Column(&'static str),
    /// There are no takes.
    #[error("no column is called ENGINE:WAKE|VOICE#TAKE, such as micro:alexa|en-us#0")]
    NoTakes,
    /// There are takes of several engines, or not of the one that is asked for.
    #[error("it holds takes of {}: name one of them", .0.join(", "))]
    Engines(Vec<String>),
    /// All takes are of one voice.
    #[error("all takes of {0} are of one voice, so that nothing can be confirmed in another one")]
    OneVoice(String),
    /// Phonemes that are none.
    #[error("line {line}: {unknown}")]
    Phonemes {
        /// The line.
        line: u64,
        /// Which.
        unknown: phoneme::Unknown,
    },
    /// An answer that is none.
    #[error("line {line}: {cell:?} is no answer: 1, 0, or nothing")]
    Answer {
        /// The line.
        line: u64,
        /// What stands there.
        cell: String,
    },
}

impl Oracle {
    /// A table of answers to one wake word: of `engine`, or of the only engine in it that was asked for `wake_word`.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn read(table: &[u8], wake_word: &str, engine: Option<&str>) -> Result<Self, Fault> {
        let mut reader = csv::Reader::from_reader(table);
        let header = reader.headers()?.clone();
        let place = |name| header.iter().position(|it| it == name);
        let text = place("text").ok_or(Fault::Column("text"))?;
        let arpabet = place("arpabet").ok_or(Fault::Column("arpabet"))?;
        let source = place("source");
        let takes = takes(&header, wake_word, engine)?;
        let mut oracle = Self {
            engines: takes.engines,
            engine: takes.engine,
            words: Vec::new(),
            manners: takes.manners,
            answers: BTreeMap::new(),
        };
        for row in reader.records() {
            let row = row?;
            let line = row.position().map_or(0, csv::Position::line);
            let cell = |at: usize| row.get(at).unwrap_or_default().trim();
            let phonemes = phoneme::parse(cell(arpabet)).map_err(|unknown| Fault::Phonemes { line, unknown })?;
            let mut answers = vec![Vec::new(); oracle.manners.len()];
            for &(column, manner) in &takes.columns {
                answers[manner].push(answer(cell(column)).ok_or_else(|| Fault::Answer { line, cell: cell(column).to_owned() })?);
            }
            let is_everyday = source.is_none_or(|at| is_everyday(cell(at)));
            oracle.words.push(Word { text: cell(text).to_owned(), phonemes, is_everyday });
            oracle.answers.entry(cell(text).to_owned()).or_insert(answers);
        }
        Ok(oracle)
    }

    /// Which engine's answers these are.
    #[must_use]
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// All engines of the table.
    #[must_use]
    pub fn engines(&self) -> &[String] {
        &self.engines
    }

    /// All words of the table.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The voices of the table.
    #[must_use]
    pub fn manners(&self) -> &[Manner] {
        &self.manners
    }

    /// The phonemes of a text that stands in the table.
    #[must_use]
    pub fn phonemes(&self, text: &str) -> Option<&[Phoneme]> {
        self.words.iter().find(|it| name(&it.text) == name(text)).map(|it| it.phonemes.as_slice())
    }

    /// The answers to a text in each manner, take by take; nothing where it is not in the table.
    #[must_use]
    pub fn answers(&self, text: &str) -> &[Vec<Answer>] {
        self.answers.get(text).map_or(&[], Vec::as_slice)
    }
}

/// A source that chose words because they are near to a wake word says so.
fn is_everyday(source: &str) -> bool {
    !["near", "pair"].contains(&source.split(':').next().unwrap_or_default())
}

fn answer(cell: &str) -> Option<Answer> {
    match cell {
        "1" => Some(Answer::Woke),
        "0" => Some(Answer::Silent),
        "" => Some(Answer::Unknown),
        _ => None,
    }
}

/// A wake word as columns and people write it: `Hey Jarvis`, `hey_jarvis`.
fn name(wake_word: &str) -> String {
    wake_word.trim().to_lowercase().replace(['_', '-'], " ")
}

struct Takes {
    engines: Vec<String>,
    engine: String,
    manners: Vec<Manner>,
    /// Columns, each with its manner.
    columns: Vec<(usize, usize)>,
}

fn takes(header: &csv::StringRecord, wake_word: &str, engine: Option<&str>) -> Result<Takes, Fault> {
    let all: Vec<(usize, &str, &str)> = header
        .iter()
        .enumerate()
        .filter_map(|(column, title)| title.split_once('|').map(|(engine, take)| (column, engine.trim(), voice(take))))
        .collect();
    let mut engines: Vec<String> = all.iter().map(|it| it.1.to_owned()).collect();
    engines.sort();
    engines.dedup();
    let is_asked = |it: &str| match engine {
        Some(engine) => it == engine || it.split(':').next() == Some(engine),
        None => true,
    };
    let listens = |it: &str| it.split_once(':').is_some_and(|(_, wake)| name(wake) == name(wake_word));
    let fits: Vec<&String> = engines.iter().filter(|it| is_asked(it) && listens(it)).collect();
    let engine = match (fits.as_slice(), engines.len()) {
        ([one], _) => (*one).clone(),
        (_, 0) => return Err(Fault::NoTakes),
        _ => return Err(Fault::Engines(engines)),
    };
    let mut manners: Vec<Manner> = Vec::new();
    let mut columns = Vec::new();
    for &(column, _, voice) in all.iter().filter(|it| it.1 == engine) {
        let manner = manners.iter().position(|it| it.voice == voice).unwrap_or_else(|| {
            manners.push(Manner::usual(voice));
            manners.len() - 1
        });
        columns.push((column, manner));
    }
    if manners.len() < 2 { Err(Fault::OneVoice(engine)) } else { Ok(Takes { engines, engine, manners, columns }) }
}

/// The voice of `VOICE#TAKE`.
fn voice(take: &str) -> &str {
    take.split('#').next().unwrap_or_default().trim()
}

/// Plays against a table: each draws the next take of its word and voice, after the last one the first again. With which take a voice begins is drawn by lot.
#[derive(Clone, Debug)]
pub struct Draws<'a> {
    oracle: &'a Oracle,
    lot: Lot,
    next: BTreeMap<(String, usize), usize>,
}

impl<'a> Draws<'a> {
    /// Plays that begin; what is drawn by lot follows from the seed.
    #[must_use]
    pub fn new(oracle: &'a Oracle, seed: u64) -> Self {
        Self { oracle, lot: Lot::new(seed), next: BTreeMap::new() }
    }

    /// What comes of the next play of a text in a manner.
    pub fn answer(&mut self, text: &str, manner: usize) -> Answer {
        let takes = self.oracle.answers(text).get(manner).map_or(&[][..], Vec::as_slice);
        let first = || self.lot.draw(&format!("take/{text}"), manner as u64, takes.len() as u64);
        let next = self.next.entry((text.to_owned(), manner)).or_insert_with(|| usize::try_from(first()).unwrap_or(0));
        let answer = takes.get(*next).copied().unwrap_or(Answer::Unknown);
        *next = if *next + 1 < takes.len() { *next + 1 } else { 0 };
        answer
    }
}
