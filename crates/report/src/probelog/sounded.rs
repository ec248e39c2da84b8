//! What was played, to the sample, in JSON Lines: the keys `timelines` and `factors` of a probe.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use earwitness_core::probe::Played;
use earwitness_core::timeline::{
    Arrangement, Condition, Content, Decibels, Digest, NoiseKind, Placed, Segment, Sound, Source, Timeline,
};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use super::field::word;

/// The key of the timelines.
pub(super) const TIMELINES: &str = "timelines";
/// The key of the factors with their levels.
pub(super) const FACTORS: &str = "factors";

#[derive(Serialize, Deserialize)]
struct WrittenTimeline {
    #[serde(default)]
    offset_ns: i64,
    rate: NonZeroU32,
    planned: u64,
    sha256: String,
    segments: Vec<WrittenSegment>,
}

#[derive(Serialize, Deserialize)]
struct WrittenSegment {
    kind: String,
    samples: u64,
    #[serde(flatten)]
    sound: WrittenSound,
}

/// What only segments that can be heard have.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct WrittenSound {
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// Writes what is known.
pub(super) fn write<M: SerializeMap>(played: &Played, map: &mut M) -> Result<(), M::Error> {
    if !played.condition.is_empty() {
        map.serialize_entry(FACTORS, &played.condition.levels().collect::<BTreeMap<_, _>>())?;
    }
    if let Some(arrangement) = &played.timelines {
        map.serialize_entry(TIMELINES, &arrangement.timelines().iter().map(written).collect::<Vec<_>>())?;
    }
    Ok(())
}

fn written(placed: &Placed) -> WrittenTimeline {
    let timeline = &placed.timeline;
    WrittenTimeline {
        offset_ns: placed.offset,
        rate: timeline.rate(),
        planned: timeline.planned(),
        sha256: timeline.digest().to_string(),
        segments: timeline.segments().iter().map(written_segment).collect(),
    }
}

fn written_segment(segment: &Segment) -> WrittenSegment {
    let (kind, sound) = match segment.content() {
        Content::Silence => ("silence", WrittenSound::default()),
        Content::Gap => ("gap", WrittenSound::default()),
        Content::Sound(Sound { source, whole, level, digest }) => {
            let of_all = WrittenSound {
                whole: Some(*whole),
                level_db: Some(f64::from(level.hundredths()) / 100.0),
                sha256: Some(digest.to_string()),
                ..WrittenSound::default()
            };
            let some = |text: &String| Some(text.clone());
            match source {
                Source::Utterance { text, voice, speed } => {
                    ("utterance", WrittenSound { text: some(text), voice: some(voice), speed: some(speed), ..of_all })
                }
                Source::File { name } => ("file", WrittenSound { name: some(name), ..of_all }),
                Source::Noise { kind, seed } => {
                    ("noise", WrittenSound { noise: Some(kind.name().to_owned()), seed: Some(*seed), ..of_all })
                }
            }
        }
    };
    WrittenSegment { kind: kind.to_owned(), samples: segment.samples(), sound }
}

/// Reads timelines; none from `null`.
pub(super) fn read_timelines(json: &str) -> Result<Option<Arrangement>, String> {
    let Some(written) = parsed::<Vec<WrittenTimeline>>(json)? else { return Ok(None) };
    let placed = written.into_iter().map(|it| {
        let segments = it.segments.into_iter().map(segment).collect::<Result<_, _>>()?;
        let timeline = Timeline::new(it.rate, segments, it.planned, digest(&it.sha256)?).map_err(|fault| fault.to_string())?;
        Ok(Placed { offset: it.offset_ns, timeline })
    });
    let placed = placed.collect::<Result<_, String>>()?;
    Arrangement::new(placed).map(Some).map_err(|fault| fault.to_string())
}

/// Reads the level of each factor; none from `null`.
pub(super) fn read_factors(json: &str) -> Result<Condition, String> {
    let levels = parsed::<BTreeMap<String, String>>(json)?.unwrap_or_default();
    Condition::new(levels).map_err(|fault| fault.to_string())
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<Option<T>, String> {
    serde_json::from_str(json).map_err(|error| {
        let message = error.to_string();
        message.split(" at line").next().unwrap_or_default().to_owned()
    })
}

fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|wrong| format!("sha256: {wrong}"))
}

fn segment(it: WrittenSegment) -> Result<Segment, String> {
    let WrittenSegment { kind, samples, sound } = it;
    let missing = |key: &str| format!("a segment of kind {kind:?} needs {key}");
    let text = |value: Option<String>, key: &str| value.ok_or_else(|| missing(key));
    let source = match kind.as_str() {
        "gap" => return Segment::gap(samples).map_err(|fault| fault.to_string()),
        "silence" => return Segment::silence(samples).map_err(|fault| fault.to_string()),
        "utterance" => Source::Utterance {
            text: text(sound.text, "text")?,
            voice: text(sound.voice, "voice")?,
            speed: text(sound.speed, "speed")?,
        },
        "file" => Source::File { name: text(sound.name, "name")? },
        "noise" => Source::Noise {
            kind: word(&text(sound.noise, "noise")?, &NoiseKind::ALL.map(|it| (it, it.name())))?,
            seed: sound.seed.ok_or_else(|| missing("seed"))?,
        },
        other => return Err(format!("{other:?} is no kind of segment; write one of: utterance, file, noise, silence, gap")),
    };
    let level = sound.level_db.filter(|level| level.is_finite()).ok_or_else(|| missing("level_db"))?;
    let sound = Sound {
        source,
        whole: sound.whole.unwrap_or(samples),
        level: Decibels::nearest(level),
        digest: digest(&text(sound.sha256, "sha256")?)?,
    };
    Segment::sound(samples, sound).map_err(|fault| fault.to_string())
}
