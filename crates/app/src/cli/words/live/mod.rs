//! A search for words with a device: in a room, or in a simulated home.

mod course;
mod home;
mod journal;
mod kept;
mod real;
mod simulated;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use earwitness_base::words::counted;
use earwitness_core::findings::DeviceId;
use earwitness_core::lot::Lot;
use earwitness_sound::speak::sounds::Library;
use earwitness_words::{Again, Campaign, End, Manner, Pace, Pool, Rules, Search, Settings, phoneme};

use self::course::Course;
use self::home::{Break, Home, Said};
pub(super) use self::journal::is_usual;
use self::journal::{FORMAT, Header, Record, Replayed};
pub(in crate::cli) use self::kept::{JOURNAL, exported, kept};
use self::real::Real;
use self::simulated::Simulated;
use super::super::aloud::{self, Lines};
use super::super::live::Live;
use super::super::scenario;
use crate::say;

/// Voices of espeak-ng that woke third-party engines best, of both sexes.
pub(super) const VOICES: [&str; 4] = ["en-gb@160", "en-us@150", "en-gb-scotland@150", "en-gb+f2@160"];
/// A round takes no longer than this, seconds: so long is a simulated home there for each.
const ROUND_SECONDS: f64 = 12.0 * 15.0 + 300.0;

/// What is searched for, and where.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) wake_word: String,
    pub(super) pool: Pool,
    /// Voices at levels, each voice at all of them.
    pub(super) manners: Vec<Manner>,
    pub(super) settings: Settings,
    pub(super) alpha: f64,
    pub(super) device: Option<String>,
    pub(super) is_quiet: bool,
    /// Words of an earlier search that are played again instead, and how often each at most.
    pub(super) replay: Option<(Vec<Again>, usize)>,
}

impl Wanted {
    /// Most plays.
    fn plays(&self) -> usize {
        self.replay.as_ref().map_or(self.settings.plays, |(words, each)| words.len() * each)
    }

    /// What will sound, as far as that is known.
    fn said(&self) -> impl Iterator<Item = Said> {
        let wake = self.manners.iter().map(|it| Said { text: self.wake_word.clone(), manner: it.clone() });
        let again = self.replay.iter().flat_map(|it| &it.0).filter_map(|it| {
            Some(Said {
                text: self.pool.words().get(it.word)?.text.clone(),
                manner: self.manners.get(*it.manners.first()?)?.clone(),
            })
        });
        wake.chain(again)
    }
}

/// What came of it.
pub(super) struct Found {
    pub(super) campaign: Campaign,
    pub(super) device: Option<(DeviceId, String)>,
    /// Why it is over; `None` where it was stopped.
    pub(super) end: Option<End>,
    /// Sound that was uploaded after each word, seconds, and after how many of its plays.
    pub(super) uploaded: BTreeMap<usize, (f64, u32)>,
}

/// Searches in a simulated home, in virtual time.
pub(super) fn simulate(wanted: &Wanted, name: &str) -> anyhow::Result<Found> {
    let plan = scenario::load(name)?;
    let folder = tempfile::tempdir()?;
    let rounds = u32::try_from(wanted.plays()).map_or(f64::from(u32::MAX), f64::from);
    // A round plays at least one word.
    let mut home = Simulated::new(plan, wanted.settings.seed, rounds * ROUND_SECONDS / 3_600.0 + 1.0);
    carry_out(wanted, &header(wanted, name), folder.path(), &mut home)
}

/// Searches in this room.
pub(super) fn listen(wanted: Wanted, live: &Live) -> anyhow::Result<Found> {
    let header = header(&wanted, "this room");
    let what = if wanted.replay.is_some() { "words-replay" } else { "words" };
    let state = aloud::folder(live, &wanted.wake_word, what);
    let config = aloud::config(live, &std::path::absolute(&state)?)?;
    aloud::needs_loudspeaker(&config)?;
    let library = Library::new(&config.sounds)?;
    for said in wanted.said() {
        // Also whether it can be said at all, before anything sounds.
        library.stimulus(&real::stimulus(&said))?;
    }
    drop(library);
    let stop = Arc::new(AtomicBool::new(false));
    // The folder is there, and is that of this search, before anything is opened in it or sounds.
    let (journal, records) = opened(&header, &state)?;
    drop(journal);
    let mut home = Real::open(&config, wanted.settings.seed, Arc::clone(&stop))?;
    say::line(&format!("everything is kept in {}", state.display()));
    let rounds = records.iter().filter(|it| matches!(it, Record::Seen { .. })).count();
    if rounds > 0 {
        say::line(&format!(
            "it goes on after the {} that are there; another --state begins anew",
            counted(rounds as u64, "round", "rounds")
        ));
    }
    let search = (wanted, header, state);
    let again = search.clone();
    match aloud::conduct(config, &stop, move || carry_out(&search.0, &search.1, &search.2, &mut home))? {
        Some(found) => found,
        // It was stopped in the middle of a word, which is not waited for: what is written down is told.
        None => Ok(Found::of(begun(&again.0, &again.1, &again.2)?, None)),
    }
}

