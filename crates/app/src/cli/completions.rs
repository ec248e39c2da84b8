//! `earwitness completions`: what a shell needs to complete this program's commands and options.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::{Cli, Outcome};

/// Write a script with which a shell completes the commands and options of this program.
///
/// The script goes to standard output; put it where your shell looks for such scripts. The Debian package has those of bash, zsh and fish in their places.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness completions bash > ~/.local/share/bash-completion/completions/earwitness
  earwitness completions zsh > ~/.zfunc/_earwitness
  earwitness completions fish > ~/.config/fish/completions/earwitness.fish")]
pub(super) struct Args {
    /// Which shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Writes the script.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    io::stdout().lock().write_all(&script(args.shell))?;
    Ok(Outcome::Done)
}

/// The script, whole: the generator panics where it cannot write, and a pipe may be closed early.
fn script(shell: Shell) -> Vec<u8> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn each_script_names_every_visible_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = String::from_utf8(script(shell)).unwrap();
            for command in Cli::command().get_subcommands().filter(|it| !it.is_hide_set()) {
                assert!(script.contains(command.get_name()), "{shell} does not complete {}", command.get_name());
            }
        }
    }

    /// bash is everywhere where this is tested; the other two where they are installed.
    #[test]
    fn each_shell_understands_its_script() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let name = shell.to_string();
            let mut command = Command::new(&name);
            let Ok(mut child) = command.arg("-n").stdin(Stdio::piped()).spawn() else {
                assert_ne!(shell, Shell::Bash, "bash is missing");
                eprintln!("skipped: no {name}");
                continue;
            };
            child.stdin.take().unwrap().write_all(&script(shell)).unwrap();
            assert!(child.wait().unwrap().success(), "{name} cannot parse its script");
        }
    }
}
