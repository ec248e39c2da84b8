//! What a command line sets: `--set repeats=40`, `--set command="Alexa, what time is it?"`, `--set gap_s=0.2,0.4`.

use std::collections::BTreeMap;
use std::str::FromStr;

use earwitness_base::misread::Fault;
use toml::{Spanned, Value};

use super::Parameter;
use super::place::fault;
use super::texts::Texts;
use super::values::text;
use super::written::{Device, Written, unplaced};

/// Keys of every file that may be set, with what they are for.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("nights", "nights at most"),
    ("repeats", "repeats of each condition in a night"),
    ("hours", "length of a night, instead of repeats"),
    ("begin", "time of the day at which a night begins"),
    ("apart_hours", "hours from the beginning of one night to that of the next; 0: at once"),
    ("seed", "what orders and pauses are drawn from"),
    ("before_seconds", "how long devices are watched before each sound"),
    ("after_seconds", "how long they are watched after it"),
    ("pause_seconds", "shortest and longest pause between two trials, with a comma between"),
    ("margin_seconds", "how long they are watched before and after each night"),
    ("answer", "what a right answer holds, one of these with commas between, in every condition that says something"),
    ("device", "MAC addresses or names of the devices, with commas between"),
];

/// The parameters and factors of a file.
pub(super) fn parameters(written: &Written) -> Result<Vec<Parameter>, Fault> {
    let mut all = Vec::new();
    for (name, value) in &written.parameters {
        let (value, about) = taken(name, value)?;
        all.push(Parameter { name: name.get_ref().clone(), value, about });
    }
    for (name, levels) in &written.factors {
        let levels: Vec<String> = levels.get_ref().iter().filter_map(text).collect();
        let about = "levels, with commas between".to_owned();
        all.push(Parameter { name: name.get_ref().clone(), value: Some(levels.join(", ")), about });
    }
    Ok(all)
}

/// Replaces what is set, and says what names in braces stand for.
pub(super) fn apply(written: &mut Written, set: &[(String, String)]) -> Result<Texts, Fault> {
    let mut texts = Texts::default();
    for (name, value) in &written.parameters {
        let (value, about) = taken(name, value)?;
        if KEYS.iter().any(|it| it.0 == name.get_ref()) || written.factors.keys().any(|it| it.get_ref() == name.get_ref()) {
            return Err(fault(name, format!("`{}` is the name of something else: call the parameter otherwise", name.get_ref())));
        }
        texts.parameters.insert(name.get_ref().clone(), value.ok_or(about));
    }
    texts.factors = written.factors.keys().map(|it| it.get_ref().clone()).collect();
    for (name, value) in set {
        let is_key = key(written, name, value)?;
        if is_key {
            continue;
        }
        if let Some(parameter) = texts.parameters.get_mut(name) {
            *parameter = Ok(value.clone());
        } else if let Some((_, levels)) = written.factors.iter_mut().find(|it| it.0.get_ref() == name) {
            *levels = unplaced(value.split(',').map(|level| Value::String(level.trim().to_owned())).collect());
        } else {
            return Err(Fault::of_all(format!("--set {name}: there is no such parameter; set one of {}", settable(&texts))));
        }
    }
    Ok(texts)
}

fn settable(texts: &Texts) -> String {
    let keys = KEYS.iter().map(|it| it.0);
    let all: Vec<&str> = keys.chain(texts.parameters.keys().chain(&texts.factors).map(String::as_str)).collect();
    all.join(", ")
}

