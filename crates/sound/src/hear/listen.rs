//! The thread that listens, and what it shares.

use std::ffi::CString;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use earwitness_core::sound::activity::{self, ABOVE, FRAME, QUIETEST};
use earwitness_core::sound::{Pcm, level};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{
    ChannelMap, Command, CreateRecordStreamReply, GetSinkInfo, GetSourceInfo, LatencyParams, RecordLatency, RecordStreamParams,
    SampleFormat, SampleSpec, ServerInfo, SinkInfo, SourceInfo, SourceInfoList,
};

use super::ring::Ring;
use super::timing::Timing;
use super::{Device, MicrophoneSettings, RATE, Sound, State, time_until};
use crate::pulse::{Connection, Event, Trouble, stamp};
use crate::speak::Offered;
use earwitness_base::clock;

/// The server sends so much at a time, octets: 10 ms. A slower reader makes the null sink of `PulseAudio` render ahead, and the beginning of a
/// new sound is lost for all readers.
const FRAGMENT: u32 = RATE / 100 * 2;
/// A signal that is constant for so long is none.
const SILENT: u64 = 10;
/// How long to wait before a lost source is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// No samples for this long, and the source is taken for lost.
const STALLED: Duration = Duration::from_secs(5);
/// How often the server is asked for its timing: first, and later.
const ASK: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(250));
/// How many times it is asked at the first pace.
const ASK_OFTEN: u32 = 16;

/// What the thread and its owner share.
#[derive(Default)]
pub(super) struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    stopped: bool,
    lost: Option<String>,
    /// Whether the source is what a sink plays.
    monitor: bool,
    ring: Ring,
    timing: Option<Timing>,
}

impl Inner {
    fn state(&self) -> State {
        let seconds = self.ring.constant() / u64::from(RATE);
        match &self.lost {
            Some(why) => State::Lost(why.clone()),
            None if self.timing.is_none() || self.ring.range().is_empty() => State::Opening,
            // A monitor of a sink that plays nothing is silent by right.
            None if seconds >= SILENT && !self.monitor => State::Silent(seconds),
            None => State::Listening,
        }
    }

    /// Whether the stretch up to this moment is all there.
    fn has(&self, until: Timestamp) -> bool {
        let last = self.timing.as_ref().and_then(|timing| timing.at(self.ring.range().end));
        last.is_some_and(|(at, _)| at >= until)
    }
}

/// A piece of what was heard.
pub(super) struct Cut {
    pub(super) sound: Pcm,
    /// When its first sample was heard, and how far off that may be, nanoseconds.
    pub(super) from: Timestamp,
    pub(super) error: i64,
    pub(super) monitor: bool,
}

