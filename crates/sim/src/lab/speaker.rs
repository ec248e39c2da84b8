//! A speaker of a lab: what it uploads when it wakes, and what it says beside that.

use std::net::IpAddr;

use earwitness_core::time::{MILLISECOND, SECOND};

use super::listen::{Call, calls, end};
use super::mistakes::{Phrases, happens};
use super::settings::{Backlog, LabSpeaker, Transport};
use super::stimulus::Played;
use super::timers::Ticking;
use super::truth::LabUpload;
use crate::chance::Chance;
use crate::device::datagram::{Carriage, DatagramSpeaker, truth};
use crate::device::speaker::{Framing, Habit, Speaker};
use crate::host::{Datagrams, Host, Server};
use crate::quic;
use crate::session::Session;

/// From the answer of the look-up to the first octet of sound: two handshakes.
const OPENING: i64 = 90 * MILLISECOND;
/// One-way delay to the speaker's service.
const DELAY: i64 = 14 * MILLISECOND;
/// After an upload, the next wake word is not heard for so long.
const DEAF: i64 = SECOND;
/// Octets of a record of an answer, at most (RFC 8446, 5.1).
const LONGEST_ANSWER: usize = 16_000;
/// Length of what is taken for the wake word by mistake.
const MISTAKEN: i64 = 600 * MILLISECOND;
/// A speaker in one night.
pub(super) struct Resident {
    index: usize,
    settings: LabSpeaker,
    host: Host,
    chance: Chance,
    /// Tonight's, before what differs from trial to trial.
    pre_roll: i64,
    tail: i64,
    /// The latest upload, from the wake word until it hears again.
    busy: (i64, i64),
    next_false_wake: i64,
    next_telemetry: i64,
    firmware_check: i64,
    phrases: Phrases,
    timers: Vec<Ticking>,
}

/// Why an upload is made.
struct Cause {
    number: Option<usize>,
    mistaken: bool,
    wake: (i64, i64),
    ended: i64,
    cut_off: bool,
}

impl Resident {
    /// The speaker number `index` in the night from `begins` to `ends`, in the lab of this seed.
    pub(super) fn new(
        (index, seed): (usize, u64),
        settings: LabSpeaker,
        host: Host,
        (begins, ends): (i64, i64),
        chance: Chance,
    ) -> Self {
        let mut draw = chance.fork("night");
        let it = &settings.listening;
        let pre_roll = draw.bell(it.pre_roll, it.between_nights);
        let tail = draw.bell(it.tail, it.between_nights);
        let firmware_check = draw.between(begins, ends);
        let next_telemetry = match settings.metrics_every {
            ..=0 => i64::MAX,
            every => begins + draw.exponential(every),
        };
        let phrases = Phrases::new(seed, &settings.name, it.phrases);
        let timers = (0..).zip(&settings.timers);
        let timers = timers
            .map(|(number, timer): (u32, _)| Ticking::new(seed, &format!("{}/{number}", settings.name), timer.clone(), begins));
        let timers = timers.collect();
        let mut speaker = Self {
            index,
            settings,
            host,
            chance,
            pre_roll,
            tail,
            busy: (i64::MIN, i64::MIN),
            next_false_wake: begins,
            next_telemetry,
            firmware_check,
            phrases,
            timers,
        };
        speaker.expect_false_wake();
        speaker
    }

    /// When it next does something that nobody caused.
    pub(super) fn next(&self) -> i64 {
        let timers = self.timers.iter().map(Ticking::next).min().unwrap_or(i64::MAX);
        self.next_false_wake.min(self.next_telemetry).min(self.firmware_check).min(timers)
    }

    /// Does what is due at `now`.
    pub(super) fn act(&mut self, now: i64, truth: &mut Vec<LabUpload>) {
        if self.firmware_check <= now {
            let octets = self.chance.length(250, 500);
            self.report(self.firmware_check, "firmware", octets);
            self.firmware_check = i64::MAX;
        }
        if self.next_telemetry <= now {
            let octets = self.chance.length(600, 6_000);
            self.report(self.next_telemetry, "metrics", octets);
            self.next_telemetry += self.chance.exponential(self.settings.metrics_every).max(SECOND);
        }
        for place in 0..self.timers.len() {
            let Some(timer) = self.timers.get_mut(place).filter(|it| it.next() <= now) else { continue };
            let (at, (octets, answer)) = (timer.next(), timer.take());
            self.exchange(at, "status", octets, answer);
        }
        if self.next_false_wake <= now {
            self.wake_by_mistake(self.next_false_wake, truth);
            self.expect_false_wake();
        }
    }

