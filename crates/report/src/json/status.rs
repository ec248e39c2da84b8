//! How a running program stands, for programs: what `earwitness tell status` answers. Each key is explained in `docs/schema/status-1.json`.

use serde::Serialize;

/// The answer.
#[derive(Clone, PartialEq, Serialize, Debug, Default)]
pub struct Status {
    /// When it was answered, nanoseconds since 1970.
    pub at_ns: i64,
    /// Number of the session in the store; `None` before the first entry.
    pub session: Option<i64>,
    /// Devices that are no gateway.
    pub devices: usize,
    /// Frames that came since the start.
    pub frames: u64,
    /// Frames that the capture counted as lost since the start.
    pub frames_lost: u64,
    /// Where frames come from.
    pub sources: Vec<Source>,
    /// Why nothing sounds; empty where probing is allowed.
    pub held: Vec<&'static str>,
    /// When a person's pause ends by itself, nanoseconds since 1970; `None` where none does.
    pub paused_until_ns: Option<i64>,
    /// Whether somebody is at home, as far as is known.
    pub somebody_home: bool,
    /// Whether a round is in progress.
    pub probing: bool,
    /// Number of the next round, from 0.
    pub rounds: u32,
    /// Rounds that are over and not scored yet.
    pub rounds_waiting: usize,
    /// Rounds that do not count.
    pub rounds_void: u32,
    /// When the next round may begin at the earliest, nanoseconds since 1970; `None` in a round, and when none comes.
    pub next_round_ns: Option<i64>,
    /// How the devices stand.
    pub standings: Vec<Standing>,
    /// How a session that has an end stands; `None` where it goes on without one.
    pub progress: Option<Progress>,
    /// What each device that is no gateway sent today.
    pub today: Vec<Today>,
    /// Entries that were given up because the disk refused for too long.
    pub records_given_up: u64,
    /// Notices that found too many waiting.
    pub notices_lost: u64,
    /// Tries to send a notice that failed; each is tried again.
    pub notices_failed: u64,
}

/// A source of frames.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Source {
    /// As messages call it.
    pub name: String,
    /// Whether its program runs.
    pub runs: bool,
}

/// How a session that has an end stands.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Progress {
    /// How many devices react, show no reaction, are not decided yet, and how much time is left, in words.
    pub summary: String,
    /// Seconds until every device is decided, as far as can be told.
    pub seconds_left: Option<i64>,
    /// A line for each device that is scored.
    pub devices: Vec<String>,
}

/// What a device sent since midnight of this machine's clock.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub struct Today {
    /// Its address.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// When a frame of it passed last, nanoseconds since 1970; `None` where none did since the start.
    pub seen_ns: Option<i64>,
    /// Whether it is sending what keeps the beat of a codec to the internet now.
    pub sending: bool,
    /// Seconds of sound in uploads that have ended.
    pub audio_seconds: f64,
    /// Such uploads.
    pub uploads: u32,
    /// When the latest of them ended, nanoseconds since 1970.
    pub last_upload_ns: Option<i64>,
    /// To whom it went.
    pub receiver: Option<String>,
}

/// How a device stands.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Standing {
    /// Its address.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// Whether it only forwards.
    pub gateway: bool,
    /// Rounds that counted.
    pub rounds: u32,
    /// After how many of them its reaction was proven.
    pub proven_after: Option<u32>,
    /// The latest verdict.
    pub verdict: Option<&'static str>,
    /// What shows that others send under its MAC address too, as in reports.
    pub several_senders: Vec<&'static str>,
}

impl Status {
    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        // Nothing in it can fail: no key is a number, and no number is none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::policy::Hold;
    use serde_json::Value;

    fn status() -> Status {
        let standing = Standing {
            device: "02:00:5e:00:53:01".into(),
            name: "Kitchen".into(),
            gateway: false,
            rounds: 12,
            proven_after: Some(9),
            verdict: Some("reacts to sound"),
            several_senders: vec![crate::senders::word(earwitness_core::findings::SenderSign::HopLimits)],
        };
        let unknown = Standing { proven_after: None, verdict: None, several_senders: vec![], ..standing.clone() };
        Status {
            at_ns: 1_795_288_445_000_000_000,
            session: Some(1),
            devices: 7,
            frames: 12_345,
            frames_lost: 3,
            sources: vec![Source { name: "eth0".into(), runs: true }],
            held: [Hold::Person, Hold::Settings, Hold::Source, Hold::Store, Hold::Voice].map(Hold::words).to_vec(),
            paused_until_ns: Some(1),
            somebody_home: true,
            probing: false,
            rounds: 13,
            rounds_waiting: 1,
            rounds_void: 0,
            next_round_ns: Some(1_795_288_450_000_000_000),
            standings: vec![standing, unknown],
            progress: Some(Progress {
                summary: "2 devices not decided yet".into(),
                seconds_left: Some(600),
                devices: vec!["Kitchen: may react".into()],
            }),
            today: vec![Today {
                device: "02:00:5e:00:53:01".into(),
                name: "Kitchen".into(),
                seen_ns: Some(1),
                sending: true,
                audio_seconds: 4.25,
                uploads: 2,
                last_upload_ns: Some(1),
                receiver: Some("voice.example.com".into()),
            }],
            records_given_up: 0,
            notices_lost: 0,
            notices_failed: 0,
        }
    }

    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().unwrap().keys().collect()
    }

    #[test]
    fn the_answer_obeys_the_published_schema_and_has_all_its_keys() {
        let schema: Value = serde_json::from_str(include_str!("../../../../docs/schema/status-1.json")).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let none = Status {
            session: None,
            next_round_ns: None,
            held: vec![],
            paused_until_ns: None,
            standings: vec![],
            progress: None,
            today: vec![],
            ..status()
        };
        for status in [status(), none] {
            let answer: Value = serde_json::from_str(&status.json()).unwrap();
            let errors: Vec<_> = validator.iter_errors(&answer).map(|it| it.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
            assert_eq!(keys(&answer), keys(&schema["properties"]));
        }
        let answer: Value = serde_json::from_str(&status().json()).unwrap();
        let of_items = |key: &str| keys(&schema["properties"][key]["items"]["properties"]);
        assert_eq!(keys(&answer["standings"][0]), of_items("standings"));
        assert_eq!(keys(&answer["sources"][0]), of_items("sources"));
        assert_eq!(keys(&answer["today"][0]), of_items("today"));
        assert_eq!(keys(&answer["progress"]), keys(&schema["properties"]["progress"]["properties"]));
    }
}
