//! What a person is told while it runs: a line each, or a JSON object a line for programs; notices also go to the household's command.

use earwitness_base::text;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use earwitness_core::experiment::Spoken;
use earwitness_core::findings::{DeviceId, Sighting, SightingKind};
use earwitness_core::plan::Done;
use earwitness_core::probe::Heard;
use earwitness_core::record::News;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::Verdicts;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::names::Names;
use crate::notify::{About, Notifier, Settings};
use earwitness_base::words;
use earwitness_report::names;

/// How it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// For programs.
    pub json: bool,
    /// Only what is wrong, and what was found.
    pub quiet: bool,
    /// Every round as well.
    pub rounds: bool,
}

/// Tells.
#[derive(Debug)]
pub(super) struct Teller {
    style: Style,
    notifier: Notifier,
    line: ProgressBar,
    zone: TimeZone,
    /// The verdicts that were told last, in words.
    verdicts: BTreeMap<DeviceId, &'static str>,
}

impl Teller {
    pub(super) fn new(style: Style, settings: &Settings, failed: impl Fn(String) + Send + 'static) -> anyhow::Result<Self> {
        let notifier = Notifier::start(settings, failed).map_err(anyhow::Error::msg)?;
        let wanted = !style.quiet && !style.json && std::io::stderr().is_terminal();
        let target = if wanted { ProgressDrawTarget::stderr_with_hz(2) } else { ProgressDrawTarget::hidden() };
        let line = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(500));
        Ok(Self { style, notifier, line, zone: TimeZone::system(), verdicts: BTreeMap::new() })
    }

    /// How it stands, where a person looks at a terminal.
    pub(super) fn status(&self, text: &str) {
        self.line.set_message(text.to_owned());
    }

    /// What is worth a line, but no notice.
    pub(super) fn aside(&self, now: Timestamp, text: &str) {
        if !self.style.quiet {
            self.say(now, text, "note", Value::Null);
        }
    }

    /// What failed, or works again.
    pub(super) fn trouble(&self, now: Timestamp, text: &str) {
        self.say(now, text, "trouble", Value::Null);
        self.notifier.tell(About::Trouble, &json!({ "at_ns": now.nanos(), "event": "trouble", "text": text }));
    }

    /// What became of an order.
    pub(super) fn said(&self, now: Timestamp, round: u32, spoken: &Spoken, level: Option<f64>, error: i64) {
        if !self.style.rounds && !self.style.json {
            return;
        }
        let heard = match spoken.heard {
            Heard::Yes => level.map_or_else(|| "heard".to_owned(), |level| format!("heard at {level:.0} dBFS")),
            Heard::No => "not heard by the microphone".to_owned(),
            Heard::Unknown => "nobody listened".to_owned(),
        };
        let text = format!("round {}: played, {heard}", round + 1);
        let facts = json!({
            "round": round,
            "onset_ns": spoken.onset.nanos(),
            "onset_error_ns": error,
            "length_ns": spoken.length,
            "heard": match spoken.heard { Heard::Yes => Some(true), Heard::No => Some(false), Heard::Unknown => None },
            "level_dbfs": level,
        });
        self.say(now, &text, "played", facts);
    }

    /// Notices that were dropped because too many waited, and those that the household's command failed for.
    pub(super) fn untold(&self) -> (u64, u64) {
        self.notifier.untold()
    }

    /// News in words.
    pub(super) fn words(news: &News, names: &Names) -> String {
        match news {
            News::Joined(device) => format!("{} is new on the network", names.of(*device)),
            News::Sighted { device, sighting } => format!("{} {}", names.of(*device), upload(sighting)),
            News::Scored { round, counted } => {
                let counts = if *counted { "scored" } else { "does not count" };
                format!("round {} {counts}", round + 1)
            }
            News::Proven { device, rounds } => format!("{} reacts to sound: proven after {rounds} rounds", names.of(*device)),
            News::Ended(why) => format!(
                "no further round: {}",
                match why {
                    Done::Played => "all that were planned have been played",
                    Done::Decided => "every device is decided",
                    Done::NoRoom => "the quiet hours leave no time",
                    Done::Stopped => "stopped",
                }
            ),
        }
    }

    /// Tells news; what could not be written down yet is told all the same, and says so.
    pub(super) fn news(&self, now: Timestamp, news: &News, names: &Names, unstored: bool) {
        let text = Self::words(news, names);
        let (event, about, device) = match news {
            News::Joined(device) => ("joined", Some(About::Device), Some(*device)),
            News::Sighted { device, .. } => ("upload", Some(About::Upload), Some(*device)),
            News::Scored { .. } => ("scored", None, None),
            News::Proven { device, .. } => ("proven", Some(About::Verdict), Some(*device)),
            News::Ended(_) => ("ended", None, None),
        };
        if event == "scored" && !self.style.rounds && !self.style.json {
            return;
        }
        let mut facts = facts(news);
        if let Some(device) = device {
            facts["device"] = names::id(device).into();
            facts["name"] = names.of(device).into();
        }
        if unstored {
            facts["stored"] = false.into();
        }
        self.say(now, &text, event, facts.clone());
        if let Some(about) = about {
            let mut notice = facts;
            notice["at_ns"] = now.nanos().into();
            notice["event"] = event.into();
            notice["text"] = text.into();
            self.notifier.tell(about, &notice);
        }
    }

    /// Tells verdicts that have changed.
    pub(super) fn verdicts(&mut self, now: Timestamp, verdicts: &Verdicts, names: &Names) {
        for verdict in &verdicts.devices {
            let (device, words) = (verdict.device, verdict.outcome.words());
            if self.verdicts.insert(device, words) == Some(words) {
                continue;
            }
            let text = format!("{}: {words}", names.of(device));
            let facts = json!({
                "device": names::id(device), "name": names.of(device), "verdict": words,
                "rounds": verdict.evidence.rounds, "p": verdict.evidence.p,
            });
            self.say(now, &text, "verdict", facts.clone());
            let mut notice = facts;
            notice["at_ns"] = now.nanos().into();
            notice["event"] = "verdict".into();
            notice["text"] = text.into();
            self.notifier.tell(About::Verdict, &notice);
        }
    }

    /// The verdicts that were told last.
    pub(super) fn told(&self) -> &BTreeMap<DeviceId, &'static str> {
        &self.verdicts
    }

    fn say(&self, now: Timestamp, text: &str, event: &str, facts: Value) {
        self.line.suspend(|| {
            let mut out = std::io::stdout().lock();
            let line = if self.style.json {
                let mut object = if facts.is_object() { facts } else { json!({}) };
                object["at_ns"] = now.nanos().into();
                object["event"] = event.into();
                object["text"] = text.into();
                object.to_string()
            } else {
                format!("{}  {}", words::date_time(now, &self.zone), text::clean(text, 1_000))
            };
            // Where nobody reads any more, the store still has it.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        });
    }
}

/// An upload in words.
fn upload(it: &Sighting) -> String {
    let to = names::whom(&it.receiver);
    match (it.kind, it.audio_seconds) {
        (SightingKind::Recording, _) => format!("uploaded a recording of {} kB to {to}", it.octets_total / 1_000),
        (SightingKind::LargeUpload, _) => format!("sent {} kB in one go to {to}", it.octets_total / 1_000),
        (SightingKind::Audio, Some(seconds)) => {
            let rate = it.bit_rate.map_or_else(String::new, |rate| format!(" at {:.0} kbit/s", rate / 1_000.0));
            format!("uploaded {:.1} s of audio{rate} to {to}", seconds.value)
        }
        (SightingKind::Audio, None) => format!("uploaded audio to {to}"),
    }
}

/// The numbers of news.
fn facts(news: &News) -> Value {
    match news {
        News::Sighted { sighting, .. } => json!({
            "kind": match sighting.kind {
                SightingKind::Audio => "audio",
                SightingKind::Recording => "recording",
                SightingKind::LargeUpload => "large_upload",
            },
            "start_ns": sighting.window.from.nanos(),
            "end_ns": sighting.window.until.nanos(),
            "audio_seconds": sighting.audio_seconds.map(|seconds| seconds.value),
            "bit_rate": sighting.bit_rate,
            "octets": sighting.octets_total,
            "receiver": names::receiver(&sighting.receiver, text::WIDEST_EXACT),
            "receiver_address": sighting.receiver.address.to_string(),
            "receiver_port": sighting.receiver.port,
        }),
        News::Scored { round, counted } => json!({ "round": round, "counted": counted }),
        News::Proven { rounds, .. } => json!({ "rounds": rounds }),
        News::Joined(_) | News::Ended(_) => json!({}),
    }
}
