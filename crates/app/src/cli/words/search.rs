//! `earwitness words search`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueHint;
use earwitness_words::oracle::{Draws, Oracle};
use earwitness_words::{Manner, Pool, Search, Settings, everyday};

use super::super::Outcome;
use super::json::{Asked, Name, Told, ended};
use super::{Outputs, Room, bench, earlier, live, oracle, play, texts, wake, write};
use crate::say;

/// Most plays of a search: what each says of all words takes time that grows with the square of their number.
pub(super) const MOST_PLAYS: usize = 3_000;

/// Most levels, and the faintest, decibels.
const MOST_LEVELS: usize = 4;
const QUIETEST: f32 = -40.0;

/// Search for words that wake a device, playing next what most finds are expected from.
///
/// A word is found where it woke the device in two voices. The wake word itself, and what contains its phonemes, is not played. The search ends before all plays are made where a
/// further find is improbable, or where answers cannot be believed.
///
/// Words are played in this room, and the device's traffic says whether it woke; with --simulate in a simulated home; with --oracle a table answers. Rounds of twelve words are laid into slots by lot, and a word
/// is only said to wake the device where that cannot be explained by what the device sends anyway. Stopped or broken off, it goes on with the same command.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words search alexa -i eth1 --json=found.json
  earwitness words search computer --simulate demo
  earwitness words search alexa --oracle table.csv --seeds 100

Exit status: 0 done, or stopped in good order; 2 it cannot be, and what is wrong is told.")]
pub(super) struct Args {
    /// The wake word.
    #[arg(value_name = "WAKE-WORD")]
    wake_word: String,
    /// A table of answers that are known, in place of a device (docs/guide/words.md says which columns it has).
    #[arg(long, value_name = "CSV", value_hint = ValueHint::FilePath, conflicts_with_all = ["interface", "source", "state", "config"])]
    oracle: Option<PathBuf>,
    #[command(flatten)]
    pub(super) room: Room,
    /// Words that may be played besides those of the pronouncing dictionary: one in each line of this file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "oracle")]
    texts: Option<PathBuf>,
    /// Say words in this voice of espeak-ng, at so many words a minute; at least two, four if none is named.
    #[arg(long = "voice", value_name = "NAME@SPEED", conflicts_with = "oracle")]
    voices: Vec<String>,
    /// Play words at these levels, decibels against the loudspeaker's usual one and not above it, such as 0,-6: each play draws one of them by lot.
    #[arg(long, value_name = "DB,DB", value_delimiter = ',', allow_hyphen_values = true, value_parser = level)]
    levels: Vec<f32>,
    /// Whose answers in the table, where it holds those of several engines to the wake word.
    #[arg(long, value_name = "NAME", requires = "oracle")]
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
    /// In which order words of a table are played.
    #[arg(long, value_enum, default_value_t = Name::Learned)]
    strategy: Name,
    /// Go on with a search that wrote this with --json; its seed and its strategy are kept.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "oracle", conflicts_with_all = ["seed", "strategy"])]
    resume: Option<PathBuf>,
    /// A list of words with how often each comes in everyday text (a word and a number in each line), in place of the one of English that comes along: how often such text wakes the device.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    frequencies: Option<PathBuf>,
    /// Compare all strategies instead, each with so many seeds from --seed on: finds after each 50 plays, with intervals of 95 % (for
    /// --json: docs/schema/words-curves-1.json).
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(2..=1_000), requires = "oracle", conflicts_with_all = ["strategy", "resume", "frequencies", "html"])]
    seeds: Option<u16>,
    #[command(flatten)]
    outputs: Outputs,
}

/// A number of plays.
pub(super) fn most_plays(text: &str) -> Result<usize, String> {
    let plays = text.parse().ok().filter(|it| (1..=MOST_PLAYS).contains(it));
    plays.ok_or_else(|| format!("a number from 1 to {MOST_PLAYS}"))
}

