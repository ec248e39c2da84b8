//! How it was come by: every parameter, seed and version, so that somebody else can do it again.

use earwitness_base::text::clean;
use earwitness_base::words::{counted, duration, listed};
use earwitness_core::timeline::{NoiseKind, Part};
use earwitness_lab::experiment::{Amount, Begin, Condition, Contrast, Course, Design, Device, Nightly, Switching};
use maud::{Markup, html};

use super::super::told;
use super::{NAME, SENTENCE, Told};

/// Conditions whose parts are written out.
const CONDITIONS: usize = 200;
/// Most columns of what a part says.
const SAID: usize = 400;

pub(super) fn section(it: Told<'_>) -> Markup {
    let design = it.experiment.design();
    let methods = &it.results.methods;
    html! {
        section.capture {
            h2 { "Methods" }
            p { (told::methods(it.experiment, it.results, it.traffic)) }
            p { (played(design)) " " (drawn(methods.draws, methods.tests)) }
            ul { @for assumption in &methods.assumptions { li { (assumption) } } }
            details.lab {
                summary { "What sounded in each condition, what was asked, and of which devices" }
                h3 { "Conditions" }
                ul { @for it in design.conditions.iter().take(CONDITIONS) { li { (condition(it)) } } }
                @if design.conditions.len() > CONDITIONS { p.small { "The others are in the experiment file." } }
                h3 { "Questions, fixed beforehand" }
                ul { @for it in &design.contrasts { li { (clean(&asked(it), SENTENCE)) } } }
                @if design.contrasts.is_empty() { p { "None: what was sent is described." } }
                h3 { "Devices" }
                p { (clean(&devices(&design.devices, it.devices), SENTENCE)) }
            }
        }
    }
}

/// The plan, as far as the sentence of all reports does not tell it.
fn played(it: &Design) -> String {
    let amount = match (it.nightly, it.amount) {
        (Nightly::Condition, _) => "One condition a night".to_owned(),
        (Nightly::Blocks, Amount::Blocks(blocks)) => format!("{} a night", counted(blocks.into(), "block", "blocks")),
        (Nightly::Blocks, Amount::Time(time)) => format!("As many whole blocks as fit into {} a night", duration(time)),
    };
    let begin = match it.begin {
        Begin::At(minute) => format!(", begun at {:02}:{:02}", minute / 60, minute % 60),
        Begin::Apart(0) if it.nights > 1 => ", one at once after the other".to_owned(),
        Begin::Apart(apart) if it.nights > 1 => format!(", begun {} apart", duration(apart)),
        Begin::Apart(_) => String::new(),
    };
    let stop = [
        it.stop.time.map(|time| format!("after {} in all", duration(time))),
        it.stop.precision.as_ref().map(|precision| {
            let looks: Vec<String> = precision.looks.iter().map(u32::to_string).collect();
            let looks = listed(&looks).unwrap_or_default();
            format!("when every interval is at most {} s to either side, looked at after blocks {looks}", precision.half_width)
        }),
    ];
    let stop: Vec<String> = stop.into_iter().flatten().collect();
    let stop = if stop.is_empty() { String::new() } else { format!(" It was to end {}.", stop.join(", or ")) };
    let pause = if it.pause.1 == 0 {
        "no pauses".to_owned()
    } else {
        format!("pauses of {} to {}", duration(it.pause.0), duration(it.pause.1))
    };
    format!(
        "{amount}, {} planned{begin}; {pause} between trials; devices watched for {} before the first trial of a night and after its last.{stop}",
        counted(it.nights.into(), "night", "nights"),
        duration(it.margin)
    )
}

fn drawn(draws: usize, tests: u64) -> String {
    let adjusted = if tests > 1 {
        format!(" {} were adjusted for one another after Holm.", counted(tests, "test", "tests"))
    } else {
        String::new()
    };
    format!("Permutation tests try all assignments, or {draws} draws where there are more.{adjusted}")
}

fn condition(it: &Condition) -> Markup {
    let levels = if it.levels.is_empty() { String::new() } else { format!(" ({})", it.levels) };
    let times = if it.times > 1 { format!(", {} in a row", it.times) } else { String::new() };
    let setup = it.setup.as_ref().map_or_else(String::new, |setup| {
        let what = match &setup.by {
            Switching::Person(sentence) => format!("somebody is asked: {sentence}"),
            Switching::Command(words) => format!("a program is run: {}", words.join(" ")),
        };
        format!("; before, up to {}: {what}", duration(setup.time))
    });
    let answer = if it.answer.is_empty() { String::new() } else { format!("; a right answer holds {}", it.answer.join(" or ")) };
    let parts: Vec<String> = match &it.course {
        Course::Quiet(nanos) => vec![format!("nothing for {}", duration(*nanos))],
        Course::Sounds(script) => script.parts().iter().map(part).collect(),
    };
    html! { strong { bdi { (clean(&it.name, NAME)) } } (clean(&format!("{levels}{times}: {}{setup}{answer}", parts.join(", then ")), SENTENCE)) }
}

fn part(it: &Part) -> String {
    let of = |length: &Option<i64>| length.map_or_else(String::new, |length| format!(" for {}", duration(length)));
    let seed = |seed: &Option<u64>| seed.map_or_else(|| "drawn by lot".to_owned(), |seed| seed.to_string());
    match it {
        Part::Utterance { text, voice, length } => {
            let voice = voice.as_ref().map_or_else(|| "drawn by lot".to_owned(), |it| format!("{} at {}", it.name, it.speed));
            format!("\u{201c}{}\u{201d} (voice {voice}){}", clean(text, SAID), of(length))
        }
        Part::File { name, length } => format!("{name}{}", of(length)),
        Part::Noise { kind: NoiseKind::Music, length, seed: from } => {
            format!("music from seed {} for {}", seed(from), duration(*length))
        }
        Part::Noise { kind, length, seed: from } => {
            format!("{} from seed {} for {}", earwitness_store::noise_word(*kind), seed(from), duration(*length))
        }
        Part::Silence(length) => format!("silence of {}", duration(*length)),
        Part::Gap(length) => format!("a gap of {}", duration(*length)),
    }
}

fn asked(it: &Contrast) -> String {
    let difference = it.difference.map_or_else(String::new, |it| format!("; a difference of {it} s is to be found"));
    format!("{}{difference}", it.question)
}

fn devices(planned: &[Device], measured: &[String]) -> String {
    if planned.is_empty() {
        return format!("All that were seen: {}.", listed(measured).unwrap_or_else(|| "none".to_owned()));
    }
    let named: Vec<String> = planned
        .iter()
        .map(|it| {
            let copies = it.copies.as_ref().map_or_else(String::new, |group| format!(" (one of {group})"));
            format!("{}{copies}", it.name)
        })
        .collect();
    format!(
        "Planned: {}. Measured: {}.",
        listed(&named).unwrap_or_default(),
        listed(measured).unwrap_or_else(|| "none".to_owned())
    )
}