    /// Hears what is played, number `number` of the night.
    pub(super) fn hear(&mut self, number: usize, played: &Played, truth: &mut Vec<LabUpload>) {
        // A chance of its own for every sound: what one sound does never moves what another does.
        let chance = self.chance.fork(&format!("heard/{number}/{}", played.at));
        for (count, call) in calls(played).enumerate() {
            let mut own = chance.fork(&format!("call/{count}"));
            if own.below(1_000_000) < parts_per_million(self.settings.listening.missed) || self.is_busy(call.wake.0) {
                continue;
            }
            let cause = self.understand(number, played, call, &mut own);
            truth.extend(self.upload(&cause, own));
        }
        let phrases: Vec<(i64, i64)> = self.phrases.in_sound(played).collect();
        for (count, wake) in phrases.into_iter().enumerate() {
            let mut own = chance.fork(&format!("phrase/{count}"));
            if !happens(&mut own, self.settings.listening.mistaken) || self.is_busy(wake.0) {
                continue;
            }
            let cause = Cause { number: Some(number), mistaken: true, ..self.mistake(wake, &mut own) };
            truth.extend(self.upload(&cause, own));
        }
    }

    /// It finds out that it was wrong.
    fn mistake(&self, wake: (i64, i64), chance: &mut Chance) -> Cause {
        let ended = wake.1 + chance.between(1_200, 2_800) * MILLISECOND - self.tail;
        Cause { number: None, mistaken: false, wake, ended, cut_off: false }
    }

    fn is_busy(&self, at: i64) -> bool {
        (self.busy.0..self.busy.1).contains(&at)
    }

    fn understand(&self, number: usize, played: &Played, call: Call, chance: &mut Chance) -> Cause {
        let it = &self.settings.listening;
        let (ended, cut_off) = end(played, call, it, chance.bell(it.cut_off, it.cut_off_deviation));
        Cause { number: Some(number), mistaken: false, wake: call.wake, ended, cut_off }
    }

