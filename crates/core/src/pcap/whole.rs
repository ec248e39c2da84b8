//! Captures that are in memory as a whole.

use super::{Decoder, Step, Stop};
use crate::frame::Frame;

/// Gives `each` all frames of a capture (pcap or pcapng) that is in memory as a whole, in the order of the file.
///
/// # Errors
/// A [`Stop`] where the file ends within a frame, or what follows cannot be told apart any more; what came before was given.
pub fn each_frame<'a>(mut octets: &'a [u8], mut each: impl FnMut(&Frame<'a>)) -> Result<(), Stop> {
    let mut decoder = Decoder::new();
    loop {
        let used = match decoder.next(octets)? {
            Step::Frame { frame, used } => {
                each(&frame);
                used
            }
            Step::Skip { used, .. } => used,
            Step::More { .. } => return decoder.finish(octets).map_or(Ok(()), Err),
        };
        octets = octets.get(used..).unwrap_or_default();
    }
}
