//! The home lives through its month, and what it is told is held against what happened.

use std::collections::BTreeSet;

use earwitness_core::findings::{DeviceId, Estimate, FlowKey, NameSource, Receiver, Sighting, SightingKind};
use earwitness_core::policy::notices::{About, Fact, NoticeSettings, Notices, Period, Told, Trouble, Upload};
use earwitness_core::private::Private;
use earwitness_core::time::{Quiet, SECOND, Timestamp, Window};

use super::home::{AHEAD, Cause, DAY, DAYS, HOUR, Happens, KITCHEN, MINUTE, Month, NAMES, PHONE, id};

/// A thing that can be told: of what kind, of whom.
pub(crate) type Thing = (About, String);

/// How long a process is away when it starts again.
const STARTS: i64 = 40 * SECOND;

/// A notice.
#[derive(Debug)]
pub(crate) struct Notified {
    pub(crate) about: About,
    pub(crate) of: String,
    pub(crate) day: i64,
    /// Of the day, local time.
    pub(crate) minute: i64,
    pub(crate) urgent: bool,
    /// Whether it tells of an upload that a probe caused.
    pub(crate) of_probe: bool,
}

impl Notified {
    pub(crate) fn thing(&self) -> Thing {
        (self.about, self.of.clone())
    }
}

/// What was said and what would have had to be.
#[derive(Default)]
pub(crate) struct Life {
    pub(crate) told: Vec<Notified>,
    /// True things that must be told.
    pub(crate) must: BTreeSet<Thing>,
    pub(crate) unneeded: Vec<String>,
    pub(crate) sounds: u32,
    pub(crate) large: u32,
    pub(crate) starts: u32,
    /// Each upload with its cause.
    uploads: Vec<(DeviceId, Window, Cause)>,
    /// Things that were true so far, also those of which nobody could know.
    true_so_far: BTreeSet<Thing>,
}

fn settings() -> NoticeSettings {
    NoticeSettings {
        about: About::WORDS.iter().map(|it| it.0).collect(),
        night: vec![Quiet { from: 23 * 60, until: 6 * 60 }],
        quiet: vec![Quiet { from: 22 * 60, until: 7 * 60 }],
        urgent: vec![About::Away],
        digest: Some(Period::Weekly),
        digest_minute: 18 * 60,
        phones: vec![id(PHONE)],
        hears: true,
    }
}

impl Life {
    /// A month of the home of this seed.
    pub(crate) fn lived(seed: u64) -> Self {
        let month = Month::new(seed);
        let mut life = Self::default();
        let mut notices = Notices::learning(settings(), month.begins);
        let mut kept = String::new();
        let ends = month.begins.plus(DAYS * DAY);
        let (mut now, mut away_until) = (month.begins, month.begins);
        let mut somebody = true;
        let restarts: Vec<Timestamp> =
            month.happens.iter().filter(|it| matches!(it.1, Happens::Restart)).map(|it| it.0.0).collect();
        for ((at, _), happens) in month.happens.range(..(ends, 0)) {
            // It looks each second; between two facts a few looks are as good.
            while now < *at {
                now = now.plus(20 * SECOND).min(*at);
                life.look(&mut notices, &mut kept, &month, now);
            }
            life.note(happens, &month, &restarts);
            if let Happens::Presence(now) = happens {
                somebody = *now;
            }
            if now < away_until {
                continue;
            }
            if matches!(happens, Happens::Restart) {
                // It goes on from what was written down, without a word.
                away_until = now.plus(STARTS);
                notices = Notices::resumed(settings(), &kept, away_until).unwrap();
                notices.take(Fact::Presence(somebody), away_until);
                life.starts += 1;
                continue;
            }
            take(&mut notices, happens, now);
            life.look(&mut notices, &mut kept, &month, now);
        }
        life
    }

    /// What happens, as it is in truth.
    fn note(&mut self, happens: &Happens, month: &Month, restarts: &[Timestamp]) {
        let thing = |about: About, name: &str| (about, name.to_owned());
        match happens {
            Happens::Large(_) => self.large += 1,
            Happens::Joins(name) => {
                if let Some((at, _)) =
                    month.happens.iter().find_map(|(at, it)| matches!(it, Happens::Joins(joins) if joins == name).then_some(*at))
                    && at.since(month.begins) > HOUR
                {
                    self.true_so_far.insert(thing(About::Device, name));
                    if !disturbed(restarts, at, 6 * MINUTE) {
                        self.must.insert(thing(About::Device, name));
                    }
                }
            }
            Happens::Verdict(name) => {
                self.true_so_far.insert(thing(About::Proven, name));
                self.must.insert(thing(About::Proven, name));
            }
            Happens::Source(false) => {
                self.true_so_far.insert(thing(About::Trouble, "sources"));
            }
            Happens::Microphone(false) => {
                self.true_so_far.insert(thing(About::Trouble, "microphone"));
            }
            Happens::Sends { device, window, cause, to } => {
                self.sounds += 1;
                self.uploads.push((id(device), *window, *cause));
                if *device == PHONE || *cause == Cause::Probe {
                    return;
                }
                let is_known = !disturbed(restarts, window.from, 6 * MINUTE) && !month.deaf.iter().any(|it| it.overlaps(*window));
                let local = window.from.plus(AHEAD).nanos().rem_euclid(DAY) / MINUTE;
                let away = month.away.iter().any(|it| it.contains(window.from));
                // The telephones tell twenty minutes later.
                let away_is_known =
                    month.away.iter().any(|it| it.contains(window.from) && it.contains(window.from.plus(-21 * MINUTE)));
                let about = match cause {
                    _ if away => Some(About::Away),
                    Cause::Nothing if !(6 * 60..23 * 60).contains(&local) => Some(About::Night),
                    Cause::Nothing => Some(About::Unspoken),
                    _ => None,
                };
                if let Some(about) = about {
                    self.true_so_far.insert(thing(about, device));
                    // Nobody would miss that it was unspoken where nobody was at home.
                    self.true_so_far.insert(thing(About::Unspoken, device));
                    if is_known && (away_is_known || !away) {
                        self.must.insert(thing(about, device));
                    }
                }
                if *to == "listens.example.org" {
                    self.true_so_far.insert(thing(About::Receiver, device));
                    self.must.insert(thing(About::Receiver, KITCHEN));
                }
            }
            Happens::Heard(_)
            | Happens::Probe(_)
            | Happens::Presence(_)
            | Happens::Proven(_)
            | Happens::Source(true)
            | Happens::Microphone(true)
            | Happens::Restart => {}
        }
    }

