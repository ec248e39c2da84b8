//! Tables of what belongs to no single trial: wakes while recordings sound, and what devices send by themselves.

use std::io;

use comfy_table::{ContentArrangement, Table};
use earwitness_base::outfile::Sink;
use earwitness_base::text::clean;
use earwitness_base::words::duration;
use earwitness_lab::results::{
    IdleResults, MisactivationResults, Period, Rate, RepliesResults, ReplyContrast, Results, Share, Sizes, WitnessResults,
};

/// Most characters of a name that are shown.
const NAME: usize = 60;
/// Places of a device that are shown, those at which it woke most often.
const PLACES: usize = 20;
/// Characters of words that are shown.
const WORDS: usize = 90;

/// Writes them; nothing where there is nothing to tell.
pub(super) fn write(results: &Results, out: &mut Sink<'_>) -> io::Result<()> {
    if !results.misactivations.is_empty() {
        writeln!(out, "\nWoke without being called\n{}", rates(&results.misactivations))?;
    }
    for it in results.misactivations.iter().filter(|it| !it.places.is_empty()) {
        writeln!(out, "\nPlaces at which {} woke under {}", clean(&it.device, NAME), clean(&it.condition, NAME))?;
        writeln!(out, "{}", places(it))?;
        let more = it.places.len().saturating_sub(PLACES) as u64 + it.places_left_out;
        if more > 0 {
            writeln!(out, "and {more} more (--json lists them)")?;
        }
    }
    if !results.witnesses.is_empty() {
        writeln!(out, "\nSecond witnesses\n{}", witnesses(&results.witnesses))?;
    }
    if let Some(replies) = &results.replies {
        writeln!(out, "\nAnswers\n{}", answers(replies))?;
        replies.contrasts.iter().try_for_each(|it| writeln!(out, "{}", answers_compared(it)))?;
    }
    if !results.idle.is_empty() {
        writeln!(out, "\nSent without being asked\n{}", idle(&results.idle))?;
    }
    Ok(())
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header);
    table
}

fn answers(it: &RepliesResults) -> Table {
    let mut table = table(["Condition", "Right", "Share (95 % interval)", "Wrong", "No reply", "Not judged"]);
    for it in &it.conditions {
        table.add_row([
            clean(&it.name, NAME),
            format!("{} of {}", it.right.some, it.right.all),
            share(&it.right),
            it.wrong.to_string(),
            it.no_reply.to_string(),
            it.not_judged.to_string(),
        ]);
    }
    table
}

/// `75 % (43 to 95)`: that of other nights where there are several, else that of these trials.
pub(super) fn share(it: &Share) -> String {
    percent(it.share, it.nights_low.zip(it.nights_high).or_else(|| it.low.zip(it.high)))
}

fn answers_compared(it: &ReplyContrast) -> String {
    format!(
        "{} against {}: right in {} of {} and in {} of {}; {}. {}.",
        clean(&it.condition, NAME),
        clean(&it.against, NAME),
        it.right[0],
        it.judged[0],
        it.right[1],
        it.judged[1],
        chance(it.p, it.adjusted_p),
        it.test
    )
}

fn witnesses(all: &[WitnessResults]) -> Table {
    let mut table =
        table(["Witness", "Device", "Both", "Upload alone", "Witness alone", "Neither", "Not known", "In no trial", "Later"]);
    for it in all {
        let groups = [&it.both, &it.upload_only, &it.witness_only, &it.neither].map(|trials| trials.len().to_string());
        let [both, upload_only, witness_only, neither] = groups;
        table.add_row([
            clean(&it.witness, NAME),
            clean(&it.device, NAME),
            both,
            upload_only,
            witness_only,
            neither,
            it.unknown.to_string(),
            it.beside.to_string(),
            it.later_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.2} s")),
        ]);
    }
    table
}

fn rates(all: &[MisactivationResults]) -> Table {
    let mut table = table(WOKEN);
    table.add_rows(all.iter().map(|it| woken(it, NAME)));
    table
}

