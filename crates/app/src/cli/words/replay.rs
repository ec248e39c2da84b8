//! `earwitness words replay`.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueHint;
use earwitness_words::oracle::Draws;
use earwitness_words::{Pool, Search, Settings, phoneme, replays};

use super::super::Outcome;
use super::json::{Asked, Told};
use super::search::most_plays;
use super::{Outputs, earlier, oracle, tell, write};

/// Play what woke the device again: how often it does is known better then, and what woke in one voice may in another.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words replay found.json --oracle table.csv --plays 60 --json=again.json

Exit status: 0 done; 2 something could not be read.")]
pub(super) struct Args {
    /// What `words search --json=FILE` wrote.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    found: PathBuf,
    /// A table of answers that are known, in place of a device.
    #[arg(long, value_name = "CSV", value_hint = ValueHint::FilePath)]
    oracle: PathBuf,
    /// How many plays.
    #[arg(long, value_name = "NUMBER", default_value_t = 60, value_parser = most_plays)]
    plays: usize,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let earlier = earlier::read(&args.found)?;
    if earlier.device.is_some() {
        bail!(
            "{} is of a search with a device, which plays again what woke it by itself: search with a larger --plays, in another folder",
            args.found.display()
        );
    }
    let oracle = oracle(&args.oracle, &earlier.wake_word, Some(&earlier.engine))?;
    let pool = Pool::new(&phoneme::parse(&earlier.phonemes)?, oracle.words().to_vec())?;
    let settings = Settings { strategy: earlier.strategy.strategy(), ..Settings::new(earlier.budget, earlier.seed) };
    let mut search = Search::new(pool, oracle.manners().to_vec(), settings);
    let plays = earlier::plays(&earlier, &search, &args.found)?;
    let mut draws = Draws::new(&oracle, earlier.seed);
    for (play, answer) in plays {
        draws.answer(&search.pool().words()[play.word].text, play.manner);
        search.tell(play, answer);
    }
    for play in replays(&search, args.plays) {
        tell(&mut search, &mut draws, play);
    }
    let (wake_word, engine, strategy) = (earlier.wake_word.as_str(), earlier.engine.as_str(), earlier.strategy);
    write(&Told::new(&search, &Asked { wake_word, engine, strategy, ended: "replayed", everyday: None }), &args.outputs)?;
    Ok(Outcome::Done)
}
