//! Makes samples ahead of their time in a thread of its own, so that a slow disk or a new part of a script does not starve the device.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::Trouble;
use super::stream::{Loudness, Samples};

/// Pieces that wait: of the library's own eleven seconds, 2 MB.
const WAITING: usize = 64;

/// Samples as they come from the thread.
struct Ahead {
    rate: u32,
    total: u64,
    loudness: Loudness,
    pieces: Receiver<Result<Vec<f32>, String>>,
}

impl Samples for Ahead {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn total(&self) -> u64 {
        self.total
    }

    fn loudness(&self) -> Loudness {
        self.loudness
    }

    fn next(&mut self) -> Result<Vec<f32>, String> {
        // The thread ends behind the last piece, which is empty.
        self.pieces.recv().unwrap_or_else(|_| Ok(Vec::new()))
    }
}

/// Hands the same samples to `consume`, which need not take all of them.
pub(super) fn ahead<T>(
    samples: &mut dyn Samples,
    consume: impl FnOnce(&mut dyn Samples) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let (give, pieces) = sync_channel(WAITING);
    let mut ahead = Ahead { rate: samples.rate(), total: samples.total(), loudness: samples.loudness(), pieces };
    thread::scope(|scope| {
        let making = move || {
            loop {
                let piece = samples.next();
                let more = piece.as_ref().is_ok_and(|piece| !piece.is_empty());
                if give.send(piece).is_err() || !more {
                    return;
                }
            }
        };
        let started = thread::Builder::new().name("samples".to_owned()).spawn_scoped(scope, making);
        started.map_err(|error| Trouble::Glitch(format!("no thread for its samples can be started: {error}")))?;
        let consumed = consume(&mut ahead);
        // Nobody takes any more: the thread ends.
        drop(ahead);
        consumed
    })
}

#[cfg(test)]
mod tests {
    use earwitness_core::sound::noise;

    use super::super::stream::{Pieces, Whole};
    use super::*;

    #[test]
    fn they_are_the_same_samples_and_need_not_all_be_taken() {
        let sound = noise::tone(8_000, 2_000_000, 440.0);
        let taken = |count| ahead(&mut Whole::new(&sound, 0.0), |samples| Pieces::new(samples).take(count)).unwrap();
        let direct = |count| Pieces::new(&mut Whole::new(&sound, 0.0)).take(count).unwrap();
        assert!(taken(2_000_000) == direct(2_000_000) && taken(2_000_001).len() == 2_000_000);
        assert_eq!(taken(20_000), direct(20_000));
    }
}
