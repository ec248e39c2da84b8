//! Every command line that `--help` and the guides show is one that the program takes.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory, Parser};

use super::Cli;

const NAME: &str = "earwitness";

/// The calls of this program in a line of a shell, each with its arguments: also behind `sudo` or in a pipe, up to a comment or a redirection.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or_default();
    let mut words = shell_words::split(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    // A pipe in quotation marks lies within a word.
    if words.first().is_some_and(|it| it == "sudo") {
        words.remove(0);
    }
    let commands = words.split(|word| ["|", "&&", ";", "&"].contains(&word.as_str()));
    let own = commands.filter(|words| words.first().is_some_and(|it| it == NAME));
    own.map(|words| words.iter().take_while(|word| !word.starts_with('>')).cloned().collect()).collect()
}

fn parse(call: &[String], place: &str) {
    let parsed = Cli::try_parse_from(call);
    // What asks for help or the version is an example as well.
    let is_good = parsed.as_ref().err().is_none_or(|error| !error.use_stderr());
    assert!(is_good, "{place}: {call:?}\n{}", parsed.unwrap_err());
}

/// The examples of one command.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = text.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_command_has_one_to_three_examples_of_itself() {
    fn visit(command: &Command, path: &[String]) {
        let place = path.join(" ");
        let examples = examples(command);
        assert!((1..=3).contains(&examples.len()), "{place} has {} examples", examples.len());
        for example in &examples {
            let calls = calls(example);
            assert!(calls.iter().any(|call| call.starts_with(path)), "{place}: {example} is no example of it");
            for call in &calls {
                parse(call, &place);
            }
        }
        for command in command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help") {
            visit(command, &[path, &[command.get_name().to_owned()]].concat());
        }
    }
    visit(&Cli::command(), &[NAME.to_owned()]);
}

/// The lines of fenced blocks of a shell in a page; a line that ends with a backslash goes on in the next.
fn fenced(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in page.replace("\\\n", " ").lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

#[test]
fn the_program_takes_what_the_readme_and_the_guides_show() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guides = ["docs/guide", "docs/guide/experiments"].into_iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let pages = guides
        .map(|it| it.unwrap().path())
        .chain([root.join("README.md")])
        .filter(|it| it.extension().is_some_and(|it| it == "md"));
    let mut taken = 0;
    for page in pages {
        for line in fenced(&fs::read_to_string(&page).unwrap()) {
            if !line.contains(NAME) {
                continue;
            }
            for call in calls(&line) {
                parse(&call, &page.display().to_string());
                taken += 1;
            }
        }
    }
    assert!(taken > 40, "only {taken} calls were found in the guides");
}

#[test]
fn calls_are_found_in_pipes_and_behind_sudo() {
    let found = calls("sudo earwitness capture -i eth0 | earwitness analyze - > table.txt # a comment");
    assert_eq!(found, [vec!["earwitness", "capture", "-i", "eth0"], vec!["earwitness", "analyze", "-"]]);
    assert_eq!(calls("jq . | cat"), Vec::<Vec<String>>::new());
}
