//! A loudspeaker behind a sound server.
//!
//! The whole sound is given to the server before it starts, so that a busy machine cannot tear it. While it sounds, the server is asked
//! again and again where it stands; each answer says when the first sample must have sounded, and the median of them is the onset.

use std::ffi::CString;
use std::time::Duration;

use earwitness_core::sound::{Pcm, samples_in};
use earwitness_core::time::{MILLISECOND, Timestamp};
use pulseaudio::protocol::stream::{BufferAttr, CorkStreamParams, StreamFlags};
use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, GetSinkInfo, LatencyParams, PlaybackLatency, PlaybackStreamParams, Prop,
    Props, SampleFormat, SampleSpec, ServerInfo, SinkFlags, SinkInfo, SinkInfoList,
};

use super::wav::all_to_16_bits;
use super::{Device, Loudspeaker, LoudspeakerSettings, Offered, Played, Trouble};
use crate::pulse::{self, Connection, Event, stamp};
use earwitness_base::clock;

/// The server keeps this much of a sound within the sink, nanoseconds: enough for a busy machine, little for a slow start.
const IN_SINK: i64 = 100 * MILLISECOND;
/// The most that a server takes at once, octets (`MAX_MEMBLOCKQ_LENGTH`).
const MOST_AT_ONCE: usize = 4 << 20;
/// How often the server is asked where it stands.
const ASK: Duration = Duration::from_millis(50);
/// A sound that is not over this long after it should be has stuck.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What the server's own account of a sink may be wrong by, nanoseconds: a converter and its buffers are known well; a wireless loudspeaker, a
/// network and a television add what they do not report.
const SINKS: [(Reach, i64); 4] = [
    (Reach::Known, 20 * MILLISECOND),
    (Reach::Wireless, 300 * MILLISECOND),
    (Reach::Network, 500 * MILLISECOND),
    (Reach::Unknown, 200 * MILLISECOND),
];

/// How a sink reaches the air.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    Known,
    Wireless,
    Network,
    Unknown,
}

/// A sink of a sound server.
pub(super) struct Server {
    address: Option<String>,
    name: Option<String>,
    connection: Option<Connection>,
}

impl Server {
    pub(super) fn new(settings: &LoudspeakerSettings) -> Self {
        Self { address: settings.server.clone(), name: settings.name.clone(), connection: None }
    }
}

impl Loudspeaker for Server {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        // The connection is given back only if nothing went wrong with it.
        let mut connection = match self.connection.take().and_then(alive) {
            Some(connection) => connection,
            None => Connection::open(self.address.as_deref(), "earwitness")?,
        };
        let played = play(&mut connection, self.name.as_deref(), sound)?;
        self.connection = Some(connection);
        Ok(played)
    }

    fn name(&self) -> String {
        format!("sink {}", self.name.as_deref().unwrap_or("(the default one)"))
    }
}

/// The connection, if the server still answers; it may have been started anew since the last sound.
fn alive(mut connection: Connection) -> Option<Connection> {
    connection.call::<ServerInfo>(&Command::GetServerInfo).is_ok().then_some(connection)
}

