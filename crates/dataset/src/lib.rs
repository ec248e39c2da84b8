//! Findings of many homes as one dataset: partitioned Parquet, `TABLE/home=HOME/date=YYYY-MM-DD/CAPTURE.parquet`, which Spark, duckdb, polars and pandas read.
//!
//! Each table is a list of columns ([`column::Column`]), from which its schema, its dictionary and its values come. A home is written beside and put in its
//! place when it is whole; what was written is kept in a list, so that a run that is repeated replaces its own files, and half a home is recognised.

pub mod capture_id;
pub mod column;
pub mod day;
pub mod dictionary;
mod error;
mod folder;
mod fuller;
mod home;
mod home_name;
mod manifest;
mod parts;
pub mod pseudonym;
pub mod settings;
pub mod tables;

pub use column::{Name, Record, table};
pub use error::Error;
pub use folder::Dataset;
pub use home::{Begun, Home, Written};
pub use home_name::check as check_home;
pub use manifest::FileFacts;

/// Version of the tables: a column that is renamed, removed or changes its meaning raises it; a new one does not.
pub const SCHEMA: u32 = 1;

/// The program that writes them.
pub const PROGRAM: &str = concat!("earwitness ", env!("CARGO_PKG_VERSION"));

/// The commit that it was built from, where whoever built it said so.
pub const COMMIT: &str = match option_env!("EARWITNESS_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};
