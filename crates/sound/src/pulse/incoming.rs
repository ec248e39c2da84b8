//! What a sound server sent, taken apart: octets in, events out. Knows no socket.

use std::io::Cursor;

use pulseaudio::protocol::{Command, CommandReply, DESCRIPTOR_SIZE, Descriptor, PulseError, TagStructReader, read_descriptor};

use super::Trouble;

/// Channel of messages that are no samples.
const CONTROL: u32 = u32::MAX;
/// The longest message that is read: the most samples that a server sends at once, and some.
const LONGEST: usize = 8 << 20;

/// Something that the server sent.
#[derive(Debug)]
pub enum Event {
    /// The reply to the command of this number, not yet read.
    Reply(u32, Vec<u8>),
    /// The command of this number failed.
    Refused(u32, PulseError),
    /// Samples of a record stream.
    Samples(u32, Vec<u8>),
    /// A message of the server's own.
    Message(Box<Command>),
}

/// What came and was not yet taken.
#[derive(Debug, Default)]
pub struct Incoming {
    octets: Vec<u8>,
}

impl Incoming {
    /// Adds what was read from the connection.
    pub fn add(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    /// The next thing that the server sent, once it is all there. What has no meaning here is passed over.
    pub fn event(&mut self, version: u16) -> Result<Option<Event>, Trouble> {
        while let Some((head, body)) = self.message()? {
            if let Some(event) = meaning(&head, body, version)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Head and body of the first message.
    fn message(&mut self) -> Result<Option<(Descriptor, Vec<u8>)>, Trouble> {
        let Some(head) = self.octets.first_chunk::<DESCRIPTOR_SIZE>() else { return Ok(None) };
        let head = read_descriptor(&mut Cursor::new(head)).map_err(|error| Trouble::Unreadable(error.to_string()))?;
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Err(Trouble::Unreadable(format!("a message of {length} octets")));
        }
        let Some(body) = self.octets.get(DESCRIPTOR_SIZE..DESCRIPTOR_SIZE + length) else { return Ok(None) };
        let body = body.to_vec();
        self.octets.drain(..DESCRIPTOR_SIZE + length);
        Ok(Some((head, body)))
    }
}

/// What a message means; `None` for one that means nothing here.
fn meaning(head: &Descriptor, body: Vec<u8>, version: u16) -> Result<Option<Event>, Trouble> {
    if head.channel != CONTROL {
        return Ok(Some(Event::Samples(head.channel, body)));
    }
    if body.is_empty() {
        return Err(Trouble::Unreadable("a message without content".to_owned()));
    }
    if !can_be_read(&body) {
        return Ok(None);
    }
    let mut cursor = Cursor::new(body.as_slice());
    // Messages of later versions, and those that the crate does not know, are passed over.
    let Ok((number, command)) = Command::read_tag_prefixed(&mut cursor, version) else { return Ok(None) };
    let place = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
    Ok(Some(match command {
        Command::Reply => Event::Reply(number, body.get(place..).unwrap_or_default().to_vec()),
        Command::Error(error) => Event::Refused(number, error),
        command => Event::Message(Box::new(command)),
    }))
}

/// Reads the content of a reply.
pub fn read<R: CommandReply>(body: &[u8], version: u16) -> Result<R, Trouble> {
    if !can_be_read(body) {
        return Err(Trouble::Unreadable("lengths that go beyond the message, or moments that are none".to_owned()));
    }
    TagStructReader::new(&mut Cursor::new(body), version).read().map_err(|error| Trouble::Unreadable(error.to_string()))
}

/// Whether the crate can be given some tagged values. It makes room for as many octets as a blob says that it has, up to 4 GiB, before it
/// looks for them, and multiplies the microseconds of a moment whatever they are, which ends the program.
fn can_be_read(mut rest: &[u8]) -> bool {
    while let Some((tag, value)) = rest.split_first() {
        let word = || value.first_chunk().map_or(0, |octets| u32::from_be_bytes(*octets));
        let length = match tag {
            b't' => value.iter().position(|octet| *octet == 0).map_or(value.len(), |end| end + 1),
            b'B' => 1,
            b'L' | b'V' => 4,
            b'R' | b'r' | b'U' => 8,
            b'a' => 6,
            b'm' => 1 + usize::from(*value.first().unwrap_or(&0)),
            b'v' => 1 + 4 * usize::from(*value.first().unwrap_or(&0)),
            b'T' => match value.get(4..8) {
                Some(&[m0, m1, m2, m3]) if u32::from_be_bytes([m0, m1, m2, m3]) < 1_000_000 => 8,
                _ => return false,
            },
            b'x' => 4_usize.saturating_add(usize::try_from(word()).unwrap_or(usize::MAX)),
            // A string that is none, truth, falsehood; what follows the tags of lists and formats are values with tags again. An unknown
            // tag is the last thing that the crate reads.
            b'N' | b'1' | b'0' | b'P' | b'f' => 0,
            _ => return true,
        };
        let Some(behind) = value.get(length..) else { return false };
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use pulseaudio::protocol::{
        AuthReply, DescriptorFlags, MAX_VERSION, Prop, Props, RecordLatency, ServerInfo, SinkInfo, SinkInfoList, TagStructWrite,
        TagStructWriter, encode_descriptor,
    };

    use super::*;

    /// A reply or, with another word, another message of the server, behind its head.
    fn message(word: u32, number: u32, content: &[u8]) -> Vec<u8> {
        let mut body = vec![];
        let mut writer = TagStructWriter::new(&mut body, MAX_VERSION);
        writer.write_u32(word).unwrap();
        writer.write_u32(number).unwrap();
        body.extend(content);
        framed(CONTROL, &body)
    }

    fn framed(channel: u32, body: &[u8]) -> Vec<u8> {
        let mut head = vec![0; DESCRIPTOR_SIZE];
        let length = u32::try_from(body.len()).unwrap();
        let descriptor = Descriptor { length, channel, offset: 0, flags: DescriptorFlags::empty() };
        encode_descriptor((&mut head[..]).try_into().unwrap(), &descriptor);
        [head, body.to_vec()].concat()
    }

    fn written(content: &impl TagStructWrite) -> Vec<u8> {
        let mut body = vec![];
        TagStructWriter::new(&mut body, MAX_VERSION).write(content).unwrap();
        body
    }

    fn latency(at: SystemTime) -> RecordLatency {
        RecordLatency {
            sink_usec: 0,
            source_usec: 21_000,
            playing: true,
            local_time: SystemTime::UNIX_EPOCH,
            remote_time: at,
            write_offset: 7,
            read_offset: -7,
        }
    }

    #[test]
    fn what_a_server_sends_is_taken_apart_however_it_arrives() {
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 999_999_000);
        let mut props = Props::new();
        props.set(Prop::DeviceDescription, c"a microphone");
        let sink = SinkInfo { name: c"sink".into(), props, ..SinkInfo::default() };
        let all = [
            message(2, 0, &written(&AuthReply { version: 35, ..AuthReply::default() })),
            framed(3, &[1, 2, 3, 4]),
            // A word that the protocol does not have.
            message(9_999, 1, &[]),
            message(2, 2, &written(&latency(at))),
            message(2, 3, &written(&vec![sink.clone(), sink.clone()])),
            message(0, 4, b"L\0\0\0\x05"),
        ]
        .concat();
        for piece in [1, 7, 64, all.len()] {
            let (mut incoming, mut events) = (Incoming::default(), vec![]);
            for octets in all.chunks(piece) {
                incoming.add(octets);
                while let Some(event) = incoming.event(MAX_VERSION).unwrap() {
                    events.push(event);
                }
            }
            let [Event::Reply(0, auth), Event::Samples(3, samples), Event::Reply(2, time), Event::Reply(3, sinks), refused] =
                &events[..]
            else {
                panic!("{events:?}");
            };
            assert_eq!(read::<AuthReply>(auth, MAX_VERSION).unwrap().version, 35);
            assert_eq!(samples, &[1, 2, 3, 4]);
            assert_eq!(read::<RecordLatency>(time, MAX_VERSION).unwrap(), latency(at));
            assert_eq!(read::<SinkInfoList>(sinks, MAX_VERSION).unwrap(), [sink.clone(), sink.clone()]);
            assert!(matches!(refused, Event::Refused(4, PulseError::NoEntity)), "{refused:?}");
        }
    }

    #[test]
    fn blobs_longer_than_their_message_and_moments_that_are_none_are_refused() {
        let mut time = written(&latency(SystemTime::UNIX_EPOCH));
        let micros = time.iter().rposition(|octet| *octet == b'T').unwrap() + 5;
        time[micros..micros + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(read::<RecordLatency>(&time, MAX_VERSION), Err(Trouble::Unreadable(_))));

        let mut props = Props::new();
        props.set(Prop::MediaName, c"name");
        let mut sink = written(&SinkInfo { name: c"sink".into(), props, ..SinkInfo::default() });
        let blob = sink.iter().rposition(|octet| *octet == b'x').unwrap() + 1;
        sink[blob..blob + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(read::<SinkInfo>(&sink, MAX_VERSION), Err(Trouble::Unreadable(_))));

        // The same in a message of the server's own (`Auth`, with a cookie).
        let mut incoming = Incoming::default();
        incoming.add(&message(8, 0, b"L\0\0\0\x23x\xff\xff\xff\xff"));
        assert!(incoming.event(MAX_VERSION).unwrap().is_none());
        assert!(read::<ServerInfo>(&[], MAX_VERSION).is_err());
    }

    #[test]
    fn a_message_of_absurd_length_or_without_content_is_an_error() {
        let mut long = framed(CONTROL, &[]);
        long[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        for octets in [long, framed(CONTROL, &[])] {
            let mut incoming = Incoming::default();
            incoming.add(&octets);
            assert!(matches!(incoming.event(MAX_VERSION), Err(Trouble::Unreadable(_))), "{octets:?}");
        }
    }
}
