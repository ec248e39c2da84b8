//! What is found in frames that a test put together.

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::Findings;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;

/// What is found in Ethernet frames, whole and in this order.
pub(crate) fn analyzed(frames: &[Captured]) -> Findings {
    analyzed_on(Link::Ethernet, frames.iter().map(|frame| (0, frame.at, frame.octets.clone())))
}

/// What is found in frames, each with the interface of the capture and its moment.
pub(crate) fn analyzed_on(link: Link, frames: impl IntoIterator<Item = (u32, i64, Vec<u8>)>) -> Findings {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for (interface, at, octets) in frames {
        let wire_len = u32::try_from(octets.len()).unwrap();
        analysis.frame(&Frame { at: Timestamp::from_nanos(at), link, wire_len, bytes: &octets, interface });
    }
    analysis.finish()
}
