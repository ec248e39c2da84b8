//! Sound on its way to the wire: slices of a codec, and what a sender and a network do to them.

use earwitness_core::detect::clock::Slice;

use super::random::Random;

/// How sound is cut and sent. Times in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Sound {
    /// Spacing of the slices.
    pub(crate) beat: f64,
    /// Seconds of it, backlog included.
    pub(crate) seconds: f64,
    /// Shortest and longest slice, octets.
    pub(crate) lengths: (u32, u32),
    /// Mean delay of a slice, exponentially distributed; slices do not overtake each other.
    pub(crate) jitter: f64,
    /// Sound recorded before sending began, sent at the speed of the line.
    pub(crate) backlog: f64,
    /// Slices written per wake-up.
    pub(crate) batch: usize,
    /// Mean time between stalls of the link (0: none), each 0.1 to 0.4 s long; what was held up leaves at its end.
    pub(crate) stalls_every: f64,
    /// Probability that a slice never comes.
    pub(crate) loss: f64,
    /// Records of something else per second, 40 to 900 octets long.
    pub(crate) strays: f64,
}

/// Octets that encryption and framing add to the codec's own.
const OVERHEAD: f64 = 29.0;

impl Sound {
    /// A codec that sends each slice in time.
    pub(crate) fn clean(beat: f64, seconds: f64, variable: bool) -> Self {
        // 24 kbit/s, as voice assistants send: not below 16 octets a slice.
        let octets = beat * 24_000.0 / 8.0;
        let length = |part: f64| (octets * part + OVERHEAD) as u32;
        let lengths = if variable { (length(0.6), length(1.4)) } else { (length(1.0), length(1.0)) };
        Self { beat, seconds, lengths, jitter: 0.0003, backlog: 0.0, batch: 1, stalls_every: 0.0, loss: 0.0, strays: 0.0 }
    }

    /// The slices of one upload, from an arbitrary moment on.
    pub(crate) fn slices(&self, random: &mut Random) -> Vec<Slice> {
        let mut stalls = Vec::new();
        let mut at = random.exponential(self.stalls_every.max(1e-9));
        while self.stalls_every > 0.0 && at < self.seconds + 1.0 {
            stalls.push((at, at + random.between(0.1, 0.4)));
            at += random.exponential(self.stalls_every);
        }
        let count = (self.seconds / self.beat).round() as usize;
        let mut slices = Vec::new();
        let mut last = 0.0_f64;
        for number in 0..count {
            let turn = number / self.batch * self.batch + self.batch;
            let ready = (turn as f64 * self.beat - self.backlog).max(0.0);
            let sent = ready + random.exponential(self.jitter);
            let held = stalls.iter().find(|stall| (stall.0..stall.1).contains(&sent)).map_or(sent, |stall| stall.1);
            // A record takes its time on the line: 1,000 octets in 0.2 ms.
            last = held.max(last + 2e-5);
            let length = random.octets(self.lengths.0, self.lengths.1);
            if !random.happens(self.loss) {
                slices.push(slice(last, length));
            }
        }
        if self.strays > 0.0 {
            let mut at = random.exponential(1.0 / self.strays);
            while at < last {
                let length = random.octets(40, 900);
                slices.push(slice(at, length));
                at += random.exponential(1.0 / self.strays);
            }
            slices.sort_by_key(|slice| slice.at);
        }
        slices
    }
}

/// A slice that nothing was received before, seconds after an arbitrary moment.
pub(crate) fn slice(at: f64, length: u32) -> Slice {
    Slice { at: 1_700_000_000_000_000_000 + (at * 1e9) as i64, length, answered: 0, since_answer: u32::MAX }
}
