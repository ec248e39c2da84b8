//! The frames of the sightings with comments, in a file that Wireshark opens.
//!
//! A second reading of the same captures: what the first one found says which frames to keep, so none has to be kept meanwhile.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use earwitness_base::outfile::{self, Sink};
use earwitness_base::words;
use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Description, write as pcap};
use earwitness_core::time::Timestamp;
use earwitness_report::remarks::{FRAMES, Remarks};
use earwitness_traffic::files::{Captures, FileId, Order};

use crate::plan::Plan;
use crate::read::Reading;
use crate::watch::{Stage, Watch};

/// The program, as it names itself in the file.
const PROGRAM: &str = concat!("earwitness ", env!("CARGO_PKG_VERSION"));

/// Writes the file, and returns what a person must know about it, a sentence each.
///
/// # Errors
/// When it cannot be written, a capture cannot be opened any more, or `stop` was set meanwhile.
pub fn annotate(
    path: &Path,
    reading: &Reading,
    plan: &Plan,
    stop: &AtomicBool,
    watch: &mut dyn Watch,
) -> Result<Vec<String>, outfile::Error> {
    let mut remarks = Vec::new();
    outfile::write_whole(path, |out| {
        let mut captures = Captures::open(&plan.captures, Order::Merged, None).map_err(io::Error::other)?;
        let mut annotated = Annotated::new(reading);
        let mut block = Vec::new();
        pcap::section(&mut block, PROGRAM);
        out.write_all(&block)?;
        let mut failed = None;
        watch.begins(Stage::Annotating, captures.total());
        let flow = captures.for_each(&mut |at| watch.at(at), |frame, file| {
            if stop.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            match annotated.frame(frame, file, &mut block, out) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        watch.ends(Stage::Annotating);
        remarks = annotated.remarks();
        match failed {
            Some(error) => Err(error),
            None if flow.is_break() => Err(io::Error::other("it was stopped")),
            None => Ok(()),
        }
    })?;
    Ok(remarks)
}

/// The file being written.
struct Annotated<'a> {
    remarks: Remarks<'a>,
    captures: &'a Captures,
    interfaces: BTreeMap<(FileId, u32), u32>,
    latest: Timestamp,
    backwards: bool,
}

impl<'a> Annotated<'a> {
    fn new(reading: &'a Reading) -> Self {
        Self {
            remarks: Remarks::new(&reading.findings),
            captures: &reading.captures,
            interfaces: BTreeMap::new(),
            latest: Timestamp::MIN,
            backwards: false,
        }
    }

    /// Writes a frame if it belongs to a sighting.
    fn frame(&mut self, frame: &Frame<'_>, file: FileId, block: &mut Vec<u8>, out: &mut Sink<'_>) -> io::Result<()> {
        let Some(comment) = self.remarks.remark(frame) else { return Ok(()) };
        block.clear();
        let next = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let interface = *self.interfaces.entry((file, frame.interface)).or_insert(next);
        if interface == next {
            pcap::interface(block, &description(self.captures, file, frame));
        }
        pcap::packet(block, &Frame { interface, ..*frame }, &pcap::Remarks { comment: comment.as_deref(), flags: None });
        self.backwards |= frame.at < self.latest;
        self.latest = self.latest.max(frame.at);
        out.write_all(block)
    }

    /// What a person must know about the file.
    fn remarks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.remarks.is_empty() {
            all.push("there was no sighting, so no frame is in it".to_owned());
        }
        if self.backwards {
            all.push("the clock of the capture goes backwards in it; `reordercap` sorts it by time".to_owned());
        }
        if self.remarks.left_out() > 0 {
            let frames = words::counted(self.remarks.left_out(), "frame was", "frames were");
            all.push(format!("{frames} left out: of each sighting at most {} are written", words::count(u64::from(FRAMES))));
        }
        all
    }
}

/// The interface as its capture describes it, and where that capture is.
fn description(captures: &Captures, file: FileId, frame: &Frame<'_>) -> Description {
    let capture = usize::try_from(file.0).ok().and_then(|place| captures.files().get(place));
    let known = capture.and_then(|it| it.interfaces.get(usize::try_from(frame.interface).ok()?)).cloned();
    let path = capture.map_or_else(String::new, |it| it.path.to_string_lossy().into_owned());
    let mut description = known.unwrap_or_else(|| Description {
        link_type: frame.link.number(),
        snaplen: 0,
        name: String::new(),
        description: String::new(),
    });
    let before = if description.description.is_empty() { String::new() } else { format!("{}; ", description.description) };
    description.description = format!("{before}frames of the sightings that {PROGRAM} found in {path}");
    description
}
