//! A plan for programs. Each key is explained in `docs/schema/experiment-plan-1.json`.

use std::collections::BTreeMap;
use std::io;

use earwitness_base::outfile::Sink;
use earwitness_core::timeline::Part;
use earwitness_lab::evaluation::warnings;
use earwitness_lab::experiment::{
    Analysis, Condition, Contrast, Course, Design, Device, Nightly, Order, Question, Setup, Switching,
};
use earwitness_lab::plan::{self, Length, Lengths};
use serde::Serialize;

use super::show::{Planned, mac};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    program: &'static str,
    name: &'a str,
    question: &'a str,
    seed: u64,
    order: &'static str,
    a_night_has: &'static str,
    nights: u32,
    begin_minute: Option<u16>,
    apart_ns: Option<i64>,
    blocks_per_night: u32,
    night_ns: Vec<i64>,
    length_ns: i64,
    estimated: bool,
    before_ns: i64,
    after_ns: i64,
    pause_ns: [i64; 2],
    stop: Stop<'a>,
    report: Vec<&'static str>,
    warnings: Vec<String>,
    conditions: Vec<WrittenCondition<'a>>,
    contrasts: Vec<WrittenContrast<'a>>,
    devices: Vec<WrittenDevice<'a>>,
    trials: Vec<Trial>,
}

#[derive(Serialize)]
struct Stop<'a> {
    time_ns: Option<i64>,
    precision_seconds: Option<f64>,
    looks: &'a [u32],
}

#[derive(Serialize)]
struct WrittenCondition<'a> {
    name: &'a str,
    levels: BTreeMap<&'a str, &'a str>,
    length_ns: i64,
    estimated: bool,
    times: u32,
    setup: Option<WrittenSetup<'a>>,
    answer: &'a [String],
    parts: Vec<WrittenPart<'a>>,
}

#[derive(Serialize)]
struct WrittenSetup<'a> {
    time_ns: i64,
    person: Option<&'a str>,
    command: Option<&'a [String]>,
}

#[derive(Serialize, Default)]
struct WrittenPart<'a> {
    kind: &'static str,
    length_ns: i64,
    estimated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitles: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

#[derive(Serialize)]
struct WrittenContrast<'a> {
    kind: &'static str,
    difference_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Side<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<Side<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<&'a [(f64, usize)]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Side<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<&'static str>,
}

#[derive(Serialize)]
struct Side<'a> {
    name: &'a str,
    conditions: &'a [usize],
}

#[derive(Serialize)]
struct WrittenDevice<'a> {
    name: &'a str,
    mac: Option<String>,
    copies: Option<&'a str>,
}

#[derive(Serialize)]
struct Trial {
    index: u32,
    night: u32,
    block: u32,
    position: u32,
    time: u32,
    condition: usize,
    setup: bool,
    start_ns: i64,
    sound_ns: i64,
    sound_end_ns: i64,
    end_ns: i64,
    pause_ns: i64,
}

/// Writes one JSON object and a line feed.
pub(super) fn write(it: &Planned<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &written(it))?;
    writeln!(out)
}

fn written<'a>(it: &Planned<'a>) -> Written<'a> {
    let Design {
        name,
        question,
        seed,
        nights,
        begin,
        order,
        before,
        after,
        pause,
        conditions,
        contrasts,
        stop,
        devices,
        analyses,
        ..
    } = it.experiment.design();
    let precision = stop.precision.as_ref();
    Written {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        name,
        question,
        seed: *seed,
        order: match order {
            Order::Lot => "lot",
            Order::Written => "as written",
        },
        a_night_has: match it.experiment.design().nightly {
            Nightly::Blocks => "every condition",
            Nightly::Condition => "one condition",
        },
        nights: *nights,
        begin_minute: begin.minute(),
        apart_ns: begin.apart(),
        blocks_per_night: it.plan.blocks(),
        night_ns: (0..*nights).map(|night| it.plan.night_length(night)).collect(),
        length_ns: it.plan.length(),
        estimated: it.plan.lengths().iter().any(|it| it.estimated),
        before_ns: *before,
        after_ns: *after,
        pause_ns: [pause.0, pause.1],
        stop: Stop {
            time_ns: stop.time,
            precision_seconds: precision.map(|it| it.half_width),
            looks: precision.map_or(&[], |it| &it.looks),
        },
        report: analyses.iter().map(|it| analysis(*it)).collect(),
        warnings: warnings(it.experiment),
        conditions: conditions.iter().zip(it.plan.lengths()).map(|(of, length)| condition(of, *length, it.lengths)).collect(),
        contrasts: contrasts.iter().map(contrast).collect(),
        devices: devices.iter().map(device).collect(),
        trials: it.plan.trials().iter().map(trial).collect(),
    }
}

