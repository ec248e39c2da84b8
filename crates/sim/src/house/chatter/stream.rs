//! Streams without end: a monitor's sound, a camera's picture, a film.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::pipe::Pipe;
use super::super::resident::{Body, Chatter};
use super::super::room::in_hours;
use super::super::standing::{Standing, Wire};
use super::super::truth::{HouseUpload, Sent};
use super::Place;
use crate::chance::Chance;
use crate::host::Server;

/// Largest part of a picture in one record.
const PART: usize = 4_096;
/// A film comes in a piece every so many nanoseconds.
const PIECE: i64 = 4 * SECOND;
/// Every so many pictures one is complete, and [`WHOLE_PICTURE`] times as large as the others.
const GROUP: u64 = 30;
const WHOLE_PICTURE: f64 = 6.0;

/// What is streamed.
#[derive(Clone, Copy, Debug)]
pub(in crate::house) enum Content {
    /// Records of one length.
    Sound {
        /// Octets in each.
        octets: usize,
        /// Nanoseconds of sound in each.
        sound: i64,
        /// Whether there is sound in it, or nothing but cover.
        real: bool,
    },
    /// Pictures of this many octets on average.
    Picture(f64),
    /// A film from the server: octets of a piece.
    Film(usize),
}

enum Carrier {
    None,
    Standing(Box<Standing>),
    Pipe(Box<Pipe>),
}

/// A stream without end.
pub(in crate::house) struct Stream {
    pub(in crate::house) place: Place,
    pub(in crate::house) opens: i64,
    /// Over UDP, not in TLS.
    pub(in crate::house) datagrams: bool,
    pub(in crate::house) content: Content,
    /// Time between two.
    pub(in crate::house) beat: i64,
    /// Hours of the home's clock in which it runs.
    pub(in crate::house) hours: (f64, f64),
    pub(in crate::house) chance: Chance,
    carrier: Carrier,
    next: i64,
    count: u64,
    motion: f64,
    upload: Option<usize>,
}

impl Stream {
    /// A stream to `place` from `opens` on.
    pub(in crate::house) fn new(place: Place, opens: i64, content: Content, beat: i64, chance: Chance) -> Self {
        let (carrier, hours) = (Carrier::None, (0.0, 24.0));
        Self {
            place,
            opens,
            datagrams: false,
            content,
            beat,
            hours,
            chance,
            carrier,
            next: 0,
            count: 0,
            motion: 1.0,
            upload: None,
        }
    }

    fn open(&mut self, body: &mut Body) {
        let (name, address, port) = &self.place;
        let delay = self.chance.between(8, 30) * MILLISECOND;
        let server = Server { name, address: (*address).into(), port: *port, delay };
        if self.datagrams {
            let ready = body.host.look_up(self.opens, &server);
            self.carrier = Carrier::Pipe(Box::new(Pipe::open(&mut body.host, &server, self.chance.fork("pipe"))));
            self.next = ready;
        } else {
            let (standing, ready) = Standing::open(&mut body.host, self.opens, &server, body.one_lost_in);
            self.carrier = Carrier::Standing(Box::new(standing));
            self.next = ready;
        }
    }

    /// How many octets the next picture has.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few thousand octets"
    )]
    fn picture(&mut self, mean: f64) -> usize {
        // What moves in front of the camera changes slowly; the mean rate stays what was asked for.
        self.motion = (self.motion + self.chance.between(-30, 31) as f64 / 1_000.0).clamp(0.75, 1.25);
        let usual = mean * GROUP as f64 / (GROUP as f64 - 1.0 + WHOLE_PICTURE);
        let whole = if self.count.is_multiple_of(GROUP) { WHOLE_PICTURE } else { 1.0 };
        let noise = self.chance.between(850, 1_151) as f64 / 1_000.0;
        (usual * whole * self.motion * noise) as usize + 1
    }

    fn note(&mut self, at: i64, sound: i64, body: &mut Body) {
        let uploads = &mut body.uploads;
        let index = *self.upload.get_or_insert_with(|| {
            uploads.push(HouseUpload { sent: Sent::Audio, start_ns: at, end_ns: at, audio_ns: 0, cause: None });
            uploads.len() - 1
        });
        if let Some(upload) = uploads.get_mut(index).filter(|_| at < body.ends) {
            upload.end_ns = at;
            upload.audio_ns += sound;
        }
    }
}

impl Chatter for Stream {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        if matches!(self.carrier, Carrier::None) && self.opens < until {
            self.open(body);
        }
        let until = until.min(body.ends);
        let mut carrier = std::mem::replace(&mut self.carrier, Carrier::None);
        while self.next < until && !matches!(carrier, Carrier::None) {
            let at = self.next;
            self.next += self.beat;
            if !in_hours(at, body.offset_seconds, self.hours.0, self.hours.1) {
                self.next = at + PIECE;
                continue;
            }
            self.count += 1;
            let woken = at + self.chance.between(0, MILLISECOND);
            let mut left = match self.content {
                Content::Picture(mean) => self.picture(mean),
                Content::Sound { octets, .. } | Content::Film(octets) => octets,
            };
            let mut wire = Wire { air: &body.host.air, noise: &body.noise, out: &mut body.out };
            match (&mut carrier, self.content) {
                (Carrier::Standing(standing), Content::Film(_)) => {
                    standing.exchange(woken, 300, 120, &mut wire);
                    while left > 0 {
                        let part = left.min(16_384);
                        standing.hear(woken + 20 * MILLISECOND, part, &mut wire);
                        left -= part;
                    }
                }
                (Carrier::Standing(standing), Content::Sound { .. }) => standing.say_on(woken, left, &mut wire),
                (Carrier::Standing(standing), Content::Picture(_)) => {
                    while left > 0 {
                        let part = left.min(PART);
                        standing.say_on(woken, part, &mut wire);
                        left -= part;
                    }
                }
                (Carrier::Pipe(pipe), _) => {
                    while left > 0 {
                        let part = left.min(1_200);
                        pipe.up(woken, part, &mut wire);
                        left -= part;
                    }
                    // A report of the receiver's, once in a while (RFC 3550, 6.4).
                    if self.count.is_multiple_of(100) {
                        pipe.down(woken, 40, &mut wire);
                    }
                }
                (Carrier::None, _) => {}
            }
            if let Content::Sound { sound, real: true, .. } = self.content {
                self.note(woken, sound, body);
            }
        }
        self.carrier = carrier;
    }
}
