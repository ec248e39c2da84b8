//! `earwitness experiment list`.

use std::path::PathBuf;

use earwitness_base::outfile::{self, Sink};
use earwitness_lab::file::{self, Summary};
use earwitness_lab::preset;
use serde::Serialize;

use super::super::Outcome;

/// Tell which experiments come with the program: the question of each, and what may be set.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment list
  earwitness experiment list --print prefix > my.toml")]
pub(super) struct Args {
    /// For programs, also to =FILE (see docs/schema/experiment-list-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Print the file of a preset instead, to begin one of your own with.
    #[arg(long, value_name = "PRESET", conflicts_with = "json", value_parser = known)]
    print: Option<&'static str>,
}

fn known(name: &str) -> Result<&'static str, String> {
    let all: Vec<&str> = preset::shipped().iter().map(|it| it.0).collect();
    preset::text(name).ok_or_else(|| format!("the presets are {}", all.join(", ")))
}

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Listed {
    version: u32,
    program: &'static str,
    presets: Vec<Preset>,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Preset {
    name: &'static str,
    question: String,
    parameters: Vec<Parameter>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    value: Option<String>,
    about: String,
}

#[derive(Serialize)]
struct Key {
    name: &'static str,
    about: &'static str,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let standard = PathBuf::from("-");
    if let Some(text) = args.print {
        outfile::write_whole(&standard, |out: &mut Sink<'_>| out.write_all(text.as_bytes()))?;
        return Ok(Outcome::Done);
    }
    let read = |(name, text): &(&'static str, &str)| Ok((*name, file::summary(text, name)?));
    let all = preset::shipped().iter().map(read).collect::<anyhow::Result<Vec<(&'static str, Summary)>>>()?;
    match &args.json {
        Some(path) => outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &listed(all))?;
            writeln!(out)
        })?,
        None => outfile::write_whole(&standard, |out: &mut Sink<'_>| table(&all, out))?,
    }
    Ok(Outcome::Done)
}

fn listed(all: Vec<(&'static str, Summary)>) -> Listed {
    let preset = |(name, summary): (&'static str, Summary)| Preset {
        name,
        question: summary.question,
        parameters: summary
            .parameters
            .into_iter()
            .map(|it| Parameter { name: it.name, value: it.value, about: it.about })
            .collect(),
    };
    Listed {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        presets: all.into_iter().map(preset).collect(),
        keys: file::settable().iter().map(|&(name, about)| Key { name, about }).collect(),
    }
}

/// Columns of the name of a parameter, and characters of its value that are shown.
const NAME: usize = 16;
const SHOWN: usize = 40;

fn table(all: &[(&'static str, Summary)], out: &mut Sink<'_>) -> std::io::Result<()> {
    for (name, summary) in all {
        writeln!(out, "{name}: {}", summary.question)?;
        for it in &summary.parameters {
            let value = it.value.as_deref().map_or_else(|| "to be given".to_owned(), shortened);
            writeln!(out, "    {:NAME$} {} ({value})", it.name, it.about)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "In every experiment")?;
    for (name, about) in file::settable() {
        writeln!(out, "    {name:NAME$} {about}")?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).collect::<String>() + "..." }
}
