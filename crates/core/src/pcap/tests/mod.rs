//! Claims about the capture-file codec.

mod build;
mod classic;
mod damage;
mod joined;
mod ng;
mod time;
mod writing;

use std::ops::ControlFlow;

use super::{Decoder, Note, Step, Stop};
use crate::frame::{Frame, Link};

/// A frame that owns its octets.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Owned {
    at: i64,
    link: Link,
    wire_len: u32,
    bytes: Vec<u8>,
    interface: u32,
}

/// Everything that a file gives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Reading {
    frames: Vec<Owned>,
    notes: Vec<Note>,
    stop: Option<Stop>,
}

/// Reads a whole file, handing it over in one piece.
fn read(file: &[u8]) -> Reading {
    read_in_pieces(file, file.len().max(1))
}

impl Owned {
    fn new(frame: &Frame<'_>) -> Self {
        let Frame { at, link, wire_len, bytes, interface } = *frame;
        Self { at: at.nanos(), link, wire_len, bytes: bytes.to_vec(), interface }
    }
}

/// Reads a whole file, handing over `piece` more octets whenever the decoder asks for more: once frame by frame and
/// once in runs, which must not differ.
fn read_in_pieces(file: &[u8], piece: usize) -> Reading {
    let reading = read_by::<false>(file, piece);
    assert_eq!(read_by::<true>(file, piece), reading);
    reading
}

fn read_by<const RUNS: bool>(file: &[u8], piece: usize) -> Reading {
    let (mut decoder, mut reading) = (Decoder::new(), Reading::default());
    let (mut start, mut end) = (0, 0);
    loop {
        if RUNS {
            // Has enough after every third frame, for the sake of it.
            let (used, _) = decoder.run(&file[start..end], |frame| {
                reading.frames.push(Owned::new(frame));
                if reading.frames.len() % 3 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            start += used;
        }
        match decoder.next(&file[start..end]) {
            Ok(Step::Frame { frame, used }) => {
                start += used;
                reading.frames.push(Owned::new(&frame));
            }
            Ok(Step::Skip { used, note }) => {
                assert!(used > 0 || note.is_some(), "a step without progress");
                start += used;
                reading.notes.extend(note);
            }
            Ok(Step::More { need }) => {
                assert!(need > end - start && need <= super::MAX_BLOCK, "asks for {need} with {} there", end - start);
                if end == file.len() {
                    reading.stop = decoder.finish(&file[start..]);
                    break;
                }
                end = file.len().min(end + piece);
            }
            Err(stop) => {
                reading.stop = Some(stop);
                break;
            }
        }
        assert_eq!(decoder.offset(), start as u64);
        assert_eq!(decoder.frames(), reading.frames.len() as u64);
    }
    reading
}
