//! Capture files: no panic, no standing still, and the same frames however the octets arrive.
#![no_main]

use std::ops::ControlFlow;

use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Decoder, MAX_BLOCK, Step, Stop};
use libfuzzer_sys::fuzz_target;

/// What reading gave: frames, a digest of them, notes, and how it ended.
#[derive(PartialEq, Debug, Default)]
struct Reading {
    frames: u64,
    digest: u64,
    notes: u64,
    stop: Option<Stop>,
}

impl Reading {
    fn take(&mut self, frame: &Frame<'_>) {
        self.frames += 1;
        let facts = [frame.at.nanos().cast_unsigned(), frame.wire_len.into(), frame.bytes.len() as u64, frame.interface.into()];
        let octets = frame.bytes.iter().map(|octet| u64::from(*octet));
        for fact in facts.into_iter().chain(octets) {
            self.digest = self.digest.rotate_left(5) ^ fact.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

fn read(file: &[u8], piece: usize, runs: bool) -> Reading {
    let (mut decoder, mut reading) = (Decoder::new(), Reading::default());
    let (mut start, mut end) = (0, 0);
    loop {
        if runs {
            start += decoder
                .run(&file[start..end], |frame| {
                    reading.take(frame);
                    ControlFlow::Continue(())
                })
                .0;
        }
        match decoder.next(&file[start..end]) {
            Ok(Step::Frame { frame, used }) => {
                reading.take(&frame);
                start += used;
            }
            Ok(Step::Skip { used, note }) => {
                assert!(used > 0 || note.is_some());
                start += used;
                reading.notes += u64::from(note.is_some());
            }
            Ok(Step::More { need }) => {
                assert!(need > end - start && need <= MAX_BLOCK);
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
        assert!(decoder.interfaces().len() <= 4096);
    }
    if let Some(stop) = reading.stop {
        assert_eq!(stop.frames, reading.frames);
        assert!(stop.offset <= file.len() as u64);
        assert!(!stop.to_string().is_empty());
    }
    reading
}

fuzz_target!(|file: &[u8]| {
    let whole = read(file, file.len().max(1), true);
    let piece = 1 + usize::from(file.last().copied().unwrap_or_default());
    assert_eq!(read(file, piece, false), whole);
});
