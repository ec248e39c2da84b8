//! Wake-word speakers that send over UDP: SRTP, DTLS and QUIC.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use super::speaker::{Speaker, occasions};
use crate::chance::Chance;
use crate::host::{Datagrams, Host, Server};
use crate::quic;
use crate::truth::{Kind, Upload};

/// What wraps the sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carriage {
    /// SRTP (RFC 3711): RTP header 12 octets, authentication tag 10 octets; one codec frame per packet.
    Srtp,
    /// DTLS 1.2 application data (RFC 6347, 4.1): header 13 octets, explicit nonce 8, tag 16.
    Dtls,
    /// QUIC (RFC 9000): stream data, several slices in one datagram of at most 1,350 octets where they wait.
    Quic,
}

impl Carriage {
    /// The server's port.
    pub(crate) const fn port(self) -> u16 {
        match self {
            Self::Srtp => 10_000,
            Self::Dtls => 5_684,
            Self::Quic => 443,
        }
    }
}

/// A speaker that sends its sound in datagrams.
#[derive(Clone, Debug)]
pub struct DatagramSpeaker {
    /// Codec, habit and clock.
    pub speaker: Speaker,
    /// How the sound travels.
    pub carriage: Carriage,
}

/// Largest datagram that carries QUIC (RFC 9000, 14, leaves it to the sender; 1,350 is common).
const QUIC_DATAGRAM: usize = 1_350;

impl DatagramSpeaker {
    /// The datagrams of one utterance with the nanoseconds of sound in each; 0 for those without.
    fn utter(&self, at: i64, chance: &mut Chance) -> Vec<(i64, Vec<u8>, i64)> {
        let live = chance.between(self.speaker.habit.live.0, self.speaker.habit.live.1);
        let slices = self.speaker.slices(at, live, chance);
        let sync = chance.octets(4);
        let mut number: u16 = 0;
        let mut sent: Vec<(i64, Vec<u8>, i64)> = Vec::new();
        // QUIC: slices that are due at once share a datagram.
        let (mut waiting, mut waiting_sound, mut at_once) = (0, 0, 0);
        let mut slices = slices.into_iter().peekable();
        while let Some(slice) = slices.next() {
            number = number.wrapping_add(1);
            match self.carriage {
                Carriage::Srtp => {
                    let ticks = u32::from(number).wrapping_mul(u32::try_from(slice.sound / 62_500).unwrap_or(0));
                    let mut packet = vec![0x80, if number == 1 { 0xef } else { 0x6f }];
                    packet.extend_from_slice(&number.to_be_bytes());
                    packet.extend_from_slice(&ticks.to_be_bytes());
                    packet.extend_from_slice(&sync);
                    packet.extend_from_slice(&chance.octets(slice.octets + 10));
                    sent.push((slice.at, packet, slice.sound));
                }
                Carriage::Dtls => sent.push((slice.at, dtls(u64::from(number), slice.octets, chance), slice.sound)),
                Carriage::Quic => {
                    waiting += slice.octets;
                    waiting_sound += slice.sound;
                    let shared = slices.peek().is_some_and(|next| next.at <= slice.at);
                    // A stream frame costs 8 to 10 octets, the short header 12, the tag 16.
                    while waiting + 38 > QUIC_DATAGRAM || (!shared && waiting > 0) {
                        let part = waiting.min(QUIC_DATAGRAM - 38);
                        let sound = if part == waiting { waiting_sound } else { 1 };
                        // Ten datagrams may leave at once (RFC 9002, 7.2); a longer backlog is paced.
                        at_once = if sent.last().is_some_and(|last| slice.at - last.0 < MILLISECOND) { at_once + 1 } else { 0 };
                        let paced = sent.last().map_or(slice.at, |last| last.0 + if at_once < 10 { 0 } else { MILLISECOND });
                        sent.push((paced.max(slice.at), quic::short_packet(part + 22, chance), sound));
                        waiting -= part;
                        waiting_sound -= sound;
                    }
                }
            }
        }
        sent
    }

    /// One utterance and its answer; says when it is over. `belongs` says of each datagram upwards which utterance it
    /// belongs to and how much sound it holds.
    pub(crate) fn ask(
        &self,
        index: usize,
        at: i64,
        delay: i64,
        flow: &mut Datagrams,
        belongs: &mut Vec<(usize, i64)>,
        chance: &mut Chance,
    ) -> i64 {
        let sent = self.utter(at, chance);
        let over = sent.last().map_or(at, |sent| sent.0);
        for (count, (at, payload, sound)) in sent.into_iter().enumerate() {
            flow.up.push((at, payload));
            belongs.push((index, sound));
            if self.carriage == Carriage::Quic && count % 2 == 1 {
                flow.down.push((at + delay, quic::short_packet(chance.length(22, 27), chance)));
            }
        }
        // The answer: sound from the server in packets of its own beat.
        let mut answer = over + chance.between(300, 900) * MILLISECOND;
        for _ in 0..chance.length(60, 180) {
            let octets = chance.length(90, 170);
            let packet = if self.carriage == Carriage::Quic {
                quic::short_packet(octets, chance)
            } else if self.carriage == Carriage::Dtls {
                dtls(9, octets, chance)
            } else {
                let mut packet = vec![0x80, 0x6f];
                packet.extend_from_slice(&chance.octets(octets));
                packet
            };
            flow.down.push((answer, packet));
            answer += 20 * MILLISECOND;
        }
        answer
    }
}

