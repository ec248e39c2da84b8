//! A plan for people.

use std::io;

use earwitness_base::outfile::Sink;
use earwitness_base::text::clean;
use earwitness_base::words::{counted, duration, seconds};
use earwitness_core::timeline::{NoiseKind, Part};
use earwitness_lab::evaluation::warnings;
use earwitness_lab::experiment::{Begin, Condition, Contrast, Course, Design, Experiment, Nightly, Order, Switching};
use earwitness_lab::plan::{Length, Lengths, Plan, part};

/// What is told.
pub(super) struct Planned<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) plan: &'a Plan,
    pub(super) lengths: &'a Lengths<'a>,
    /// How many repeats show which difference, for a contrast: one line each.
    pub(super) power: &'a dyn Fn(&Contrast) -> Vec<String>,
}

/// Most characters of a text that are shown.
const SHOWN: usize = 160;
/// Blocks whose order is shown, and nights with one condition each.
const BLOCKS: u32 = 3;
const NIGHTS: usize = 8;

/// Writes it; with every trial if asked.
pub(super) fn write(it: &Planned<'_>, trials: bool, out: &mut Sink<'_>) -> io::Result<()> {
    let design = it.experiment.design();
    writeln!(out, "{}: {}\n", clean(&design.name, SHOWN), clean(&design.question, 2 * SHOWN))?;
    writeln!(out, "Conditions")?;
    for (condition, length) in design.conditions.iter().zip(it.plan.lengths()) {
        self::condition(condition, *length, it.lengths, out)?;
    }
    nights(it, out)?;
    order(it, out)?;
    if trials {
        every(it, out)?;
    }
    asked(it, out)?;
    warnings(it.experiment).iter().try_for_each(|it| writeln!(out, "\nNote: {it}"))
}

fn condition(condition: &Condition, length: Length, lengths: &Lengths<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    let levels =
        if condition.levels.is_empty() { String::new() } else { format!(" ({})", clean(&condition.levels.to_string(), SHOWN)) };
    let times = if condition.times > 1 { format!(", {} in a row", condition.times) } else { String::new() };
    writeln!(out, "  {}{}: {}{times}", clean(&condition.name, SHOWN), levels, about(length))?;
    if let Some(setup) = &condition.setup {
        let what = match &setup.by {
            Switching::Person(sentence) => format!("somebody is asked: {}", clean(sentence, SHOWN)),
            Switching::Command(words) => format!("a program is run: {}", clean(&words.join(" "), SHOWN)),
        };
        writeln!(out, "      before, up to {}: {what}", duration(setup.time))?;
    }
    let Course::Sounds(script) = &condition.course else {
        return writeln!(out, "      {:>8}  nothing", duration(length.nanos));
    };
    for it in script.parts() {
        writeln!(out, "      {:>8}  {}", about(part(it, lengths)), what(it))?;
    }
    if !condition.answer.is_empty() {
        writeln!(out, "      a right answer holds {}", clean(&condition.answer.join(" or "), SHOWN))?;
    }
    Ok(())
}

/// `about 3.1 s` where it is an estimate.
fn about(length: Length) -> String {
    format!("{}{}", if length.estimated { "~" } else { "" }, duration(length.nanos))
}

fn what(part: &Part) -> String {
    match part {
        Part::Utterance { text, voice, .. } => {
            let voice = voice.as_ref().map_or_else(
                || "a voice drawn by lot".to_owned(),
                |it| format!("{} at {}", clean(&it.name, SHOWN), clean(&it.speed, SHOWN)),
            );
            format!("\"{}\" ({voice})", clean(text, SHOWN))
        }
        Part::File { name, .. } => clean(name, SHOWN),
        Part::Noise { kind: NoiseKind::Music, seed, .. } => {
            format!("music made from {}", seed.map_or_else(|| "a seed drawn by lot".to_owned(), |seed| format!("seed {seed}")))
        }
        Part::Noise { kind, .. } => earwitness_store::noise_word(*kind).to_owned(),
        Part::Silence(_) => "silence".to_owned(),
        Part::Gap(_) => "gap".to_owned(),
    }
}

