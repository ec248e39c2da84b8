//! Lines of the journal of an experiment.

use std::collections::BTreeMap;

use earwitness_core::probe::Heard;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::timeline::{self, Content, Segment, Source, Timeline};
use serde::{Deserialize, Serialize};

use super::Played;
use crate::answer::Judgement;
use crate::wake::first_wake;

/// The format of the journal.
pub const FORMAT: u32 = 1;

/// One line. Times are nanoseconds since 1970 by the clock that stamps frames.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// When it was written.
    pub at_ns: i64,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Kind {
    /// The experiment: the first line.
    Experiment {
        /// The format of the journal.
        format: u32,
        /// The version of the program.
        version: String,
        /// The text of its file.
        file: String,
        /// What was set on the command line.
        set: Vec<(String, String)>,
        /// Blocks of a night.
        blocks: u32,
        /// How long each recording is that it names, nanoseconds.
        recordings: BTreeMap<String, i64>,
    },
    /// A night begins, or goes on.
    Night {
        /// Its number, from 0.
        night: u32,
    },
    /// The setting was changed for a trial.
    SetUp {
        /// The number of the trial.
        trial: u32,
    },
    /// Watching for a trial begins.
    Began {
        /// The number of the trial.
        trial: u32,
        /// Which attempt it is, from 1.
        attempt: u32,
    },
    /// The sound of a trial was played.
    Played {
        /// The number of the trial.
        trial: u32,
        /// What sounded.
        #[serde(flatten)]
        sound: Sound,
    },
    /// An attempt came to nothing: it is repeated.
    Void {
        /// The number of the trial.
        trial: u32,
        /// Why.
        why: String,
    },
    /// A trial was watched to its end: it counts.
    Done {
        /// The number of the trial.
        trial: u32,
    },
    /// What passed in a trial is not known to its end, because the program was stopped or killed: it counts no more, and is played again.
    Lost {
        /// The number of the trial.
        trial: u32,
    },
    /// Something sounded after the sound of a trial.
    Replied {
        /// The number of the trial that was played last.
        trial: u32,
        /// What was heard.
        #[serde(flatten)]
        reply: Reply,
    },
    /// What was answered in a trial was judged, some time after it.
    Judged {
        /// The number of the trial.
        trial: u32,
        /// Which attempt it was.
        attempt: u32,
        /// What was answered.
        #[serde(flatten)]
        judgement: Judgement,
    },
    /// Somebody stopped it, or it ended.
    Ended {
        /// Why.
        why: String,
    },
}

/// What the microphone heard besides what was played.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// When it began.
    pub from_ns: i64,
    /// When it ended, as far as is known.
    pub until_ns: i64,
    /// How loud, dBFS.
    pub level_dbfs: f64,
    /// Whether it began so soon after the sound of a trial that it may be a device's answer.
    pub is_reply: bool,
}

/// What sounded in a trial.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sound {
    /// When its first sample sounded.
    pub onset_ns: i64,
    /// How far off that may be, nanoseconds.
    pub onset_error_ns: i64,
    /// `yes`, `no`, or `unknown` where nobody listened.
    pub heard: String,
    /// How loud it arrived at the microphone, dBFS.
    pub level_dbfs: Option<f64>,
    /// When the first wake word began.
    pub wake_ns: Option<i64>,
    /// When the last sound that is no silence ended.
    pub sound_end_ns: Option<i64>,
    /// Samples a second.
    pub rate: u32,
    /// SHA-256 of all samples, 16 bits each.
    pub digest: String,
    /// Part by part.
    pub parts: Vec<PlayedPart>,
}

/// A part of what sounded, to the sample.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlayedPart {
    /// `utterance`, `file`, `noise`, `silence` or `gap`.
    pub kind: String,
    /// How many samples of it sounded.
    pub samples: u64,
    /// How many it has when nothing of it is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<u64>,
    /// All of the text; the path of a recording; the name of a noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Who says it, or what it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// How fast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<String>,
    /// How loud it was sent, dBFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_dbfs: Option<f64>,
    /// SHA-256 of its samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Sound {
    /// What is written down of a sound.
    #[must_use]
    pub fn of(played: &Played) -> Self {
        let Played { onset, error, heard, level, timeline } = played;
        let ends = timeline.starts().filter(|(_, it)| matches!(it.content(), Content::Sound(_)));
        let end = ends.map(|(start, it)| start.saturating_add(length(it, timeline))).last();
        let texts: Vec<Option<&str>> = timeline.segments().iter().map(said).collect();
        let wake = first_wake(&texts).and_then(|(place, _)| timeline.starts().nth(place)).map(|it| it.0);
        let at = |offset: i64| onset.plus(offset).nanos();
        Self {
            onset_ns: onset.nanos(),
            onset_error_ns: *error,
            heard: match heard {
                Heard::Yes => "yes",
                Heard::No => "no",
                Heard::Unknown => "unknown",
            }
            .to_owned(),
            level_dbfs: *level,
            wake_ns: wake.map(at),
            sound_end_ns: end.map(at),
            rate: timeline.rate().get(),
            digest: timeline.digest().to_string(),
            parts: timeline.segments().iter().map(part).collect(),
        }
    }

    /// When it sounded, to the end of its last sound; nothing where there was none.
    #[must_use]
    pub fn sounded(&self) -> Option<Window> {
        let until = Timestamp::from_nanos(self.sound_end_ns?.saturating_add(self.onset_error_ns));
        Some(Window { from: self.onset(), until })
    }

    /// When it began.
    #[must_use]
    pub const fn onset(&self) -> Timestamp {
        Timestamp::from_nanos(self.onset_ns)
    }
}

fn length(segment: &Segment, timeline: &Timeline) -> i64 {
    let nanos = u128::from(segment.samples()) * 1_000_000_000 / u128::from(timeline.rate().get());
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn said(segment: &Segment) -> Option<&str> {
    match segment.content() {
        Content::Sound(timeline::Sound { source: Source::Utterance { text, .. }, .. }) => Some(text),
        Content::Sound(_) | Content::Silence | Content::Gap => None,
    }
}

fn part(segment: &Segment) -> PlayedPart {
    let bare = |kind: &str| PlayedPart {
        kind: kind.to_owned(),
        samples: segment.samples(),
        whole: None,
        what: None,
        voice: None,
        speed: None,
        level_dbfs: None,
        digest: None,
    };
    let sound = match segment.content() {
        Content::Silence => return bare("silence"),
        Content::Gap => return bare("gap"),
        Content::Sound(sound) => sound,
    };
    let (kind, what, voice, speed) = match &sound.source {
        Source::Utterance { text, voice, speed } => ("utterance", text.clone(), Some(voice.clone()), Some(speed.clone())),
        Source::File { name } => ("file", name.clone(), None, None),
        Source::Noise { kind, seed } => ("noise", kind.name().to_owned(), Some(seed.to_string()), None),
    };
    PlayedPart {
        whole: Some(sound.whole),
        what: Some(what),
        voice,
        speed,
        level_dbfs: Some(f64::from(sound.level.hundredths()) / 100.0),
        digest: Some(sound.digest.to_string()),
        ..bare(kind)
    }
}
