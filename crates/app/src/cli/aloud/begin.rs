//! What has to be there before anything is played, and where everything is kept.

use std::path::{Path, PathBuf};

use anyhow::bail;
use earwitness_sound::speak::Device;
use earwitness_store::Retention;

use super::super::live::Live;
use crate::config::Config;

/// The configuration with what is carried out by itself: no probing, and nothing is deleted.
///
/// # Errors
/// It cannot be used, or there is nothing to watch.
pub(in crate::cli) fn config(live: &Live, state: &Path) -> anyhow::Result<Config> {
    let mut config = live.config()?;
    if config.sources.is_empty() {
        bail!(
            "there is nothing to watch; name an interface with -i (`earwitness capture --list` shows them), or a command that writes a \
             capture with --source; or try it in a simulated home first, with --simulate"
        );
    }
    config.probing = None;
    config.retention = Retention { series: u32::MAX, sightings: u32::MAX, journal: u32::MAX };
    state.clone_into(&mut config.state);
    Ok(config)
}

/// Refuses a configuration without a loudspeaker.
///
/// # Errors
/// It has none.
pub(in crate::cli) fn needs_loudspeaker(config: &Config) -> anyhow::Result<()> {
    if config.loudspeaker.device == Device::None {
        bail!(
            "there is no loudspeaker in the configuration ([loudspeaker] device = \"none\"); without one nothing can be played"
        );
    }
    Ok(())
}

/// The folder where nobody says which: a name in lower case, with what is neither letter nor digit as `-`, and what it is.
pub(in crate::cli) fn folder(live: &Live, name: &str, what: &str) -> PathBuf {
    let plain: String = name.to_lowercase().chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
    live.state().map_or_else(|| PathBuf::from(format!("{}-{what}", plain.trim_matches('-'))), Path::to_owned)
}