    fn look(&mut self, notices: &mut Notices, kept: &mut String, month: &Month, now: Timestamp) {
        let due = notices.due(now, AHEAD);
        // It is written down before it is told.
        if let Some(text) = notices.to_keep(false) {
            *kept = text;
        }
        for notice in due {
            let name = |device: DeviceId| NAMES.iter().find(|it| id(it) == device).map_or("nobody", |it| *it).to_owned();
            let of = match &notice.told {
                Told::Trouble { of, .. } | Told::Works { of, .. } => of.word().to_owned(),
                told => told.device().map_or_else(String::new, name),
            };
            let cause = |it: &Upload, device: &DeviceId| {
                self.uploads.iter().find(|known| known.0 == *device && known.1 == it.window).map(|known| known.2)
            };
            let cause = match &notice.told {
                Told::Sound { device, upload, .. } | Told::Receiver { device, upload } => cause(upload, device),
                _ => None,
            };
            let about = notice.told.about();
            let local = now.plus(AHEAD).nanos();
            let minute = local.rem_euclid(DAY) / MINUTE;
            let day = now.since(month.begins) / DAY;
            let told = Notified { about, of, day, minute, urgent: notice.urgent, of_probe: cause == Some(Cause::Probe) };
            let spoken = about == About::Unspoken && cause == Some(Cause::Sound);
            let was_told = self.told.iter().any(|it| it.thing() == told.thing() && about != About::Trouble);
            if about != About::Digest && (was_told || spoken || !self.true_so_far.contains(&told.thing())) {
                self.unneeded.push(format!("day {day}: {:?} of {}", about, told.of));
            }
            self.told.push(told);
        }
    }
}

/// Whether the process began again so shortly before or after.
fn disturbed(restarts: &[Timestamp], at: Timestamp, within: i64) -> bool {
    restarts.iter().any(|restart| restart.since(at).abs() < within + STARTS)
}

fn take(notices: &mut Notices, happens: &Happens, now: Timestamp) {
    match happens {
        Happens::Joins(name) => notices.take(Fact::Joined(id(name)), now),
        Happens::Sends { device, window, to, .. } => {
            notices.take(Fact::Sighted(id(device), &sighting(SightingKind::Audio, *window, to)), now);
        }
        Happens::Large(name) => {
            let window = Window { from: now.plus(-3 * SECOND), until: now };
            notices.take(Fact::Sighted(id(name), &sighting(SightingKind::LargeUpload, window, "statistics.example.com")), now);
        }
        Happens::Heard(window) => notices.take(Fact::Heard(*window), now),
        Happens::Probe(window) => notices.take(Fact::Probe(*window), now),
        Happens::Presence(somebody) => notices.take(Fact::Presence(*somebody), now),
        Happens::Proven(name) => notices.take(Fact::Proven(id(name)), now),
        Happens::Verdict(name) => notices.take(Fact::Verdict { device: id(name), sends: true }, now),
        Happens::Source(comes) => {
            notices.take(Fact::Trouble(Trouble::Sources, (!comes).then(|| "eth0 is down".to_owned())), now);
        }
        Happens::Microphone(hears) => {
            notices.take(Fact::Hears(*hears), now);
            notices.take(Fact::Trouble(Trouble::Microphone, (!hears).then(|| "no signal".to_owned())), now);
        }
        Happens::Restart => {}
    }
}

fn sighting(kind: SightingKind, window: Window, to: &str) -> Sighting {
    let address = std::net::IpAddr::from([192, 0, 2, 7]);
    let name = Some((Private::new(to.to_owned()), NameSource::Tls));
    Sighting {
        kind,
        window,
        flow: FlowKey { source: address, destination: address, protocol: 6, source_port: 50_000, destination_port: 443 },
        receiver: Receiver { address, port: 443, name, local: false, country: None, system: None },
        audio_seconds: Some(Estimate { value: 4.0, low: 3.0, high: 5.0 }),
        pre_roll_seconds: Estimate::default(),
        tail_seconds: Estimate::default(),
        bit_rate: None,
        octets_total: 40_000,
        octets_audio: 40_000,
        detectors: Vec::new(),
        marks: Vec::new(),
    }
}
