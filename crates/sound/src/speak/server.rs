//! A loudspeaker behind a sound server.
//!
//! A sound of up to some forty seconds is given to the server whole before it starts, so that a busy machine cannot tear it; of a longer one the
//! server has some seconds ahead, and asks for more. While it sounds, the server is asked again and again where it stands; each answer says when the
//! first sample must have sounded, and the median of those of the first minute is the onset.

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use earwitness_core::sound::samples_in;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use pulseaudio::protocol::stream::{BufferAttr, CorkStreamParams, StreamFlags};
use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, GetSinkInfo, LatencyParams, PlaybackLatency, PlaybackStreamParams, Prop,
    Props, SampleFormat, SampleSpec, ServerInfo, SinkFlags, SinkInfo, SinkInfoList,
};

use super::stream::{Answers, OnTheWay, Pieces, SHORT, nanos};
use super::{Device, Loudspeaker, LoudspeakerSettings, Offered, Played, STOPPED, Samples, Trouble};
use crate::pulse::{self, Connection, Event, stamp};
use earwitness_base::clock;

/// The server keeps this much of a sound within the sink, nanoseconds: enough for a busy machine, little for a slow start.
const IN_SINK: i64 = 100 * MILLISECOND;
/// The most that a server takes at once, octets (`MAX_MEMBLOCKQ_LENGTH`).
const MOST_AT_ONCE: usize = 4 << 20;
/// What the server has of a longer sound, nanoseconds: it asks for more when half of it is left.
const AHEAD: i64 = 8 * SECOND;
/// Silence that a loudspeaker puts before and after a sound, at most, nanoseconds.
const MOST_PADDED: i64 = 10 * SECOND;
/// Octets that are made at a time.
const AT_ONCE: usize = 64 << 10;
/// How often the server is asked where it stands.
const ASK: Duration = Duration::from_millis(50);
/// A sound that is not over this long after it should be has stuck.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A sink of which no more sounds for so long stands still: longer than the buffer of any.
const STALLED: Duration = Duration::from_secs(10);

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
    fn stream(
        &mut self,
        samples: &mut dyn Samples,
        stop: &AtomicBool,
        sounded: &mut dyn FnMut(&[i16]),
    ) -> Result<Played, Trouble> {
        // The connection is given back only if nothing went wrong with it.
        let mut connection = match self.connection.take().and_then(alive) {
            Some(connection) => connection,
            None => Connection::open(self.address.as_deref(), "earwitness")?,
        };
        let played = play(&mut connection, self.name.as_deref(), samples, stop, sounded)?;
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

fn play(
    connection: &mut Connection,
    name: Option<&str>,
    samples: &mut dyn Samples,
    stop: &AtomicBool,
    sounded: &mut dyn FnMut(&[i16]),
) -> Result<Played, Trouble> {
    let text =
        |text: &str| CString::new(text).map_err(|_| Trouble::LoudspeakerSettings(format!("{text:?} is no name of a sink")));
    let sink_name = text(name.unwrap_or("@DEFAULT_SINK@"))?;
    let query = Command::GetSinkInfo(GetSinkInfo { index: None, name: Some(sink_name.clone()) });
    let sink: SinkInfo = connection.call(&query).map_err(|trouble| no_sink(trouble, name))?;
    let (rate, total) = (samples.rate(), samples.total());
    let length = nanos(total, rate);
    let in_sink = samples_in(IN_SINK, rate) * 2;
    let octets = usize::try_from(total).unwrap_or(usize::MAX).saturating_mul(2).saturating_add(2 * in_sink);
    let whole = if length <= SHORT + MOST_PADDED { octets } else { samples_in(AHEAD, rate) * 2 }.min(MOST_AT_ONCE);
    let size = |octets: usize| u32::try_from(octets).unwrap_or(u32::MAX);
    let mut props = Props::new();
    props.set(Prop::MediaName, c"probe");
    // The server fills the sink with what of the target is not requested again: target - 2 x minimum request.
    let stream: CreatePlaybackStreamReply = connection.call(&Command::CreatePlaybackStream(PlaybackStreamParams {
        sample_spec: SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: rate },
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
        rate,
        rest: Pieces::new(samples),
        way: OnTheWay::new(sounded),
        answers: Answers::default(),
        sounded: 0,
        advanced_at: clock::since_boot(),
        asked: None,
    };
    playing.feed(allowed)?;
    let result = playing.until_over(length, stop);
    let sounded = playing.sounded.min(length);
    match &result {
        Ok(()) => playing.way.all(),
        Err(_) => playing.way.sounded(samples_in(sounded, rate)),
    }
    let onset = playing.answers.onset();
    if result.is_ok() {
        connection.order(&Command::DeletePlaybackStream(stream.channel))?;
    }
    let played = |(onset, spread, drift), length| {
        let error = error.saturating_add(spread);
        Played { onset, error, length, drift, limited: 0, sent: Vec::new() }
    };
    match (result, onset) {
        (Ok(()), Some(onset)) => Ok(played(onset, length)),
        (Ok(()), None) => Err(Trouble::Glitch("the sound server did not say when it played".to_owned())),
        (Err(trouble), Some(onset)) if sounded > 0 => Err(Trouble::BrokenOff(trouble.reason(), Box::new(played(onset, sounded)))),
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
    rest: Pieces<'a>,
    /// What it has got.
    way: OnTheWay<'a>,
    answers: Answers,
    /// How much has sounded by the last answer, nanoseconds.
    sounded: i64,
    /// When it was more than by the answer before, since the start of the machine.
    advanced_at: Duration,
    /// The question that is not answered yet, and when it was asked.
    asked: Option<(u32, Timestamp)>,
}

impl Playing<'_> {
    /// Gives the server as much as it wants.
    fn feed(&mut self, allowed: usize) -> Result<(), Trouble> {
        let mut left = allowed / 2;
        while left > 0 && !self.rest.is_over() {
            let samples = self.rest.take(left.min(AT_ONCE / 2))?;
            let octets: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            self.connection.play(self.channel, &octets)?;
            self.way.sent(&samples);
            left -= samples.len();
        }
        Ok(())
    }

    fn until_over(&mut self, length: i64, stop: &AtomicBool) -> Result<(), Trouble> {
        self.connection.order(&Command::CorkPlaybackStream(CorkStreamParams { channel: self.channel, cork: false }))?;
        self.advanced_at = clock::since_boot();
        // A crystal is never so wrong, but the clock of a network's loudspeaker may be.
        let end = self.advanced_at + Duration::from_nanos(length.unsigned_abs() / 50 * 51) + TIMEOUT;
        let mut drain = None;
        let mut ask_at = self.advanced_at;
        loop {
            let now = clock::since_boot();
            if stop.load(Ordering::Relaxed) {
                return Err(Trouble::Glitch(STOPPED.to_owned()));
            }
            if now > end || now.saturating_sub(self.advanced_at) > STALLED {
                return Err(Trouble::Glitch("it did not end in time: the sink stands still".to_owned()));
            }
            if drain.is_none() && self.rest.is_over() {
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
            Command::Underflow(underflow) if underflow.channel == self.channel && !self.rest.is_over() => {
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
            let sounded = i64::try_from(sounded).unwrap_or(0);
            if sounded > self.sounded {
                (self.sounded, self.advanced_at) = (sounded, clock::since_boot());
                self.way.sounded(samples_in(sounded, self.rate));
            }
        }
        // Before the first sample is out, the sink's account is a promise; after the last, it stands still.
        if !latency.playing
            || sounded <= 0
            || (self.rest.is_over() && latency.underrun_for > 0 && latency.underrun_for < u64::MAX)
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
        let sounded = i64::try_from(sounded).unwrap_or(0);
        self.answers.add(sounded, at.plus(-sounded), error);
        Ok(())
    }
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
