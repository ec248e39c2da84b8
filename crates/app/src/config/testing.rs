//! A session of probes that a person asks for, from the configuration of a home that is watched.

use anyhow::bail;
use earwitness_base::clock::Moment;
use earwitness_base::words;
use earwitness_core::probe::Stimulus;
use earwitness_sound::speak;
use earwitness_sound::speak::sounds::Library;
use jiff::tz::TimeZone;

use super::{Config, Probing};

impl Config {
    /// How devices are probed, where they can be.
    ///
    /// # Errors
    /// Where they cannot.
    pub(crate) fn testable(&mut self) -> anyhow::Result<&mut Probing> {
        if self.loudspeaker.device == speak::Device::None {
            bail!(
                "there is no loudspeaker in the configuration ([loudspeaker] device = \"none\"); without one nothing can be probed"
            );
        }
        let Some(probing) = &mut self.probing else {
            bail!(
                "probing is switched off in the configuration ([probing] enabled = false); switch it on, or name another file with -c"
            );
        };
        Ok(probing)
    }

    /// Plays all sounds one after the other in a slot, until it is known who reacts to any of them.
    ///
    /// # Errors
    /// When a sound cannot be had.
    pub(crate) fn play_in_a_row(&mut self) -> anyhow::Result<()> {
        let library = Library::new(&self.sounds)?;
        let probing = self.testable()?;
        if let Some(row) = Stimulus::row(&probing.design.stimuli) {
            let longest = library.longest_words(&row)?;
            probing.design = probing.design.clone().in_a_row(longest);
        }
        Ok(())
    }

    /// Whether a session can begin now. `anyway`: in quiet hours as well, and while somebody is at home.
    ///
    /// # Errors
    /// Why it cannot, and when it can.
    pub(crate) fn may_begin(&mut self, anyway: bool, moment: Moment) -> anyhow::Result<()> {
        let probing = self.testable()?;
        if anyway {
            probing.design.quiet.clear();
            probing.design.only_when_away = false;
        }
        probing.design.check()?;
        let mut local = probing.design.clone();
        local.local_offset = moment.ahead;
        match local.next_allowed(moment.now) {
            Some(at) if at > moment.now => bail!(
                "it is quiet until {}; try again then, change `quiet` in the configuration, or play now with --anyway",
                words::clock_time(at, &TimeZone::system())
            ),
            _ => Ok(()),
        }
    }

    /// The configuration of a test of the home that begins now.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub(crate) fn for_test(&self, anyway: bool, moment: Moment) -> anyhow::Result<Self> {
        let mut config = self.clone();
        config.play_in_a_row()?;
        config.may_begin(anyway, moment)?;
        Ok(config)
    }
}
