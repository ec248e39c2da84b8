//! `earwitness page`: who may see the household's page.

mod password;
mod token;

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use earwitness_web::Keys;

use super::Outcome;
use crate::config::Config;

/// Say who may see the page of `earwitness run`: set its password, give programs tokens.
///
/// What is kept are a hash of the password and digests of tokens, in the folder of the store. A program that runs follows within a second.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page password
  sudo earwitness page token add home-assistant --scope control

Exit status: 0 done; 2 it could not be done.")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Password(password::Args),
    Token(token::Args),
}

/// Which page is meant.
#[derive(clap::Args, Debug)]
struct Of {
    /// The folder of the store. Without it: the one that the configuration names.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
    /// The configuration that names the folder.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "state")]
    config: Option<PathBuf>,
}

impl Of {
    fn keys(&self) -> anyhow::Result<Keys> {
        let state = match &self.state {
            Some(state) => state.clone(),
            None => Config::load(self.config.as_deref())?.state,
        };
        Ok(Keys::new(&state))
    }
}

/// Does what is asked.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.what {
        What::Password(args) => password::run(args),
        What::Token(args) => token::run(args),
    }
}
