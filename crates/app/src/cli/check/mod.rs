//! `earwitness check`: whether what is written is sound, and whether it still says what was told; and whether a configuration can be used.

mod config;
mod json;
mod table;

use std::path::PathBuf;

use clap::ValueHint;

use super::Outcome;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_store::{Reader, Recomputed, SessionRow, recompute};

/// Check a store: its pages, its shape, and every score and verdict in it, computed again and compared bit by bit.
///
/// The store may be in use. What differs is listed. A configuration is read as `run` reads it, and what is wrong with it is told with file,
/// line and column.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness check /etc/earwitness.toml
  sudo earwitness check /var/lib/earwitness

Exit status: 0 all is as it was written; 2 something is not, or could not be read.")]
pub(super) struct Args {
    /// Folders or files of stores, also one that was set aside as damaged; or configurations. Without any: the usual configuration, and the
    /// store that it names.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/check-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Say only by the exit status what came of it, and why something could not be checked.
    #[arg(short, long)]
    quiet: bool,
}

/// What came of one store.
struct Checked {
    path: PathBuf,
    /// Octets of the file, and those of them that are free for reuse.
    size: (u64, u64),
    /// What is wrong with the file itself.
    wrong: Vec<String>,
    sessions: Vec<(SessionRow, Recomputed)>,
    /// Why it could not be read to the end.
    trouble: Option<String>,
}

impl Checked {
    fn is_sound(&self) -> bool {
        self.wrong.is_empty() && self.trouble.is_none() && self.sessions.iter().all(|(_, again)| again.differing == 0)
    }
}

/// Checks and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let (configs, stores) = if args.paths.is_empty() { config::usual() } else { config::apart(&args.paths) };
    let configs: Vec<config::Checked> = configs.iter().map(|path| config::check(path)).collect();
    let stores: Vec<Checked> = stores.iter().map(|path| store(path)).collect();
    let dash = std::path::Path::new("-");
    if let Some(path) = &args.json {
        outfile::write_whole(path, |out: &mut Sink<'_>| json::write(&stores, out))?;
    }
    if args.json.as_deref() != Some(dash) && !args.quiet {
        outfile::write_whole(dash, |out: &mut Sink<'_>| {
            for it in configs.iter().filter(|it| it.wrong.is_none()) {
                writeln!(out, "{}: ok", it.name)?;
            }
            if stores.is_empty() { Ok(()) } else { table::write(&stores, out) }
        })?;
    }
    let wrong = configs.iter().filter_map(|it| it.wrong.as_ref());
    for trouble in wrong.chain(stores.iter().filter_map(|store| store.trouble.as_ref())) {
        say::line(trouble);
    }
    Ok(if configs.iter().all(|it| it.wrong.is_none()) && stores.iter().all(Checked::is_sound) {
        Outcome::Done
    } else {
        Outcome::Trouble
    })
}

/// Checks one store as far as it can be read.
fn store(path: &std::path::Path) -> Checked {
    let mut checked = Checked { path: path.to_owned(), size: (0, 0), wrong: Vec::new(), sessions: Vec::new(), trouble: None };
    if let Err(error) = read(path, &mut checked) {
        checked.trouble = Some(error.to_string());
    }
    checked
}

fn read(path: &std::path::Path, checked: &mut Checked) -> earwitness_store::Result<()> {
    let reader = Reader::open(path)?;
    reader.hold()?;
    reader.path().clone_into(&mut checked.path);
    checked.size = reader.size()?;
    checked.wrong = reader.integrity()?;
    for row in reader.sessions()? {
        let again = recompute(&reader, row.id)?;
        checked.sessions.push((row, again));
    }
    Ok(())
}
