//! `[notify]`: what a household is told, when, and by what.

use earwitness_core::findings::DeviceId;
use earwitness_core::policy::Phones;
use earwitness_core::policy::notices::{About, NoticeSettings, Period};
use earwitness_core::time::Quiet;
use earwitness_notify::{Channels, Command, Mail, Mqtt, Ntfy, Webhook};
use serde::Deserialize;
use toml::Spanned;

use super::hours::{hours, quiet_hours};
use earwitness_base::misread::Fault;

/// What notices are sent, and by what.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Notify {
    /// What is told, and when.
    pub settings: NoticeSettings,
    /// By what.
    pub channels: Channels,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    about: Option<Vec<Spanned<String>>>,
    night: Option<Vec<Spanned<String>>>,
    quiet: Vec<Spanned<String>>,
    urgent: Vec<Spanned<String>>,
    digest: Option<Spanned<String>>,
    digest_at: Option<Spanned<String>>,
    command: Option<Command>,
    ntfy: Option<Ntfy>,
    webhook: Option<Webhook>,
    mail: Option<Mail>,
    mqtt: Option<Mqtt>,
}

/// Checks the section; night is when probes are quiet, unless it says otherwise.
pub(super) fn checked(written: Written, probes_quiet: &[Quiet], phones: &Phones, hears: bool) -> Result<Notify, Fault> {
    let Written { about, night, quiet, urgent, digest, digest_at, command, ntfy, webhook, mail, mqtt } = written;
    let usual = NoticeSettings::default();
    let channels = Channels { command, ntfy, webhook, mail, mqtt };
    let settings = NoticeSettings {
        about: about.map_or(Ok(usual.about), |about| words(&about))?,
        night: night.map_or_else(|| Ok(probes_quiet.to_vec()), |night| hours(&night))?,
        quiet: hours(&quiet)?,
        urgent: words(&urgent)?,
        digest: digest.map_or(Ok(usual.digest), |digest| period(&digest))?,
        digest_minute: digest_at.map_or(Ok(usual.digest_minute), |at| minute(&at))?,
        phones: phones.phones.iter().copied().map(DeviceId::Mac).collect(),
        hears,
    };
    Ok(Notify { settings, channels })
}

fn words(written: &[Spanned<String>]) -> Result<Vec<About>, Fault> {
    let known: Vec<&str> = About::WORDS.iter().map(|it| it.1).filter(|it| *it != About::Digest.word()).collect();
    let word = |it: &Spanned<String>| {
        let about = About::parse(it.get_ref()).filter(|it| *it != About::Digest);
        about.ok_or_else(|| Fault::at(it.span(), format!("notices are about {}, not {:?}", known.join(", "), it.get_ref())))
    };
    written.iter().map(word).collect()
}

fn period(written: &Spanned<String>) -> Result<Option<Period>, Fault> {
    match written.get_ref().as_str() {
        "daily" => Ok(Some(Period::Daily)),
        "weekly" => Ok(Some(Period::Weekly)),
        "off" => Ok(None),
        other => Err(Fault::at(written.span(), format!("a digest comes daily, weekly, or is off, not {other:?}"))),
    }
}

fn minute(written: &Spanned<String>) -> Result<u16, Fault> {
    let wrong = || Fault::at(written.span(), format!("{:?} is no time of day; write it like 18:00", written.get_ref()));
    // The hours from then to then are all day.
    let text = written.get_ref();
    quiet_hours(&format!("{text}-{text}")).map(|it| it.from).map_err(|_| wrong())
}
