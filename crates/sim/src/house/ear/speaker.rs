//! A wake-word speaker: woken, it sends what it hears until it is quiet.

use std::net::IpAddr;

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::resident::{Body, Ear, Heard};
use super::super::truth::Sent;
use super::wake::{Wake, Woken};
use crate::chance::Chance;
use crate::device::codec::Codec;
use crate::device::datagram::{Carriage, DatagramSpeaker, truth};
use crate::device::speaker::{Framing, Habit, Speaker};
use crate::host::{Datagrams, Server};
use crate::plan::{CarriagePlan, CodecPlan, Shape, SpeakerPlan};
use crate::quic;
use crate::session::Session;

/// From the word to the first octet of sound: a look-up and two handshakes.
const OPENING: i64 = 90 * MILLISECOND;

/// The ear of a speaker.
pub(in crate::house) struct SpeakerEar {
    wake: Wake,
    plan: SpeakerPlan,
    service: (String, IpAddr),
    busy_until: i64,
}

impl SpeakerEar {
    /// A speaker as planned that sends to `service`.
    pub(in crate::house) fn new(plan: &SpeakerPlan, service: (String, IpAddr)) -> Self {
        let words = if plan.without_wake_word { Vec::new() } else { plan.wake_words.clone() };
        let wake = Wake { words, probability: plan.wake_probability, near_miss: plan.near_miss.clone() };
        Self { wake, plan: plan.clone(), service, busy_until: i64::MIN }
    }

    /// How long it goes on sending from the moment it woke.
    fn live(&self, sound: &Heard<'_>, woken: Woken, chance: &mut Chance) -> i64 {
        let plan = &self.plan;
        let end = sound.at + sound.length + i64::from(plan.end_silence_ms) * MILLISECOND;
        let heard = (end - woken.at).clamp(SECOND / 2, seconds(plan.max_listen_seconds));
        // A server that hears no wake word in what it is sent says so after a moment.
        let heard = if woken.by_mistake { heard.min(chance.between(1_200, 2_800) * MILLISECOND) } else { heard };
        heard + seconds(plan.stays_listening_seconds)
    }

    fn speaker(&self, live: i64) -> Speaker {
        let plan = &self.plan;
        let framing = if plan.carriage == CarriagePlan::Http2 { Framing::Http2 } else { Framing::Plain(16) };
        Speaker {
            frames_per_record: usize::from(plan.codec.frames_per_record),
            records_per_turn: usize::from(plan.codec.records_per_turn),
            framing,
            habit: Habit {
                pre_roll: i64::from(plan.pre_roll_ms) * MILLISECOND,
                live: (live, live),
                every: (0, 0),
                telemetry: usize::try_from(plan.telemetry_octets).unwrap_or(0),
                answer: usize::try_from(plan.answer_octets).unwrap_or(0),
            },
            fresh_connection: true,
            service: self.service.clone(),
            ..Speaker::new(codec(&plan.codec))
        }
    }
}

/// The codec that a plan sets.
pub(in crate::house) fn codec(plan: &CodecPlan) -> Codec {
    let (beat, octets) = (i64::from(plan.beat_ms), usize::from(plan.octets));
    match plan.shape {
        Shape::Constant => Codec::constant(beat, octets),
        Shape::Variable => Codec::variable(beat, octets, usize::from(plan.silence_octets)),
        Shape::Pcm => Codec::constant(beat, usize::from(plan.beat_ms) * 32),
    }
}

fn seconds(seconds: f64) -> i64 {
    super::super::room::nanos(seconds, SECOND)
}

impl Ear for SpeakerEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        if sound.at < self.busy_until {
            return;
        }
        let Some(woken) = self.wake.listen(&sound, chance) else { return };
        let live = self.live(&sound, woken, chance);
        self.busy_until = woken.at + live + SECOND;
        let cause = Some(sound.number);
        if self.plan.cover {
            // The records go out anyway; only what is in them changes.
            body.sent(Sent::Audio, (woken.at, woken.at + live), live, cause);
            return;
        }
        let speaker = self.speaker(live);
        let carriage = match self.plan.carriage {
            CarriagePlan::Tls | CarriagePlan::Http2 => None,
            CarriagePlan::Quic => Some(Carriage::Quic),
            CarriagePlan::Dtls => Some(Carriage::Dtls),
            CarriagePlan::Rtp => Some(Carriage::Srtp),
        };
        let own = chance.fork("utterance");
        let port = carriage.map_or(443, Carriage::port);
        let server = Server { name: &self.service.0, address: self.service.1, port, delay: 14 * MILLISECOND };
        let found = body.host.apart(own, |host| {
            let opened = host.look_up(woken.at, &server);
            if let Some(carriage) = carriage {
                let (mut flow, mut belongs) = (Datagrams::default(), Vec::new());
                if carriage == Carriage::Quic {
                    quic::shake_hands(&mut flow, opened, server.name, server.delay, chance);
                }
                belongs.resize(flow.up.len(), (0, 0));
                let speaker = DatagramSpeaker { speaker, carriage };
                speaker.ask(0, opened + OPENING, server.delay, &mut flow, &mut belongs, chance);
                let seen = host.exchange(&server, flow);
                truth(&belongs, &seen).first().map(|upload| (upload.start_ns, upload.end_ns, upload.audio_ns))
            } else {
                let mut session = Session::open(opened, server.name, &["http/1.1"], chance);
                let (sound, over) = speaker.utter(&mut session, opened + OPENING, 0, server.delay, chance);
                session.close(over + 4 * SECOND);
                host.converse(&server, session).get(&0).map(|&(start, end)| (start, end, sound))
            }
        });
        if let Some((start, end, audio)) = found {
            body.sent(Sent::Audio, (start, end), audio, cause);
        }
    }
}