const fn analysis(it: Analysis) -> &'static str {
    match it {
        Analysis::Uploads => "uploads",
        Analysis::Misactivations => "misactivations",
        Analysis::Periods => "periods",
    }
}

fn condition<'a>(it: &'a Condition, length: Length, lengths: &Lengths<'_>) -> WrittenCondition<'a> {
    let parts = match &it.course {
        Course::Quiet(nanos) => vec![WrittenPart { kind: "silence", length_ns: *nanos, ..WrittenPart::default() }],
        Course::Sounds(script) => script.parts().iter().enumerate().map(|(place, of)| part(of, place, it, lengths)).collect(),
    };
    WrittenCondition {
        name: &it.name,
        levels: it.levels.levels().collect(),
        length_ns: length.nanos,
        estimated: length.estimated,
        times: it.times,
        setup: it.setup.as_ref().map(setup),
        answer: &it.answer,
        parts,
    }
}

fn setup(Setup { by, time }: &Setup) -> WrittenSetup<'_> {
    let (person, command) = match by {
        Switching::Person(sentence) => (Some(sentence.as_str()), None),
        Switching::Command(words) => (None, Some(words.as_slice())),
    };
    WrittenSetup { time_ns: *time, person, command }
}

fn part<'a>(it: &'a Part, place: usize, condition: &'a Condition, lengths: &Lengths<'_>) -> WrittenPart<'a> {
    let length = plan::part(it, lengths);
    let all = WrittenPart { length_ns: length.nanos, estimated: length.estimated, ..WrittenPart::default() };
    match it {
        Part::Utterance { text, voice, .. } => WrittenPart {
            kind: "utterance",
            text: Some(text),
            voice: voice.as_ref().map(|it| it.name.as_str()),
            speed: voice.as_ref().map(|it| it.speed.as_str()),
            ..all
        },
        Part::File { name, .. } => {
            let subtitles = condition.subtitles.iter().find(|it| it.0 == place).map(|it| it.1.as_str());
            WrittenPart { kind: "file", file: Some(name), subtitles, ..all }
        }
        Part::Noise { kind, seed, .. } => {
            WrittenPart { kind: "noise", noise: Some(earwitness_store::noise_word(*kind)), seed: *seed, ..all }
        }
        Part::Silence(_) => WrittenPart { kind: "silence", ..all },
        Part::Gap(_) => WrittenPart { kind: "gap", ..all },
    }
}

fn contrast(it: &Contrast) -> WrittenContrast<'_> {
    let (kind, sides, margin_seconds, dose) = match &it.question {
        Question::Mean { .. } => ("mean", None, None, None),
        Question::Difference { left, right } => ("difference", Some((left, right)), None, None),
        Question::Equivalence { left, right, margin } => ("equivalence", Some((left, right)), Some(*margin), None),
        Question::Dose { factor, levels } => ("dose", None, None, Some((factor.as_str(), levels.as_slice()))),
    };
    let mean = if let Question::Mean { of, measure } = &it.question { Some((of, *measure)) } else { None };
    WrittenContrast {
        kind,
        difference_seconds: it.difference,
        left: sides.map(|it| side(it.0)),
        right: sides.map(|it| side(it.1)),
        margin_seconds,
        factor: dose.map(|it| it.0),
        levels: dose.map(|it| it.1),
        of: mean.map(|it| side(it.0)),
        measure: mean.map(|it| it.1.name()),
    }
}

fn side((name, conditions): &(String, Vec<usize>)) -> Side<'_> {
    Side { name, conditions }
}

fn device(it: &Device) -> WrittenDevice<'_> {
    WrittenDevice { name: &it.name, mac: it.mac.map(mac), copies: it.copies.as_deref() }
}

const fn trial(it: &plan::Trial) -> Trial {
    let plan::Trial { index, night, block, position, time, condition, setup, start, sound, sound_end, end, pause } = *it;
    Trial {
        index,
        night,
        block,
        position,
        time,
        condition,
        setup,
        start_ns: start,
        sound_ns: sound,
        sound_end_ns: sound_end,
        end_ns: end,
        pause_ns: pause,
    }
}
