//! `earwitness page token`.

use std::io::Write as _;

use clap::{Subcommand, ValueEnum};
use earwitness_web::Scope;

use super::Of;
use crate::cli::Outcome;
use crate::say;

/// Give programs tokens, tell which there are, take them away.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page token add grafana --scope read
  sudo earwitness page token list
  sudo earwitness page token remove grafana

Exit status: 0 done; 2 it could not be done.")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Make a token and print it, once: only its digest is kept.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page token add home-assistant --scope control

Exit status: 0 done; 2 it could not be done.")]
struct Add {
    /// What it is called: 1 to 32 letters, digits, '-', '_' and '.'.
    name: String,
    /// What the program may do.
    #[arg(long, value_name = "SCOPE")]
    scope: Wanted,
    #[command(flatten)]
    of: Of,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Wanted {
    /// Read only.
    Read,
    /// Also ask for changes, such as a pause.
    Control,
}

/// Tell the names of tokens and their scopes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page token list

Exit status: 0 done; 2 it could not be done.")]
struct List {
    #[command(flatten)]
    of: Of,
}

/// Take a token away: within a second, it lets nobody in.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page token remove home-assistant

Exit status: 0 done; 2 it could not be done.")]
struct Remove {
    /// What it is called.
    name: String,
    #[command(flatten)]
    of: Of,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    match &args.what {
        What::Add(Add { name, scope, of }) => {
            let scope = match scope {
                Wanted::Read => Scope::Read,
                Wanted::Control => Scope::Control,
            };
            writeln!(out, "{}", of.keys()?.add_token(name, scope)?)?;
            say::line("this is shown once; programs send it as: Authorization: Bearer TOKEN");
        }
        What::List(List { of }) => {
            for token in of.keys()?.tokens()? {
                writeln!(out, "{:<32}  {}", token.name, token.scope)?;
            }
        }
        What::Remove(Remove { name, of }) => of.keys()?.remove_token(name)?,
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn a_token_is_added_once_and_removed_once() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().to_str().unwrap();
        let did = |words: &[&str]| {
            let line = Line::try_parse_from([&["token"], words, &["--state", folder]].concat()).unwrap();
            run(&line.args).map_err(|error| error.to_string())
        };
        assert_eq!(did(&["add", "grafana", "--scope", "read"]), Ok(Outcome::Done));
        assert!(did(&["add", "grafana", "--scope", "control"]).unwrap_err().contains("already"));
        assert_eq!((did(&["list"]), did(&["remove", "grafana"])), (Ok(Outcome::Done), Ok(Outcome::Done)));
        assert!(did(&["remove", "grafana"]).unwrap_err().contains("no token grafana"));
        assert!(Line::try_parse_from(["token", "add", "x"]).is_err(), "what it may do is said");
    }
}