impl Drop for Cut {
    fn drop(&mut self) {
        self.sound.samples.fill(0.0);
        std::hint::black_box(&self.sound.samples);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn stopped(&self) -> bool {
        self.lock().stopped
    }

    pub(super) fn state(&self) -> State {
        self.lock().state()
    }

    pub(super) fn wait(&self, timeout: Duration) -> State {
        let waiting = |inner: &mut Inner| !inner.stopped && inner.state() == State::Opening;
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0.state()
    }

    /// Waits for the end of the window, `late` nanoseconds longer than it should take.
    fn wait_for(&self, until: Timestamp, late: i64) -> MutexGuard<'_, Inner> {
        let waiting = |inner: &mut Inner| !inner.stopped && !inner.has(until);
        let waited = self.changed.wait_timeout_while(self.lock(), time_until(until, late), waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// What was heard in the window, or why it was not heard.
    pub(super) fn cut(&self, window: Window, late: i64) -> Result<Cut, String> {
        let inner = self.wait_for(window.until, late);
        let Some(timing) = &inner.timing else {
            return Err(inner.lost.clone().unwrap_or_else(|| "the microphone is not open yet".to_owned()));
        };
        let number = |at| timing.sample(at).and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
        let (first, samples) = inner.ring.copy(number(window.from), number(window.until));
        let (from, error) = timing.at(first).ok_or("the microphone has no time yet")?;
        if from.since(window.from) > MILLISECOND || !inner.has(window.until) {
            return Err(inner.lost.clone().unwrap_or_else(|| "the microphone did not listen all the time".to_owned()));
        }
        Ok(Cut { sound: Pcm { rate: RATE, samples }, from, error, monitor: inner.monitor })
    }

    pub(super) fn sounds(&self, window: Window, ours: &[Window], late: i64) -> Vec<Sound> {
        let inner = self.wait_for(window.until, late);
        let Some(timing) = &inner.timing else { return Vec::new() };
        let mut frames: Vec<(Timestamp, f64)> = Vec::new();
        for (first, level) in inner.ring.levels() {
            let Some((at, _)) = timing.at(first) else { continue };
            if window.contains(at) {
                let frame = Window { from: at, until: at.plus(FRAME) };
                let own = ours.iter().any(|ours| ours.overlaps(frame));
                frames.push((at, if own { f64::NAN } else { level }));
            }
        }
        drop(inner);
        stretches(&frames)
    }
}

/// Stretches louder than the background; frames of our own, whose level is no number, are left out of both.
fn stretches(frames: &[(Timestamp, f64)]) -> Vec<Sound> {
    let Some(&(begin, _)) = frames.first() else { return Vec::new() };
    let mut sorted: Vec<f64> = frames.iter().map(|(_, level)| *level).filter(|level| !level.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let background = sorted.get(sorted.len() / 5).copied().unwrap_or(level::SILENCE).max(QUIETEST);
    let levels: Vec<f64> = frames.iter().map(|(_, level)| *level).collect();
    let sound = |it: &activity::Stretch| Sound {
        window: Window { from: begin.plus(it.from), until: begin.plus(it.until) },
        level: it.level,
    };
    activity::loud(&levels, background + ABOVE, FRAME).iter().map(sound).collect()
}

/// Listens until it is stopped; opens the source again after every trouble.
pub(super) fn run(settings: &MicrophoneSettings, shared: &Shared) {
    while !shared.stopped() {
        let why = match listen(settings, shared) {
            Ok(()) => return,
            Err(trouble) => trouble.to_string(),
        };
        let mut inner = shared.lock();
        inner.ring.clear();
        (inner.timing, inner.lost) = (None, Some(why));
        shared.changed.notify_all();
        let waited = shared.changed.wait_timeout_while(inner, AGAIN, |inner| !inner.stopped);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// The name of the source, and whether it is what a sink plays.
fn source(connection: &mut Connection, settings: &MicrophoneSettings) -> Result<(CString, bool), Trouble> {
    let text = |name: &str| CString::new(name).map_err(|_| Trouble::Address(name.to_owned()));
    if settings.device == Device::Monitor {
        let name = text(settings.name.as_deref().unwrap_or("@DEFAULT_SINK@"))?;
        let sink: SinkInfo = connection.call(&Command::GetSinkInfo(GetSinkInfo { index: None, name: Some(name) }))?;
        let monitor = sink.monitor_source_name.ok_or(Trouble::Refused(pulseaudio::protocol::PulseError::NoEntity))?;
        return Ok((monitor, true));
    }
    let name = text(settings.name.as_deref().unwrap_or("@DEFAULT_SOURCE@"))?;
    let source: SourceInfo = connection.call(&Command::GetSourceInfo(GetSourceInfo { index: None, name: Some(name) }))?;
    Ok((source.name.clone(), source.monitor_of_sink_index.is_some()))
}

fn listen(settings: &MicrophoneSettings, shared: &Shared) -> Result<(), Trouble> {
    let mut connection = Connection::open(settings.server.as_deref(), "earwitness")?;
    let (name, monitor) = source(&mut connection, settings)?;
    let stream: CreateRecordStreamReply = connection.call(&Command::CreateRecordStream(RecordStreamParams {
        sample_spec: SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: RATE },
        channel_map: ChannelMap::mono(),
        source_name: Some(name),
        buffer_attr: BufferAttr { fragment_size: FRAGMENT, ..BufferAttr::default() },
        flags: StreamFlags { adjust_latency: true, no_move: true, ..StreamFlags::default() },
        ..RecordStreamParams::default()
    }))?;
    let mut microphone = Reader { shared, connection, channel: stream.channel, received: 0, asked: None, answers: 0 };
    {
        let mut inner = shared.lock();
        inner.ring.clear();
        (inner.monitor, inner.lost, inner.timing) = (monitor, None, None);
    }
    microphone.run()
}

/// An open stream.
struct Reader<'a> {
    shared: &'a Shared,
    connection: Connection,
    channel: u32,
    /// Samples that came.
    received: u64,
    /// The question about timing that is not answered yet, and when it was asked.
    asked: Option<(u32, Timestamp)>,
    answers: u32,
}

impl Reader<'_> {
    /// Until it is stopped or lost.
    fn run(&mut self) -> Result<(), Trouble> {
        let (mut ask_at, mut heard_at) = (clock::since_boot(), clock::since_boot());
        loop {
            let now = clock::since_boot();
            if self.shared.stopped() {
                return Ok(());
            }
            if now.saturating_sub(heard_at) > STALLED {
                return Err(Trouble::Lost("no sound came from the source for 5 s".to_owned()));
            }
            if now >= ask_at && self.asked.is_none() {
                self.ask()?;
                ask_at = now + if self.answers < ASK_OFTEN { ASK.0 } else { ASK.1 };
            }
            let channel = self.channel;
            match self.connection.next(ASK.0)? {
                Some(Event::Samples(of, octets)) if of == channel => {
                    heard_at = now;
                    self.hear(&octets);
                }
                Some(Event::Reply(number, body)) => {
                    // Before the body is read: the answer is dated by when it arrived.
                    let received = clock::now();
                    if let Some((_, sent)) = self.asked.take_if(|(asked, _)| *asked == number) {
                        let latency: RecordLatency = self.connection.read(&body)?;
                        self.time(&latency, sent, received)?;
                    }
                }
                Some(Event::Refused(number, error)) if self.asked.is_some_and(|(asked, _)| asked == number) => {
                    return Err(Trouble::Refused(error));
                }
                Some(Event::Message(command)) => match *command {
                    Command::RecordStreamKilled(of) if of == channel => {
                        return Err(Trouble::Lost("the source was removed".to_owned()));
                    }
                    Command::RecordStreamSuspended(_) | Command::Exit => {
                        return Err(Trouble::Lost("the source was suspended".to_owned()));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn ask(&mut self) -> Result<(), Trouble> {
        let now = std::time::SystemTime::UNIX_EPOCH;
        let number = self.connection.send(&Command::GetRecordLatency(LatencyParams { channel: self.channel, now }))?;
        self.asked = Some((number, clock::now()));
        Ok(())
    }

    fn hear(&mut self, octets: &[u8]) {
        let samples: Vec<f32> =
            octets.as_chunks::<2>().0.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect();
        self.received += samples.len() as u64;
        let mut inner = self.shared.lock();
        inner.ring.push(&samples);
        drop(inner);
        self.shared.changed.notify_all();
    }

    /// What the server says: at the moment of its answer, the sample that is being heard lies `source latency` after the last one that it
    /// has written to our stream; for a monitor, what is written will sound only after the sink's latency.
    fn time(&mut self, latency: &RecordLatency, sent: Timestamp, received: Timestamp) -> Result<(), Trouble> {
        let answered = stamp(latency.remote_time);
        let round_trip = received.since(sent);
        let (at, error) = if (sent..=received).contains(&answered) {
            (answered, MILLISECOND / 10)
        } else {
            (sent.plus(round_trip / 2), round_trip / 2)
        };
        if round_trip > SECOND || !latency.playing {
            return Ok(());
        }
        self.answers = self.answers.saturating_add(1);
        let written = u64::try_from(latency.write_offset).unwrap_or(0) / 2;
        // Samples that the server dropped shift all that follow: a new beginning.
        let sent_to_us = u64::try_from(latency.read_offset).unwrap_or(0) / 2;
        let lost = sent_to_us.abs_diff(self.received) > u64::from(RATE);
        let behind = micros(latency.source_usec) - micros(latency.sink_usec);
        let written_at = at.plus(-behind);
        let mut inner = self.shared.lock();
        let timing = inner.timing.get_or_insert_with(|| Timing::new(RATE));
        let fits = timing.take(written, written_at, error);
        drop(inner);
        self.shared.changed.notify_all();
        if fits && !lost {
            return Ok(());
        }
        Err(Trouble::Lost("the clock was set, or samples were lost".to_owned()))
    }
}

fn micros(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(0).saturating_mul(1_000)
}

/// The sources that are there.
pub(super) fn list(settings: &MicrophoneSettings) -> Result<Vec<Offered<Device>>, Trouble> {
    let mut connection = Connection::open(settings.server.as_deref(), "earwitness")?;
    let server: ServerInfo = connection.call(&Command::GetServerInfo)?;
    let sources: SourceInfoList = connection.call(&Command::GetSourceInfoList)?;
    let offered = sources.into_iter().map(|source| Offered {
        device: if source.monitor_of_sink_index.is_some() { Device::Monitor } else { Device::Source },
        description: source.description.as_ref().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default(),
        default: server.default_source_name.as_ref() == Some(&source.name),
        muted: source.muted,
        name: source.name.to_string_lossy().into_owned(),
    });
    Ok(offered.collect())
}

const _: () = assert!(duration_of_fragment() == 10 * MILLISECOND, "a fragment is 10 ms");

const fn duration_of_fragment() -> i64 {
    FRAGMENT as i64 / 2 * SECOND / RATE as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(levels: &[f64]) -> Vec<(Timestamp, f64)> {
        (0_i64..).zip(levels).map(|(at, &level)| (Timestamp::from_nanos(at * FRAME), level)).collect()
    }

    #[test]
    fn our_own_sounds_are_left_out_and_others_found() {
        let mut levels = vec![-60.0; 500];
        levels[50..100].fill(f64::NAN);
        levels[200..260].fill(-30.0);
        let found = stretches(&frames(&levels));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].window.from.nanos(), 200 * FRAME);
        assert_eq!(found[0].window.until.nanos(), 260 * FRAME);
        assert_eq!(stretches(&frames(&[f64::NAN; 10])), []);
        assert_eq!(stretches(&[]), []);
    }
}
