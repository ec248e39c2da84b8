//! From the text of an experiment file to a checked [`Experiment`]; what is wrong is told with line and column, and what to do.
//!
//! A file is read in steps, each of which may refuse it: `written` takes it as TOML and knows the keys; `settings` replaces what a command line sets;
//! `conditions` writes out each condition once for every combination of the factors that it names; `parts` makes each part one that sounds; `answers` finds what a right answer holds;
//! `questions` finds the conditions that contrasts name. Nothing of a file that is wrong is kept.

mod answers;
mod conditions;
mod parts;
mod place;
mod questions;
mod settings;
mod texts;
mod values;
mod voices;
mod written;

use earwitness_base::misread::{Fault, Misread};
use earwitness_core::time::SECOND;
use toml::Spanned;

use self::texts::Texts;
use self::values::{nanos, positive};
use self::written::Written;
use crate::experiment::{
    Amount, Analysis, Begin, Contradiction, Design, Device, Experiment, Key, Nightly, Order, Precision, Stop,
};

/// Longest file, octets.
pub const LONGEST: usize = 1 << 20;

/// What only the machine knows.
pub trait Surroundings {
    /// How long a recording is, nanoseconds. Its path is as it is written, relative to the file.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn recording(&self, path: &str) -> Result<i64, String>;

    /// Whether subtitles can be read.
    ///
    /// # Errors
    /// Why not, in words.
    fn subtitles(&self, path: &str) -> Result<(), String>;

    /// Whether a text may be said to devices.
    ///
    /// # Errors
    /// Why not, in words.
    fn permits(&self, text: &str) -> Result<(), String>;
}

/// A value that may be set, and what it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is unless set; nothing where it has to be.
    pub value: Option<String>,
    /// What it is for; empty where the file does not say.
    pub about: String,
}

/// What a file says of itself before it is an experiment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// What the experiment is called.
    pub name: String,
    /// What it is to answer.
    pub question: String,
    /// What may be set, besides the keys that every file has.
    pub parameters: Vec<Parameter>,
}

/// Keys of every file that may be set, each with what it is for.
#[must_use]
pub const fn settable() -> &'static [(&'static str, &'static str)] {
    settings::KEYS
}

/// Reads what a file says of itself.
///
/// # Errors
/// Where it is no experiment file.
pub fn summary(text: &str, file: &str) -> Result<Summary, Misread> {
    let written = Written::read(text, file)?;
    let parameters = settings::parameters(&written).map_err(|fault| fault.located(file, text))?;
    Ok(Summary { name: written.name.into_inner(), question: written.question.into_inner(), parameters })
}

/// Reads an experiment. `file` is how messages call it; `set` are names with values that replace what is written.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(text: &str, file: &str, set: &[(String, String)], around: &dyn Surroundings) -> Result<Experiment, Misread> {
    let mut written = Written::read(text, file)?;
    let mut experiment = || {
        let texts = settings::apply(&mut written, set)?;
        experiment(&written, &texts, around)
    };
    experiment().map_err(|fault| fault.located(file, text))
}

fn experiment(written: &Written, texts: &Texts, around: &dyn Surroundings) -> Result<Experiment, Fault> {
    let conditions = conditions::all(written, texts, around)?;
    let mut contrasts = Vec::new();
    for it in &written.contrast {
        contrasts.extend(questions::contrasts(it, &conditions.all)?);
    }
    let design = Design {
        name: written.name.get_ref().clone(),
        question: written.question.get_ref().clone(),
        seed: *written.seed.get_ref(),
        nights: *written.nights.get_ref(),
        begin: begin(written)?,
        amount: amount(written)?,
        nightly: nightly(&written.a_night_has)?,
        order: if written.order.get_ref() == "as written" { Order::Written } else { lot(&written.order)? },
        before: nanos(&written.before_seconds)?,
        after: nanos(&written.after_seconds)?,
        margin: nanos(&written.margin_seconds)?,
        pause: pause(&written.pause_seconds)?,
        conditions: conditions.all,
        contrasts,
        stop: stop(written)?,
        devices: written.device.iter().map(device).collect::<Result<_, _>>()?,
        analyses: written.report.iter().map(analysis).collect::<Result<_, _>>()?,
    };
    Experiment::new(design).map_err(|contradiction| located(&contradiction, written, &conditions.places))
}

/// Where the file says what contradicts itself.
fn located(contradiction: &Contradiction, written: &Written, conditions: &[usize]) -> Fault {
    let span = |number: usize| written.condition.get(number).map(Spanned::span);
    let at = match contradiction.at {
        Key::Name => Some(written.name.span()),
        Key::Question => Some(written.question.span()),
        Key::Nights => Some(written.nights.span()),
        Key::Begin => written.apart_hours.as_ref().map(Spanned::span),
        Key::Amount => written.repeats.as_ref().map(Spanned::span).or_else(|| written.hours.as_ref().map(Spanned::span)),
        Key::Before => Some(written.before_seconds.span()),
        Key::After => Some(written.after_seconds.span()),
        Key::Margin => Some(written.margin_seconds.span()),
        Key::Pause => Some(written.pause_seconds.span()),
        Key::Conditions => None,
        Key::Condition(number) => conditions.get(number).copied().and_then(span),
        Key::Contrast(number) => written.contrast.get(number).map(Spanned::span),
        Key::StopTime => written.stop.as_ref().and_then(|it| it.get_ref().hours.as_ref()).map(Spanned::span),
        Key::Precision => written.stop.as_ref().map(Spanned::span),
        Key::Device(number) => written.device.get(number).map(Spanned::span),
        Key::Analyses => written.report.first().map(Spanned::span),
    };
    Fault { at: at.filter(|at| !at.is_empty()), what: contradiction.what.clone() }
}

