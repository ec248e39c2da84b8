//! What Wireshark is handed for simulated homes.

use std::ops::ControlFlow;
use std::time::Duration;

use earwitness_core::dissect::dissect;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::pcap::{Decoder, Description, write};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};
use earwitness_sim::truth::Truth;
use jiff::tz::TimeZone;

use super::held::{Held, Wanted};
use super::uploads::Uploads;
use super::words;

const WANTED: Wanted = Wanted { delay: Duration::from_secs(1), comments: true, only_senders: false };

/// A frame as it was written.
struct Out {
    at: i64,
    octets: Vec<u8>,
    comment: Option<String>,
}

/// What is written of frames that come as they are stamped.
fn written(frames: &[Captured], wanted: Wanted) -> Vec<Out> {
    let mut held = Held::new(Uploads::new(Vec::new(), 7, TimeZone::UTC), wanted);
    let mut out = Vec::new();
    let time = |at: i64| Duration::from_nanos(at.unsigned_abs());
    for frame in frames {
        // Between two frames as well, as the loop does.
        while let Some(due) = held.due().filter(|due| *due <= time(frame.at)) {
            held.release(due, &mut out);
        }
        let wire_len = u32::try_from(frame.octets.len()).unwrap();
        let at = Timestamp::from_nanos(frame.at);
        held.push(&Frame { at, link: Link::Ethernet, wire_len, bytes: &frame.octets, interface: 0 }, time(frame.at));
    }
    held.release(Duration::MAX, &mut out);
    assert!(held.due().is_none());
    read(&out)
}

/// Reads blocks with their comments; the reader of the project passes over comments.
fn read(blocks: &[u8]) -> Vec<Out> {
    let mut file = Vec::new();
    write::section(&mut file, "a test");
    write::interface(&mut file, &Description { link_type: 1, snaplen: 0, name: "t".into(), description: String::new() });
    file.extend_from_slice(blocks);
    let mut frames = Vec::new();
    let (mut decoder, mut rest) = (Decoder::new(), file.as_slice());
    while !rest.is_empty() {
        let (used, _) = decoder.run(rest, |frame| {
            frames.push((frame.at.nanos(), frame.bytes.to_vec()));
            ControlFlow::Continue(())
        });
        rest = &rest[used..];
        if rest.is_empty() {
            break;
        }
        match decoder.next(rest).unwrap() {
            earwitness_core::pcap::Step::Frame { frame, used } => {
                frames.push((frame.at.nanos(), frame.bytes.to_vec()));
                rest = &rest[used..];
            }
            earwitness_core::pcap::Step::Skip { used, .. } => rest = &rest[used..],
            earwitness_core::pcap::Step::More { .. } => panic!("the capture ends inside a block"),
        }
    }
    let comments = comments(blocks);
    assert_eq!(frames.len(), comments.len());
    frames.into_iter().zip(comments).map(|((at, octets), comment)| Out { at, octets, comment }).collect()
}

/// The comment of each enhanced packet block, if it has one.
fn comments(mut blocks: &[u8]) -> Vec<Option<String>> {
    let word = |octets: &[u8], at: usize| u32::from_le_bytes(octets[at..at + 4].try_into().unwrap()) as usize;
    let mut all = Vec::new();
    while !blocks.is_empty() {
        let (block, behind) = blocks.split_at(word(blocks, 4));
        let options = &block[28 + word(block, 20).next_multiple_of(4)..block.len() - 4];
        let length = options.get(2..4).map_or(0, |it| usize::from(u16::from_le_bytes([it[0], it[1]])));
        all.push((options.get(..2) == Some(&[1, 0])).then(|| String::from_utf8(options[4..4 + length].to_vec()).unwrap()));
        blocks = behind;
    }
    all
}

fn sender(frame: &[u8]) -> Option<Mac> {
    dissect(Link::Ethernet, frame, u32::try_from(frame.len()).unwrap()).source
}

fn simulated(kind: Kind, seconds: u32) -> (Vec<Captured>, Truth) {
    home::frames(11, Scenario { kind, seconds })
}

#[test]
fn every_frame_comes_out_once_in_its_order_and_as_it_was() {
    for delay in [0, 50, 1_000, 10_000].map(Duration::from_millis) {
        let (frames, _) = simulated(Kind::Sample, 120);
        let out = written(&frames, Wanted { delay, ..WANTED });
        assert_eq!(out.len(), frames.len());
        assert!(out.iter().zip(&frames).all(|(out, frame)| out.at == frame.at && out.octets == frame.octets), "{delay:?}");
    }
}

