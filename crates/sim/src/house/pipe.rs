//! A flow of SRTP datagrams that lasts for hours, one frame at a time and cheaply.

use super::standing::{Noise, Wire, addressed};
use crate::air::Queue;
use crate::chance::Chance;
use crate::host::{Host, Server};
use crate::packet::{folded, words};

/// Index of the device, and of the server.
const DEVICE: usize = 0;
const SERVER: usize = 1;
/// Ethernet, IPv4 and UDP.
const HEADERS: usize = 14 + 20 + 8;
/// Header of RTP (RFC 3550, 5.1).
const RTP: usize = 12;
/// RTP header and authentication tag of SRTP (RFC 3711, 3.1).
pub(super) const SRTP_OVERHEAD: usize = RTP + 10;

/// A flow of datagrams, seen from the gateway.
pub(super) struct Pipe {
    templates: [[u8; HEADERS]; 2],
    delay: i64,
    queue: Queue,
    last: [i64; 2],
    number: [u16; 2],
    source: [u8; 4],
    chance: Chance,
}

impl Pipe {
    /// A fresh flow to `server`.
    pub(super) fn open(host: &mut Host, server: &Server<'_>, mut chance: Chance) -> Self {
        let ends = host.ends(server);
        let templates = [addressed(&ends, 17), addressed(&ends.back(53), 17)];
        let mut source = [0; 4];
        source.copy_from_slice(&chance.octets(4));
        Self { templates, delay: server.delay, queue: Queue::default(), last: [0; 2], number: [0; 2], source, chance }
    }

    /// The device sends a packet with `octets` of sound or picture at `at`; says when it passes.
    pub(super) fn up(&mut self, at: i64, octets: usize, wire: &mut Wire<'_>) -> i64 {
        let passes = self.queue.pass(wire.air, at, octets + SRTP_OVERHEAD + HEADERS, &mut self.chance).max(self.last[DEVICE] + 1);
        self.datagram(DEVICE, passes, octets, wire);
        passes
    }

    /// The server sends one that it hands to the network at `at`.
    pub(super) fn down(&mut self, at: i64, octets: usize, wire: &mut Wire<'_>) {
        let passes = (at + self.delay + self.chance.between(0, 500_000)).max(self.last[SERVER] + 1);
        self.datagram(SERVER, passes, octets, wire);
    }

    fn datagram(&mut self, side: usize, at: i64, octets: usize, wire: &mut Wire<'_>) {
        self.last[side] = at;
        self.number[side] = self.number[side].wrapping_add(1);
        let number = self.number[side].to_be_bytes();
        let payload = octets + SRTP_OVERHEAD;
        let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        let mut head = self.templates[side];
        head[16..18].copy_from_slice(&short(28 + payload));
        head[18..20].copy_from_slice(&number);
        let sum = !folded(words(&head[14..34]));
        head[24..26].copy_from_slice(&sum.to_be_bytes());
        head[38..40].copy_from_slice(&short(8 + payload));
        let ticks = u32::try_from(at / 62_500 % (1 << 32)).unwrap_or(0).to_be_bytes();
        let (source, noise): (_, &Noise) = (self.source, wire.noise);
        let page = usize::from(self.number[side]) % 4_096;
        wire.out.build(at, |frame| {
            let from = frame.len();
            frame.extend_from_slice(&head);
            frame.extend_from_slice(&[0x80, 0x6f, number[0], number[1]]);
            frame.extend_from_slice(&ticks);
            frame.extend_from_slice(&source);
            frame.extend_from_slice(&noise[page..][..payload - RTP]);
            let upper = short(8 + payload);
            let sum = words(&head[26..34]) + words(&[0, 17, upper[0], upper[1]]) + words(&frame[from + 34..]);
            // A sum of zero is sent as all ones (RFC 768).
            let sum = match !folded(sum) {
                0 => 0xffff,
                sum => sum,
            };
            frame[from + 40..from + 42].copy_from_slice(&sum.to_be_bytes());
        });
    }
}
