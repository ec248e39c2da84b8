//! What came of it, for people.

use earwitness_base::text::clean;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::Checked;
use earwitness_base::words;
use earwitness_report::labels;
use earwitness_store::{Difference, Recomputed, why_word};

/// Columns of the longest value that is shown.
const WIDEST: usize = 100;

/// Differences that are shown of a session; the others are counted.
const SHOWN: usize = 20;

/// Writes a paragraph and a table for each store.
pub(super) fn write(stores: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let zone = TimeZone::system();
    for store in stores {
        let (size, free) = store.size;
        writeln!(out, "{}", store.path.display())?;
        if size > 0 {
            writeln!(out, "  {} kB, {} kB of them free for reuse", size / 1_000, free / 1_000)?;
        }
        for line in &store.wrong {
            writeln!(out, "  wrong: {}", clean(line, 400))?;
        }
        if store.wrong.is_empty() && store.trouble.is_none() {
            writeln!(out, "  file: sound")?;
        }
        if !store.sessions.is_empty() {
            writeln!(
                out,
                "\n  {:>7}  {:<20}  {:<10}  {:>7}  {:>9}  {:>9}  result",
                "session", "began", "ended", "rounds", "scores", "verdicts"
            )?;
        }
        for (row, again) in &store.sessions {
            let ended = row.ended.map_or("no", |ended| why_word(ended.1));
            writeln!(
                out,
                "  {:>7}  {:<20}  {:<10}  {:>7}  {:>9}  {:>9}  {}",
                row.id.0,
                words::date_time(row.begun, &zone),
                ended,
                again.rounds,
                again.scores,
                again.verdicts,
                result(again)
            )?;
        }
        for (_, again) in &store.sessions {
            differences(again, out)?;
        }
        let sound = if store.is_sound() { "all is as it was written" } else { "NOT all is as it was written" };
        writeln!(out, "\n  {sound}\n")?;
    }
    Ok(())
}

fn result(again: &Recomputed) -> String {
    match again {
        Recomputed { differing: 1.., .. } => format!("{} differ", again.differing),
        Recomputed { retired: true, .. } => "series deleted because of their age; only the lots were checked".to_owned(),
        Recomputed { other_rules: true, .. } => "scored by an earlier version's rules; only the lots were checked".to_owned(),
        _ => "as written".to_owned(),
    }
}

fn differences(again: &Recomputed, out: &mut dyn Write) -> io::Result<()> {
    if again.differing > 0 {
        writeln!(out, "\n  What differs in session {}:", again.session)?;
    }
    for it in again.differences.iter().take(SHOWN) {
        writeln!(out, "  - {}", sentence(it))?;
    }
    let more = again.differing.saturating_sub(SHOWN as u64);
    if more > 0 {
        writeln!(out, "  - and {more} more; the first 100 are in --json")?;
    }
    Ok(())
}

fn sentence(it: &Difference) -> String {
    let round = it.round.map(|round| format!("round {round}, "));
    let verdict_set = it.verdict_set.map(|verdict_set| format!("verdicts {verdict_set}, "));
    let device = it.device.map(|device| format!("device {}, ", labels::id(device)));
    let place: String = [round, verdict_set, device].into_iter().flatten().collect();
    format!("{place}{}: written {}, computed {}", it.what, clean(&it.written, WIDEST), clean(&it.computed, WIDEST))
}