fn play(connection: &mut Connection, name: Option<&str>, sound: &Pcm) -> Result<Played, Trouble> {
    let text =
        |text: &str| CString::new(text).map_err(|_| Trouble::LoudspeakerSettings(format!("{text:?} is no name of a sink")));
    let sink_name = text(name.unwrap_or("@DEFAULT_SINK@"))?;
    let query = Command::GetSinkInfo(GetSinkInfo { index: None, name: Some(sink_name.clone()) });
    let sink: SinkInfo = connection.call(&query).map_err(|trouble| no_sink(trouble, name))?;
    let mut sent = all_to_16_bits(sound);
    let octets: Vec<u8> = sent.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let in_sink = samples_in(IN_SINK, sound.rate) * 2;
    let whole = octets.len().saturating_add(2 * in_sink).min(MOST_AT_ONCE);
    let size = |octets: usize| u32::try_from(octets).unwrap_or(u32::MAX);
    let mut props = Props::new();
    props.set(Prop::MediaName, c"probe");
    // The server fills the sink with what of the target is not requested again: target - 2 x minimum request.
    let stream: CreatePlaybackStreamReply = connection.call(&Command::CreatePlaybackStream(PlaybackStreamParams {
        sample_spec: SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: sound.rate },
        channel_map: ChannelMap::mono(),
        sink_name: Some(sink_name),
        buffer_attr: BufferAttr {
            target_length: size(whole),
            // Not nothing: a stream without any goes on in silence for ever and is never drained.
            pre_buffering: 2,
            minimum_request_length: size(whole.saturating_sub(in_sink) / 2),
            ..BufferAttr::default()
        },
        flags: StreamFlags { start_corked: true, no_move: true, ..StreamFlags::default() },
        props,
        ..PlaybackStreamParams::default()
    }))?;
    let error = SINKS.iter().find(|(kind, _)| *kind == reach(&sink)).map_or(0, |(_, error)| *error);
    let allowed = usize::try_from(stream.requested_bytes).unwrap_or(0);
    let mut playing = Playing {
        connection,
        channel: stream.channel,
        rate: sound.rate,
        rest: &octets,
        estimates: Vec::new(),
        sounded: 0,
        asked: None,
    };
    playing.feed(allowed)?;
    let result = playing.until_over(sound.length());
    let (estimates, sounded) = (std::mem::take(&mut playing.estimates), playing.sounded.min(sound.length()));
    if result.is_ok() {
        connection.order(&Command::DeletePlaybackStream(stream.channel))?;
    }
    let onset = middle(estimates);
    let played = |(onset, spread), length, sent| Played { onset, error: error.saturating_add(spread), length, sent };
    match (result, onset) {
        (Ok(()), Some(onset)) => Ok(played(onset, sound.length(), sent)),
        (Ok(()), None) => Err(Trouble::Glitch("the sound server did not say when it played".to_owned())),
        (Err(trouble), Some(onset)) if sounded > 0 => {
            sent.truncate(samples_in(sounded, sound.rate));
            Err(Trouble::BrokenOff(trouble.to_string(), Box::new(played(onset, sounded, sent))))
        }
        (Err(trouble), _) => Err(trouble),
    }
}

fn no_sink(trouble: pulse::Trouble, name: Option<&str>) -> Trouble {
    match (&trouble, name) {
        (pulse::Trouble::Refused(_), Some(name)) => {
            Trouble::Gone(format!("the sound server has no sink {name:?} now (pactl list short sinks shows what it has)"))
        }
        _ => trouble.into(),
    }
}

fn reach(sink: &SinkInfo) -> Reach {
    let bus = sink.props.get(Prop::DeviceBus).unwrap_or_default();
    if bus.starts_with(b"bluetooth") {
        Reach::Wireless
    } else if sink.flags.contains(SinkFlags::NETWORK) {
        Reach::Network
    } else if sink.flags.contains(SinkFlags::LATENCY) {
        Reach::Known
    } else {
        Reach::Unknown
    }
}

/// A sound on its way.
struct Playing<'a> {
    connection: &'a mut Connection,
    channel: u32,
    rate: u32,
    /// What the server has not got yet.
    rest: &'a [u8],
    /// When the first sample must have sounded, by each answer, and how far off, nanoseconds.
    estimates: Vec<(Timestamp, i64)>,
    /// How much has sounded by the last answer, nanoseconds.
    sounded: i64,
    /// The question that is not answered yet, and when it was asked.
    asked: Option<(u32, Timestamp)>,
}

