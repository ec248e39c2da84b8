//! The list of what was written of a home, by which a run that is repeated knows what it need not do, and what it replaces.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use earwitness_base::outfile::{self, Sink};
use serde::{Deserialize, Serialize};

use crate::column::Name;
use crate::error::Error;

/// Most octets of a list that is read: those of a million captures are fewer.
const LARGEST: u64 = 512 << 20;

/// How far a home has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Its files are being exchanged: some may be missing.
    Replacing,
    /// It is whole.
    Done,
}

/// A capture file, as it was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its name, from the folder of its place on.
    pub path: String,
    /// Its octets.
    pub octets: u64,
    /// When it was changed, nanoseconds since 1970.
    pub modified_ns: i64,
}

/// A file of the dataset.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    /// From the folder of the dataset on.
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    pub(crate) octets: u64,
}

impl Part {
    /// The folder of its day, `TABLE/home=HOME/date=DATE`.
    pub(crate) fn day(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Whether it is there as it was written.
    pub(crate) fn is_there(&self, folder: &Path) -> bool {
        folder.join(&self.path).metadata().is_ok_and(|it| it.is_file() && it.len() == self.octets)
    }
}

/// The list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) state: State,
    pub(crate) schema: u32,
    pub(crate) program: String,
    pub(crate) commit: String,
    pub(crate) settings: String,
    pub(crate) settings_text: Vec<String>,
    pub(crate) captures: Vec<FileFacts>,
    pub(crate) parts: Vec<Part>,
    /// Rows of each table.
    pub(crate) rows: BTreeMap<String, u64>,
    /// What was said of the captures.
    pub(crate) troubles: Vec<String>,
}

impl Manifest {
    /// Reads the list of a home, if there is one.
    ///
    /// # Errors
    /// When it cannot be read or understood, or names files that are not the home's.
    pub(crate) fn read(path: &Path, home: &str) -> Result<Option<Self>, Error> {
        let wrong = |why: String| Error::List { path: path.to_owned(), home: home.to_owned(), why };
        match fs::metadata(path) {
            Ok(about) if about.is_file() => {}
            // A pipe in a shared folder, say, would be waited for.
            Ok(_) => return Err(wrong("is no file".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        }
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let mut text = Vec::new();
        file.take(LARGEST).read_to_end(&mut text).map_err(|error| wrong(error.to_string()))?;
        let list: Self = serde_json::from_slice(&text).map_err(|error| wrong(format!("is no list of a home: {error}")))?;
        match list.parts.iter().find(|part| !is_of(&part.path, home)) {
            Some(part) => Err(wrong(format!("names {}, which is no file of the home", part.path.display()))),
            None => Ok(Some(list)),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the folder takes no more.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, self).map_err(io::Error::from)?;
            writeln!(out)
        })?;
        Ok(())
    }

    /// Whether all its files are there as they were written.
    pub(crate) fn is_whole(&self, folder: &Path) -> bool {
        self.state == State::Done && self.parts.iter().all(|it| it.is_there(folder))
    }
}

/// Whether a path is `TABLE/home=HOME/DATE/FILE`, and so cannot lead elsewhere.
fn is_of(path: &Path, home: &str) -> bool {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|it| match it {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let Some([table, of, date, file]) = parts.as_deref() else { return false };
    Name::ALL.iter().any(|name| name.folder() == *table)
        && of.strip_prefix("home=") == Some(home)
        && date.starts_with("date=")
        && Path::new(file).extension().is_some_and(|it| it == "parquet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_home_is_no_file_of_it() {
        assert!(is_of(Path::new("series/home=a/date=2026-03-01/x.parquet"), "a"));
        for bad in [
            "series/home=b/date=2026-03-01/x.parquet",
            "series/home=a/../x.parquet",
            "/series/home=a/date=2026-03-01/x.parquet",
            "etc/home=a/date=2026-03-01/x.parquet",
            "series/home=a/date=2026-03-01/passwd",
            "series/home=a/date=2026-03-01/more/x.parquet",
        ] {
            assert!(!is_of(Path::new(bad), "a"), "{bad}");
        }
    }
}
