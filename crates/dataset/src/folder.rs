//! The folder of a dataset.

use std::fs;
use std::path::{Path, PathBuf};

use crate::SCHEMA;
use crate::error::Error;
use crate::home_name;
use crate::manifest::Manifest;
use crate::settings::Settings;

/// Where the lists lie; readers of Parquet pass over folders whose names begin so.
const LISTS: &str = "_earwitness";

/// A dataset that homes are written to, all with the same settings.
#[derive(Clone, Debug)]
pub struct Dataset {
    folder: PathBuf,
    settings: Settings,
    replace: bool,
}

impl Dataset {
    /// Opens a folder, and makes it where it is missing.
    ///
    /// # Errors
    /// When it holds homes that were made by other settings, unless `replace`; when a newer program wrote it, or it cannot be read or written.
    pub fn open(folder: &Path, settings: Settings, replace: bool) -> Result<Self, Error> {
        let dataset = Self { folder: folder.to_owned(), settings, replace };
        dataset.made()?;
        for home in dataset.homes()? {
            dataset.agrees_with(&home, replace)?;
        }
        Ok(dataset)
    }

    /// Opens a folder that many write to, each a home of its own: only the home itself may be replaced, and a list of another that cannot be read is left to who
    /// writes that.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_for(home: &str, folder: &Path, settings: Settings, replace: bool) -> Result<Self, Error> {
        let dataset = Self { folder: folder.to_owned(), settings, replace };
        dataset.made()?;
        for other in dataset.homes()? {
            match dataset.agrees_with(&other, replace && other == home) {
                Err(Error::List { .. }) if other != home => {}
                agrees => agrees?,
            }
        }
        Ok(dataset)
    }

    fn made(&self) -> Result<(), Error> {
        let lists = self.folder.join(LISTS);
        fs::create_dir_all(&lists).map_err(Error::at(&lists))
    }

    /// Makes sure that a home was made by the same settings, unless it is to be replaced, and by no newer program.
    fn agrees_with(&self, home: &str, replace: bool) -> Result<(), Error> {
        let Self { folder, settings, .. } = self;
        let Some(list) = Manifest::read(&self.list(home), home)? else { return Ok(()) };
        if list.schema > SCHEMA {
            return Err(Error::Newer { folder: folder.clone(), program: list.program, schema: list.schema });
        }
        if !replace && list.settings != **settings.digest() {
            let difference = settings.difference(&list.settings_text);
            return Err(Error::OtherSettings { folder: folder.clone(), home: home.to_owned(), difference });
        }
        Ok(())
    }

    /// The settings that all homes are made by.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Homes that are there, by their lists, in order of their names.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn homes(&self) -> Result<Vec<String>, Error> {
        let lists = self.folder.join(LISTS);
        let mut homes = Vec::new();
        for entry in fs::read_dir(&lists).map_err(Error::at(&lists))? {
            let name = entry.map_err(Error::at(&lists))?.file_name();
            let home = name.to_str().and_then(|it| it.strip_suffix(".json"));
            homes.extend(home.filter(|it| home_name::check(it).is_ok()).map(str::to_owned));
        }
        homes.sort();
        Ok(homes)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) const fn replaces(&self) -> bool {
        self.replace
    }

    /// The list of a home.
    pub(crate) fn list(&self, home: &str) -> PathBuf {
        self.folder.join(LISTS).join(format!("{home}.json"))
    }

    /// What is locked while a home is written.
    pub(crate) fn lock(&self, home: &str) -> PathBuf {
        self.folder.join(LISTS).join(format!("{home}.lock"))
    }

    /// Where a home is written until it is whole.
    pub(crate) fn aside(&self, home: &str) -> PathBuf {
        self.folder.join(LISTS).join(format!("{home}.new"))
    }
}
