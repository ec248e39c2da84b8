//! The parts of a condition: what is written, as what sounds.

use earwitness_base::misread::Fault;
use earwitness_core::timeline::{LONGEST_TEXT, MOST_SEGMENTS, NoiseKind, Part, Script};
use toml::{Spanned, Value};

use super::Surroundings;
use super::place::fault;
use super::texts::{Scope, Texts};
use super::values::{is_fixed, length, seconds, text, whole};
use super::voices::{Speaker, speaker};
use super::written::{self, Written};
use crate::experiment::Course;

/// What `noise` may name; music is a part of its own.
fn noises() -> impl Iterator<Item = NoiseKind> {
    NoiseKind::ALL.into_iter().filter(|it| *it != NoiseKind::Music)
}

/// What parts are read with.
pub(super) struct Reader<'a> {
    pub(super) written: &'a Written,
    pub(super) texts: &'a Texts,
    pub(super) around: &'a dyn Surroundings,
}

/// All texts of a part in which names may stand.
pub(super) fn texts(part: &written::Part) -> Vec<String> {
    let strings = [&part.say, &part.file, &part.noise, &part.voice, &part.speed, &part.subtitles];
    let values = [&part.music, &part.silence_seconds, &part.gap_seconds, &part.seed, &part.seconds, &part.at_seconds];
    let strings = strings.into_iter().flatten().map(|it| it.get_ref().clone());
    strings.chain(values.into_iter().flatten().filter_map(|it| text(it.get_ref()))).collect()
}

/// What has been read of a condition.
#[derive(Default)]
struct Laid {
    parts: Vec<Part>,
    /// How long it is so far, nanoseconds; unknown once a text was said whose length nobody gave.
    end: Option<i64>,
    subtitles: Vec<(usize, String)>,
    said: Vec<String>,
}

impl Laid {
    fn push(&mut self, part: Part) {
        let length = match &part {
            Part::Utterance { length, .. } | Part::File { length, .. } => *length,
            Part::Noise { length, .. } | Part::Silence(length) | Part::Gap(length) => Some(*length),
        };
        self.end = self.end.zip(length).map(|(end, length)| end.saturating_add(length));
        self.parts.push(part);
    }
}

/// What sounds in a condition, and the subtitles of its parts.
pub(super) fn course(
    condition: &Spanned<written::Condition>,
    levels: &Scope<'_>,
    reader: &Reader<'_>,
) -> Result<(Course, Vec<(usize, String)>), Fault> {
    let parts = &condition.get_ref().parts;
    let mut laid = Laid { end: Some(0), ..Laid::default() };
    for part in parts {
        reader.add(part, levels, &mut laid)?;
        if laid.parts.len() > MOST_SEGMENTS {
            return Err(fault(part, format!("a condition of more than {MOST_SEGMENTS} parts: leave some out")));
        }
    }
    // A gap parts two sounds: none follows the last one, which a level of 0 s may have taken away.
    while laid.parts.last().is_some_and(|part| matches!(part, Part::Gap(_))) {
        laid.parts.pop();
    }
    if let [Part::Silence(length)] = laid.parts.as_slice() {
        return Ok((Course::Quiet(*length), laid.subtitles));
    }
    let whole = laid.said.join(" ");
    if let Some(first) = parts.iter().find_map(|it| it.get_ref().say.as_ref()) {
        reader.around.permits(&whole).map_err(|what| fault(first, what))?;
    }
    let script = Script::new(laid.parts).map_err(|error| Fault::at(condition.span(), error.to_string()))?;
    Ok((Course::Sounds(script), laid.subtitles))
}

