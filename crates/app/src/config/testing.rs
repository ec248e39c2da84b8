//! A session of probes that a person asks for, from the configuration of a home that is watched.

use anyhow::bail;
use earwitness_base::clock::Moment;
use earwitness_base::words;
use earwitness_core::probe::Stimulus;
use earwitness_sound::speak;
use earwitness_sound::speak::sounds::Library;
use jiff::tz::TimeZone;

use super::{Config, Probing};
use earwitness_core::time::Timestamp;

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

    /// The hours in which nothing sounds by itself, as clocks show them.
    pub(crate) fn quiet_hours(&self) -> Vec<(String, String)> {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let quiet = self.probing.iter().flat_map(|it| &it.design.quiet);
        quiet.map(|it| (clock(it.from), clock(it.until))).collect()
    }

    /// When a session may begin by the rules of the configuration; nothing where there is no such time.
    pub(crate) fn allowed_from(&self, moment: Moment) -> Option<Timestamp> {
        let mut local = self.probing.as_ref()?.design.clone();
        local.local_offset = moment.ahead;
        local.next_allowed(moment.now)
    }

    /// What will be played, how loud, and in what slots.
    pub(crate) fn told(&self) -> String {
        let Some(probing) = &self.probing else { return String::new() };
        let design = &probing.design;
        let sounds: Vec<&str> = design.stimuli.iter().filter(|it| !it.is_row()).map(|it| it.name.as_str()).collect();
        let how = if design.stimuli.iter().any(Stimulus::is_row) {
            "one after the other, then each by itself for devices that react"
        } else {
            "one in each round"
        };
        format!(
            "plays {}, {how}, at {} dBFS, in one of {} slots of {} that the lot draws; the others stay silent",
            words::listed(&sounds).unwrap_or_default(),
            self.loudspeaker.level,
            design.slots,
            words::about(design.slot),
        )
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
