//! `earwitness notify`: whether notices arrive.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Subcommand, ValueHint};
use earwitness_base::clock;
use earwitness_base::text::clean;
use earwitness_notify::{Letter, Tried, test};
use earwitness_report::notice::{self, Worded};
use serde::Serialize;

use super::Outcome;
use crate::config::Config;

/// See whether notices arrive.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness notify test
  sudo earwitness notify test --channel ntfy --json

Exit status: 0 each channel took it; 2 one did not.")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Test(Test),
}

/// Send one test notice by every configured channel, and say of each what happened.
///
/// It is sent at once and tried once; what waits in a running `earwitness run` is left alone.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness notify test
  earwitness notify test -c home.toml --channel mail

Exit status: 0 each channel took it; 2 one did not.")]
struct Test {
    /// Only by this one: `command`, `ntfy`, `webhook`, `mail` or `mqtt`.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The configuration that names the channels.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// For programs (docs/schema/notify-test-1.json).
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Object<'a> {
    channel: &'a str,
    sent: bool,
    seconds: f64,
    said: Option<&'a str>,
    remedy: Option<&'a str>,
}

/// Sends it.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let What::Test(Test { channel, config, json }) = &args.what;
    let config = Config::load(config.as_deref())?;
    let Worded { title, text, json: object } = notice::test(clock::now());
    let letter = Letter { number: 0, importance: 0, urgent: false, title, text, json: object };
    let tried = test(&config.notify.channels, channel.as_deref(), &letter);
    if tried.is_empty() {
        match channel {
            Some(name) => bail!("no channel {name:?} is configured; see [notify] in docs/earwitness.toml"),
            None => bail!("no channel is configured; see [notify] in docs/earwitness.toml"),
        }
    }
    let mut out = std::io::stdout().lock();
    if *json {
        let objects: Vec<_> = tried.iter().map(object_of).collect();
        serde_json::to_writer_pretty(&mut out, &objects)?;
        writeln!(out)?;
    } else {
        for it in &tried {
            writeln!(out, "{}", line(it))?;
        }
    }
    Ok(if tried.iter().all(|it| it.outcome.is_ok()) { Outcome::Done } else { Outcome::Trouble })
}

fn object_of(tried: &Tried) -> Object<'_> {
    let Tried { channel, outcome, took } = tried;
    let why = outcome.as_ref().err();
    Object {
        channel,
        sent: outcome.is_ok(),
        seconds: (took.as_secs_f64() * 1e3).round() / 1e3,
        said: why.map(|it| it.said.as_str()),
        remedy: why.map(|it| it.remedy.as_str()),
    }
}

/// What servers say is made harmless.
fn line(tried: &Tried) -> String {
    let Tried { channel, outcome, took } = tried;
    match outcome {
        Ok(()) => format!("{channel}: sent, in {:.1} s; look whether it has arrived", took.as_secs_f64()),
        Err(why) => format!("{channel}: not sent: {}\n  {}", clean(&why.said, 400), clean(&why.remedy, 400)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use earwitness_notify::Failure;

    use super::*;

    #[test]
    fn what_became_of_a_test_fits_its_schema_and_says_what_to_do() {
        let schema = serde_json::from_str(include_str!("../../../../../docs/schema/notify-test-1.json")).unwrap();
        let failed = Failure { said: "no \u{7} answer".to_owned(), remedy: "check url".to_owned(), refused: false };
        let tried = [Ok(()), Err(failed)].map(|outcome| Tried { channel: "ntfy", outcome, took: Duration::from_millis(1_234) });
        let objects: Vec<_> = tried.iter().map(object_of).collect();
        let value = serde_json::to_value(&objects).unwrap();
        assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{value}");
        assert_eq!(value[0]["seconds"], 1.234);
        let said = line(&tried[1]);
        assert!(said.contains("check url") && !said.contains('\u{7}'), "{said}");
    }
}
