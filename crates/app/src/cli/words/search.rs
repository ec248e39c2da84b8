//! `earwitness words search`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueHint;
use earwitness_words::oracle::{Draws, Oracle};
use earwitness_words::{Pool, Search, Settings, everyday};

use super::super::Outcome;
use super::json::{Asked, Name, Told, ended};
use super::{bench, earlier, oracle, play, wake, write};
use crate::say;

/// Most plays of a search: what each says of all words takes time that grows with the square of their number.
const MOST_PLAYS: usize = 3_000;

/// Search for words that wake a device, playing next what most finds are expected from.
///
/// A word is found where it woke the device in two voices. The wake word itself, and what contains its phonemes, is not played. The search ends before all plays are made where a
/// further find is improbable, or where answers cannot be believed.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words search alexa --oracle table.csv
  earwitness words search alexa --oracle table.csv --plays 500 --resume found.json --json=more.json
  earwitness words search alexa --oracle table.csv --seeds 100

Exit status: 0 done; 2 something could not be read.")]
pub(super) struct Args {
    /// The wake word.
    #[arg(value_name = "WAKE-WORD")]
    wake_word: String,
    /// A table of answers that are known, in place of a device (docs/guide/words.md says which columns it has).
    #[arg(long, value_name = "CSV", value_hint = ValueHint::FilePath)]
    oracle: PathBuf,
    /// Whose answers in the table, where it holds those of several engines to the wake word.
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// The wake word's phonemes; without it they are those of the table, of the pronouncing dictionary, or of espeak-ng.
    #[arg(long, value_name = "NAMES")]
    phonemes: Option<String>,
    /// Most plays.
    #[arg(long, value_name = "NUMBER", default_value_t = 300, value_parser = most_plays)]
    plays: usize,
    /// What is drawn by lot follows from it; the same number gives the same search.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// In which order words are played.
    #[arg(long, value_enum, default_value_t = Name::Learned)]
    strategy: Name,
    /// Go on with a search that wrote this with --json; its seed and its strategy are kept.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["seed", "strategy"])]
    resume: Option<PathBuf>,
    /// A list of words with how often each comes in everyday text (a word and a number in each line): how often such text wakes the device.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    frequencies: Option<PathBuf>,
    /// Compare all strategies instead, each with so many seeds from --seed on: finds after each 50 plays, with intervals of 95 %.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(2..=1_000), conflicts_with_all = ["strategy", "resume", "frequencies"])]
    seeds: Option<u16>,
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/words-1.json; with --seeds, words-curves-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
}

/// A number of plays.
pub(super) fn most_plays(text: &str) -> Result<usize, String> {
    let plays = text.parse().ok().filter(|it| (1..=MOST_PLAYS).contains(it));
    plays.ok_or_else(|| format!("a number from 1 to {MOST_PLAYS}"))
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let oracle = oracle(&args.oracle, &args.wake_word, args.engine.as_deref())?;
    let wake = wake::phonemes(&args.wake_word, args.phonemes.as_deref(), &oracle)?;
    let pool = Pool::new(&wake, oracle.words().to_vec()).with_context(|| args.oracle.display().to_string())?;
    if pool.left_out().without_phonemes > 0 {
        say::line(&format!("{} words without phonemes, or with too many, are left out", pool.left_out().without_phonemes));
    }
    if let Some(seeds) = args.seeds {
        return bench::run(
            &bench::Bench { wake_word: &args.wake_word, oracle: &oracle, pool: &pool, plays: args.plays, seed: args.seed, seeds },
            args.json.as_deref(),
        );
    }
    let frequencies = args.frequencies.as_deref().map(frequencies).transpose()?;
    let (search, strategy, end) = searched(args, &oracle, pool)?;
    let everyday = frequencies.map(|it| everyday(&search, &it));
    let asked = Asked { wake_word: &args.wake_word, engine: oracle.engine(), strategy, ended: end, everyday };
    write(&Told::new(&search, &asked), args.json.as_deref())?;
    Ok(Outcome::Done)
}

fn searched(args: &Args, oracle: &Oracle, pool: Pool) -> anyhow::Result<(Search, Name, &'static str)> {
    let earlier = args.resume.as_deref().map(|path| earlier::read(path).map(|it| (it, path))).transpose()?;
    let (seed, strategy) = earlier.as_ref().map_or((args.seed, args.strategy), |(it, _)| (it.seed, it.strategy));
    let settings = Settings { strategy: strategy.strategy(), ..Settings::new(args.plays, seed) };
    let mut search = Search::new(pool, oracle.manners().to_vec(), settings);
    let mut draws = Draws::new(oracle, seed);
    if let Some((told, path)) = &earlier {
        let plays = earlier::plays(told, &search, path)?;
        for (play, _) in &plays {
            draws.answer(&search.pool().words()[play.word].text, play.manner);
        }
        search.resume(plays);
    }
    let end = play(&mut search, &mut draws);
    Ok((search, strategy, ended(end)))
}

/// Words with how often each comes: a word and a number in each line, between them a space, a tabulator or a comma.
fn frequencies(path: &Path) -> anyhow::Result<BTreeMap<String, f64>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut frequencies = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut cells = line.split([' ', '\t', ',']).filter(|it| !it.is_empty());
        let often = cells.next().zip(cells.next()).and_then(|(word, often)| Some((word.to_lowercase(), often.parse().ok()?)));
        match often {
            Some((word, often)) if f64::is_finite(often) && often >= 0.0 => *frequencies.entry(word).or_insert(0.0) += often,
            // The names of columns.
            _ if number == 0 => {}
            _ => bail!("{}, line {}: a word and how often it comes are wanted", path.display(), number + 1),
        }
    }
    Ok(frequencies)
}