/// Replaces the value of a key that every file has; `false` if it is none.
fn key(written: &mut Written, name: &str, value: &str) -> Result<bool, Fault> {
    match name {
        "nights" => written.nights = parsed(name, value, "a whole number")?,
        "repeats" => (written.repeats, written.hours) = (Some(parsed(name, value, "a whole number")?), None),
        "hours" => (written.repeats, written.hours) = (None, Some(parsed(name, value, "a number of hours")?)),
        "begin" => (written.begin, written.apart_hours) = (Some(unplaced(value.to_owned())), None),
        "apart_hours" => (written.begin, written.apart_hours) = (None, Some(parsed(name, value, "a number of hours")?)),
        "seed" => written.seed = parsed(name, value, "a whole number, 0 or more")?,
        "before_seconds" => written.before_seconds = parsed(name, value, "a number of seconds")?,
        "after_seconds" => written.after_seconds = parsed(name, value, "a number of seconds")?,
        "pause_seconds" => written.pause_seconds = pair(name, value)?,
        "margin_seconds" => written.margin_seconds = parsed(name, value, "a number of seconds")?,
        "answer" => {
            let words = value.split(',').map(|it| unplaced(it.trim().to_owned())).collect();
            written.answer = Some(unplaced(words));
        }
        "device" => {
            let all: Result<Vec<_>, Fault> = value.split(',').map(|it| Ok(unplaced(device(it.trim())?))).collect();
            written.device = all?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn parsed<T: FromStr>(name: &str, value: &str, what: &str) -> Result<Spanned<T>, Fault> {
    value.trim().parse().map(unplaced).map_err(|_| Fault::of_all(format!("--set {name}={value}: give {what}")))
}

/// Two lengths with a comma between; one stands for both.
fn pair(name: &str, value: &str) -> Result<Spanned<[f64; 2]>, Fault> {
    let (shortest, longest) = value.split_once(',').unwrap_or((value, value));
    let number = |text: &str| text.trim().parse().ok();
    let both = number(shortest).zip(number(longest)).map(|(shortest, longest)| unplaced([shortest, longest]));
    both.ok_or_else(|| Fault::of_all(format!("--set {name}={value}: give the shortest and the longest in seconds, such as 5,15")))
}

/// A device by its address or by its name.
fn device(text: &str) -> Result<Device, Fault> {
    // No name has a colon, and none is six pairs with hyphens between.
    let is_meant = |between: char| text.split(between).count() == 6 && text.split(between).all(|pair| pair.len() == 2);
    let address = mac(text).map(|_| unplaced(text.to_owned()));
    if address.is_none() && (text.contains(':') || is_meant('-')) {
        let what = "a MAC address is six pairs of hexadecimal digits, such as 02:00:00:00:00:01";
        return Err(Fault::of_all(format!("--set device={text}: {what}")));
    }
    Ok(Device { name: unplaced(text.to_owned()), mac: address, copies: None })
}

/// The six octets of a MAC address, written with colons or hyphens.
pub(super) fn mac(text: &str) -> Option<[u8; 6]> {
    let mut octets = [0; 6];
    let mut parts = text.split([':', '-']);
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.len() == 2 && part.bytes().all(|it| it.is_ascii_hexdigit()))?;
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

/// The value of a parameter and what it is for: `key = value`, or a table with `value` and `about`.
fn taken(name: &Spanned<String>, value: &Spanned<Value>) -> Result<(Option<String>, String), Fault> {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if name.get_ref().is_empty() || !name.get_ref().chars().all(is_name) {
        return Err(fault(name, "the name of a parameter has letters, digits, `_`, `-` and `.`"));
    }
    let wrong = || fault(value, "a parameter is a text or a number, or a table with `value` and `about`");
    let Value::Table(table) = value.get_ref() else {
        return Ok((Some(text(value.get_ref()).ok_or_else(wrong)?), String::new()));
    };
    let fields: BTreeMap<&str, &Value> = table.iter().map(|(key, value)| (key.as_str(), value)).collect();
    if let Some(other) = fields.keys().find(|key| !matches!(**key, "value" | "about")) {
        return Err(fault(value, format!("a parameter has `value` and `about`, not `{other}`")));
    }
    let one = |key: &str| fields.get(key).map(|it| text(it).ok_or_else(wrong)).transpose();
    Ok((one("value")?, one("about")?.unwrap_or_default()))
}
