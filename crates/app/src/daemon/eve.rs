//! A file to which lines are added for programs that gather logs (`--eve`): whole lines, also where it is rotated, the disk is full, or the power failed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_base::trust::{self, Place};
use rustix::fs::{FlockOperation, flock};

/// Lines that wait while the file cannot be written, and their octets: more than a day of a home, then the oldest are given up.
const MOST: usize = 10_000;
const MOST_OCTETS: usize = 16 << 20;

/// Read by its owner and the group, as far as the process lets it.
const MODE: u32 = 0o640;

/// The file, and what could not be written yet.
#[derive(Debug)]
pub(super) struct EveFile {
    path: PathBuf,
    file: Option<File>,
    waiting: VecDeque<String>,
    octets: usize,
    lost: u64,
    fails: bool,
}

/// What a person is told of the file.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// It cannot be written; lines are kept meanwhile.
    Fails(String),
    /// It can be written again; so many lines were given up.
    Works(u64),
}

impl EveFile {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It cannot be written, or another program of this kind writes to it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = opened(path)?;
        Ok(Self { path: path.to_owned(), file: Some(file), waiting: VecDeque::new(), octets: 0, lost: 0, fails: false })
    }

    /// Adds a line, which ends with a line feed.
    pub(super) fn add(&mut self, line: String) -> Option<Told> {
        self.octets = self.octets.saturating_add(line.len());
        self.waiting.push_back(line);
        while self.waiting.len() > MOST || self.octets > MOST_OCTETS {
            let Some(oldest) = self.waiting.pop_front() else { break };
            self.octets = self.octets.saturating_sub(oldest.len());
            self.lost = self.lost.saturating_add(1);
        }
        self.flush()
    }

    /// Writes what waits. Says when that begins to fail, and when it works again.
    pub(super) fn flush(&mut self) -> Option<Told> {
        if self.waiting.is_empty() {
            return None;
        }
        match self.write() {
            Ok(()) => {
                let lost = std::mem::take(&mut self.lost);
                std::mem::take(&mut self.fails).then_some(Told::Works(lost))
            }
            Err(error) => (!std::mem::replace(&mut self.fails, true))
                .then(|| Told::Fails(format!("{error:#}; lines are kept until it works"))),
        }
    }

    fn write(&mut self) -> anyhow::Result<()> {
        // Who rotates logs has renamed or removed it.
        if self.file.as_ref().is_none_or(|file| !is_there(&self.path, file)) {
            self.file = None;
            self.file = Some(opened(&self.path)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        while let Some(line) = self.waiting.front() {
            let name = self.path.display();
            let before = file.metadata().with_context(|| format!("{name} cannot be written"))?.len();
            if let Err(error) = file.write_all(line.as_bytes()) {
                // What was written of the line is taken back: it comes whole later.
                let _ = file.set_len(before);
                return Err(error).with_context(|| format!("{name} cannot be written"));
            }
            self.octets = self.octets.saturating_sub(line.len());
            self.waiting.pop_front();
        }
        Ok(())
    }

    /// Lines that were not written when the program ended.
    pub(super) fn unwritten(&self) -> u64 {
        self.lost.saturating_add(self.waiting.len() as u64)
    }
}

/// Opens the file for adding, locked; a line that was cut when the power failed is left alone on its line.
fn opened(path: &Path) -> anyhow::Result<File> {
    let name = path.display();
    let place = trust::place(path).with_context(|| format!("{name} cannot be written"))?;
    let mut file = place.append_own(MODE).with_context(|| format!("{name} cannot be written"))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        bail!("another earwitness writes to {name}: name another file");
    }
    if ends_within_a_line(&place).with_context(|| format!("{name} cannot be read"))? {
        file.write_all(b"\n").with_context(|| format!("{name} cannot be written"))?;
    }
    Ok(file)
}

fn ends_within_a_line(place: &Place) -> io::Result<bool> {
    let file = File::open(place.path())?;
    let Some(last) = file.metadata()?.len().checked_sub(1) else { return Ok(false) };
    let mut octet = [0];
    file.read_exact_at(&mut octet, last)?;
    Ok(octet != *b"\n")
}

