//! Claims about reading captures from files and pipes.

mod damage;
mod following;
mod merging;
mod packed;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::write;
use earwitness_core::time::Timestamp;

use super::{Captures, FileId, Order};

/// A classic capture with a frame at each of the given nanoseconds; the frame's octets are its time, many times over.
fn capture(times: impl IntoIterator<Item = i64>) -> Vec<u8> {
    let mut out = vec![];
    write::classic_header(&mut out, 1, 0);
    for at in times {
        let bytes = at.to_le_bytes().repeat(50);
        let frame = Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len: 400, bytes: &bytes, interface: 0 };
        write::classic_record(&mut out, &frame);
    }
    out
}

/// Octets of the header and of one record of [`capture`].
const HEADER: usize = 24;
const RECORD: usize = 416;

/// Writes a file.
fn save(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, octets).unwrap();
    path
}

/// Every frame as file and nanosecond, after checking that its octets are its own.
fn frames(captures: &mut Captures) -> Vec<(u32, i64)> {
    let mut seen = vec![];
    let flow = captures.for_each(&mut |_| {}, |frame, FileId(file)| {
        let at = frame.at.nanos();
        assert_eq!(frame.bytes, at.to_le_bytes().repeat(50));
        seen.push((file, at));
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    assert_eq!(captures.frames(), seen.len() as u64);
    seen
}

/// Reads one file: its nanoseconds and its troubles.
fn read(path: &Path) -> (Vec<i64>, Vec<String>) {
    let mut captures = Captures::open(&[path.to_owned()], Order::Merged, None).unwrap();
    let times = frames(&mut captures).into_iter().map(|(_, at)| at).collect();
    (times, captures.troubles().iter().map(ToString::to_string).collect())
}
