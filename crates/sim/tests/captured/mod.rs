//! What is found in frames that a test put together.

use earwitness_core::analysis::{Analysis, Settings};
use earwitness_core::findings::Findings;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;

/// What is found in Ethernet frames, whole and in this order.
pub(crate) fn analyzed(frames: &[Captured]) -> Findings {
    let mut analysis = Analysis::new(Settings::default());
    for frame in frames {
        let wire_len = u32::try_from(frame.octets.len()).unwrap();
        let at = Timestamp::from_nanos(frame.at);
        analysis.frame(&Frame { at, link: Link::Ethernet, wire_len, bytes: &frame.octets, interface: 0 });
    }
    analysis.finish()
}
