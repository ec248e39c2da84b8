//! `earwitness words replay`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueHint;
use earwitness_words::oracle::Draws;
use earwitness_words::{End, Pool, Search, Settings, phoneme, replays};

use super::super::Outcome;
use super::json::{Asked, Told, ended};
use super::search::{MOST_PLAYS, most_plays};
use super::{Outputs, Room, again, earlier, live, oracle, tell, write};

/// Plays in all of a table, and of each word to a device.
const PLAYS: usize = 60;
const EACH: usize = 12;

/// Play what woke a device again, to the same one, to another, or after an update: whether it still does is told word by word, beside what the file says.
///
/// Words are played in rounds with words that wake nobody, each in the voices in which it was played before, until it is shown that it wakes the device or its plays are used up. A word is only said to wake it
/// where that cannot be explained by what the device sends anyway. Stopped or broken off, it goes on with the same command; name another folder (--state) to play the words once more.
///
/// With --oracle a table answers, and plays are added to those of the file: what woke in one voice may in another.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words replay found.json -i eth1 --json=after-update.json
  earwitness words replay found.json --simulate demo
  earwitness words replay found.json --oracle table.csv --plays 60 --json=again.json

Exit status: 0 done, or stopped in good order; 2 it cannot be, and what is wrong is told.")]
pub(super) struct Args {
    /// What `words search --json=FILE` wrote.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    found: PathBuf,
    /// A table of answers that are known, in place of a device.
    #[arg(long, value_name = "CSV", value_hint = ValueHint::FilePath, conflicts_with_all = ["interface", "source", "state", "config"])]
    oracle: Option<PathBuf>,
    #[command(flatten)]
    pub(super) room: Room,
    /// Most plays of each word, 12 if nothing is said; of a table, plays in all, 60 if nothing is said.
    #[arg(long, value_name = "NUMBER", value_parser = most_plays)]
    plays: Option<usize>,
    /// What is drawn by lot follows from it.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with = "oracle")]
    seed: u64,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    args.outputs.check()?;
    match &args.oracle {
        Some(table) => with_table(args, table),
        None => with_device(args),
    }
}

/// Plays the words to a device in a room, or in a simulated home.
fn with_device(args: &Args) -> anyhow::Result<Outcome> {
    let earlier = earlier::checked(&args.found)?;
    let again::List { pool, manners, words } = again::list(&earlier, &args.found)?;
    let each = args.plays.unwrap_or(EACH);
    let plays = words.len().saturating_mul(each);
    if plays > MOST_PLAYS {
        bail!(
            "{} words played {each} times each are {plays} plays, and at most {MOST_PLAYS} are made: say fewer --plays",
            words.len()
        );
    }
    let wanted = live::Wanted {
        wake_word: earlier.wake_word.clone(),
        pool,
        manners,
        settings: Settings::new(plays, args.seed),
        alpha: args.room.alpha,
        device: args.room.device.clone(),
        is_quiet: args.room.live.quiet,
        replay: Some((words, each)),
    };
    let found = args.room.play(wanted)?;
    let is_over = matches!(found.end, Some(End::Budget | End::Words));
    let end = if is_over { "replayed" } else { found.end.map_or("stopped", ended) };
    let (wake_word, strategy) = (earlier.wake_word.as_str(), earlier.strategy);
    let asked = Asked { wake_word, engine: found.name(), strategy, ended: end, everyday: None };
    let told = Told::new(found.campaign.search(), &asked).with_device(&found, args.room.alpha);
    write(&told.beside(&earlier, args.room.alpha, is_over), &args.outputs)?;
    Ok(Outcome::Done)
}

fn with_table(args: &Args, table: &Path) -> anyhow::Result<Outcome> {
    let earlier = earlier::read(&args.found)?;
    if earlier.device.is_some() {
        bail!(
            "{} is of a search with a device, which no table has answers of: name an interface (-i), or a simulated home (--simulate)",
            args.found.display()
        );
    }
    let oracle = oracle(table, &earlier.wake_word, Some(&earlier.engine))?;
    let pool =
        Pool::new(&phoneme::parse(&earlier.phonemes)?, oracle.words().to_vec()).with_context(|| table.display().to_string())?;
    let settings = Settings { strategy: earlier.strategy.strategy(), ..Settings::new(earlier.budget, earlier.seed) };
    let mut search = Search::new(pool, oracle.manners().to_vec(), settings);
    let plays = earlier::plays(&earlier, &search, &args.found)?;
    let mut draws = Draws::new(&oracle, earlier.seed);
    for (play, answer) in plays {
        draws.answer(&search.pool().words()[play.word].text, play.manner);
        search.tell(play, answer);
    }
    for play in replays(&search, args.plays.unwrap_or(PLAYS)) {
        tell(&mut search, &mut draws, play);
    }
    let (wake_word, engine, strategy) = (earlier.wake_word.as_str(), earlier.engine.as_str(), earlier.strategy);
    write(&Told::new(&search, &Asked { wake_word, engine, strategy, ended: "replayed", everyday: None }), &args.outputs)?;
    Ok(Outcome::Done)
}