fn nights(it: &Planned<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    let Design { nights, begin, before, after, pause, stop, .. } = it.experiment.design();
    let (all, blocks) = (it.plan.trials().len() as u64, it.plan.blocks());
    let per_night = all.checked_div(u64::from(*nights)).unwrap_or(0);
    let estimated = it.plan.lengths().iter().any(|it| it.estimated);
    let longest = (0..*nights).map(|night| it.plan.night_length(night)).max().unwrap_or(0);
    let begins = match *begin {
        Begin::At(minute) => format!(", from {:02}:{:02} on", minute / 60, minute % 60),
        apart if *nights == 1 || apart == Begin::default() => String::new(),
        Begin::Apart(0) => ", one at once after the other".to_owned(),
        Begin::Apart(apart) => format!(", begun {} apart", duration(apart)),
    };
    writeln!(out, "\nNights")?;
    let count = it.experiment.design().conditions.len() as u64;
    let conditions = match it.experiment.design().nightly {
        Nightly::Blocks => counted(count, "condition", "conditions"),
        Nightly::Condition => format!("one of {}", counted(count, "condition", "conditions")),
    };
    writeln!(
        out,
        "  {} of {} with {conditions}: {}, up to {}{begins}",
        counted((*nights).into(), "night", "nights"),
        counted(blocks.into(), "block", "blocks"),
        counted(per_night, "trial", "trials"),
        duration(longest),
    )?;
    writeln!(out, "  in all {}, {}", counted(all, "trial", "trials"), duration(it.plan.length()))?;
    let windows = [(*before, "watched before"), (*after, "watched after"), (pause.1, "then a pause of up to")];
    let windows: Vec<String> = windows.iter().filter(|it| it.0 > 0).map(|it| format!("{} {}", it.1, duration(it.0))).collect();
    if !windows.is_empty() {
        writeln!(out, "  each sound: {}", windows.join(", "))?;
    }
    if estimated {
        writeln!(out, "  ~ lengths are estimated by letters; --measure says each text once")?;
    }
    if let Some(time) = stop.time {
        writeln!(out, "  ends after {} of all nights together", duration(time))?;
    }
    if let Some(precision) = &stop.precision {
        let looks: Vec<String> = precision.looks.iter().map(ToString::to_string).collect();
        let width = seconds(precision.half_width);
        writeln!(out, "  ends when every interval is within +-{width}, looked at after block {}", looks.join(", "))?;
    }
    Ok(())
}

fn order(it: &Planned<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    let design = it.experiment.design();
    match design.order {
        Order::Lot => writeln!(out, "\nOrder, drawn by lot from seed {}", design.seed)?,
        Order::Written => writeln!(out, "\nOrder, as written")?,
    }
    if design.nightly == Nightly::Condition {
        let first = (0..design.nights).filter_map(|night| it.plan.trials().iter().find(|it| it.night == night));
        for trial in first.take(NIGHTS) {
            writeln!(out, "  night {}: {}", trial.night + 1, name(design, trial.condition))?;
        }
        return if design.nights as usize > NIGHTS { writeln!(out, "  ... (--trials lists all)") } else { Ok(()) };
    }
    for block in 0..BLOCKS.min(it.plan.blocks()) {
        let own = it.plan.trials().iter().filter(|it| it.night == 0 && it.block == block && it.time == 0);
        let names: Vec<String> = own.map(|it| name(design, it.condition)).collect();
        writeln!(out, "  block {}: {}", block + 1, names.join(", "))?;
    }
    if it.plan.blocks() > BLOCKS {
        writeln!(out, "  ... (--trials lists all)")?;
    }
    Ok(())
}

fn name(design: &Design, condition: usize) -> String {
    design.conditions.get(condition).map_or_else(String::new, |it| clean(&it.name, SHOWN))
}

fn every(it: &Planned<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    writeln!(out, "\nTrials, by the time since their night began")?;
    for trial in it.plan.trials() {
        let whole = trial.sound / 1_000_000_000;
        let moment = format!("{:02}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60);
        let setup = if trial.setup { ", after it was switched" } else { "" };
        let (number, night, block) = (trial.index + 1, trial.night + 1, trial.block + 1);
        let name = name(it.experiment.design(), trial.condition);
        writeln!(out, "  {number:>6}  night {night} block {block:<4} {moment}  {name}{setup}")?;
    }
    Ok(())
}

fn asked(it: &Planned<'_>, out: &mut Sink<'_>) -> io::Result<()> {
    let design = it.experiment.design();
    if !design.contrasts.is_empty() {
        writeln!(out, "\nAsked")?;
    }
    for contrast in &design.contrasts {
        let difference =
            contrast.difference.map_or_else(String::new, |it| format!("; a difference of {} is to be found", seconds(it)));
        writeln!(out, "  {}{difference}", clean(&contrast.question.to_string(), 2 * SHOWN))?;
        for line in (it.power)(contrast) {
            writeln!(out, "      {line}")?;
        }
    }
    writeln!(out, "\nDevices")?;
    for device in &design.devices {
        let address = device.mac.map_or_else(|| "found by its name".to_owned(), mac);
        let copies =
            device.copies.as_ref().map_or_else(String::new, |group| format!(", one of the copies \"{}\"", clean(group, SHOWN)));
        writeln!(out, "  {} ({address}){copies}", clean(&device.name, SHOWN))?;
    }
    if design.devices.is_empty() {
        writeln!(out, "  all that are seen")?;
    }
    Ok(())
}

/// `02:00:00:00:00:01`.
pub(super) fn mac(octets: [u8; 6]) -> String {
    octets.map(|octet| format!("{octet:02x}")).join(":")
}
