//! From a plan to a device that lives.

use earwitness_core::time::SECOND;

use super::chatter::Place;
use super::chatter::bulk::{Bulk, When};
use super::chatter::heartbeat::Heartbeat;
use super::chatter::life::{Browsing, Gaming, Movement, octets_of};
use super::chatter::stream::{Content, Stream};
use super::ear::camera::CameraEar;
use super::ear::later::{StoreEar, TrickleEar};
use super::ear::small::{LampEar, TextEar, TvEar};
use super::ear::speaker::{SpeakerEar, codec};
use super::outbox::Outbox;
use super::resident::{Body, Chatter, Ear, Neighbours, Resident};
use super::room::{HOUR, nanos};
use super::standing::Noise;
use crate::air::Air;
use crate::chance::Chance;
use crate::device::codec::Rate;
use crate::device::laptop::Laptop;
use crate::host::Host;
use crate::plan::{CodecPlan, DeviceKind, DevicePlan, EndlessCarriage, Plan, Way};

/// Builds the device number `number` (from 1) of a plan that lasts over `begins..ends`.
pub(super) fn resident(
    plan: &Plan,
    device: &DevicePlan,
    number: u8,
    (begins, ends): (i64, i64),
    noise: &Noise,
    chance: Chance,
) -> Resident {
    let mut own = chance.fork("host");
    let air = Air::new(begins, ends, nanos(plan.network.stall_every_seconds, SECOND), &mut own);
    let mut host = Host::new(number, &device.name, air, own);
    let one_lost_in = u64::from(plan.network.one_lost_in);
    host.loss.air = one_lost_in;
    host.loss.wire = one_lost_in;
    let mut draw = chance.fork("build");
    // Nobody joins at the very beginning, and not all at once.
    let ready = host.join(begins + draw.between(0, 20 * SECOND), service(&device.kind));
    let body = Body {
        host,
        out: Outbox::default(),
        noise: noise.clone(),
        one_lost_in,
        begins,
        ends,
        offset_seconds: plan.offset_seconds,
        uploads: Vec::new(),
    };
    let offset_seconds = plan.offset_seconds;
    let mut builder = Builder { device, number, ready, offset_seconds, chance: &chance, chatter: Vec::new() };
    let ear = builder.furnish();
    let Builder { mut chatter, .. } = builder;
    chatter
        .push(Box::new(Neighbours { next: ready + draw.between(30 * SECOND, 200 * SECOND), chance: chance.fork("neighbours") }));
    let ear = ear.filter(|_| device.common.microphone != Some(false));
    let listens_from = begins + nanos(device.common.active_from_hours, HOUR);
    Resident { body, chatter, ear, common: device.common.clone(), listens_from, chance }
}

/// What the device offers to the home, if anything.
fn service(kind: &DeviceKind) -> Option<&'static str> {
    match kind {
        DeviceKind::Speaker(_) | DeviceKind::TextAssistant(_) => Some("_assistant._tcp"),
        DeviceKind::Tv(_) => Some("_display._tcp"),
        DeviceKind::SoundCamera(_) | DeviceKind::AlwaysStreaming(_) | DeviceKind::ClipCamera(_) => Some("_camera._tcp"),
        DeviceKind::Plug(_) | DeviceKind::Lamp(_) | DeviceKind::Sensor(_) => Some("_http._tcp"),
        _ => None,
    }
}

struct Builder<'a> {
    device: &'a DevicePlan,
    number: u8,
    ready: i64,
    offset_seconds: i64,
    chance: &'a Chance,
    chatter: Vec<Box<dyn Chatter>>,
}