    fn expect_false_wake(&mut self) {
        let rate = self.settings.listening.false_wakes;
        self.next_false_wake = if rate > 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
            let mean = (3_600e9 / rate) as i64;
            self.next_false_wake.saturating_add(self.chance.exponential(mean).max(SECOND))
        } else {
            i64::MAX
        };
    }

    fn wake_by_mistake(&mut self, at: i64, truth: &mut Vec<LabUpload>) {
        if self.is_busy(at) {
            return;
        }
        let mut chance = self.chance.fork(&format!("mistaken/{at}"));
        let cause = self.mistake((at - MISTAKEN, at), &mut chance);
        truth.extend(self.upload(&cause, chance));
    }

    /// Uploads what was heard around a wake word.
    fn upload(&mut self, cause: &Cause, mut chance: Chance) -> Option<LabUpload> {
        let it = self.settings.listening;
        let pre_roll = chance.bell(self.pre_roll, it.between_trials).max(0);
        let tail = chance.bell(self.tail, it.between_trials).max(0);
        let recognised = cause.wake.1 + chance.between(it.recognition.0, it.recognition.1).max(0);
        let (from, until) = (cause.wake.0 - pre_roll, cause.ended + tail);
        self.busy = (cause.wake.0, until.max(recognised) + DEAF);
        let (start_ns, end_ns, audio_ns) = self.send((from, until), recognised, chance)?;
        Some(LabUpload {
            speaker: self.index,
            cause: cause.number,
            mistaken: cause.mistaken,
            wake: cause.wake,
            ended: cause.ended,
            cut_off: cause.cut_off,
            heard: (from, from + audio_ns),
            audio_ns,
            start_ns,
            end_ns,
        })
    }

    /// Sends the sound of a stretch; says when its first and last octet passed, and how much sound that was.
    fn send(&mut self, (from, until): (i64, i64), recognised: i64, mut chance: Chance) -> Option<(i64, i64, i64)> {
        let carriage = match self.settings.transport {
            Transport::Tls(_) => None,
            Transport::Datagrams(carriage) => Some(carriage),
        };
        let place = self.service("voice", carriage.map_or(443, Carriage::port));
        let (settings, host, own) = (&self.settings, &mut self.host, chance.fork("host"));
        host.apart(own, |host| {
            let server = place.server();
            let opened = host.look_up(recognised, &server);
            let sends = opened + OPENING;
            let speaker = encoder(settings, (from, until), sends);
            let Some(carriage) = carriage else {
                let mut session = Session::open(opened, server.name, &["http/1.1"], &mut chance);
                let (sound, over) = speaker.utter(&mut session, sends, 0, server.delay, &mut chance);
                session.close(over + 4 * SECOND);
                return host.converse(&server, session).get(&0).map(|&(start, end)| (start, end, sound));
            };
            let mut flow = Datagrams::default();
            if carriage == Carriage::Quic {
                quic::shake_hands(&mut flow, opened, server.name, server.delay, &mut chance);
            }
            let mut belongs = vec![(0, 0); flow.up.len()];
            let speaker = DatagramSpeaker { speaker, carriage };
            speaker.ask(0, sends, server.delay, &mut flow, &mut belongs, &mut chance);
            let seen = host.exchange(&server, flow);
            truth(&belongs, &seen).first().map(|upload| (upload.start_ns, upload.end_ns, upload.audio_ns))
        })
    }

    /// A small upload of something other than sound, on a connection of its own.
    fn report(&mut self, at: i64, what: &str, octets: usize) {
        let answer = self.chance.fork(&format!("{what}/{at}/answer")).length(200, 900);
        self.exchange(at, what, octets, answer);
    }

    /// An upload of something other than sound, and what answers it, on a connection of its own.
    fn exchange(&mut self, at: i64, what: &str, octets: usize, answer: usize) {
        let place = self.service(what, 443);
        let mut chance = self.chance.fork(&format!("{what}/{at}"));
        self.host.apart(chance.fork("host"), |host| {
            let server = place.server();
            let opened = host.look_up(at, &server);
            let mut session = Session::open(opened, server.name, &["http/1.1"], &mut chance);
            let pieces = answer.div_ceil(LONGEST_ANSWER);
            let answers: Vec<usize> = (0..pieces).map(|it| LONGEST_ANSWER.min(answer - it * LONGEST_ANSWER)).collect();
            session.ask(opened + OPENING, octets, 20 * MILLISECOND, &answers);
            // A download at some 20 Mbit/s.
            session.close(opened + 3 * SECOND + i64::try_from(answer).unwrap_or(0) * 400);
            host.converse(&server, session);
        });
    }

    fn service(&self, what: &str, port: u16) -> Place {
        // A documentation range (RFC 5737).
        let last = 20 + u8::try_from(self.index % 200).unwrap_or(0);
        Place { name: format!("{what}.{}.example", self.settings.name), address: [203, 0, 113, last].into(), port }
    }

    /// What the gateway saw of it since it was asked before.
    pub(super) fn frames(&mut self) -> std::vec::Drain<'_, crate::file::Captured> {
        self.host.frames.drain(..)
    }
}

/// A receiver.
struct Place {
    name: String,
    address: IpAddr,
    port: u16,
}

impl Place {
    fn server(&self) -> Server<'_> {
        Server { name: &self.name, address: self.address, port: self.port, delay: DELAY }
    }
}

/// A speaker that sends the sound of a stretch from a moment on.
fn encoder(settings: &LabSpeaker, (from, until): (i64, i64), sends: i64) -> Speaker {
    let (pre_roll, live) = match settings.backlog {
        Backlog::AtOnce => (sends - from, until - sends),
        Backlog::InRealTime => (0, until - from),
    };
    let framing = match settings.transport {
        Transport::Tls(framing) => framing,
        Transport::Datagrams(_) => Framing::Plain(0),
    };
    let habit = Habit { pre_roll, live: (live, live), every: (0, 0), telemetry: settings.telemetry, answer: settings.answer };
    Speaker { framing, habit, fresh_connection: true, ..Speaker::new(settings.codec) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
fn parts_per_million(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1e6) as u64
}
