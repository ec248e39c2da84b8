//! `--html`: which words wake a device, as one file for a person. No script, no network, every text escaped.

use std::path::Path;

use earwitness_base::outfile::{self, Sink};
use earwitness_base::text::clean;
use earwitness_base::words::{count, counted};
use earwitness_core::stats::float;
use earwitness_report::html::head;
use earwitness_report::plot::{self, Layer, Mark, Panel, Plot, Scale, drawn};
use maud::{DOCTYPE, Markup, html};

use super::again;
use super::json::{Now, Often, Told, Word};
use super::table;

/// Words that are drawn and listed.
const DRAWN: usize = 60;
const LISTED: usize = 1_000;
/// Most columns of a name.
const NAME: usize = 100;
/// Height of a row of the picture, pixels.
const HEIGHT: u32 = 34;

/// Writes the page.
pub(super) fn write(told: &Told, path: &Path) -> anyhow::Result<()> {
    let page = page(told).into_string();
    outfile::write_whole(path, |out: &mut Sink<'_>| out.write_all(page.as_bytes()))?;
    Ok(())
}

fn page(told: &Told) -> Markup {
    let (first, others) =
        table::sentences(told).split_first().map_or((String::new(), Vec::new()), |it| (it.0.clone(), it.1.to_vec()));
    // A replay tells of all words that it was to play, of which some may wake the device no more.
    let woke: Vec<&Word> = told.words.iter().filter(|it| table::has_woken(it) || it.before.is_some()).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&clean(&first, NAME), &[plot::STYLE, STYLE].concat()))
            body.words {
                header {
                    p.brand { "earwitness" span { "words that wake a device" } }
                    h1 { (first) }
                    @for it in &others { p.caution { (it) } }
                    dl.facts {
                        div { dt { "Wake word" } dd { bdi { (clean(&told.wake_word, NAME)) } } dd.note { (clean(&told.phonemes, NAME)) } }
                        div { dt { "Plays" } dd { (count(told.plays as u64)) } dd.note { "of " (count(told.budget as u64)) } }
                        div { dt { "Words played" } dd { (count(told.words.len() as u64)) } }
                        @if let Some(mac) = told.device.as_ref().and_then(|it| it.mac.as_ref()) { div { dt { "Device" } dd { (mac) } } }
                    }
                }
                main { (picture(&woke)) (list(told, &woke)) (method(told)) }
                footer { (clean(&told.program, NAME)) ". This file is complete: it loads nothing and sends nothing." }
            }
        }
    }
}

const STYLE: &str = ".words td,.words th{padding-right:1.1rem;text-align:left;font-variant-numeric:tabular-nums;vertical-align:top}\
.words thead th{border-bottom:1px solid var(--line)}.words .wide{overflow-x:auto}";

/// How often each word wakes the device.
fn picture(woke: &[&Word]) -> Markup {
    let shown = woke.get(..DRAWN.min(woke.len())).unwrap_or_default();
    if shown.is_empty() {
        return html! {};
    }
    let panel = |it: &&Word| Panel {
        heading: None,
        name: clean(&it.text, NAME),
        value: format!("{:.0} %", it.probability * 100.0),
        height: HEIGHT,
        left: Scale::Linear { from: 0.0, until: 1.0 },
        numbered: false,
        layers: vec![Layer {
            colour: usize::from(!it.wakes),
            marks: vec![interval(Often { probability: it.probability, low: it.low, high: it.high }, 0.5)],
        }]
        .into_iter()
        .chain(it.before.as_ref().map(|it| Layer { colour: BEFORE, marks: vec![interval(it.chance, 0.2)] }))
        .collect(),
    };
    let plot = Plot {
        about: "How often each word wakes the device".to_owned(),
        lower: Scale::Linear { from: 0.0, until: 100.0 },
        title: "plays that wake it, %".to_owned(),
        panels: shown.iter().map(panel).collect(),
    };
    html! {
        section {
            h2 { "How often each word wakes it" }
            figure {
                (drawn(&plot))
                figcaption {
                    "Expected share of plays that wake the device, in the mean of all voices of the search, with an interval of 95 % that rests on what is believed of words that are alike. "
                    @if shown.iter().any(|it| it.before.is_some()) {
                        "Below, in the third colour, what the earlier search said. Of words in the second colour it is not shown that they wake it now."
                    } @else {
                        "Words in the second colour woke it, and it is not shown that this was more than chance."
                    }
                }
            }
            (more(woke.len(), DRAWN))
        }
    }
}

/// The colour of what an earlier search said.
const BEFORE: usize = 2;

fn interval(Often { probability, low, high }: Often, at: f64) -> Mark {
    let percent = |it: f32| f64::from(it) * 100.0;
    Mark::Interval { value: percent(probability), ends: Some((percent(low), percent(high))), at }
}

fn list(told: &Told, woke: &[&Word]) -> Markup {
    let (is_replay, has_levels) = (told.replayed.is_some(), !told.levels.is_empty());
    html! {
        section {
            h2 { @if is_replay { "Words that were played again" } @else { "Words after which it sent" } }
            @if woke.is_empty() { p { "None." } } @else {
                div.wide tabindex="0" role="region" aria-label="Words after which it sent" {
                    table {
                        thead { tr { th { "Word" } th { "Phonemes" } th { "Shown" }
                            @if is_replay { th { "Before" } th { "Now" } } @else { th { "Wakes it" } }
                            th { "Uploaded" } th { "Voices" } @if has_levels { th { "Levels" } } } }
                        tbody {
                            @for it in woke.iter().take(LISTED) {
                                tr {
                                    th scope="row" { bdi { (clean(&it.text, NAME)) } }
                                    td { (clean(&it.phonemes, NAME)) }
                                    td { (if it.wakes { "yes" } else { "no" }) }
                                    @if is_replay {
                                        td { (it.before.as_ref().map_or_else(String::new, |it| again::said(it.plays, it.woke, it.chance))) }
                                        td { (again::said_now(it)) ": " (it.now.map_or("", Now::word)) }
                                    } @else { td { (table::chance(it)) } }
                                    td { (it.seconds.map_or_else(String::new, |it| format!("{it:.1} s"))) }
                                    td { (table::voices(it)) }
                                    @if has_levels { td { (table::levels(it).trim_start_matches("; ")) } }
                                }
                            }
                        }
                    }
                }
                (more(woke.len(), LISTED))
            }
        }
    }
}

fn more(all: usize, shown: usize) -> Markup {
    html! { @if all > shown { p.small { (counted((all - shown) as u64, "more word is", "more words are")) " in the JSON report." } } }
}

fn method(told: &Told) -> Markup {
    html! {
        section {
            h2 { "How this was found" }
            p {
                "A word is found where it woke the device in two voices. "
                @if let Some(device) = &told.device {
                    "Rounds of words were laid into slots by lot, and a word is said to wake the device where the bets on its slots are worth "
                    (format!("{:.0}", device.enough.unwrap_or(float(told.budget as u64) / device.alpha))) " or more, which by chance happens to any word at all with a chance of " (device.alpha) " at most: a test martingale for each word (Ville's inequality), shared among "
                    @if told.replayed.is_some() { "the words that are played again. " } @else { "as many words as there are plays. " }
                    "Whatever else makes the device send is as likely in any slot. "
                } @else { "The answers are those of a table. " }
                "Seed " (told.seed) ", strategy " (told.strategy.word()) ", " (told.budget) " plays at most."
            }
        }
    }
}
