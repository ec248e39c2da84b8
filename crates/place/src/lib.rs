//! A place: all capture files of one vantage point, in order of time, as one analysis, whatever their rotation, names, gaps and packing.
//!
//! The analysis is drained as it goes, so that memory grows neither with the hours nor with the number of files; rows go into a dataset. A file that is broken costs its
//! own rows; what is odd about the files is said in a sentence each.

mod copies;
mod find;
mod ids;
pub mod kept;
mod mixed;
mod settings;
mod spans;
mod write;

pub use find::{FindError, Found, files, named};
pub use settings::settings;
pub use write::{Ended, Error, How, Meter, Place, write};
