//! `earwitness man`: the manual pages, from the same declarations as `--help`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Command, CommandFactory, ValueHint};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{Cli, Outcome};
use earwitness_base::outfile::{self, Sink};

/// Write the manual page of this program, or one for each command into a folder.
///
/// The Debian package has all of them in their place: `man earwitness`, `man earwitness-analyze`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness man | man -l -
  earwitness man --dir ~/.local/share/man/man1")]
pub(super) struct Args {
    /// Write the page of each command into this folder, which is made if it is not there, instead of one to standard output.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// Writes the pages.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let pages = pages();
    if let Some(folder) = &args.dir {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for page in &pages {
            outfile::write_whole(&folder.join(&page.file), |out: &mut Sink<'_>| out.write_all(&page.text))?;
        }
    } else if let Some(page) = pages.first() {
        io::stdout().lock().write_all(&page.text)?;
    }
    Ok(Outcome::Done)
}

/// One manual page.
struct Page {
    file: String,
    text: Vec<u8>,
}

/// The page of the program, then those of its commands.
fn pages() -> Vec<Page> {
    // Nobody looks for a page of `help`.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    add(&program, &mut pages);
    pages
}

fn add(command: &Command, pages: &mut Vec<Page>) {
    pages.push(page(command.clone()));
    for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        add(command, pages);
    }
}

fn page(command: Command) -> Page {
    let last = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // The generator would put what follows the options into one paragraph, below a heading that says nothing.
    let man = Man::new(command.after_help(None::<&str>)).source(concat!("earwitness ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    // Nothing that is written into memory fails.
    let written = man.render(&mut text).and_then(|()| sections(&last).to_writer(&mut text));
    debug_assert!(written.is_ok(), "{written:?}");
    Page { file: man.get_filename(), text }
}

/// What `--help` says after the options, as sections of their own: examples line by line, anything else (`Exit status: ...`) as a paragraph.
fn sections(last: &str) -> Roff {
    let mut roff = Roff::new();
    for part in last.split("\n\n") {
        let Some((heading, text)) = part.split_once(':') else { continue };
        roff.control("SH", [heading.to_uppercase().as_str()]);
        let is_preformatted = text.starts_with('\n');
        if is_preformatted {
            roff.control("nf", []);
        }
        roff.text(text.trim().lines().flat_map(|line| [roman(line.trim()), clap_mangen::roff::line_break()]).collect::<Vec<_>>());
        if is_preformatted {
            roff.control("fi", []);
        }
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page as it is read: without what makes a hyphen a minus sign, and without changes of the font.
    fn plain(page: &Page) -> String {
        String::from_utf8(page.text.clone())
            .unwrap()
            .replace("\\-", "-")
            .replace("\\fB", "")
            .replace("\\fI", "")
            .replace("\\fR", "")
    }

    #[test]
    fn every_visible_command_has_a_page_that_names_every_option() {
        fn visit(command: &Command, pages: &[Page]) {
            let file = format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()));
            let page = pages.iter().find(|it| it.file == file).unwrap_or_else(|| panic!("there is no {file}"));
            let text = plain(page);
            for option in command.get_arguments().filter(|it| !it.is_hide_set()) {
                let name =
                    option.get_long().map_or_else(|| option.get_id().to_string().to_uppercase(), |long| format!("--{long}"));
                let names = option.get_value_names().filter(|_| option.is_positional()).map(|it| it[0].to_string());
                let name = names.unwrap_or(name);
                assert!(text.contains(&name), "{file} does not name {name}");
            }
            for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
                visit(command, pages);
            }
        }
        let mut program = Cli::command().disable_help_subcommand(true);
        program.build();
        visit(&program, &pages());
    }

    #[test]
    fn hidden_commands_have_no_page() {
        assert!(!pages().iter().any(|it| it.file.contains("guard") || it.file.contains("help")));
    }

    #[test]
    fn examples_stay_on_lines_of_their_own() {
        let pages = pages();
        let page = pages.iter().find(|it| it.file == "earwitness-man.1").unwrap();
        let text = plain(page);
        assert!(text.contains(".SH EXAMPLES\n.nf\nearwitness man | man -l -\n"), "{text}");
        assert!(text.contains("\n.fi\n"), "{text}");
    }
}
