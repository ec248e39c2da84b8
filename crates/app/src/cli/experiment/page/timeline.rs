//! What sounds when: the trials of one block, each beside its sound.

use std::collections::BTreeSet;

use earwitness_base::text::clean;
use earwitness_base::words::{as_f64, duration};
use earwitness_core::time::SECOND;
use earwitness_core::timeline::{NoiseKind, Part, Voice};
use earwitness_lab::experiment::{Condition, Course, Experiment, Nightly};
use earwitness_lab::plan::{Plan, Trial, part};
use earwitness_lab::wake::wake;
use earwitness_report::plot::{Layer, Mark, Panel, Plot, Scale, drawn};
use maud::{Markup, html};

use super::{NAME, more};

/// Trials that are drawn.
const TRIALS: usize = 30;
/// Parts of a trial that are drawn.
const PARTS: usize = 100;
/// Seconds before and after the sounds that are drawn of the time in which devices are watched.
const AROUND: f64 = 5.0;

/// Classes of the style sheet, with what they are.
const KINDS: [(&str, &str); 6] = [
    ("speech", "speech"),
    ("wake", "the wake word in it"),
    ("recording", "a recording"),
    ("noise", "a noise"),
    ("music", "music"),
    ("silence", "nothing"),
];

pub(super) fn section(experiment: &Experiment) -> Markup {
    let design = experiment.design();
    // Lengths of texts are estimated: who says them, and how fast, is another question.
    let lengths = |_: &str, _: Option<&Voice>| None;
    let Ok(plan) = Plan::new(experiment, &lengths) else { return html! {} };
    let whole: Vec<&Trial> = plan.trials().iter().take_while(|it| is_first_block(experiment, it)).collect();
    let longest = whole.iter().map(|it| as_f64(it.sound_end - it.sound) / 1e9).fold(0.0, f64::max);
    let shown = whole.iter().take(TRIALS);
    let panels: Vec<Panel> = shown.filter_map(|it| Some(row(it, design.conditions.get(it.condition)?, design.nightly))).collect();
    let used: BTreeSet<&str> = panels.iter().flat_map(|it| &it.layers).flat_map(|it| &it.marks).filter_map(class).collect();
    let is_estimated = whole.iter().any(|it| plan.lengths().get(it.condition).is_some_and(|it| it.estimated));
    let plot = Plot {
        about: "What sounds when in the trials of the first block".to_owned(),
        lower: Scale::Time {
            from: -AROUND.min(as_f64(design.before) / 1e9),
            until: longest + AROUND.min(as_f64(design.after) / 1e9),
        },
        title: "from the beginning of the sound of each trial".to_owned(),
        panels,
    };
    html! {
        section {
            h2 { "What sounds when" }
            figure {
                (drawn(&plot))
                ul.key { @for (class, name) in KINDS { @if used.contains(class) { li { span.swatch.{ "k-" (class) } {} (name) } } } }
                figcaption {
                    "The trials of the first block in their order, with the time at which each begins. Devices are watched from " (duration(design.before))
                    " before to " (duration(design.after)) " after each sound, of which the picture shows no more than " (AROUND) " s."
                    @if design.pause.1 > 0 {
                        " Then comes a pause of " (duration(design.pause.0)) " to " (duration(design.pause.1)) ", drawn by lot."
                    }
                    @if is_estimated { " Lengths of texts are estimated by their letters." }
                }
            }
            (more(whole.len(), TRIALS, ("trial of the block is in the plan", "trials of the block are in the plan")))
        }
    }
}

/// Where a night has one condition, a block is as many nights as there are conditions.
fn is_first_block(experiment: &Experiment, it: &Trial) -> bool {
    let design = experiment.design();
    match design.nightly {
        Nightly::Blocks => it.night == 0 && it.block == 0,
        Nightly::Condition => it.block == 0 && u64::from(it.night) < design.conditions.len() as u64,
    }
}

/// The kind of a bar.
fn class(mark: &Mark) -> Option<&'static str> {
    match mark {
        Mark::Bar { class, .. } => Some(class),
        _ => None,
    }
}

fn row(trial: &Trial, condition: &Condition, nightly: Nightly) -> Panel {
    let marks = match &condition.course {
        Course::Quiet(nanos) => {
            vec![Mark::Bar { from: 0.0, until: as_f64(*nanos) / 1e9, class: "silence", name: duration(*nanos) }]
        }
        Course::Sounds(script) => bars(script.parts()),
    };
    let from = trial.start;
    let begins = match nightly {
        Nightly::Condition => format!("night {}", trial.night + 1),
        Nightly::Blocks if from < SECOND => "at once".to_owned(),
        Nightly::Blocks => format!("after {}", duration(from / SECOND * SECOND)),
    };
    let setup = if trial.setup { ", once it is set up" } else { "" };
    Panel {
        heading: None,
        name: clean(&condition.name, NAME),
        value: format!("{begins}{setup}; sounds for {}", duration(trial.sound_end - trial.sound)),
        height: 20,
        left: Scale::Linear { from: 0.0, until: 1.0 },
        numbered: false,
        layers: vec![Layer { colour: 0, marks }],
    }
}

fn bars(parts: &[Part]) -> Vec<Mark> {
    let mut at = 0_i64;
    let mut bars = Vec::new();
    for it in parts.iter().take(PARTS) {
        let length = part(it, &|_, _| None).nanos;
        let (from, until) = (at, at.saturating_add(length));
        at = until;
        if let Some((class, what)) = what(it) {
            let name = format!("{}: {}", clean(&what, 2 * NAME), duration(length));
            bars.push(Mark::Bar { from: as_f64(from) / 1e9, until: as_f64(until) / 1e9, class, name });
        }
    }
    if let Some((from, until)) = wake(parts, &|_, _| None) {
        bars.push(Mark::Bar {
            from: as_f64(from) / 1e9,
            until: as_f64(until) / 1e9,
            class: "wake",
            name: "the wake word".to_owned(),
        });
    }
    bars
}

/// Class and words of a part; a gap is left open.
fn what(it: &Part) -> Option<(&'static str, String)> {
    match it {
        Part::Utterance { text, .. } => Some(("speech", format!("\u{201c}{text}\u{201d}"))),
        Part::File { name, .. } => Some(("recording", name.clone())),
        Part::Noise { kind: NoiseKind::Music, .. } => Some(("music", "music".to_owned())),
        Part::Noise { kind, .. } => Some(("noise", earwitness_store::noise_word(*kind).to_owned())),
        Part::Silence(_) => Some(("silence", "nothing".to_owned())),
        Part::Gap(_) => None,
    }
}