/// A row of how often a device woke; names have at most so many characters.
pub(super) fn woken(it: &MisactivationResults, widest: usize) -> [String; 9] {
    [
        clean(&it.condition, widest),
        clean(&it.device, widest),
        it.playings.to_string(),
        format!("{:.2}", it.hours),
        it.words.to_string(),
        it.wakes.to_string(),
        rate(&it.per_hour),
        rate(&it.per_10000_words),
        percent(it.again, it.again_low.zip(it.again_high)),
    ]
}

/// What the columns of such a row are.
pub(super) const WOKEN: [&str; 9] =
    ["Condition", "Device", "Played", "Hours", "Words", "Wakes", "An hour", "Per 10,000 words", "Again"];

/// `75 % (43 to 95)`.
fn percent(share: Option<f64>, ends: Option<(f64, f64)>) -> String {
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    match (share, ends) {
        (Some(share), Some((low, high))) => format!("{} % ({} to {})", percent(share), percent(low), percent(high)),
        (Some(share), None) => format!("{} %", percent(share)),
        (None, _) => "not known".to_owned(),
    }
}

/// `2.13 (0.92 to 4.19)`.
pub(super) fn rate(it: &Rate) -> String {
    match (it.rate, it.low, it.high) {
        (Some(rate), Some(low), Some(high)) => format!("{rate:.2} ({low:.2} to {high:.2})"),
        _ => "not known".to_owned(),
    }
}

fn places(it: &MisactivationResults) -> Table {
    let mut table = table(["At", "Woke", "Sent", "Words before, and | those that were sent"]);
    let mut shown: Vec<_> = it.places.iter().collect();
    shown.sort_by(|a, b| b.woke.cmp(&a.woke).then(a.seconds.total_cmp(&b.seconds)));
    shown.truncate(PLACES);
    shown.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    for place in shown {
        table.add_row([
            length(place.seconds),
            format!("{} of {}", place.woke, place.of),
            format!("{:.1} s", place.sent_seconds),
            format!("{} | {}", tail(&place.words_before), tail(&place.words_sent)),
        ]);
    }
    table
}

/// The last words of a text.
fn tail(text: &str) -> String {
    let over = text.chars().count().saturating_sub(WORDS);
    clean(&text.chars().skip(over).collect::<String>(), WORDS)
}

fn idle(all: &[IdleResults]) -> Table {
    let mut table = table(PERIODIC);
    for it in all {
        for period in &it.periods {
            table.add_row(periodic(&it.device, period, NAME));
        }
        let rest = [
            clean(&it.device, NAME),
            "no period".to_owned(),
            String::new(),
            it.unexplained.to_string(),
            String::new(),
            sizes(it.unexplained_octets.as_ref()),
        ];
        table.add_row(rest);
    }
    table
}

/// A row of a period.
pub(super) fn periodic(device: &str, it: &Period, widest: usize) -> [String; 6] {
    [
        clean(device, widest),
        length(it.seconds),
        it.jitter_seconds.map_or_else(String::new, |it| format!("{it:.1} s")),
        it.bursts.to_string(),
        format!("{:.0} %", 100.0 * it.came),
        sizes(Some(&it.octets)),
    ]
}

/// What the columns of such a row are.
pub(super) const PERIODIC: [&str; 6] = ["Device", "Every", "Spread", "Bursts", "Came", "Octets: median (quartiles)"];

fn sizes(it: Option<&Sizes>) -> String {
    it.map_or_else(String::new, |it| format!("{:.0} ({:.0} to {:.0})", it.median, it.low_quartile, it.high_quartile))
}

/// Seconds as people say them, to the second from a minute on.
#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
pub(super) fn length(seconds: f64) -> String {
    let unit = if seconds < 60.0 { 1e-3 } else { 1.0 };
    duration((seconds / unit).round() as i64 * (unit * 1e9) as i64)
}

/// A p-value with the one after Holm.
pub(super) fn chance(p: Option<f64>, adjusted: Option<f64>) -> String {
    let number = |p: f64| if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") };
    match (p, adjusted) {
        (Some(p), Some(adjusted)) => format!("p {}, {} after Holm", number(p), number(adjusted)),
        (Some(p), None) => format!("p {}", number(p)),
        (None, _) => "no test".to_owned(),
    }
}