/// A level that may be asked for.
fn level(text: &str) -> Result<f32, String> {
    let level = text.trim().parse().ok().filter(|it| (QUIETEST..=0.0).contains(it));
    // Nothing is written as -0.
    level.map(|it: f32| it + 0.0).ok_or_else(|| format!("decibels from {QUIETEST} to 0"))
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.wake_word.trim().is_empty() {
        bail!("the wake word is empty: write what the device is called by");
    }
    args.outputs.check()?;
    let own = args.frequencies.as_deref().map(frequencies).transpose()?;
    let frequencies = own.as_ref().unwrap_or_else(|| earwitness_words::frequencies());
    if args.oracle.is_some() && !args.levels.is_empty() {
        bail!("--levels is for a search with a device: a table of answers does not say how loud its takes were");
    }
    let Some(path) = &args.oracle else { return with_device(args, frequencies) };
    let oracle = oracle(path, &args.wake_word, args.engine.as_deref())?;
    let wake = wake::phonemes(&args.wake_word, args.phonemes.as_deref(), Some(&oracle))?;
    let pool = Pool::new(&wake, oracle.words().to_vec()).with_context(|| path.display().to_string())?;
    tell_left_out(&pool);
    if let Some(seeds) = args.seeds {
        return bench::run(
            &bench::Bench { wake_word: &args.wake_word, oracle: &oracle, pool: &pool, plays: args.plays, seed: args.seed, seeds },
            args.outputs.json.as_deref(),
        );
    }
    let (search, strategy, end) = searched(args, &oracle, pool)?;
    let everyday = everyday(&search, frequencies);
    let asked = Asked { wake_word: &args.wake_word, engine: oracle.engine(), strategy, ended: end, everyday };
    write(&Told::new(&search, &asked), &args.outputs)?;
    Ok(Outcome::Done)
}

fn tell_left_out(pool: &Pool) {
    if pool.left_out().without_phonemes > 0 {
        say::line(&format!("{} words without phonemes, or with too many, are left out", pool.left_out().without_phonemes));
    }
}

/// Searches in a room, or in a simulated home.
fn with_device(args: &Args, frequencies: &BTreeMap<String, f64>) -> anyhow::Result<Outcome> {
    if args.strategy != Name::Learned || args.resume.is_some() || args.seeds.is_some() || args.engine.is_some() {
        bail!(
            "--strategy, --resume, --seeds and --engine are for a table of answers (--oracle): a search with a device learns, and goes on by itself"
        );
    }
    let wake = wake::phonemes(&args.wake_word, args.phonemes.as_deref(), None)?;
    let pool = texts::pool(&wake, args.texts.as_deref())?;
    tell_left_out(&pool);
    let voices = match args.voices.as_slice() {
        [] => live::VOICES.map(str::to_owned).into(),
        several => several.to_vec(),
    };
    if let Some(wrong) =
        voices.iter().find(|it| it.split_once('@').is_none_or(|(name, speed)| name.is_empty() || speed.is_empty()))
    {
        bail!("--voice {wrong:?}: a voice and its speed are wanted, such as en-gb@160");
    }
    if voices.iter().enumerate().any(|(place, it)| voices.iter().take(place).any(|before| before == it)) || voices.len() < 2 {
        bail!("a word is found where it wakes the device in two voices: name another --voice");
    }
    let levels = if args.levels.is_empty() { &[0.0][..] } else { &args.levels };
    if levels.len() > MOST_LEVELS || levels.iter().enumerate().any(|(place, it)| levels[..place].contains(it)) {
        bail!("--levels: at most {MOST_LEVELS} levels, each once");
    }
    let manners = voices.iter().flat_map(|voice| levels.iter().map(|&level_db| Manner { voice: voice.clone(), level_db }));
    let wanted = live::Wanted {
        wake_word: args.wake_word.clone(),
        pool,
        manners: manners.collect(),
        settings: Settings { strategy: args.strategy.strategy(), ..Settings::new(args.plays, args.seed) },
        alpha: args.room.alpha,
        device: args.room.device.clone(),
        is_quiet: args.room.live.quiet,
        replay: None,
    };
    let found = args.room.play(wanted)?;
    let is_known = !found.campaign.history().plays().is_empty();
    let everyday = is_known.then(|| everyday(found.campaign.search(), frequencies)).flatten();
    let end = found.end.map_or("stopped", ended);
    let asked = Asked { wake_word: &args.wake_word, engine: found.name(), strategy: args.strategy, ended: end, everyday };
    let told = Told::new(found.campaign.search(), &asked).with_device(&found, args.room.alpha);
    write(&told, &args.outputs)?;
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