/// Whether the file is the one that its name leads to.
fn is_there(path: &Path, file: &File) -> bool {
    let facts = |it: std::fs::Metadata| (it.dev(), it.ino());
    std::fs::metadata(path).map(facts).ok() == file.metadata().map(facts).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn line(number: usize) -> String {
        format!("{{\"number\":{number}}}\n")
    }

    fn lines(range: std::ops::Range<usize>) -> String {
        range.map(line).collect()
    }

    #[test]
    fn lines_are_added_to_what_is_there_and_follow_a_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let [path, old] = ["eve.json", "eve.json.1"].map(|name| folder.path().join(name));
        fs::write(&path, "{}\n").unwrap();
        let mut eve = EveFile::open(&path).unwrap();
        assert_eq!((0..3).filter_map(|it| eve.add(line(it))).count(), 0);
        fs::rename(&path, &old).unwrap();
        assert_eq!((3..5).filter_map(|it| eve.add(line(it))).count(), 0);
        // As logrotate's `create` has it.
        fs::remove_file(&old).unwrap();
        fs::rename(&path, &old).unwrap();
        fs::write(&path, "").unwrap();
        assert_eq!(eve.add(line(5)), None);
        assert_eq!((fs::read_to_string(&old).unwrap(), fs::read_to_string(&path).unwrap()), (lines(3..5), lines(5..6)));
        // As `copytruncate` has it.
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        assert_eq!(eve.add(line(6)), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), lines(6..7));
    }

    #[test]
    fn a_line_that_the_power_cut_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("eve.json");
        fs::write(&path, "{\"cut").unwrap();
        EveFile::open(&path).unwrap().add(line(0));
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{{\"cut\n{}", line(0)));
    }

    #[test]
    fn two_do_not_write_to_one_file_and_a_link_of_a_stranger_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("eve.json");
        let first = EveFile::open(&path).unwrap();
        assert!(EveFile::open(&path).unwrap_err().to_string().contains("another earwitness writes to"));
        drop(first);
        EveFile::open(&path).unwrap();
        let missing = folder.path().join("nowhere/eve.json");
        assert!(EveFile::open(&missing).unwrap_err().to_string().contains("cannot be written"));
    }

    #[test]
    fn what_cannot_be_written_is_kept_and_comes_whole_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/eve.json");
        fs::create_dir(path.parent().unwrap()).unwrap();
        let mut eve = EveFile::open(&path).unwrap();
        assert_eq!(eve.add(line(0)), None);
        fs::rename(path.parent().unwrap(), folder.path().join("away")).unwrap();
        assert!(matches!(eve.add(line(1)), Some(Told::Fails(why)) if why.contains("logs/eve.json cannot be written")));
        assert_eq!(eve.add(line(2)), None, "it is said once");
        assert_eq!(eve.unwritten(), 2);
        fs::rename(folder.path().join("away"), path.parent().unwrap()).unwrap();
        assert_eq!(eve.flush(), Some(Told::Works(0)));
        assert_eq!((fs::read_to_string(&path).unwrap(), eve.flush()), (lines(0..3), None));
    }

    #[test]
    fn of_more_lines_than_are_kept_the_oldest_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/eve.json");
        fs::create_dir(path.parent().unwrap()).unwrap();
        let mut eve = EveFile::open(&path).unwrap();
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
        for number in 0..MOST + 3 {
            eve.add(line(number));
        }
        fs::create_dir(path.parent().unwrap()).unwrap();
        assert_eq!(eve.flush(), Some(Told::Works(3)));
        assert_eq!(fs::read_to_string(&path).unwrap(), lines(3..MOST + 3));
    }

    #[test]
    fn a_full_disk_cuts_no_line() {
        // `/dev/full` is no file of ours; a limit on the size of files does the same to a process, so one is made.
        let Ok(folder) = std::env::var("EVE_LIMITED") else {
            let folder = tempfile::tempdir().unwrap();
            let me = std::env::current_exe().unwrap();
            let script = format!(
                "ulimit -f 1; trap '' XFSZ; exec '{}' --exact daemon::eve::tests::a_full_disk_cuts_no_line",
                me.display()
            );
            let output =
                std::process::Command::new("sh").args(["-c", &script]).env("EVE_LIMITED", folder.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            return;
        };
        let path = Path::new(&folder).join("eve.json");
        let mut eve = EveFile::open(&path).unwrap();
        let told: Vec<Told> = (0..200).filter_map(|it| eve.add(line(it))).collect();
        let text = fs::read_to_string(&path).unwrap();
        let whole = text.lines().count();
        assert!(matches!(told.as_slice(), [Told::Fails(_)]) && whole > 10 && whole < 200, "{told:?}: {whole}");
        assert_eq!((text, eve.unwritten()), (lines(0..whole), 200 - whole as u64));
    }
}
