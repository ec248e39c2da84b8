//! Is the loudspeaker heard by the microphone, and how loud?

use super::{Check, Status};

/// Fainter than this, a sound drowns in the noise of a room and of most microphones, dBFS.
const FAINT: f64 = -60.0;
/// From here on the peaks of speech are cut off by the microphone, dBFS.
const TOO_LOUD: f64 = -6.0;

/// What became of a sound that was played and listened for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Hearing {
    /// It was heard.
    Heard {
        /// How loud it arrived, dBFS.
        level: f64,
        /// Milliseconds between the moment that the sound server names and the one that was heard.
        late: f64,
        /// How far off that may be, milliseconds.
        error: f64,
    },
    /// It was played, and the microphone, which works, did not hear it.
    NotHeard,
    /// The microphone heard nothing at all: why.
    Deaf(String),
    /// It was not played: why.
    Mute(String),
}

/// From a loudspeaker through the air to a microphone.
pub(crate) trait AudioPath {
    /// The loudspeakers and microphones that there are, for people; or why the sound server does not answer.
    fn reach(&mut self) -> Result<String, String>;
    /// Plays a short sound and listens for it.
    fn probe(&mut self) -> Hearing;
}

/// Reaches the sound server, plays a sound, and says whether it was heard.
pub(crate) fn sound(audio_path: &mut dyn AudioPath) -> Vec<Check> {
    const SERVER: &str = "sound-server";
    let server = match audio_path.reach() {
        Ok(devices) => Check::ok(SERVER, devices),
        Err(why) => {
            return vec![Check::other(
                SERVER,
                Status::Fail,
                format!("no sound server answers: {why}"),
                "start PipeWire or PulseAudio for the user that runs this, or name its socket: PULSE_SERVER=unix:/run/user/1000/pulse/native",
            )];
        }
    };
    vec![server, heard(&audio_path.probe())]
}

fn heard(hearing: &Hearing) -> Check {
    const NAME: &str = "loudspeaker";
    let other = |status, measured: String, advice: &str| Check::other(NAME, status, measured, advice);
    match hearing {
        Hearing::Heard { level, late, error } => {
            let measured = format!(
                "the microphone hears the loudspeaker at {level:.0} dBFS, {late:.0} ms after the sound server's own time (give or take {error:.0})"
            );
            if *level < FAINT {
                other(Status::Warn, measured, "that is faint: turn the loudspeaker up, or move the microphone nearer")
            } else if *level > TOO_LOUD {
                other(
                    Status::Warn,
                    measured,
                    "that is so loud that peaks are cut off: turn the microphone or the loudspeaker down",
                )
            } else {
                Check::ok(NAME, measured)
            }
        }
        Hearing::NotHeard => other(
            Status::Fail,
            "a sound was played, and the microphone did not hear it".into(),
            "turn the loudspeaker up, look whether the right devices are the default ones (pactl info), and whether one of them is muted",
        ),
        Hearing::Deaf(why) => other(
            Status::Warn,
            format!("a sound was played, and nothing listens: {why}"),
            "plug in a microphone, or choose the monitor of the loudspeaker; without either, the moment of a sound is known from the sound server only, and \
             whether it sounded at all is not",
        ),
        Hearing::Mute(why) => {
            other(Status::Fail, format!("no sound could be played: {why}"), "see to the loudspeaker: pactl list short sinks")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Made(Result<String, String>, Hearing);

    impl AudioPath for Made {
        fn reach(&mut self) -> Result<String, String> {
            self.0.clone()
        }
        fn probe(&mut self) -> Hearing {
            self.1.clone()
        }
    }

    fn heard_as(hearing: Hearing) -> Check {
        sound(&mut Made(Ok("one sink".into()), hearing)).pop().unwrap()
    }

    #[test]
    fn levels_are_judged() {
        let at = |level| heard_as(Hearing::Heard { level, late: 41.7, error: 2.0 }).status;
        assert_eq!([at(-80.0), at(-30.0), at(-3.0)], [Status::Warn, Status::Ok, Status::Warn]);
        let heard = heard_as(Hearing::Heard { level: -31.4, late: 41.7, error: 2.0 });
        assert_eq!(
            heard.measured,
            "the microphone hears the loudspeaker at -31 dBFS, 42 ms after the sound server's own time (give or take 2)"
        );
    }

    #[test]
    fn what_is_not_heard_is_no_success() {
        assert_eq!(heard_as(Hearing::NotHeard).status, Status::Fail);
        assert_eq!(heard_as(Hearing::Mute("no sink".into())).status, Status::Fail);
        assert_eq!(heard_as(Hearing::Deaf("no source".into())).status, Status::Warn);
        let silent = sound(&mut Made(Err("connection refused".into()), Hearing::NotHeard));
        assert!(silent.len() == 1 && silent[0].measured.contains("connection refused"), "{silent:?}");
    }
}