impl Builder<'_> {
    /// Gives the device what it says by itself, and its ear.
    fn furnish(&mut self) -> Option<Box<dyn Ear>> {
        if self.device.common.also_video_kbits > 0.0 {
            self.video(self.device.common.also_video_kbits, 15, (0.0, 24.0));
        }
        if let Some(bursts) = &self.device.common.also_bursts {
            let octets = bursts.kilobytes.map(|kilobytes| usize::try_from(kilobytes).unwrap_or(0) * 1_000);
            let every = When::Every(nanos(bursts.every_seconds, SECOND));
            self.bulk("bursts", true, every, (octets[0], octets[1]), 20_000_000);
        }
        let place = |what: &str| self.place(what, 443);
        match &self.device.kind {
            DeviceKind::Speaker(plan) => {
                let (name, address, _) = place("voice");
                self.heartbeat(45.0, (26, 26), 0.0);
                if plan.cover {
                    self.sound("voice", &plan.codec, false, false);
                }
                Some(Box::new(SpeakerEar::new(plan, (name, address.into()))))
            }
            DeviceKind::SoundCamera(plan) => {
                let ear = Box::new(CameraEar::new(plan, place("clips")));
                self.heartbeat(60.0, (42, 42), 0.0);
                Some(ear)
            }
            DeviceKind::AlwaysStreaming(plan) => {
                self.heartbeat(60.0, (42, 42), 0.0);
                self.sound(
                    "live",
                    &plan.codec,
                    plan.carriage == EndlessCarriage::Rtp,
                    self.device.common.microphone != Some(false),
                );
                None
            }
            DeviceKind::StoreAndForward(plan) => {
                let ear = Box::new(StoreEar { plan: plan.clone(), place: place("sync") });
                self.heartbeat(60.0, (30, 30), 0.0);
                Some(ear)
            }
            DeviceKind::Trickler(plan) => {
                let ear = Box::new(TrickleEar::new(plan, place("metrics")));
                self.heartbeat(60.0, (30, 30), 0.0);
                Some(ear)
            }
            DeviceKind::TextAssistant(plan) => {
                let ear = Box::new(TextEar::new(plan, place("intent")));
                self.heartbeat(45.0, (26, 26), 0.0);
                Some(ear)
            }
            DeviceKind::Lamp(plan) => {
                let ear = Box::new(LampEar { plan: plan.clone(), place: self.place("state", 5_684) });
                self.heartbeat(60.0, (2, 2), 0.0);
                Some(ear)
            }
            DeviceKind::Tv(plan) => {
                let ear = Box::new(TvEar { plan: plan.clone(), place: place("content") });
                let octets = usize::try_from(plan.octets[0].midpoint(plan.octets[1])).unwrap_or(0);
                self.beat("content", plan.every_seconds, (octets, 40));
                Some(ear)
            }
            kind => {
                self.furnish_deaf(kind);
                None
            }
        }
    }

    /// The same for kinds that make nothing of sound.
    fn furnish_deaf(&mut self, kind: &DeviceKind) {
        let mut chance = self.chance.fork("life");
        let second = |seconds: f64| nanos(seconds, SECOND);
        match kind {
            DeviceKind::ClipCamera(plan) => {
                self.heartbeat(60.0, (42, 42), 0.0);
                let every = nanos(plan.every_minutes, 60 * SECOND);
                self.chatter.push(Box::new(Movement {
                    place: self.place("clips", 443),
                    every,
                    clip: (second(plan.clip_seconds[0]), second(plan.clip_seconds[1])),
                    octets_per_second: usize::try_from(plan.octets_per_second).unwrap_or(0),
                    next: self.ready + chance.exponential(every),
                    chance,
                }));
            }
            DeviceKind::Laptop(plan) => {
                let octets = |octets: u32| usize::try_from(octets).unwrap_or(0);
                let laptop =
                    Laptop { pages: (0, 0), object: octets(plan.object_octets), video: 0, file: octets(plan.file_octets) };
                self.chatter.push(Box::new(Browsing {
                    laptop,
                    pages: (second(plan.pages_seconds[0]), second(plan.pages_seconds[1])),
                    hours: (plan.from_hour, plan.until_hour),
                    next: self.ready + chance.between(2 * SECOND, 30 * SECOND),
                    chance,
                }));
            }
            DeviceKind::Video(plan) => match plan.direction {
                Way::Up => self.video(plan.kbits, plan.pictures_per_second, (plan.from_hour, plan.until_hour)),
                Way::Down => {
                    // A piece of four seconds.
                    let piece = octets_of(4 * SECOND, whole(plan.kbits * 1_000.0 / 8.0));
                    let mut film = self.stream("films", Content::Film(piece), 4 * SECOND);
                    film.hours = (plan.from_hour, plan.until_hour);
                    self.chatter.push(Box::new(film));
                }
            },
            DeviceKind::Console(plan) => {
                self.heartbeat(30.0, (40, 40), 0.0);
                let every = nanos(plan.every_hours, HOUR);
                self.chatter.push(Box::new(Gaming {
                    place: self.place("games", 30_000),
                    every,
                    game: (nanos(plan.game_minutes[0], 60 * SECOND), nanos(plan.game_minutes[1], 60 * SECOND)),
                    rate: i64::from(plan.rate),
                    next: self.ready + chance.exponential(every),
                    over: i64::MIN,
                    pipe: None,
                    chance,
                }));
            }
            DeviceKind::Updates(plan) => {
                self.heartbeat(120.0, (40, 40), 0.0);
                let octets = whole(plan.megabytes * 1e6);
                self.bulk(
                    "updates",
                    false,
                    When::Every(nanos(plan.every_hours, HOUR)),
                    (octets, octets),
                    nanos(plan.mbits, 1_000_000),
                );
            }
            DeviceKind::Backup(plan) => {
                self.heartbeat(120.0, (40, 40), 0.0);
                let octets = whole(plan.megabytes * 1e6);
                self.bulk("backup", true, When::AtHour(plan.at_hour), (octets, octets), nanos(plan.mbits, 1_000_000));
            }
            DeviceKind::Plug(plan) => self.heartbeat(60.0, (2, 2), plan.switched_every_minutes),
            DeviceKind::Sensor(plan) => {
                self.beat("ingest", plan.every_seconds, (usize::from(plan.octets), usize::from(plan.answer_octets)));
            }
            DeviceKind::Idle(plan) => {
                self.beat("idle", plan.every_seconds, (usize::from(plan.octets), usize::from(plan.answer_octets)));
            }
            _ => {}
        }
    }

    /// A server of the device's own.
    fn place(&self, what: &str, port: u16) -> Place {
        // Documentation ranges (RFC 5737), a network for each purpose.
        let network = if what == "mqtt" { [192, 0, 2] } else { [198, 51, 100] };
        let [a, b, c] = network;
        (format!("{what}.{}.example", self.device.name), [a, b, c, 20 + self.number % 200], port)
    }

    /// A standing connection with a heartbeat every `usual` seconds unless the plan says otherwise.
    fn heartbeat(&mut self, usual: f64, octets: (usize, usize), orders_minutes: f64) {
        let every = self.device.common.heartbeat_seconds.unwrap_or(usual);
        if every > 0.0 {
            let orders = nanos(orders_minutes, 60 * SECOND);
            let heartbeat = Heartbeat::new(
                self.place("mqtt", 8_883),
                self.ready,
                nanos(every, SECOND),
                octets,
                orders,
                self.chance.fork("heartbeat"),
            );
            self.chatter.push(Box::new(heartbeat));
        }
    }

    /// An exchange every `seconds`.
    fn beat(&mut self, what: &str, seconds: f64, octets: (usize, usize)) {
        let every = nanos(self.device.common.heartbeat_seconds.filter(|seconds| *seconds > 0.0).unwrap_or(seconds), SECOND);
        self.chatter.push(Box::new(Heartbeat::new(self.place(what, 443), self.ready, every, octets, 0, self.chance.fork(what))));
    }

    fn stream(&self, what: &str, content: Content, beat: i64) -> Stream {
        Stream::new(self.place(what, 443), self.ready + 3 * SECOND, content, beat, self.chance.fork(what))
    }

    /// Records of a codec's length on its beat without end.
    fn sound(&mut self, what: &str, plan: &CodecPlan, datagrams: bool, real: bool) {
        let frames = plan.frames_per_record;
        let codec = codec(plan);
        let Rate::Constant(octets) = codec.rate else { return };
        let sound = codec.beat * i64::from(frames);
        // As a speaker's records: 16 octets before the sound.
        let octets = octets * usize::from(frames) + if datagrams { 0 } else { 16 };
        // As a speaker's clock, 20 parts per million slow.
        let mut stream = self.stream(what, Content::Sound { octets, sound, real }, sound + sound / 50_000);
        if datagrams {
            stream.datagrams = true;
            stream.place.2 = 10_000;
        }
        self.chatter.push(Box::new(stream));
    }

    fn video(&mut self, kbits: f64, pictures: u16, hours: (f64, f64)) {
        let mean = kbits * 1_000.0 / 8.0 / f64::from(pictures);
        let mut video = self.stream("video", Content::Picture(mean), SECOND / i64::from(pictures));
        video.hours = hours;
        self.chatter.push(Box::new(video));
    }

    fn bulk(&mut self, what: &str, upwards: bool, when: When, octets: (usize, usize), bits: i64) {
        let from = (self.ready, self.offset_seconds);
        self.chatter.push(Box::new(Bulk::new(self.place(what, 443), upwards, when, octets, bits, from, self.chance.fork(what))));
    }
}

/// A number of octets.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a plan's numbers are checked")]
fn whole(octets: f64) -> usize {
    octets as usize
}
