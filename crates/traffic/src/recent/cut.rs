//! Cutting evidence out of the recent frames.

use std::io::{self, Write};

use earwitness_core::dissect::dissect;
use earwitness_core::frame::Frame;
use earwitness_core::mac::Mac;
use earwitness_core::pcap::write;
use earwitness_core::time::Window;

use super::FrameRing;
use super::segment::{frames, interface, read};

/// Octets gathered before they are written.
const GATHER: usize = 64 << 10;

/// What was cut out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cut {
    /// Frames written.
    pub frames: u64,
    /// Files that could not be read.
    pub unreadable: u64,
}

impl FrameRing {
    /// Writes the frames of a stretch of time as one pcapng, all of them or those from and to a device. Files are looked through whatever their
    /// names say, since the clock may have been set in between.
    ///
    /// # Errors
    /// What `out` says. A file that cannot be read is counted.
    pub fn cut(&mut self, window: Window, device: Option<Mac>, out: &mut dyn Write) -> io::Result<Cut> {
        if let Some(segment) = &mut self.open {
            // Frames that cannot be written now are missing, which `push` will say.
            let _ = segment.flush();
        }
        let (mut cut, mut gathered, mut known) = (Cut::default(), Vec::new(), Vec::new());
        write::section(&mut gathered, concat!("earwitness ", env!("CARGO_PKG_VERSION")));
        for path in self.paths() {
            let octets = match read(path) {
                Ok(octets) => octets,
                // Too old meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => {
                    cut.unreadable = cut.unreadable.saturating_add(1);
                    continue;
                }
            };
            let mut failed = None;
            frames(&octets, |frame| {
                if failed.is_some() || !window.contains(frame.at) || !device.is_none_or(|device| concerns(frame, device)) {
                    return;
                }
                let interface = interface(&mut gathered, &mut known, frame, self.limits.snap);
                write::packet(&mut gathered, &Frame { interface, ..*frame }, &write::Remarks::default());
                cut.frames = cut.frames.saturating_add(1);
                if gathered.len() >= GATHER {
                    failed = out.write_all(&gathered).err();
                    gathered.clear();
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
        }
        out.write_all(&gathered)?;
        Ok(cut)
    }
}

/// Whether a frame, or the one that it mirrors, is from or to a device.
fn concerns(frame: &Frame<'_>, device: Mac) -> bool {
    let facts = dissect(frame.link, frame.bytes, frame.wire_len);
    facts.source == Some(device) || facts.destination == Some(device)
}