fn amount(written: &Written) -> Result<Amount, Fault> {
    match (&written.repeats, &written.hours) {
        (Some(_), Some(hours)) => Err(Fault::at(hours.span(), "a night has `repeats` or `hours`, not both: leave one out")),
        (Some(repeats), None) => Ok(Amount::Blocks(*repeats.get_ref())),
        (None, Some(hours)) => Ok(Amount::Time(time(hours)?)),
        (None, None) => Ok(Amount::Blocks(1)),
    }
}

fn time(hours: &Spanned<f64>) -> Result<i64, Fault> {
    nanos(&Spanned::new(hours.span(), hours.get_ref() * 3_600.0))
}

fn lot(order: &Spanned<String>) -> Result<Order, Fault> {
    if order.get_ref() == "lot" {
        return Ok(Order::Lot);
    }
    Err(Fault::at(order.span(), "`order` is \"lot\" (drawn for each block) or \"as written\""))
}

fn pause(seconds: &Spanned<[f64; 2]>) -> Result<(i64, i64), Fault> {
    let [shortest, longest] = *seconds.get_ref();
    Ok((nanos(&Spanned::new(seconds.span(), shortest))?, nanos(&Spanned::new(seconds.span(), longest))?))
}

fn nightly(word: &Spanned<String>) -> Result<Nightly, Fault> {
    match word.get_ref().as_str() {
        "every condition" => Ok(Nightly::Blocks),
        "one condition" => Ok(Nightly::Condition),
        _ => Err(Fault::at(word.span(), "`a_night_has` is \"every condition\" or \"one condition\"")),
    }
}

fn begin(written: &Written) -> Result<Begin, Fault> {
    match (&written.begin, &written.apart_hours) {
        (Some(_), Some(apart)) => {
            Err(Fault::at(apart.span(), "`begin` says when each night begins: leave `begin` or `apart_hours` out"))
        }
        (Some(at), None) => Ok(Begin::At(minute(at)?)),
        (None, Some(apart)) => Ok(Begin::Apart(time(apart)?)),
        (None, None) => Ok(Begin::default()),
    }
}

/// The minute of the day of `22:30`.
fn minute(begin: &Spanned<String>) -> Result<u16, Fault> {
    let wrong = || Fault::at(begin.span(), "a night begins at a time of the day such as \"22:30\"");
    let (hours, minutes) = begin.get_ref().split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit()));
    match (number(hours), number(minutes)) {
        (Some(hours @ 0..24), Some(minutes @ 0..60)) => Ok(hours * 60 + minutes),
        _ => Err(wrong()),
    }
}

fn stop(written: &Written) -> Result<Stop, Fault> {
    let Some(stop) = &written.stop else { return Ok(Stop::default()) };
    let time = stop.get_ref().hours.as_ref().map(time).transpose()?;
    let precision = match (&stop.get_ref().precision_seconds, &stop.get_ref().looks) {
        (Some(half_width), Some(looks)) => Some(Precision { half_width: positive(half_width)?, looks: looks.get_ref().clone() }),
        (None, None) => None,
        _ => {
            let what = "`precision_seconds` and `looks` belong together: when it is looked has to be fixed beforehand";
            return Err(Fault::at(stop.span(), what));
        }
    };
    Ok(Stop { time, precision })
}

fn device(device: &Spanned<written::Device>) -> Result<Device, Fault> {
    let written::Device { name, mac, copies } = device.get_ref();
    let mac = mac.as_ref().map(|mac| {
        let wrong = || Fault::at(mac.span(), "a MAC address is six pairs of hexadecimal digits, such as \"02:00:00:00:00:01\"");
        settings::mac(mac.get_ref()).ok_or_else(wrong)
    });
    let mac = mac.transpose()?;
    Ok(Device { name: name.get_ref().clone(), mac, copies: copies.clone() })
}

fn analysis(word: &Spanned<String>) -> Result<Analysis, Fault> {
    match word.get_ref().as_str() {
        "uploads" => Ok(Analysis::Uploads),
        "misactivations" => Ok(Analysis::Misactivations),
        "periods" => Ok(Analysis::Periods),
        _ => Err(Fault::at(word.span(), "`report` has the words \"uploads\", \"misactivations\" and \"periods\"")),
    }
}

/// The longest length that a file can give, nanoseconds: a year.
const LONGEST_LENGTH: i64 = 366 * 86_400 * SECOND;

#[cfg(test)]
mod tests;
