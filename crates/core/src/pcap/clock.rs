//! From an interface's ticks to nanoseconds (options `if_tsresol` and `if_tsoffset`).

use crate::time::{SECOND, Timestamp};

/// How the time stamps of one pcapng interface count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Clock {
    /// Nanoseconds in a tick, where that is a whole number.
    times: u64,
    /// Time stamps under this need no more than a multiplication.
    plain: u64,
    scale: Scale,
    /// Seconds to add.
    offset: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scale {
    /// Nanoseconds in a tick.
    Times(u64),
    /// Ticks in a nanosecond.
    Over(u64),
    /// A tick is 2^-n s.
    Binary(u32),
    /// So fine that 2^64 ticks are less than a nanosecond.
    Nothing,
}

impl Clock {
    /// The resolution of an interface that does not name one: microseconds.
    pub(super) const MICROSECONDS: u8 = 6;

    /// `resolution` is 10^-n s for values under 128, else 2^-(n - 128) s; `offset` is in seconds.
    pub(super) const fn new(resolution: u8, offset: i64) -> Self {
        let power = (resolution & 0x7f) as u32;
        let scale = if resolution & 0x80 != 0 {
            // 2^64 * 10^9 < 2^94.
            if power < 94 { Scale::Binary(power) } else { Scale::Nothing }
        } else if power <= 9 {
            Scale::Times(10_u64.pow(9 - power))
        } else if power <= 28 {
            // 10^19 < 2^64 < 10^20.
            Scale::Over(10_u64.pow(power - 9))
        } else {
            Scale::Nothing
        };
        let (times, plain) = match scale {
            Scale::Times(times) if offset == 0 => (times, i64::MAX.cast_unsigned() / times),
            _ => (0, 0),
        };
        Self { times, plain, scale, offset }
    }

    /// The moment of a time stamp: `floor(ticks * 1e9 / resolution)` ns, saturated.
    #[inline]
    pub(super) fn at(&self, ticks: u64) -> Timestamp {
        if ticks < self.plain {
            return Timestamp::from_nanos(ticks.wrapping_mul(self.times).cast_signed());
        }
        self.any(ticks)
    }

    #[inline(never)]
    fn any(&self, ticks: u64) -> Timestamp {
        let ticks = i128::from(ticks);
        // No overflow: 2^64 * 10^9 < 2^94, and the offset adds less than 2^94.
        let nanos = match self.scale {
            Scale::Times(times) => ticks * i128::from(times),
            Scale::Over(over) => ticks / i128::from(over),
            Scale::Binary(power) => (ticks * i128::from(SECOND)) >> power,
            Scale::Nothing => 0,
        };
        let nanos = nanos + i128::from(self.offset) * i128::from(SECOND);
        Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }
}
