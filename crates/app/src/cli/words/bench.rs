//! Strategies beside each other: finds after so many plays.

use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::thread;

use earwitness_base::outfile::{self, Sink};
use earwitness_words::oracle::{Draws, Oracle};
use earwitness_words::{History, Point, Pool, Search, Settings, curve};
use serde::Serialize;

use super::super::Outcome;
use super::json::{Name, VERSION, shown};
use super::play;

/// Plays from one point of a curve to the next.
const STEP: usize = 50;

/// What is compared.
pub(super) struct Bench<'a> {
    pub(super) wake_word: &'a str,
    pub(super) oracle: &'a Oracle,
    pub(super) pool: &'a Pool,
    pub(super) plays: usize,
    pub(super) seed: u64,
    pub(super) seeds: u16,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    program: &'static str,
    wake_word: &'a str,
    engine: &'a str,
    plays: usize,
    seed: u64,
    seeds: u16,
    curves: Vec<Curve>,
}

#[derive(Serialize)]
struct Curve {
    strategy: Name,
    points: Vec<Mark>,
}

#[derive(Serialize)]
struct Mark {
    plays: usize,
    finds: f64,
    low: f64,
    high: f64,
}

impl From<Point> for Mark {
    fn from(it: Point) -> Self {
        Self { plays: it.plays, finds: it.mean, low: it.low, high: it.high }
    }
}

pub(super) fn run(bench: &Bench<'_>, json: Option<&Path>) -> anyhow::Result<Outcome> {
    let at: Vec<usize> = (STEP..bench.plays).step_by(STEP).chain([bench.plays]).collect();
    let curves = Name::ALL
        .map(|strategy| Curve { strategy, points: curve(&searches(bench, strategy), &at).into_iter().map(Mark::from).collect() });
    let report = Report {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        wake_word: bench.wake_word,
        engine: bench.oracle.engine(),
        plays: bench.plays,
        seed: bench.seed,
        seeds: bench.seeds,
        curves: curves.into(),
    };
    let dash = Path::new("-");
    if let Some(path) = json {
        outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        })?;
    }
    if json != Some(dash) {
        outfile::write_whole(dash, |out: &mut Sink<'_>| table(&report, out))?;
    }
    Ok(Outcome::Done)
}

/// One search for each seed, on as many threads as there are processors; in the order of the seeds.
fn searches(bench: &Bench<'_>, strategy: Name) -> Vec<History> {
    let seeds: Vec<u64> = (0..u64::from(bench.seeds)).map(|it| bench.seed.wrapping_add(it)).collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let search = |&seed: &u64| {
        let settings = Settings { strategy: strategy.strategy(), ..Settings::new(bench.plays, seed) };
        let mut search = Search::new(bench.pool.clone(), bench.oracle.manners().to_vec(), settings);
        play(&mut search, &mut Draws::new(bench.oracle, seed));
        search.history().clone()
    };
    let parts = seeds.chunks(seeds.len().div_ceil(threads).max(1));
    thread::scope(|scope| {
        let running: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().map(search).collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|it| it.join().unwrap_or_default()).collect()
    })
}

fn table(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Finds of {} in {} plays, mean of {} seeds (95 %)\n", shown(report.engine), report.plays, report.seeds)?;
    let points = report.curves.first().map_or(&[][..], |it| it.points.as_slice());
    let heads: Vec<String> = points.iter().map(|it| format!("{:>18}", it.plays)).collect();
    writeln!(out, "{:<10}{}", "plays", heads.concat())?;
    for it in &report.curves {
        let cell = |it: &Mark| format!("{:>18}", format!("{:.1} ({:.1} to {:.1})", it.finds, it.low, it.high));
        writeln!(out, "{:<10}{}", it.strategy.word(), it.points.iter().map(cell).collect::<String>())?;
    }
    Ok(())
}
