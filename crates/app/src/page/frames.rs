//! The frames of a sighting, out of the recent ones, with comments.

use std::io::{self, Write};

use earwitness_core::findings::{CaptureFacts, DeviceFindings, DeviceId, Findings};
use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Description, each_frame, write};
use earwitness_core::time::Window;
use earwitness_report::remarks::Remarks;
use earwitness_traffic::recent::FrameRing;

/// Frames that are looked through for one sighting at most, octets.
const LARGEST: usize = 32 << 20;

/// A pcapng with the frames of the one sighting of a device.
///
/// # Errors
/// Why there is none, as a sentence.
pub(super) fn annotated(ring: &mut FrameRing, device: DeviceFindings) -> Result<Vec<u8>, String> {
    let DeviceId::Mac(mac) = device.id else {
        return Err("Frames are kept by MAC address, which this device does not show.".to_owned());
    };
    let Some(window) = device.sightings.first().map(|it| it.window) else { return Err("There is no such upload.".to_owned()) };
    let mut cut = Bounded(Vec::new());
    // The last frame counts as well.
    let window = Window { until: window.until.plus(1), ..window };
    ring.cut(window, Some(mac), &mut cut).map_err(|error| format!("The frames cannot be handed out: {error}."))?;
    let findings = Findings { capture: CaptureFacts::default(), devices: vec![device] };
    let (mut remarks, mut frames) = (Remarks::new(&findings), 0_usize);
    let mut out = Vec::new();
    write::section(&mut out, concat!("earwitness ", env!("CARGO_PKG_VERSION")));
    let mut links = Vec::new();
    let read = each_frame(&cut.0, |frame| {
        if let Some(comment) = remarks.remark(frame) {
            let interface = interface(&mut links, &mut out, frame);
            let remark = write::Remarks { comment: comment.as_deref(), flags: None };
            write::packet(&mut out, &Frame { interface, ..*frame }, &remark);
            frames += 1;
        }
    });
    read.map_err(|error| format!("The frames that are kept cannot be read: {error}."))?;
    if frames == 0 { Err("Its frames are not kept any more.".to_owned()) } else { Ok(out) }
}

/// The number of an interface for frames of this kind, which is described before its first.
fn interface(links: &mut Vec<u32>, out: &mut Vec<u8>, frame: &Frame<'_>) -> u32 {
    let link = frame.link.number();
    let place = links.iter().position(|it| *it == link).unwrap_or_else(|| {
        let description = Description {
            link_type: link,
            snaplen: 262_144,
            name: String::new(),
            description: "recent frames of an upload, cut to what is kept of each".to_owned(),
        };
        write::interface(out, &description);
        links.push(link);
        links.len() - 1
    });
    u32::try_from(place).unwrap_or_default()
}

/// What does not grow beyond [`LARGEST`].
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.0.len() + octets.len() > LARGEST {
            return Err(io::Error::other("there are too many; `earwitness export frames` has them all"));
        }
        self.0.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
