//! What an experiment file asks of this machine: recordings, subtitles, and what may be said.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use earwitness_lab::file::Surroundings;
use earwitness_lab::subtitles;
use earwitness_sound::speak::sounds;

/// This machine, with the folder that paths of the file are relative to.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    folder: &'a Path,
    /// The lengths of recordings that were asked for.
    recordings: RefCell<BTreeMap<String, i64>>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self { folder, recordings: RefCell::default() }
    }

    /// The lengths of recordings that were asked for, nanoseconds.
    pub(super) fn recordings(self) -> BTreeMap<String, i64> {
        self.recordings.into_inner()
    }
}

impl Surroundings for Machine<'_> {
    fn recording(&self, path: &str) -> Result<i64, String> {
        let length = sounds::recording_length(&self.folder.join(path)).map_err(|trouble| match trouble {
            // The file that asks for it names it already.
            sounds::Trouble::File(_, why) => {
                format!("{why}; give a WAV, FLAC, Ogg Vorbis, MP3 or AIFF file, relative to the experiment file")
            }
            other => other.to_string(),
        })?;
        self.recordings.borrow_mut().insert(path.to_owned(), length);
        Ok(length)
    }

    fn subtitles(&self, path: &str) -> Result<(), String> {
        let place = self.folder.join(path);
        let facts = fs::metadata(&place)
            .map_err(|error| format!("{error}; give an SRT or TTML file, relative to the experiment file"))?;
        if !facts.is_file() || facts.len() > subtitles::LONGEST as u64 {
            return Err(format!("subtitles are a text file of at most {} MiB", subtitles::LONGEST >> 20));
        }
        let text = fs::read_to_string(&place).map_err(|error| format!("{error}; save it as UTF-8"))?;
        let place = |(line, column)| format!("line {line}, column {column}: ");
        subtitles::read(&text, path).map(drop).map_err(|error| error.place.map_or_else(String::new, place) + &error.what)
    }

    fn permits(&self, text: &str) -> Result<(), String> {
        match sounds::forbidden(text, &[]) {
            Some(phrase) => Err(format!(
                "it contains {phrase:?}, which no probe may say: a device that obeys would do it; ask a harmless question"
            )),
            None => Ok(()),
        }
    }
}
