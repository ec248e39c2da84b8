//! What is read, and how.

use std::fs;
use std::path::{Path, PathBuf};

use earwitness_core::analysis::AnalysisSettings;
use earwitness_report::published::Asked;
use earwitness_traffic::files::Order;

use crate::probes::ProbeLog;

/// Captures that are read as one analysis.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Files, folders and pipes; `-` is standard input.
    pub captures: Vec<PathBuf>,
    /// How frames of several files follow each other.
    pub order: Order,
    /// Whether a file that grows is read on until the flag is set.
    pub follow: bool,
    /// What is looked for.
    pub settings: AnalysisSettings,
    /// Threads that look for sound beside the one that reads, see [`spare`](crate::spare).
    pub helpers: usize,
    /// What was played meanwhile, if that is known before reading.
    pub probes: Option<ProbeLog>,
    /// How the published two-sample test is asked, with probes or without.
    pub published: Asked,
}

impl Plan {
    /// Whether every capture can be read a second time.
    #[must_use]
    pub fn can_reread(&self) -> bool {
        !self.follow && self.once_only().next().is_none()
    }

    /// The captures that can be read only once: pipes and standard input. A file that is not there is none of them, since opening it says so.
    pub fn once_only(&self) -> impl Iterator<Item = &Path> {
        let rereadable =
            |path: &Path| path.as_os_str() != "-" && fs::metadata(path).map_or(true, |it| it.is_file() || it.is_dir());
        self.captures.iter().map(PathBuf::as_path).filter(move |path| !rereadable(path))
    }
}
