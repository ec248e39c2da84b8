//! One home on its way into a dataset: written beside, and put in its place when it is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::column::Record;
use crate::error::Error;
use crate::folder::Dataset;
use crate::fuller;
use crate::home_name;
use crate::manifest::{FileFacts, Manifest, Part, State};
use crate::parts::{Finished, Parts, emptied};
use crate::{COMMIT, PROGRAM, SCHEMA};

/// Hexadecimal digits of a capture's id that files are called by.
const STEM: usize = 16;

/// What became of the wish to write a home.
pub enum Begun {
    /// It is there already, made from the same files by the same settings and program.
    There(Written),
    /// It is to be written.
    Open(Box<Home>),
}

/// How the list of a home that grows calls what it comes from, in the place of capture files; what tells one store from another follows.
const STORE: &str = "store ";

/// What a home holds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Written {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Parquet files.
    pub files: usize,
    /// What was said of the captures.
    pub troubles: Vec<String>,
}

/// A home that is being written. What was there stays until it is finished; nothing is left of one that is dropped.
pub struct Home {
    dataset: Dataset,
    name: String,
    captures: Vec<FileFacts>,
    before: Option<Manifest>,
    aside: PathBuf,
    parts: Option<Parts>,
    /// Whether days that are there stay where nothing fuller takes their place.
    grows: bool,
    /// Held as long as it lives.
    _lock: File,
}

impl Home {
    /// Begins a home, unless it is there already, made from the same files.
    ///
    /// # Errors
    /// When it cannot be called so, another run writes it, or it was made from other files, unless they are to be replaced.
    pub fn begin(dataset: &Dataset, home: &str, captures: Vec<FileFacts>) -> Result<Begun, Error> {
        let lock = locked(dataset, home)?;
        let before = Manifest::read(&dataset.list(home), home)?;
        if let Some(list) = &before {
            let same = list.captures == captures
                && list.settings == **dataset.settings().digest()
                && list.schema == SCHEMA
                && list.program == PROGRAM
                && list.commit == COMMIT;
            if same && list.is_whole(dataset.folder()) {
                let Manifest { rows, parts, troubles, .. } = list.clone();
                return Ok(Begun::There(Written { rows, files: parts.len(), troubles }));
            }
            let names: BTreeSet<&str> = captures.iter().map(|it| it.path.as_str()).collect();
            let lost = list.captures.iter().find(|it| !names.contains(it.path.as_str()));
            if let Some(lost) = lost.filter(|_| !dataset.replaces()) {
                return Err(lost_by(dataset, home, lost));
            }
        }
        Ok(Begun::Open(Box::new(Self::open(dataset, home, captures, before, lock)?)))
    }

    /// Begins a home that is written again and again from a store, which forgets what is old: each table of a day is replaced, unless what is there has more rows.
    /// `mark` tells the store, and the key of its pseudonyms, from others.
    ///
    /// # Errors
    /// When it cannot be called so, another run writes it, or it was made from capture files or another store, unless they are to be replaced.
    pub fn grow(dataset: &Dataset, home: &str, mark: &str) -> Result<Self, Error> {
        let lock = locked(dataset, home)?;
        let before = Manifest::read(&dataset.list(home), home)?;
        let captures = vec![FileFacts { path: format!("{STORE}{mark}"), octets: 0, modified_ns: 0 }];
        let mut others = before.iter().flat_map(|list| &list.captures).filter(|it| !captures.contains(it));
        if let Some(lost) = others.next().filter(|_| !dataset.replaces()) {
            let of_store = || Error::OtherStore { folder: dataset.folder().to_owned(), home: home.to_owned() };
            return Err(if lost.path.starts_with(STORE) { of_store() } else { lost_by(dataset, home, lost) });
        }
        let mut home = Self::open(dataset, home, captures, before, lock)?;
        home.grows = !dataset.replaces();
        Ok(home)
    }

    fn open(
        dataset: &Dataset,
        home: &str,
        captures: Vec<FileFacts>,
        before: Option<Manifest>,
        lock: File,
    ) -> Result<Self, Error> {
        let aside = dataset.aside(home);
        emptied(&aside)?;
        let parts = Some(Parts::new(aside.clone(), dataset.settings()));
        let (dataset, name) = (dataset.clone(), home.to_owned());
        Ok(Self { dataset, name, captures, before, aside, parts, grows: false, _lock: lock })
    }

    /// Whether an earlier run broke off while it put the home in its place.
    #[must_use]
    pub fn was_left_half(&self) -> bool {
        self.before.as_ref().is_some_and(|list| list.state == State::Replacing)
    }

