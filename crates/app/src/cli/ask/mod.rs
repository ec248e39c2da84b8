//! `earwitness ask`: a question or an order in plain English, answered in a sentence or two.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{ValueEnum, ValueHint};
use earwitness_base::clock;
use earwitness_base::outfile::{self, Sink};
use earwitness_voice::{Asked, alexa, assist, grammar, understand, unknown};
use serde::Serialize;

use super::Outcome;
use crate::ask::{Home, carry_out};
use crate::config::Config;
use crate::daemon;

/// Version of the JSON.
const VERSION: u32 = 1;
/// Longest text, octets.
const LONGEST: usize = 4_096;
/// What an Alexa skill is called unless it is said otherwise.
const INVOCATION: &str = "ear witness";

/// Ask a question in plain English, such as "who is listening", or tell a running `earwitness run` what to do, such as "pause for an hour".
///
/// Answers come from the store and from the program that runs. The same sentences are understood by the assistants that `--sentences` writes files for.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness ask who is listening
  earwitness ask --state home \"how much did the kitchen echo send yesterday\"
  sudo earwitness ask --sentences assist > custom_sentences/en/earwitness.yaml

Exit status: 0 it was answered or done; 2 it was not understood, or could not be done.")]
pub(in crate::cli) struct Args {
    /// The question, in one or several words.
    #[arg(value_name = "TEXT", required_unless_present = "sentences", conflicts_with = "sentences")]
    text: Vec<String>,
    /// The configuration that it runs with.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// The folder of the store.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
    /// The answer for programs instead, or in FILE beside it (see docs/schema/answer-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write the sentences that are understood, with the names of this home's devices, in the form of another program.
    #[arg(long, value_enum, value_name = "FORM")]
    sentences: Option<Form>,
}

/// Programs that can be given the sentences.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// Custom sentences of Home Assistant's Assist.
    Assist,
    /// The interaction model of an Alexa custom skill.
    Alexa,
    /// A grammar of an offline recogniser (JSGF).
    Jsgf,
}

/// The answer as it is written for programs.
#[derive(Serialize)]
struct Answered<'a> {
    version: u32,
    /// What was asked.
    text: &'a str,
    /// What was understood; `None` where nothing was.
    intent: Option<&'static str>,
    answer: &'a str,
}

/// Answers.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let state = match &args.state {
        Some(state) => state.clone(),
        None => Config::load(args.config.as_deref())?.state,
    };
    let tell = |request| daemon::ask(&state, request);
    let home = Home::open(&state, &tell)?;
    if let Some(form) = args.sentences {
        let text = match form {
            Form::Assist => assist(home.names()),
            Form::Alexa => alexa(INVOCATION, home.names()),
            Form::Jsgf => grammar(home.names()),
        };
        return print(&text);
    }
    let text = args.text.join(" ");
    if text.len() > LONGEST {
        bail!("the text has {} octets; a question has {LONGEST} at most", text.len());
    }
    let intent = understand(&text, home.names());
    let answer = match intent {
        Some(intent) => carry_out(Asked { intent, at: clock::now() }, &home, &state)?,
        None => unknown(),
    };
    if let Some(path) = &args.json {
        let told = Answered { version: VERSION, text: &text, intent: intent.map(|it| it.kind().name()), answer: &answer };
        outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &told)?;
            writeln!(out)
        })?;
    }
    if args.json.as_deref() != Some(Path::new("-")) {
        print(&format!("{answer}\n"))?;
    }
    Ok(if intent.is_some() { Outcome::Done } else { Outcome::Trouble })
}

fn print(text: &str) -> anyhow::Result<Outcome> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Outcome::Done),
    }
}
