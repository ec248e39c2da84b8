//! What a sound server sends: the same events however the octets arrive, not more of them than were sent, and replies that are read
//! again as they were when they are written.
#![no_main]

use std::fmt::Debug;

use earwitness_sound::pulse::{Event, Incoming, Trouble, read};
use libfuzzer_sys::fuzz_target;
use pulseaudio::protocol::{
    AuthReply, CommandReply, CreatePlaybackStreamReply, CreateRecordStreamReply, DESCRIPTOR_SIZE, MAX_VERSION, RecordLatency,
    ServerInfo, SetClientNameReply, SinkInfo, SinkInfoList, SourceInfo, SourceInfoList, TagStructWrite, TagStructWriter,
};

/// The first version whose messages are read.
const OLDEST: u16 = 13;

fn events(pieces: std::slice::Chunks<'_, u8>, version: u16) -> (Vec<Event>, Option<Trouble>) {
    let (mut incoming, mut all) = (Incoming::default(), vec![]);
    for octets in pieces {
        incoming.add(octets);
        loop {
            match incoming.event(version) {
                Ok(Some(event)) => all.push(event),
                Ok(None) => break,
                Err(trouble) => return (all, Some(trouble)),
            }
        }
    }
    (all, None)
}

fn again<R: CommandReply + TagStructWrite + PartialEq + Debug>(body: &[u8], version: u16) {
    let Ok(reply) = read::<R>(body, version) else { return };
    let mut octets = vec![];
    if TagStructWriter::new(&mut octets, version).write(&reply).is_ok() {
        assert_eq!(read::<R>(&octets, version).expect("what was written can be read"), reply);
    }
}

fuzz_target!(|octets: &[u8]| {
    let Some((&[version, piece], octets)) = octets.split_first_chunk() else { return };
    let version = OLDEST + u16::from(version) % (MAX_VERSION - OLDEST + 1);
    let (all, trouble) = events(octets.chunks(octets.len().max(1)), version);
    let (pieces, same) = events(octets.chunks(usize::from(piece).max(1)), version);
    assert_eq!((format!("{all:?}"), trouble), (format!("{pieces:?}"), same));
    assert!(all.len() <= octets.len() / DESCRIPTOR_SIZE);
    let mut held = 0;
    for event in &all {
        match event {
            Event::Samples(_, samples) => held += samples.len(),
            Event::Reply(_, body) => {
                held += body.len();
                again::<AuthReply>(body, version);
                again::<SetClientNameReply>(body, version);
                again::<ServerInfo>(body, version);
                again::<SinkInfo>(body, version);
                again::<SinkInfoList>(body, version);
                again::<SourceInfo>(body, version);
                again::<SourceInfoList>(body, version);
                again::<CreatePlaybackStreamReply>(body, version);
                again::<CreateRecordStreamReply>(body, version);
                again::<RecordLatency>(body, version);
            }
            Event::Refused(..) | Event::Message(_) => {}
        }
    }
    assert!(held + all.len() * DESCRIPTOR_SIZE <= octets.len(), "nothing is longer than the message it came in");
});
