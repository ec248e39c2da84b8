//! What came of a bundle, for people: as text and as one page.

use std::io::{self, Write};

use earwitness_base::text::clean;
use maud::{DOCTYPE, html};

use crate::verify::{Check, Conclusion, Report, State};

/// Columns of the text.
const COLUMNS: usize = 100;
/// Characters of what strangers wrote.
const WIDEST: usize = 400;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;\
border-top:1px solid #ccc}.holds{color:#1b5e20}.fails{color:#a30000;font-weight:bold}.open{color:#7a4a00}code{overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}.holds{color:#8fd694}.fails{color:#ff9b9b}.open{color:#f0c07a}td,th{border-color:#444}}";

/// The conclusion in a sentence.
#[must_use]
pub fn conclusion(report: &Report) -> String {
    let count = |state| report.checks.iter().filter(|it| it.state == state).count();
    match report.conclusion {
        Conclusion::Holds => format!(
            "The bundle holds: {} checks hold, {} could not be made. Every verdict in it follows from its frames.",
            count(State::Holds),
            count(State::Open)
        ),
        Conclusion::Refused => {
            let what: Vec<&str> = report.failing().map(title).collect();
            format!("The bundle is refused. What does not hold: {}.", what.join(", "))
        }
        Conclusion::Incomplete => "Nothing is wrong with the bundle, but its verdicts were not derived again.".to_owned(),
    }
}

/// What a check is called.
fn title(check: &Check) -> &'static str {
    match check.what {
        "archive" => "the archive",
        "files" => "the files and their digests",
        "signature" => "the signature",
        "time stamp" => "the time stamp",
        "contents" => "the contents",
        "rounds" => "the rounds",
        "lots" => "the lots",
        "commitment" => "the commitment",
        "frames" => "the frames",
        "verdicts" => "the verdicts",
        "told" => "what the session told",
        "description" => "the description",
        other => other,
    }
}

const fn word(state: State) -> &'static str {
    match state {
        State::Holds => "holds",
        State::Fails => "does not hold",
        State::Open => "not checked",
    }
}

/// What the bundle says of the test, as far as it says anything.
fn about(report: &Report) -> Vec<(&'static str, String)> {
    let fields = report.about.fields().into_iter().filter(|it| !it.1.is_empty());
    let pictures = report.about.photograph.iter().map(|it| ("photograph", format!("{} ({})", it.sha256, it.caption)));
    fields
        .map(|(name, value)| (name, value.to_owned()))
        .chain(pictures)
        .map(|(name, value)| (name, clean(&value, WIDEST)))
        .collect()
}

/// Writes it as text.
///
/// # Errors
/// When `out` takes no more.
pub fn text(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = |indent: &str, text: &str| wrapped(text, indent, out);
    lines("", &conclusion(report))?;
    lines("", "")?;
    for check in &report.checks {
        lines("", &format!("{}: {}", title(check), word(check.state)))?;
        for it in &check.says {
            lines("    ", it)?;
        }
    }
    if !report.verdicts.is_empty() {
        lines("", "")?;
        lines("", &format!("The verdicts, derived again: {}", report.answer))?;
        for it in &report.verdicts {
            lines("    ", &format!("{}  {}: {}", it.device, it.name, it.verdict.replace('_', " ")))?;
        }
        for it in &report.caveats {
            lines("    ", it)?;
        }
    }
    let about = about(report);
    if !about.is_empty() {
        lines("", "")?;
        lines("", "What the bundle says was tested (a statement of who made it):")?;
        for (name, value) in about {
            lines("    ", &format!("{name}: {value}"))?;
        }
    }
    if !report.cannot_show.is_empty() {
        lines("", "")?;
        lines("", "What it cannot show:")?;
        for it in &report.cannot_show {
            lines("    ", it)?;
        }
    }
    Ok(())
}

fn wrapped(text: &str, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = clean(text, 4_000);
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > COLUMNS {
            writeln!(out, "{indent}{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{}", format!("{indent}{line}").trim_end())
}

/// Writes it as one page that needs nothing else.
///
/// # Errors
/// When `out` takes no more.
pub fn page(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let class = |state| match state {
        State::Holds => "holds",
        State::Fails => "fails",
        State::Open => "open",
    };
    let name = clean(&report.bundle, WIDEST);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Evidence: " (name) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { (conclusion(report)) }
                p { "Bundle " code { (name) } ", made by " (clean(&report.made_by, WIDEST)) ", checked by " (report.program) ". SHA-256 of its tag manifest: "
                    code { (report.tag_manifest) } "." }
                h2 { "What was checked" }
                table {
                    @for check in &report.checks {
                        tr {
                            th scope="row" { (title(check)) }
                            td class=(class(check.state)) { (word(check.state)) }
                            td { @for it in &check.says { div { (clean(it, 4_000)) } } }
                        }
                    }
                }
                @if !report.verdicts.is_empty() {
                    h2 { "The verdicts, derived again" }
                    p { (clean(&report.answer, WIDEST)) }
                    table {
                        @for it in &report.verdicts {
                            tr { th scope="row" { code { (it.device) } } td { bdi { (it.name) } } td { (it.verdict.replace('_', " ")) } }
                        }
                    }
                    @if !report.caveats.is_empty() { ul { @for it in &report.caveats { li { (it) } } } }
                }
                @let about = about(report);
                @if !about.is_empty() {
                    h2 { "What the bundle says was tested" }
                    p { "A statement of who made it, which nothing in it proves." }
                    table { @for (name, value) in &about { tr { th scope="row" { (name) } td { bdi { (value) } } } } }
                }
                @if !report.cannot_show.is_empty() {
                    h2 { "What it cannot show" }
                    ul { @for it in &report.cannot_show { li { (it) } } }
                }
            }
        }
    };
    out.write_all(page.into_string().as_bytes())
}
