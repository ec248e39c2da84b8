//! The Parquet files of a home while it is written: one a table and day, more where the days come in another order.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use earwitness_report::grid::Writer;

use crate::column::{Name, Record};
use crate::day::Day;
use crate::error::Error;
use crate::settings::Settings;
use crate::{COMMIT, PROGRAM, SCHEMA};

/// Files that are open at once, each with some thousand rows in memory: those of the tables around midnight. A day whose file was closed gets another one.
const MOST_OPEN: usize = 6;

/// The file of a table and day that is open.
struct Open {
    writer: Writer<BufWriter<File>>,
    path: PathBuf,
    /// When a row was added last, counted in rows.
    used: u64,
}

/// A file that is finished.
pub(crate) struct Finished {
    pub(crate) table: Name,
    pub(crate) day: Day,
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
}

/// All files of a home.
pub(crate) struct Parts {
    folder: PathBuf,
    notes: Vec<(&'static str, String)>,
    open: BTreeMap<(Name, Day), Open>,
    finished: Vec<Finished>,
    pushed: u64,
}

impl Parts {
    /// No file yet; they are made in `folder`, which is empty.
    pub(crate) fn new(folder: PathBuf, settings: &Settings) -> Self {
        let notes = vec![
            ("earwitness.schema", SCHEMA.to_string()),
            ("earwitness.program", PROGRAM.to_owned()),
            ("earwitness.commit", COMMIT.to_owned()),
            ("earwitness.settings", settings.digest().to_string()),
            ("earwitness.settings_text", settings.lines().join("\n")),
        ];
        Self { folder, notes, open: BTreeMap::new(), finished: Vec::new(), pushed: 0 }
    }

    /// Adds the row of a record to the file of its day.
    pub(crate) fn push<R: Record>(&mut self, record: &R) -> Result<(), Error> {
        let key = (R::TABLE, Day::of(record.at()));
        if !self.open.contains_key(&key) {
            if self.open.len() >= MOST_OPEN {
                self.close_one()?;
            }
            let open = self.begin::<R>()?;
            self.open.insert(key, open);
        }
        self.pushed += 1;
        let Some(open) = self.open.get_mut(&key) else { return Ok(()) };
        open.used = self.pushed;
        open.writer.push(record.row()).map_err(Error::at(&open.path))
    }

    fn begin<R: Record>(&mut self) -> Result<Open, Error> {
        let path = self.folder.join(format!("{:06}.parquet", self.finished.len() + self.open.len()));
        let mut notes = self.notes.clone();
        notes.push(("earwitness.columns", crate::dictionary::json::<R>()));
        let begun = File::create_new(&path).and_then(|file| {
            let out = BufWriter::with_capacity(1 << 16, file);
            Writer::new(R::TABLE.folder(), &notes, R::fields(), out)
        });
        Ok(Open { writer: begun.map_err(Error::at(&path))?, path, used: self.pushed })
    }

    /// Closes the file that was used least lately.
    fn close_one(&mut self) -> Result<(), Error> {
        let oldest = self.open.iter().min_by_key(|(_, open)| open.used).map(|(key, _)| *key);
        oldest.map_or(Ok(()), |key| self.close(key))
    }

    fn close(&mut self, (table, day): (Name, Day)) -> Result<(), Error> {
        let Some(Open { writer, path, .. }) = self.open.remove(&(table, day)) else { return Ok(()) };
        let rows = writer.finish().map_err(Error::at(&path))?;
        self.finished.push(Finished { table, day, path, rows });
        Ok(())
    }

    /// Closes all of them; in order of table, day and time of closing.
    pub(crate) fn finish(mut self) -> Result<Vec<Finished>, Error> {
        while let Some(key) = self.open.keys().next().copied() {
            self.close(key)?;
        }
        self.finished.sort_by_key(|it| (it.table, it.day));
        Ok(self.finished)
    }
}

/// Makes a folder empty, whatever is there.
pub(crate) fn emptied(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::at(folder)(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(Error::at(folder))
}
