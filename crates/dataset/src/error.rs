//! What goes wrong with a dataset, each with what to do.

use std::io;
use std::path::PathBuf;

use earwitness_base::outfile;

/// A dataset could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A home cannot be called so.
    #[error("a home cannot be called {name:?}: {why}")]
    Name {
        /// The name.
        name: String,
        /// What to do.
        why: &'static str,
    },
    /// Rows are there that were made by other settings.
    #[error(
        "{} holds {home}, which was made with other settings ({difference}): rows of both are not to be compared. Name another folder, use the same \
         settings, or replace what is there with --replace, which loses days that only the dataset has",
        folder.display()
    )]
    OtherSettings {
        /// The dataset.
        folder: PathBuf,
        /// The home.
        home: String,
        /// What differs.
        difference: String,
    },
    /// The home is there, made from other files.
    #[error(
        "{} holds {home} from other captures, such as {example}, which is not among these: they would be lost. Name all of them, or another home with \
         --home, or replace it with --replace",
        folder.display()
    )]
    OtherCaptures {
        /// The dataset.
        folder: PathBuf,
        /// The home.
        home: String,
        /// A file that would be lost.
        example: String,
    },
    /// The home is there, from another store or under another key.
    #[error(
        "{} holds {home} from another store, or with pseudonyms under another key: rows of both would not belong together. Name the key of then with --key, \
         or another home, or replace what is there with --replace, which loses days that this store has not",
        folder.display()
    )]
    OtherStore {
        /// The dataset.
        folder: PathBuf,
        /// The home.
        home: String,
    },
    /// A newer program wrote it.
    #[error("{} was written by {program}, whose tables are of a newer version ({schema}); use that version, or another folder", folder.display())]
    Newer {
        /// The dataset.
        folder: PathBuf,
        /// Who wrote it.
        program: String,
        /// Version of its tables.
        schema: u32,
    },
    /// Another run writes the same home.
    #[error("{home} in {} is being written by another run; wait until it has ended", folder.display())]
    Busy {
        /// The dataset.
        folder: PathBuf,
        /// The home.
        home: String,
    },
    /// The list of what was written cannot be understood.
    #[error("{}: {why}; remove this file and the folders home={home} in the tables, and analyse the home again", path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// The home.
        home: String,
        /// What is wrong.
        why: String,
    },
    /// The system refuses.
    #[error("cannot write {}: {why}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it says.
        why: io::Error,
    },
    /// A list could not be written.
    #[error(transparent)]
    Outfile(#[from] outfile::Error),
}

impl Error {
    /// What the system said of a path.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |why| Self::Io { path, why }
    }
}
