//! A recording by another program, with the moments at which it came.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::sound::{Pcm, duration, onset};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sound::speak::sounds::resampled;

use crate::server::{Room, until};

const RATE: u32 = 48_000;

#[derive(Default)]
struct Heard {
    samples: Vec<f32>,
    /// The earliest moment at which the first sample can have been heard, told by every piece: when it came, less what came before.
    begin: Option<Timestamp>,
}

/// `parec` on the monitor of the room, in pieces of 5 ms.
pub(crate) struct Witness {
    program: Child,
    heard: Arc<Mutex<Heard>>,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Witness {
    pub(crate) fn start(room: &Room) -> Self {
        let arguments = ["-d", "room.monitor", "--rate=48000", "--channels=1", "--format=s16le", "--raw", "--latency-msec=5"];
        let mut program = room.command("parec", &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = program.stdout.take().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let theirs = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut octets = vec![0; 480];
            while output.read_exact(&mut octets).is_ok() {
                let now = clock::now();
                let mut heard = theirs.lock().unwrap();
                heard.samples.extend(octets.as_chunks::<2>().0.iter().map(|it| f32::from(i16::from_le_bytes(*it)) / 32_768.0));
                let begin = now.plus(-duration(heard.samples.len(), RATE));
                // Pieces come late and never early: the earliest is the truest.
                heard.begin = Some(heard.begin.map_or(begin, |before| before.min(begin)));
            }
        });
        let witness = Self { program, heard };
        until("the witness to hear", || witness.heard.lock().unwrap().samples.len() > 48_000);
        witness
    }

    /// All that it has heard, as it came.
    pub(crate) fn samples(&self) -> Vec<i16> {
        self.heard.lock().unwrap().samples.iter().map(|sample| (sample * 32_768.0) as i16).collect()
    }

    /// When the sound began, by its own recording.
    pub(crate) fn onset(&self, sound: &Pcm, around: Timestamp) -> Timestamp {
        let end = around.plus(sound.length() + SECOND);
        until("the witness to have heard it", || {
            let heard = self.heard.lock().unwrap();
            heard.begin.unwrap().plus(duration(heard.samples.len(), RATE)) > end
        });
        clock::sleep(Duration::from_millis(50));
        let heard = self.heard.lock().unwrap();
        let begin = heard.begin.unwrap();
        let from = earwitness_core::sound::samples_in(around.plus(-SECOND).since(begin), RATE);
        let recording = Pcm { rate: RATE, samples: heard.samples[from..].to_vec() };
        let found = onset::find(&resampled(sound, RATE).unwrap(), &recording).unwrap();
        assert!(found.audible, "the witness did not hear it: {found:?}");
        begin.plus(duration(from, RATE) + found.at)
    }
}

/// Writes a sound for another program to play, a little softer.
pub(crate) fn write(path: &Path, sound: &Pcm) {
    let spec =
        hound::WavSpec { channels: 1, sample_rate: sound.rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for &sample in &sound.samples {
        writer.write_sample((sample * 16_000.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
}
