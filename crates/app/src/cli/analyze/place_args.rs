//! What can be said of places on the command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::ValueHint;

/// What can be said of places.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "places")]
pub(in crate::cli) struct Args {
    /// Folders of captures, each of one vantage point: all files in it are one capture, in order of time (docs/guide/dataset.md). A file is a place of itself.
    #[arg(
        long, value_name = "DIR", num_args = 1.., value_hint = ValueHint::AnyPath, requires = "dataset", help_heading = "Places",
        conflicts_with_all = ["captures", "eve", "html", "series", "annotate", "output", "follow", "device", "exit_code", "sequential", "serve"]
    )]
    pub(super) place: Vec<PathBuf>,
    /// Folder that the tables of the places are written to, as Parquet: `TABLE/home=HOME/date=YYYY-MM-DD/CAPTURE.parquet`.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "place", help_heading = "Places")]
    pub(super) dataset: Option<PathBuf>,
    /// What a place is called, once for each in their order. Default: the name of its folder.
    #[arg(long, value_name = "NAME", requires = "place", help_heading = "Places")]
    pub(super) home: Vec<String>,
    /// Places that are analysed side by side. Default: one for each processor.
    #[arg(long, value_name = "N", requires = "place", help_heading = "Places")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Replace what the dataset holds of these homes, also where it was made from other captures or with other settings.
    #[arg(long, requires = "place", help_heading = "Places")]
    pub(super) replace: bool,
}