impl Playing<'_> {
    /// Gives the server as much as it wants.
    fn feed(&mut self, allowed: usize) -> Result<(), Trouble> {
        let (now, later) = self.rest.split_at(allowed.min(self.rest.len()));
        self.connection.play(self.channel, now)?;
        self.rest = later;
        Ok(())
    }

    fn until_over(&mut self, length: i64) -> Result<(), Trouble> {
        self.connection.order(&Command::CorkPlaybackStream(CorkStreamParams { channel: self.channel, cork: false }))?;
        let end = clock::since_boot() + Duration::from_nanos(length.unsigned_abs()) + TIMEOUT;
        let mut drain = None;
        let mut ask_at = clock::since_boot();
        loop {
            let now = clock::since_boot();
            if now > end {
                return Err(Trouble::Glitch("it did not end in time: the sink stands still".to_owned()));
            }
            if drain.is_none() && self.rest.is_empty() {
                drain = Some(self.connection.send(&Command::DrainPlaybackStream(self.channel))?);
            }
            if now >= ask_at && self.asked.is_none() {
                let question = LatencyParams { channel: self.channel, now: std::time::SystemTime::UNIX_EPOCH };
                let number = self.connection.send(&Command::GetPlaybackLatency(question))?;
                self.asked = Some((number, clock::now()));
                ask_at = now + ASK;
            }
            let wait = ask_at.saturating_sub(now).max(Duration::from_millis(1));
            match self.connection.next(wait)? {
                Some(Event::Reply(number, _)) if Some(number) == drain => return Ok(()),
                Some(Event::Reply(number, body)) => self.answered(number, &body)?,
                Some(Event::Refused(number, error)) if Some(number) == drain => {
                    return Err(Trouble::Gone(pulse::Trouble::Refused(error).to_string()));
                }
                Some(Event::Message(message)) => self.message(&message)?,
                _ => {}
            }
        }
    }

    fn message(&mut self, message: &Command) -> Result<(), Trouble> {
        match message {
            Command::Request(request) if request.channel == self.channel => {
                self.feed(usize::try_from(request.length).unwrap_or(0))
            }
            Command::Underflow(underflow) if underflow.channel == self.channel && !self.rest.is_empty() => {
                Err(Trouble::Glitch("the sound server ran out of samples: the machine is too busy".to_owned()))
            }
            Command::PlaybackStreamKilled(channel) if *channel == self.channel => {
                Err(Trouble::Gone("the sink was removed while it played".to_owned()))
            }
            Command::PlaybackStreamSuspended(_) => Err(Trouble::Gone("the sink was suspended while it played".to_owned())),
            Command::Exit => Err(Trouble::Gone("the sound server ended".to_owned())),
            _ => Ok(()),
        }
    }

    /// Where the server stands: what it has read of the stream, less what waits in the sink, has sounded.
    fn answered(&mut self, number: u32, body: &[u8]) -> Result<(), Trouble> {
        let received = clock::now();
        let Some((_, sent)) = self.asked.take_if(|(asked, _)| *asked == number) else { return Ok(()) };
        let latency: PlaybackLatency = self.connection.read(body)?;
        let sounded =
            i128::from(latency.read_offset) * 500_000_000 / i128::from(self.rate.max(1)) - i128::from(latency.sink_usec) * 1_000;
        if latency.playing {
            self.sounded = self.sounded.max(i64::try_from(sounded).unwrap_or(0));
        }
        // Before the first sample is out, the sink's account is a promise; after the last, it stands still.
        if !latency.playing
            || sounded <= 0
            || (self.rest.is_empty() && latency.underrun_for > 0 && latency.underrun_for < u64::MAX)
        {
            return Ok(());
        }
        let round_trip = received.since(sent);
        let answered = stamp(latency.remote_time);
        let (at, error) = if (sent..=received).contains(&answered) {
            (answered, MILLISECOND / 10)
        } else {
            (sent.plus(round_trip / 2), round_trip / 2)
        };
        self.estimates.push((at.plus(-i64::try_from(sounded).unwrap_or(0)), error));
        Ok(())
    }
}

/// The median estimate, and how far the estimates scatter: half of them lie within.
fn middle(mut estimates: Vec<(Timestamp, i64)>) -> Option<(Timestamp, i64)> {
    let error = estimates.iter().map(|(_, error)| *error).min()?;
    let half = estimates.len() / 2;
    let (_, &mut (onset, _), _) = estimates.select_nth_unstable(half);
    let mut away: Vec<i64> = estimates.iter().map(|(at, _)| at.since(onset).abs()).collect();
    let (_, &mut scatter, _) = away.select_nth_unstable(half);
    Some((onset, error.saturating_add(scatter)))
}

/// The sinks that are there.
pub(super) fn list(settings: &LoudspeakerSettings) -> Result<Vec<Offered>, Trouble> {
    let mut connection = Connection::open(settings.server.as_deref(), "earwitness")?;
    let server: ServerInfo = connection.call(&Command::GetServerInfo)?;
    let sinks: SinkInfoList = connection.call(&Command::GetSinkInfoList)?;
    let offered = sinks.into_iter().map(|sink| Offered {
        device: Device::Pulse,
        description: sink.description.as_ref().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default(),
        default: server.default_sink_name.as_ref() == Some(&sink.name),
        muted: sink.muted,
        name: sink.name.to_string_lossy().into_owned(),
    });
    Ok(offered.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_onset_is_the_median_and_its_error_the_scatter() {
        let at = |millis: i64| (Timestamp::from_nanos(millis * MILLISECOND), MILLISECOND / 10);
        let (onset, error) = middle(vec![at(500), at(501), at(502), at(502), at(900)]).unwrap();
        assert_eq!((onset, error), (at(502).0, MILLISECOND + MILLISECOND / 10));
        assert_eq!(middle(Vec::new()), None);
    }
}
