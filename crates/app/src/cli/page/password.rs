//! `earwitness page password`.

use std::io::{self, IsTerminal as _, Read};

use anyhow::{Context as _, bail};
use earwitness_web::Password;

use super::Of;
use crate::cli::Outcome;
use crate::say;

/// More than any password has, octets.
const LONGEST: u64 = 1 << 10;

/// Set the password of the page, which is asked for twice; where no terminal asks, it is the first line of the standard input.
///
/// All browsers that are in are then out, and have to bring the new one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness page password
  cat password.txt | earwitness page password --state /var/lib/earwitness

Exit status: 0 done; 2 it could not be done.")]
pub(super) struct Args {
    #[command(flatten)]
    of: Of,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let keys = args.of.keys()?;
    let text = if io::stdin().is_terminal() { asked_for()? } else { first_line(io::stdin())? };
    keys.set_password(&Password::new(text)?)?;
    say::line("the password is set");
    Ok(Outcome::Done)
}

/// From a person, without showing it.
fn asked_for() -> anyhow::Result<String> {
    let ask = |what: &str| rpassword::prompt_password(what).context("no password can be asked for");
    let text = ask("New password: ")?;
    // What cannot be one is said before it is typed again.
    Password::new(text.clone())?;
    if ask("The same again: ")? == text { Ok(text) } else { bail!("the two are not the same; nothing was changed") }
}

/// From a program or a file.
fn first_line(from: impl Read) -> anyhow::Result<String> {
    let mut text = String::new();
    from.take(LONGEST).read_to_string(&mut text).context("the standard input holds no password")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_from_a_file_is_its_first_line() {
        let of = |text: &str| first_line(text.as_bytes()).unwrap();
        assert_eq!(
            (of("correct horse \r\nmore\n"), of("correct horse"), of("")),
            ("correct horse ".into(), "correct horse".into(), String::new())
        );
        assert!(first_line(&b"\xff\n"[..]).is_err());
    }
}
