//! `earwitness export`: what a store holds, as tables for other programs.

mod args;
mod dataset;
mod frames;
mod key;
mod rows;
mod segments;

use std::io;
use std::path::Path;

use anyhow::{Context, bail};

pub(super) use self::args::Args;

use self::args::{Form, Selection, What};
use super::Outcome;
use earwitness_base::outfile::{self, Sink};
use earwitness_report::grid::{self, Format};
use earwitness_report::probelog;
use earwitness_store::Reader;

/// Writes one table.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    args.check()?;
    match args.what {
        What::Frames => return frames::write(args),
        What::Dataset => return dataset::write(args),
        _ => {}
    }
    let form = args.form()?;
    let selection = args.selection()?;
    let reader = Reader::open(&args.store)?;
    // What is written meanwhile belongs to the next export.
    reader.hold()?;
    let selection = selection.over(&reader)?;
    let mut trouble = None;
    let written = if args.what == What::Probes {
        probes(&reader, &selection, form, &args.output)?
    } else {
        let format = match form {
            Form::Csv => Format::Csv,
            Form::Json => Format::Json,
            Form::Parquet => Format::Parquet,
            Form::Jsonl => bail!("only probes are written as JSON Lines; choose csv, json or parquet"),
        };
        outfile::write_whole(&args.output, |out: &mut Sink<'_>| {
            let mut fail = |error: earwitness_store::Error| {
                trouble = Some(error);
                io::Error::other("the store could not be read")
            };
            let columns = rows::columns(args.what);
            grid::write(
                args.what.name(),
                format,
                &columns,
                |take| rows::rows(args.what, &reader, &selection, take, &mut fail),
                out,
            )
        })
    };
    match (trouble, written) {
        (Some(trouble), _) => Err(trouble.into()),
        (None, Err(error)) if error.is_closed_pipe() => Ok(Outcome::Done),
        (None, written) => {
            written?;
            Ok(Outcome::Done)
        }
    }
}

/// The probe log of one session.
fn probes(reader: &Reader, selection: &Selection, form: Form, output: &Path) -> anyhow::Result<Result<(), outfile::Error>> {
    let [session] = selection.sessions.as_slice() else {
        let known: Vec<String> = selection.sessions.iter().map(|it| it.id.to_string()).collect();
        let known = if known.is_empty() { "there is none in this time".to_owned() } else { known.join(", ") };
        bail!("a probe log is of one session: name it with --session ({known})");
    };
    let rounds = reader.rounds(session.id)?;
    let header = probelog::Header::of(&session.design, session.alpha);
    Ok(match form {
        Form::Jsonl => outfile::write_whole(output, |out| probelog::write_jsonl(&header, &rounds, out)),
        Form::Csv => outfile::write_whole(output, |out| probelog::write_csv(&rounds, out)),
        Form::Json | Form::Parquet => Err(anyhow::anyhow!("choose csv or jsonl"))
            .context("a probe log is written as the formats that `analyze --probes` reads")?,
    })
}
