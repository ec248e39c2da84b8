//! `--captures`: folders of captures that somebody else made, each with files of labels; and which of them are kept out of tuning.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use earwitness_compare::labels::Label;

/// Most files of labels in a folder.
const MOST: usize = 1_000;

/// Which captures of a generator are compared. The rule is fixed by the seed alone, so that what was developed on is never what is reported.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum Part {
    /// Even seeds: nobody looked at them while developing.
    Measure,
    /// Odd seeds: a developer may look at them, and reports nothing of them.
    Develop,
    /// Both.
    All,
}

impl Part {
    /// Whether a capture belongs to this part. One without a seed, such as one that was recorded, belongs to all.
    pub(super) fn has(self, label: &Label) -> bool {
        match (self, label.seed) {
            (Self::All, _) | (_, None) => true,
            (Self::Measure, Some(seed)) => seed.is_multiple_of(2),
            (Self::Develop, Some(seed)) => !seed.is_multiple_of(2),
        }
    }

    /// What a reader of the report should know.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Measure => "of the captures with a seed, the even seeds: they are kept out of tuning",
            Self::Develop => "of the captures with a seed, the odd seeds: detectors may have been tuned on them",
            Self::All => "captures with any seed: detectors may have been tuned on the odd ones",
        }
    }
}

/// The files of labels in a folder, in order of their names.
///
/// # Errors
/// When it is no folder, cannot be read, or holds none.
pub(super) fn label_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let name = folder.display();
    let entries = fs::read_dir(folder).with_context(|| format!("--captures {name}: the folder cannot be read"))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("--captures {name}: the folder cannot be read"))?.path();
        if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) && path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        bail!(
            "--captures {name}: there are no labels in it; put a JSON file beside the captures that tells when which device uploaded sound (docs/guide/compare.md)"
        );
    }
    if found.len() > MOST {
        bail!("--captures {name}: more than {MOST} JSON files; put the labels of all captures into one");
    }
    found.sort();
    Ok(found)
}
