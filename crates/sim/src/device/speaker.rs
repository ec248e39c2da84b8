//! A wake-word speaker that sends what it hears over TLS.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use super::codec::{Codec, Encoder};
use crate::chance::Chance;
use crate::host::{Host, Server, later, uploads};
use crate::session::{Mark, Session};
use crate::truth::{Kind, Upload};

/// How a record wraps audio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// A fixed number of octets before the audio of each record.
    Plain(usize),
    /// Each record is one HTTP/2 DATA frame (9 octets of header, RFC 9113, 4.1); small control frames come between.
    Http2,
}

/// When and how much is said to the device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Habit {
    /// Sound kept from before the wake word was recognised, nanoseconds.
    pub pre_roll: i64,
    /// Shortest and longest live part, nanoseconds.
    pub live: (i64, i64),
    /// Shortest and longest time between two utterances, seconds.
    pub every: (i64, i64),
    /// Octets of log and metrics sent within 15 s after an utterance.
    pub telemetry: usize,
    /// Octets of one piece of the spoken answer, at most.
    pub answer: usize,
}

impl Habit {
    /// A question every minute or so.
    #[must_use]
    pub const fn usual() -> Self {
        Self {
            pre_roll: 700 * MILLISECOND,
            live: (1_500 * MILLISECOND, 7 * SECOND),
            every: (35, 75),
            telemetry: 12_000,
            answer: 14_000,
        }
    }
}

/// A wake-word speaker.
#[derive(Clone, Debug)]
pub struct Speaker {
    /// What it encodes sound with.
    pub codec: Codec,
    /// Codec frames in one record.
    pub frames_per_record: usize,
    /// Records written per wake-up of the sender: 1 sends each as it appears, more send several back to back.
    pub records_per_turn: usize,
    /// Sound comes from the microphone in blocks of so many nanoseconds, whatever the codec's beat is; 0 for no blocks.
    /// A frame is sent when the block that ends it arrives, so that frames of 20 ms leave 12.5 or 25 ms apart.
    pub block: i64,
    /// What else a record holds.
    pub framing: Framing,
    /// How it is used.
    pub habit: Habit,
    /// Whether each utterance gets a connection of its own.
    pub fresh_connection: bool,
    /// How fast its clock runs, parts per million.
    pub drift: i64,
    /// Name and address of its service.
    pub service: (String, std::net::IpAddr),
}

/// Sound on its way: when each slice can be sent.
pub struct Slice {
    /// When the application writes it.
    pub at: i64,
    /// Octets of audio in it.
    pub octets: usize,
    /// Nanoseconds of sound in it.
    pub sound: i64,
}

