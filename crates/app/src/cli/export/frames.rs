//! The recent frames as a capture: evidence of a sighting, cut out.

use anyhow::{Context as _, bail};

use super::args::Args;
use crate::cli::Outcome;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_traffic::recent::FrameRing;

/// Writes the frames of the time that is asked for.
pub(super) fn write(args: &Args) -> anyhow::Result<Outcome> {
    let (folder, window) = (args.store.join("frames"), args.selection()?.window);
    let mut ring = FrameRing::read(&folder).with_context(|| {
        format!("no frames are kept in {}; name the folder of a store (see [capture] in its configuration)", folder.display())
    })?;
    let mut cut = None;
    let written = outfile::write_whole(&args.output, |out: &mut Sink<'_>| {
        cut = Some(ring.cut(window, args.device, out)?);
        Ok(())
    });
    match written {
        Err(error) if error.is_closed_pipe() => return Ok(Outcome::Done),
        written => written?,
    }
    let Some(cut) = cut else { bail!("nothing was written") };
    if cut.unreadable > 0 {
        say::line(&format!("{} files of recent frames could not be read", cut.unreadable));
        return Ok(Outcome::Trouble);
    }
    if cut.frames == 0 {
        say::line("no frame that is kept lies in this time; the capture is empty");
    }
    Ok(Outcome::Done)
}