#[test]
fn packets_of_uploads_have_comments_from_their_beginning_on_and_no_others_do() {
    for kind in [Kind::Sample, Kind::SpeakerPcm, Kind::SpeakerLossy, Kind::SpeakerQuic] {
        let (frames, truth) = simulated(kind, 180);
        let out = written(&frames, Wanted { delay: Duration::from_secs(3), ..WANTED });
        let (mut seen, mut all, mut early) = (0, 0, 0);
        for device in &truth.devices {
            for upload in device.uploads.iter().filter(|it| it.end_ns - it.start_ns >= 2 * SECOND) {
                all += 1;
                let inside = |it: &&Out| upload.start_ns <= it.at && it.at <= upload.end_ns;
                let own = out.iter().filter(inside).filter(|it| sender(&it.octets) == Some(device.mac));
                let first =
                    own.clone().find(|it| it.comment.as_ref().is_some_and(|it| it.contains("sends what looks like sound to")));
                seen += usize::from(first.is_some());
                early += usize::from(first.is_some_and(|it| it.at - upload.start_ns < SECOND));
            }
        }
        println!("{kind:?}: {seen} of {all} uploads, {early} within their first second");
        assert!(seen * 10 >= all * 9, "{kind:?}: {seen} of {all}");
        let near = |at: i64, mac: Mac| {
            let of = truth.devices.iter().filter(|it| it.mac == mac);
            // Until it has paused for a second, and that was looked for, what else is sent on its flow counts as the upload.
            of.flat_map(|it| &it.uploads).any(|it| it.start_ns - SECOND <= at && at <= it.end_ns + 4 * SECOND)
        };
        for it in &out {
            let Some(comment) = it.comment.as_ref().filter(|it| it.contains("sends what looks like sound")) else { continue };
            let mac = sender(&it.octets).unwrap();
            assert!(near(it.at, mac), "{kind:?}: {mac} at {}: {comment}", it.at);
        }
    }
}

#[test]
fn an_upload_that_has_ended_is_told_of_with_the_next_packet_of_its_device() {
    let (frames, truth) = simulated(Kind::Sample, 180);
    let told: Vec<Out> = written(&frames, WANTED)
        .into_iter()
        .filter(|it| it.comment.as_ref().is_some_and(|it| it.contains(" sent from ")))
        .collect();
    assert!(!told.is_empty());
    for it in &told {
        let of = truth.devices.iter().find(|device| Some(device.mac) == sender(&it.octets)).unwrap();
        assert!(of.uploads.iter().any(|upload| upload.end_ns - SECOND <= it.at), "{}: {:?}", it.at, it.comment);
    }
}

#[test]
fn a_quiet_home_has_no_comments() {
    let (frames, _) = simulated(Kind::Plug, 180);
    assert!(written(&frames, WANTED).iter().all(|it| it.comment.is_none()));
}

#[test]
fn without_comments_there_are_none_and_of_senders_alone_all_frames_are_theirs() {
    let (frames, truth) = simulated(Kind::Sample, 120);
    let plain = written(&frames, Wanted { comments: false, ..WANTED });
    assert!(plain.len() == frames.len() && plain.iter().all(|it| it.comment.is_none()));
    let of_senders = written(&frames, Wanted { only_senders: true, ..WANTED });
    assert!(!of_senders.is_empty() && of_senders.len() < frames.len());
    let speakers: Vec<Mac> = truth.devices.iter().filter(|it| !it.uploads.is_empty()).map(|it| it.mac).collect();
    for it in &of_senders {
        let packet = dissect(Link::Ethernet, &it.octets, u32::try_from(it.octets.len()).unwrap());
        let theirs = [packet.source, packet.destination].into_iter().flatten().any(|mac| speakers.contains(&mac));
        assert!(theirs, "{packet:?}");
    }
}

#[test]
fn the_name_of_the_link_is_the_command() {
    let given = |words_given: &[&str]| -> Vec<String> {
        let given = words_given.iter().map(Into::into).collect();
        words(given).into_iter().map(|it| it.into_string().unwrap()).collect()
    };
    let path = "/usr/lib/wireshark/extcap/earwitness-extcap";
    assert_eq!(given(&[path, "--extcap-interfaces"]), [path, "extcap", "--extcap-interfaces"]);
    assert_eq!(given(&[path]), [path, "extcap"]);
    assert_eq!(given(&[path, "capture", "-i", "lo"]), [path, "capture", "-i", "lo"]);
    assert_eq!(given(&["/usr/bin/earwitness", "--version"]), ["/usr/bin/earwitness", "--version"]);
}