impl Speaker {
    /// A speaker with the given codec that sends each frame in a record of its own.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self {
            codec,
            frames_per_record: 1,
            records_per_turn: 1,
            block: 0,
            framing: Framing::Plain(16),
            habit: Habit::usual(),
            fresh_connection: false,
            drift: 20,
            service: ("voice.assistant.example".into(), [198, 51, 100, 20].into()),
        }
    }

    /// The slices of one utterance: a backlog that is written at `sent_from`, then the live ones on the codec's beat.
    pub fn slices(&self, sent_from: i64, live: i64, chance: &mut Chance) -> Vec<Slice> {
        let mut encoder = Encoder::new(self.codec);
        let beat = self.codec.beat + self.codec.beat * self.drift / 1_000_000;
        let frames = i64::try_from(self.frames_per_record).unwrap_or(1);
        let per_turn = i64::try_from(self.records_per_turn).unwrap_or(1).max(1);
        let slice = beat * frames;
        let spoken_from = sent_from - self.habit.pre_roll;
        let count = (self.habit.pre_roll + live) / slice;
        let mut last = sent_from;
        (0..count)
            .map(|number| {
                let octets = (0..frames).map(|_| encoder.frame(chance)).sum();
                // A slice is there when its sound is over, and is written when the sender wakes up.
                let ready = spoken_from + (number / per_turn + 1) * per_turn * slice;
                let ready = if self.block > 0 { (ready + self.block - 1) / self.block * self.block } else { ready };
                let woken = ready + chance.exponential(600_000).min(12 * MILLISECOND);
                last = woken.max(last);
                Slice { at: last, octets, sound: self.codec.beat * frames }
            })
            .collect()
    }

    /// Writes one utterance; says how much sound it holds and when it is over.
    pub(crate) fn utter(&self, session: &mut Session, at: i64, mark: Mark, delay: i64, chance: &mut Chance) -> (i64, i64) {
        let live = chance.between(self.habit.live.0, self.habit.live.1);
        // What was said and on which device: one record of context, then the sound.
        session.say(at, chance.length(500, 1_800));
        let (overhead, http2) = match self.framing {
            Framing::Plain(octets) => (octets, false),
            Framing::Http2 => (9, true),
        };
        let slices = self.slices(at + chance.between(1, 8) * MILLISECOND, live, chance);
        let sound = slices.iter().map(|slice| slice.sound).sum();
        let over = slices.last().map_or(at, |slice| slice.at);
        for slice in slices {
            session.say_sound(slice.at, slice.octets + overhead, mark);
            if http2 && chance.one_in(20) {
                // WINDOW_UPDATE (13 octets) or PING acknowledgement (17 octets).
                session.say(slice.at, if chance.one_in(3) { 17 } else { 13 });
            }
        }
        if http2 {
            // An empty DATA frame ends the stream.
            session.say(over + MILLISECOND, 9);
        }
        // The server stops the microphone, says what it heard, then the answer comes as sound.
        session.hear(over - 2 * delay, chance.length(180, 700));
        let mut answer = over + chance.between(250, 900) * MILLISECOND;
        for _ in 0..chance.length(4, 12) {
            session.hear(answer, chance.length(self.habit.answer / 4, self.habit.answer));
            answer += chance.between(20, 350) * MILLISECOND;
        }
        let mut left = self.habit.telemetry;
        let mut at = over + chance.between(200, 800) * MILLISECOND;
        while left > 0 {
            let octets = chance.length(200, 3_000).min(left);
            session.ask(at, octets, 2 * MILLISECOND, &[40]);
            left -= octets;
            at += chance.exponential(1_800 * MILLISECOND).min(6 * SECOND);
        }
        (sound, at.max(answer))
    }

    /// Everything a connection says while nobody speaks.
    fn idle(session: &mut Session, from: i64, until: i64, chance: &mut Chance) {
        let mut at = from;
        loop {
            at += 30 * SECOND + chance.bell(0, 40 * MILLISECOND);
            if at >= until {
                break;
            }
            session.ask(at, 26, MILLISECOND, &[26]);
        }
    }
}

/// Moments at which somebody speaks.
pub fn occasions(habit: &Habit, from: i64, until: i64, chance: &mut Chance) -> Vec<i64> {
    let mut occasions = Vec::new();
    let mut at = later(from, 12, 20.max(habit.every.1 / 2), chance);
    while at + habit.live.1 + 16 * SECOND < until {
        occasions.push(at);
        at = later(at + habit.live.1, habit.every.0, habit.every.1, chance);
    }
    occasions
}

impl Device for Speaker {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server = Server { name: &self.service.0, address: self.service.1, port: 443, delay: 14 * MILLISECOND };
        let mut now = host.join(from, Some("_assistant._tcp"));
        let mut chance = host.chance.fork("speaker");
        let occasions = occasions(&self.habit, now, until, &mut chance);
        now = host.look_up(now, &server);
        let mut standing = Session::open(now, server.name, &["h2", "http/1.1"], &mut chance);
        standing.ask(now + SECOND, 900, 20 * MILLISECOND, &[350]);
        Self::idle(&mut standing, now, until, &mut chance);
        let (mut audio, mut found) = (Vec::new(), Vec::new());
        for (mark, &at) in occasions.iter().enumerate() {
            if self.fresh_connection {
                let opened = host.look_up(at - 120 * MILLISECOND, &server);
                let mut session = Session::open(opened, server.name, &["http/1.1"], &mut chance);
                let (sound, over) = self.utter(&mut session, at, 0, server.delay, &mut chance);
                session.close(over + 4 * SECOND);
                let seen = host.converse(&server, session);
                found.extend(uploads(Kind::Audio, &seen, &[sound]));
            } else {
                let (sound, _) = self.utter(&mut standing, at, mark, server.delay, &mut chance);
                audio.push(sound);
            }
        }
        let seen = host.converse(&server, standing);
        found.extend(uploads(Kind::Audio, &seen, &audio));
        found.sort_by_key(|upload| upload.start_ns);
        found
    }
}
