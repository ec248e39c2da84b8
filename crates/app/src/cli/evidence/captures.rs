//! A bundle from captures and a probe log.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_evidence::about::About;
use earwitness_evidence::export::Material;
use earwitness_evidence::frames::{Keeper, Kept};
use earwitness_evidence::settings::{Bins, Settings};
use earwitness_report::probelog::{self, Reading, misfit};
use earwitness_traffic::files::{Captures, Order};
use earwitness_traffic::recent::Limits;

use super::source::Source;
use crate::cli::progress::Bar;
use crate::cli::scenario::ALPHA;

/// What was asked for.
pub(super) struct Asked<'a> {
    pub(super) captures: &'a [PathBuf],
    pub(super) probes: &'a Path,
    pub(super) reveal: Option<&'a Path>,
    pub(super) controls: &'a [String],
    pub(super) gateways: &'a [String],
}

impl Asked<'_> {
    /// Reads the small files.
    pub(super) fn material(&self, root: String, about: About) -> anyhow::Result<Material> {
        let mut log = probelog::read(self.probes, &Reading::default())?;
        log.warnings.clear();
        let alpha = log.header.as_ref().and_then(|header| header.alpha).unwrap_or(ALPHA);
        let header = log.header.get_or_insert_default();
        header.alpha = Some(alpha);
        let kept = Kept { from: "captures".to_owned(), cut_outside_rounds: None, cut_before: None };
        let settings = Settings {
            controls: self.controls.to_vec(),
            gateways: self.gateways.to_vec(),
            ..Settings::new(alpha, Bins::FirstFrame, kept)
        };
        let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("--reveal {} cannot be read", path.display()));
        let commitment = self.reveal.map(read).transpose()?;
        Ok(Material { root, log, settings, about, commitment, told: None })
    }

    /// The frames for a bundle.
    pub(super) fn frames(&self, mut material: Material, whole: bool) -> anyhow::Result<Source> {
        material.settings.frames.cut_outside_rounds = if whole { None } else { Some(Limits::HEADERS) };
        let mut frames = tempfile::tempfile().context("a file for the frames cannot be made")?;
        let mut captures = Captures::open(self.captures, Order::Merged, None)?;
        let mut bar = Bar::new("Reading", captures.total(), false);
        let mut keeper = Keeper::new(&mut frames, &material.log.rounds, material.settings.frames.cut_outside_rounds);
        let mut failed = None;
        let (mut first, mut last) = (None, None);
        let flow = captures.for_each(&mut |at| bar.at(at), |frame, file| {
            first = first.min(Some(frame.at)).or(Some(frame.at));
            last = last.max(Some(frame.at));
            match keeper.frame(file.0, frame) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        drop(bar);
        if let (ControlFlow::Break(()), Some(error)) = (flow, failed) {
            return Err(error).context("the frames cannot be kept");
        }
        if captures.frames() == 0 {
            let why: Vec<String> = captures.troubles().iter().map(ToString::to_string).collect();
            bail!("the captures hold no frame {}", why.join("; "));
        }
        if let Some(misfit) = misfit(&material.log.rounds, first, last).filter(|it| it.inside == 0) {
            bail!("{}: {misfit}", self.probes.display());
        }
        let dropped = captures.files().iter().map(|file| file.dropped).fold(0, u64::saturating_add);
        keeper.finish(dropped).context("the frames cannot be kept")?;
        let notes = captures.troubles().iter().map(ToString::to_string).collect();
        Ok(Source { material, frames, notes })
    }
}
