//! Devices with a microphone: what can be written about them, and what they are unless said otherwise.

use earwitness_core::probe::SoundKind;
use serde::Deserialize;

/// How octets are spent on sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Every frame has the same length.
    Constant,
    /// Frames vary with what is said.
    Variable,
    /// Samples of 16 kHz and 16 bit, not compressed.
    Pcm,
}

table! {
    /// A codec and how its frames are sent.
    CodecPlan {
        /// How frames vary.
        shape: Shape = Shape::Constant,
        /// Milliseconds of sound in a frame.
        beat_ms: u16 = 20,
        /// Octets of a frame, or their mean; not needed for samples that are not compressed.
        octets: u16 = 80,
        /// Octets of a frame in silence, where they vary.
        silence_octets: u16 = 12,
        /// Frames in one record.
        frames_per_record: u16 = 1,
        /// Records that are written at once: more than one is a batch.
        records_per_turn: u16 = 1,
    }
}

/// What sound travels in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CarriagePlan {
    /// TLS records.
    Tls,
    /// HTTP/2 DATA frames in TLS records.
    Http2,
    /// QUIC.
    Quic,
    /// DTLS.
    Dtls,
    /// SRTP.
    Rtp,
}

/// A kind of sound, as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoundName {
    /// Somebody speaks.
    Speech,
    /// Broken glass, a bark.
    Noise,
    /// Music.
    Music,
}

impl SoundName {
    /// The same, as the experiment calls it.
    #[must_use]
    pub const fn kind(self) -> SoundKind {
        match self {
            Self::Speech => SoundKind::Speech,
            Self::Noise => SoundKind::Noise,
            Self::Music => SoundKind::Music,
        }
    }
}

/// All kinds of sound.
fn any_sound() -> Vec<SoundName> {
    vec![SoundName::Speech, SoundName::Noise, SoundName::Music]
}

table! {
    /// A wake-word speaker.
    SpeakerPlan {
        /// What wakes it.
        wake_words: Vec<String> = Vec::new(),
        /// Sends everything that it hears, woken or not.
        without_wake_word: bool = false,
        /// How often its word wakes it, 0 to 1.
        wake_probability: f64 = 0.97,
        /// How often something wakes it that differs in one, two, three sounds.
        near_miss: Vec<f64> = vec![0.15, 0.02, 0.0],
        /// What it encodes sound with.
        codec: CodecPlan = CodecPlan::default(),
        /// What the sound travels in.
        carriage: CarriagePlan = CarriagePlan::Tls,
        /// Milliseconds of sound from before the word was recognised.
        pre_roll_ms: u32 = 700,
        /// Milliseconds of silence after which it stops listening.
        end_silence_ms: u32 = 800,
        /// Longest time that it listens.
        max_listen_seconds: f64 = 15.0,
        /// Goes on listening and sending so long after the command: a fault, or a malicious skill.
        stays_listening_seconds: f64 = 0.0,
        /// Octets of log and metrics after a command.
        telemetry_octets: u32 = 8_000,
        /// Octets of one piece of the spoken answer, at most; over UDP it has a length of its own.
        answer_octets: u32 = 6_000,
        /// Sends records of the codec's length on the codec's beat all the time, so that nobody sees which hold sound.
        cover: bool = false,
    }
}

/// How a camera sends what it noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraSends {
    /// A finished clip.
    Clip,
    /// Picture and sound, live.
    Live,
}

table! {
    /// A camera that sends when it hears something.
    SoundCameraPlan {
        /// Which sounds it minds.
        reacts_to: Vec<SoundName> = any_sound(),
        /// How often it reacts to one.
        probability: f64 = 0.9,
        /// A clip, or live.
        sends: CameraSends = CameraSends::Clip,
        /// Length of the clip or of the live stream.
        seconds: f64 = 10.0,
        /// Takes no notice for so long afterwards.
        rest_seconds: f64 = 10.0,
        /// Octets of picture and sound in a second of a clip; live, of the picture alone.
        octets_per_second: u32 = 30_000,
        /// What it encodes live sound with.
        codec: CodecPlan = CodecPlan { beat_ms: 40, octets: 160, ..CodecPlan::default() },
    }
}

/// What an endless stream travels in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndlessCarriage {
    /// TLS records.
    Tls,
    /// SRTP.
    Rtp,
}

table! {
    /// A camera or baby monitor that sends its sound without end.
    AlwaysPlan {
        /// What it encodes sound with; constant, or samples.
        codec: CodecPlan = CodecPlan { beat_ms: 40, octets: 160, ..CodecPlan::default() },
        /// What the sound travels in.
        carriage: EndlessCarriage = EndlessCarriage::Rtp,
    }
}

table! {
    /// A device that keeps what it hears and sends it later: after a delay, at an hour, or at random.
    StorePlan {
        /// Which sounds it keeps.
        records: Vec<SoundName> = vec![SoundName::Speech],
        /// Minutes until it sends; 20 unless one of the three is given.
        after_minutes: Option<f64> = None,
        /// Hour of the home's clock at which it sends what it has.
        at_hour: Option<f64> = None,
        /// Fewest and most hours until it sends.
        random_hours: Option<[f64; 2]> = None,
        /// How much the delay varies, seconds.
        jitter_seconds: f64 = 3.0,
        /// Octets of a second of sound.
        octets_per_second: u32 = 4_000,
    }
}

table! {
    /// A device that sends what it heard at a trickle.
    TricklePlan {
        /// Which sounds it keeps.
        records: Vec<SoundName> = vec![SoundName::Speech],
        /// Octets of a second of sound.
        octets_per_sound_second: u32 = 800,
        /// Octets that it sends in a second.
        octets_per_second: u32 = 20,
        /// Seconds from one record to the next.
        every_seconds: f64 = 2.0,
    }
}

table! {
    /// An assistant that recognises speech itself and sends the words.
    TextPlan {
        /// What wakes it.
        wake_words: Vec<String> = Vec::new(),
        /// How often its word wakes it, 0 to 1.
        wake_probability: f64 = 0.97,
        /// How often something wakes it that differs in one, two, three sounds.
        near_miss: Vec<f64> = vec![0.1, 0.01, 0.0],
        /// Octets before and besides the text.
        octets: u32 = 120,
        /// Milliseconds until it has understood.
        think_ms: u32 = 900,
    }
}

table! {
    /// A lamp that is switched by sound, and reports it.
    LampPlan {
        /// Which sounds it minds.
        reacts_to: Vec<SoundName> = any_sound(),
        /// How often it reacts to one.
        probability: f64 = 0.9,
        /// Octets of its message.
        octets: u32 = 90,
    }
}

table! {
    /// A television that recognises what is watched by its sound.
    TvPlan {
        /// Seconds from one fingerprint to the next, whatever is heard.
        every_seconds: f64 = 20.0,
        /// Seconds from one to the next while a sound lasts.
        sound_every_seconds: f64 = 2.0,
        /// Fewest and most octets of one.
        octets: [u32; 2] = [200, 400],
    }
}