impl Reader<'_> {
    /// Reads a part and lays it at the end; nothing where its length is 0 because a level says so.
    fn add(&self, part: &Spanned<written::Part>, levels: &Scope<'_>, laid: &mut Laid) -> Result<(), Fault> {
        let it = part.get_ref();
        let kinds = [
            it.say.is_some(),
            it.file.is_some(),
            it.noise.is_some(),
            it.music.is_some(),
            it.silence_seconds.is_some(),
            it.gap_seconds.is_some(),
        ];
        if kinds.into_iter().filter(|is| *is).count() != 1 {
            let what = "a part has exactly one of `say`, `file`, `noise`, `music`, `silence_seconds` and `gap_seconds`";
            return Err(fault(part, what));
        }
        misplaced(it)?;
        if let Some(at) = &it.at_seconds {
            self.wait(at, levels, laid)?;
        }
        if let Some(quiet) = it.silence_seconds.as_ref().or(it.gap_seconds.as_ref()) {
            let Some(length) = self.length(quiet, levels)? else { return Ok(()) };
            laid.push(if it.gap_seconds.is_some() { Part::Gap(length) } else { Part::Silence(length) });
            return Ok(());
        }
        let length = match &it.seconds {
            Some(seconds) => match self.length(seconds, levels)? {
                None => return Ok(()),
                length => length,
            },
            None => None,
        };
        match (&it.say, &it.file) {
            (Some(say), _) => self.say(it, say, length, levels, laid),
            (_, Some(file)) => {
                let repeat = it.repeat.as_ref().is_some_and(|it| *it.get_ref());
                let place = laid.parts.len();
                self.file(file, length, repeat, levels, laid)?;
                if let Some(subtitles) = &it.subtitles {
                    laid.subtitles.push((place, self.subtitles(subtitles, levels)?));
                }
                Ok(())
            }
            _ => self.made(part, length, levels, laid),
        }
    }

    /// A length of more than 0; none where a level says that it is 0.
    fn length(&self, value: &Spanned<Value>, levels: &Scope<'_>) -> Result<Option<i64>, Fault> {
        match length(value, self.texts, levels)? {
            0 if is_fixed(value) => Err(fault(value, "nothing lasts 0 seconds: leave the part out")),
            0 => Ok(None),
            length => Ok(Some(length)),
        }
    }

    /// Lays a gap until this moment of the trial.
    fn wait(&self, at: &Spanned<Value>, levels: &Scope<'_>, laid: &mut Laid) -> Result<(), Fault> {
        let begin = length(at, self.texts, levels)?;
        let Some(end) = laid.end else {
            let what = "the text before it has no length of its own: give it `seconds`, or write a `gap_seconds` part instead of `at_seconds`";
            return Err(fault(at, what));
        };
        if begin < end {
            let what = format!(
                "sounds overlap: this one begins at {}, and what stands before it ends at {}; begin it then or later",
                seconds(begin),
                seconds(end)
            );
            return Err(fault(at, what));
        }
        if begin > end {
            laid.push(Part::Gap(begin - end));
        }
        Ok(())
    }

    fn say(
        &self,
        it: &written::Part,
        say: &Spanned<String>,
        length: Option<i64>,
        levels: &Scope<'_>,
        laid: &mut Laid,
    ) -> Result<(), Fault> {
        let text = self.texts.full(say, levels)?;
        if text.trim().is_empty() || text.len() > LONGEST_TEXT {
            return Err(fault(say, format!("a text has 1 to {LONGEST_TEXT} octets")));
        }
        laid.said.push(text.clone());
        match speaker(it, &text, self.written, self.texts, levels)? {
            Speaker::Recording(file) => self.file(&file, length, false, levels, laid),
            Speaker::Any => {
                laid.push(Part::Utterance { text, voice: None, length });
                Ok(())
            }
            Speaker::Voice(voice) => {
                laid.push(Part::Utterance { text, voice: Some(voice), length });
                Ok(())
            }
        }
    }

    fn subtitles(&self, path: &Spanned<String>, levels: &Scope<'_>) -> Result<String, Fault> {
        let name = self.texts.full(path, levels)?;
        self.around.subtitles(&name).map_err(|what| fault(path, format!("{name}: {what}")))?;
        Ok(name)
    }

    /// A recording, or so much of it; again from its beginning where it is shorter and may be repeated.
    fn file(
        &self,
        path: &Spanned<String>,
        length: Option<i64>,
        repeat: bool,
        levels: &Scope<'_>,
        laid: &mut Laid,
    ) -> Result<(), Fault> {
        let name = self.texts.full(path, levels)?;
        let own = self.around.recording(&name).map_err(|what| fault(path, format!("{name}: {what}")))?;
        if own <= 0 {
            return Err(fault(path, format!("{name} is empty: give a recording in which something sounds")));
        }
        let mut left = length.unwrap_or(own);
        if left > own && !repeat {
            let what = format!("{name} is only {} long: ask for less, or write `repeat = true`", seconds(own));
            return Err(fault(path, what));
        }
        while left > 0 {
            if laid.parts.len() >= MOST_SEGMENTS {
                return Err(fault(
                    path,
                    format!("{name} would be played more than {MOST_SEGMENTS} times: give a longer recording"),
                ));
            }
            let part = left.min(own);
            laid.push(Part::File { name: name.clone(), length: Some(part) });
            left -= part;
        }
        Ok(())
    }

    /// A noise or a piece of music from a seed.
    fn made(&self, part: &Spanned<written::Part>, length: Option<i64>, levels: &Scope<'_>, laid: &mut Laid) -> Result<(), Fault> {
        let it = part.get_ref();
        let length = length.ok_or_else(|| fault(part, "say how long it sounds: `seconds`"))?;
        let number = |value: &Spanned<Value>| whole(value, self.texts, levels);
        let (kind, seed) = match (&it.noise, &it.music) {
            (Some(noise), _) => {
                let name = self.texts.full(noise, levels)?;
                let kind = noises().find(|it| it.name() == name).ok_or_else(|| {
                    let known: Vec<&str> = noises().map(NoiseKind::name).collect();
                    fault(noise, format!("there is no noise {name:?}: write one of {}", known.join(", ")))
                })?;
                (kind, it.seed.as_ref().map(number).transpose()?)
            }
            (None, Some(seed)) => (NoiseKind::Music, Some(number(seed)?)),
            (None, None) => return Err(fault(part, "nothing sounds in it")),
        };
        laid.push(Part::Noise { kind, length, seed });
        Ok(())
    }
}

/// Keys that belong to another kind of part.
fn misplaced(it: &written::Part) -> Result<(), Fault> {
    let quiet = it.silence_seconds.is_some() || it.gap_seconds.is_some();
    let rule = |wrong: bool, what: &str| if wrong { Some(what.to_owned()) } else { None };
    if let Some(voice) = it.voice.as_ref().or(it.speed.as_ref()).filter(|_| it.say.is_none()) {
        return Err(fault(voice, "`voice` and `speed` belong to `say`"));
    }
    if let Some(repeat) = it.repeat.as_ref().filter(|_| it.file.is_none()) {
        return Err(fault(repeat, "`repeat` belongs to `file`: texts and made sounds fill their `seconds` anyway"));
    }
    if let Some(subtitles) = it.subtitles.as_ref().filter(|_| it.file.is_none()) {
        return Err(fault(subtitles, "`subtitles` belong to `file`"));
    }
    if let Some(seed) = it.seed.as_ref().filter(|_| it.noise.is_none()) {
        return Err(fault(seed, "`seed` belongs to `noise`; the seed of music is its value"));
    }
    match (&it.seconds, rule(quiet, "a silence and a gap have their length as their value: leave `seconds` out")) {
        (Some(seconds), Some(what)) => Err(fault(seconds, what)),
        _ => Ok(()),
    }
}