fn carry_out(wanted: &Wanted, header: &Header, folder: &Path, home: &mut dyn Home) -> anyhow::Result<Found> {
    let mut course = begun(wanted, header, folder)?;
    match course.run(home) {
        Ok(end) => Ok(Found::of(course, Some(end))),
        Err(Break::Stopped) => Ok(Found::of(course, None)),
        Err(Break::Failed(error)) => Err(error),
    }
}

/// A search that goes on after what a folder holds of it.
fn begun<'a>(wanted: &'a Wanted, header: &Header, folder: &Path) -> anyhow::Result<Course<'a>> {
    let (journal, records) = opened(header, folder)?;
    let search = Search::new(wanted.pool.clone(), wanted.manners.clone(), wanted.settings.clone());
    let rules = Rules { alpha: wanted.alpha, ..Rules::default() };
    let campaign = match &wanted.replay {
        Some((words, each)) => Campaign::replaying(search, rules, words.clone(), *each),
        None => Campaign::new(search, rules),
    };
    let device =
        wanted.device.as_ref().map(|it| Ok::<_, anyhow::Error>((DeviceId::Mac(course::address(it)?), it.clone()))).transpose()?;
    let uploaded = BTreeMap::new();
    let mut course = Course {
        campaign,
        is_quiet: wanted.is_quiet,
        journal,
        wake_word: &wanted.wake_word,
        device,
        pace: Pace::default(),
        uploaded,
    };
    course.resume(&records)?;
    Ok(course)
}

/// The journal of a folder, if it is that of this search, and its lines.
fn opened(header: &Header, folder: &Path) -> anyhow::Result<(Lines, Vec<Record>)> {
    let (mut journal, records) = journal::open(folder)?;
    match records.first() {
        None => journal.add(&Record::Search(Box::new(header.clone())))?,
        Some(Record::Search(known)) if known.is_same(header) => {}
        Some(_) => bail!(
            "{} holds another search, or this one with other words or options; go on with those, or name another folder with --state",
            folder.display()
        ),
    }
    Ok((journal, records))
}

impl Found {
    /// What the device is called.
    pub(super) fn name(&self) -> &str {
        self.device.as_ref().map_or("the device", |it| it.1.as_str())
    }

    fn of(course: Course<'_>, end: Option<End>) -> Self {
        let Course { campaign, device, uploaded, .. } = course;
        Self { campaign, device, end, uploaded }
    }
}

fn header(wanted: &Wanted, home: &str) -> Header {
    let digest = |text: &str| format!("{:016x}", Lot::new(0).stream(text, 0).word());
    let (mut voices, mut levels): (Vec<String>, Vec<f32>) = (Vec::new(), Vec::new());
    for it in &wanted.manners {
        if !voices.contains(&it.voice) {
            voices.push(it.voice.clone());
        }
        if !levels.contains(&it.level_db) {
            levels.push(it.level_db);
        }
    }
    if levels.iter().all(is_usual) {
        levels.clear();
    }
    let replay = wanted.replay.as_ref().map(|(words, each)| Replayed {
        words: words.len(),
        digest: digest(&format!("{words:?}")),
        each: *each,
    });
    let texts: Vec<&str> = wanted.pool.words().iter().map(|it| it.text.as_str()).collect();
    Header {
        format: FORMAT,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")).to_owned(),
        wake_word: wanted.wake_word.clone(),
        phonemes: phoneme::write(wanted.pool.wake()),
        words: texts.len(),
        digest: digest(&texts.join("\n")),
        voices,
        levels,
        seed: wanted.settings.seed,
        plays: wanted.plays(),
        slots: Rules::default().slots,
        alpha: wanted.alpha,
        device: wanted.device.clone(),
        home: home.to_owned(),
        replay,
    }
}

#[cfg(test)]
mod tests;
