//! What readings owe: on a simulated home whose uploads are known, seconds, pre-roll, tail and cut-off come out of the traffic alone.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod campaign;
mod laws;
mod unknown;