fn dtls(number: u64, plain: usize, chance: &mut Chance) -> Vec<u8> {
    let mut record = vec![23, 0xfe, 0xfd];
    // Epoch 1 in the upper 16 bits, then 48 bits of sequence number.
    record.extend_from_slice(&(1 << 48 | number).to_be_bytes());
    record.extend_from_slice(&u16::try_from(plain + 24).unwrap_or(0).to_be_bytes());
    record.extend_from_slice(&chance.octets(plain + 24));
    record
}

/// A STUN binding request or its answer (RFC 8489, 5): how a flow through a gateway is opened and kept open.
#[must_use]
pub fn stun(answer: bool, transaction: &[u8; 12]) -> Vec<u8> {
    let mut message = if answer { vec![1, 1, 0, 12] } else { vec![0, 1, 0, 0] };
    message.extend_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    message.extend_from_slice(transaction);
    if answer {
        // XOR-MAPPED-ADDRESS: family IPv4, port and address masked with the magic cookie.
        message.extend_from_slice(&[0, 0x20, 0, 8, 0, 1, 0x10, 0x20, 0xea, 0x12, 0xd5, 0x43]);
    }
    message
}

impl Device for DatagramSpeaker {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let (name, address) = (&self.speaker.service.0, self.speaker.service.1);
        let server = Server { name, address, port: self.carriage.port(), delay: 18 * MILLISECOND };
        let mut now = host.join(from, Some("_assistant._tcp"));
        now = host.look_up(now, &server);
        let mut chance = host.chance.fork("datagrams");
        let mut flow = Datagrams::default();
        if self.carriage == Carriage::Quic {
            quic::shake_hands(&mut flow, now, server.name, server.delay, &mut chance);
        }
        // Sound of each datagram, and which utterance it belongs to.
        let mut belongs: Vec<(usize, i64)> = vec![(0, 0); flow.up.len()];
        let keepalive = |flow: &mut Datagrams, belongs: &mut Vec<(usize, i64)>, from: i64, until: i64, chance: &mut Chance| {
            let mut at = from + 15 * SECOND;
            while at < until {
                let (up, down) = match self.carriage {
                    Carriage::Quic => (quic::short_packet(20, chance), quic::short_packet(24, chance)),
                    Carriage::Dtls => (dtls(0, 16, chance), dtls(0, 16, chance)),
                    Carriage::Srtp => {
                        let mut transaction = [0; 12];
                        transaction.copy_from_slice(&chance.octets(12));
                        (stun(false, &transaction), stun(true, &transaction))
                    }
                };
                flow.up.push((at, up));
                belongs.push((0, 0));
                flow.down.push((at + server.delay, down));
                at += 15 * SECOND + chance.bell(0, 20 * MILLISECOND);
            }
        };
        let mut idle_from = now;
        for (index, &at) in occasions(&self.speaker.habit, now, until, &mut chance).iter().enumerate() {
            keepalive(&mut flow, &mut belongs, idle_from, at - SECOND, &mut chance);
            let answer = self.ask(index, at, server.delay, &mut flow, &mut belongs, &mut chance);
            idle_from = answer;
        }
        keepalive(&mut flow, &mut belongs, idle_from, until, &mut chance);
        let seen = host.exchange(&server, flow);
        truth(&belongs, &seen)
    }
}

/// What the datagrams that were `seen` held, by utterance.
pub(crate) fn truth(belongs: &[(usize, i64)], seen: &[i64]) -> Vec<Upload> {
    let mut uploads: Vec<(usize, Upload)> = Vec::new();
    for (&(index, sound), &at) in belongs.iter().zip(seen).filter(|((_, sound), _)| *sound > 0) {
        match uploads.last_mut() {
            Some((last, upload)) if *last == index => {
                upload.end_ns = at;
                upload.audio_ns += sound;
            }
            _ => uploads.push((index, Upload { kind: Kind::Audio, start_ns: at, end_ns: at, audio_ns: sound })),
        }
    }
    uploads.into_iter().map(|(_, upload)| upload).collect()
}