    /// Adds the row of a record.
    ///
    /// # Errors
    /// When the folder takes no more.
    pub fn push<R: Record>(&mut self, record: &R) -> Result<(), Error> {
        self.parts.as_mut().map_or(Ok(()), |parts| parts.push(record))
    }

    /// Puts the home in its place. `first` is the id of its first capture, by whose beginning files are called.
    ///
    /// # Errors
    /// When the folder takes no more.
    pub fn finish(mut self, first: &str, troubles: Vec<String>) -> Result<Written, Error> {
        let finished = self.parts.take().map_or_else(|| Ok(Vec::new()), Parts::finish)?;
        let named = self.named(&finished, first)?;
        let old = self.before.take().map(|it| it.parts).unwrap_or_default();
        let there = || old.iter().filter(|it| it.is_there(self.dataset.folder())).cloned().collect::<Vec<_>>();
        let fuller = if self.grows { fuller::days(&there(), &named) } else { BTreeSet::new() };
        let (finished, mut new): (Vec<Finished>, Vec<Part>) =
            finished.into_iter().zip(named).filter(|(_, part)| !fuller.contains(part.day())).unzip();
        new.extend(old.iter().filter(|part| fuller.contains(part.day())).cloned());
        let list_path = self.dataset.list(&self.name);
        let settings = self.dataset.settings();
        let mut list = Manifest {
            state: State::Replacing,
            schema: SCHEMA,
            program: PROGRAM.to_owned(),
            commit: COMMIT.to_owned(),
            settings: settings.digest().to_string(),
            settings_text: settings.lines().to_vec(),
            captures: std::mem::take(&mut self.captures),
            rows: fuller::rows(&new),
            parts: new.clone(),
            troubles,
        };
        // Should it end in between, the next run knows all files that may be there.
        list.parts.extend(old.iter().filter(|it| new.iter().all(|new| new.path != it.path)).cloned());
        list.write(&list_path)?;
        self.exchange(&finished, &new, &old)?;
        list.state = State::Done;
        list.parts = new;
        list.write(&list_path)?;
        Ok(Written { rows: list.rows, files: list.parts.len(), troubles: list.troubles })
    }

    /// Where each finished file goes.
    fn named(&self, finished: &[Finished], first: &str) -> Result<Vec<Part>, Error> {
        let stem = first.get(..STEM).unwrap_or(first);
        let mut named: Vec<Part> = Vec::new();
        let mut before = None;
        let mut number = 1;
        for it in finished {
            let key = (it.table, it.day);
            number = if before == Some(key) { number + 1 } else { 1 };
            before = Some(key);
            let file = if number == 1 { format!("{stem}.parquet") } else { format!("{stem}-{number}.parquet") };
            let path = Path::new(it.table.folder()).join(format!("home={}", self.name)).join(it.day.folder()).join(file);
            let octets = it.path.metadata().map_err(Error::at(&it.path))?.len();
            named.push(Part { path, rows: it.rows, octets });
        }
        Ok(named)
    }

    /// Takes the old files away and puts the new ones in their place.
    fn exchange(&self, finished: &[Finished], new: &[Part], old: &[Part]) -> Result<(), Error> {
        let folder = self.dataset.folder();
        for part in old.iter().filter(|it| new.iter().all(|new| new.path != it.path)) {
            let path = folder.join(&part.path);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::at(path)(error)),
                _ => {}
            }
            // Only where nothing else lies in it.
            let _ = path.parent().map(fs::remove_dir);
        }
        // Those that stay come after those that are finished.
        for (it, part) in finished.iter().zip(new) {
            let path = folder.join(&part.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(Error::at(parent))?;
            }
            fs::rename(&it.path, &path).map_err(Error::at(path))?;
        }
        Ok(())
    }
}

/// Makes sure that nobody else writes the home as long as what it returns is open.
fn locked(dataset: &Dataset, home: &str) -> Result<File, Error> {
    home_name::check(home)?;
    let path = dataset.lock(home);
    let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::at(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy { folder: dataset.folder().to_owned(), home: home.to_owned() }),
        // Some file systems of networks have no locks.
        Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(lock),
        Err(fs::TryLockError::Error(error)) => Err(Error::at(path)(error)),
    }
}

fn lost_by(dataset: &Dataset, home: &str, lost: &FileFacts) -> Error {
    Error::OtherCaptures { folder: dataset.folder().to_owned(), home: home.to_owned(), example: lost.path.clone() }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.parts = None;
        // What cannot be removed now, the next run removes.
        let _ = fs::remove_dir_all(&self.aside);
    }
}
