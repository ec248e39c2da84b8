//! From what is written to what can be done: values that are out of range, or contradict each other.

use std::env;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use earwitness_core::policy::Phones;
use earwitness_core::schedule::{Design, DesignError};
use toml::Spanned;

use super::hours::hours;
use super::mqtt;
use super::notify;
use super::written::{self, Written};
use super::{Config, Encrypted, Probing, Skill, Study, Watched, Web};
use earwitness_base::misread::Fault;
use earwitness_sound::hear;
use earwitness_sound::reply;
use earwitness_sound::speak;
use earwitness_sound::speak::sounds::Library;
use earwitness_sound::spoken;
use earwitness_traffic::live::check_name;
use earwitness_traffic::recent as frames;
use earwitness_traffic::source::Source;

/// Where the page is served where nothing else is said.
const USUAL_PAGE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), earwitness_web::PORT);

pub(super) fn checked(written: Written) -> Result<Config, Fault> {
    let Written {
        state,
        capture,
        probing,
        presence,
        sounds,
        loudspeaker,
        microphone,
        recogniser,
        voice,
        store,
        notify,
        gateway,
        skill,
        web,
        mqtt,
        eve,
        dataset,
    } = written;
    let (sources, keep) = sources(capture)?;
    let library = Library::new(&sounds).map_err(|error| Fault::of_all(error.to_string()))?;
    let loudspeaker = placed(loudspeaker, speak::LoudspeakerSettings::check)?;
    let microphone = placed(microphone, hear::MicrophoneSettings::check)?;
    let recogniser = placed(recogniser, reply::RecogniserSettings::check)?;
    let place = voice.as_ref().map(Spanned::span);
    let voice = placed(voice, spoken::VoiceSettings::check)?;
    let mute = matches!(loudspeaker.device, speak::Device::None | speak::Device::Wav) || microphone.device == hear::Device::Off;
    if let Some(place) = place.filter(|_| voice.enabled && mute) {
        return Err(Fault::at(place, "voice needs a microphone that hears and a loudspeaker that sounds".to_owned()));
    }
    let presence = present(&presence)?;
    let probed = if probing.enabled { Some(probed(&probing, &library)?) } else { None };
    let quiet = hours(&probing.quiet)?;
    // What the loudspeaker is sent is not what the room hears.
    let hears = microphone.device == hear::Device::Source && (probed.is_some() || voice.enabled);
    let notify = notify::checked(notify, &quiet, &presence, hears)?;
    Ok(Config {
        state: state.unwrap_or_else(usual_state),
        sources,
        keep,
        probing: probed,
        presence,
        sounds,
        loudspeaker,
        microphone,
        recogniser,
        voice,
        retention: retention(&store)?,
        notify,
        gateway,
        skill: skilled(skill)?,
        web: served(web)?,
        mqtt: mqtt.map_or(Ok(None), mqtt::checked)?,
        eve: eve.file,
        dataset: study(dataset)?,
    })
}

/// A table that checks itself, with the place where it begins.
fn placed<T: Default>(table: Option<Spanned<T>>, check: fn(&T) -> Result<(), String>) -> Result<T, Fault> {
    let Some(table) = table else { return Ok(T::default()) };
    let at = table.span();
    let settings = table.into_inner();
    check(&settings).map(|()| settings).map_err(|what| Fault::at(at, what))
}

fn retention(store: &written::Store) -> Result<earwitness_store::Retention, Fault> {
    let days = |key, days| within(key, days, 1, 36_500);
    Ok(earwitness_store::Retention {
        series: days("series_days", &store.series_days)?,
        sightings: days("sightings_days", &store.sightings_days)?,
        journal: days("journal_days", &store.journal_days)?,
    })
}

/// Either both keys are there, or none.
fn study(written: written::Dataset) -> Result<Option<Study>, Fault> {
    match (written.folder, written.home) {
        (Some(folder), Some(home)) => {
            earwitness_dataset::check_home(home.get_ref()).map_err(|error| Fault::at(home.span(), error.to_string()))?;
            Ok(Some(Study { folder, home: home.into_inner() }))
        }
        (None, None) => Ok(None),
        (None, Some(home)) => Err(Fault::at(home.span(), "a home needs the folder of its dataset as well".to_owned())),
        (Some(_), None) => Err(Fault::of_all("[dataset] needs the name of this home as well: home = \"home-17\"".to_owned())),
    }
}

/// What the system gives a service (systemd's `StateDirectory`); else the system's place for root, and the user's own for others.
fn usual_state() -> PathBuf {
    if let Some(given) = env::var_os("STATE_DIRECTORY").filter(|given| !given.is_empty()) {
        return PathBuf::from(given);
    }
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/earwitness");
    }
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let base = env::var_os("XDG_STATE_HOME").map(PathBuf::from).or_else(home).unwrap_or_else(|| PathBuf::from("."));
    base.join("earwitness")
}

fn sources(capture: written::Capture) -> Result<(Vec<Watched>, Option<frames::Limits>), Fault> {
    let written::Capture { interfaces, commands, keep_megabytes, keep_hours, keep_octets_per_frame } = capture;
    let mut sources = Vec::new();
    for name in &interfaces {
        check_name(name.get_ref()).map_err(|what| Fault::at(name.span(), what))?;
    }
    if !interfaces.is_empty() {
        sources.push(Watched::Interfaces(interfaces.into_iter().map(Spanned::into_inner).collect()));
    }
    for command in commands {
        Source::command(command.get_ref()).map_err(|error| Fault::at(command.span(), error.to_string()))?;
        sources.push(Watched::Command(command.into_inner()));
    }
    let hours = within("keep_hours", &keep_hours, 0.0, 24.0 * 366.0)?;
    let megabytes = within("keep_megabytes", &keep_megabytes, 0, 1_000_000)?;
    let snap = within("keep_octets_per_frame", &keep_octets_per_frame, 64, 262_144)?;
    let keep = (megabytes > 0 && hours > 0.0).then(|| frames::Limits {
        octets: megabytes.saturating_mul(1_000_000),
        age: Duration::from_secs_f64(hours * 3_600.0),
        snap,
    });
    Ok((sources, keep))
}

fn probed(probing: &written::Probing, library: &Library) -> Result<Probing, Fault> {
    let within_seconds = |key, value: &Spanned<f64>, low, high| within(key, value, low, high).map(nanos);
    let mut stimuli = Vec::new();
    for sound in &probing.sounds {
        let stimulus = library.stimulus(sound.get_ref());
        stimuli.push(stimulus.map_err(|error| Fault::at(sound.span(), error.to_string()))?);
    }
    let quiet = hours(&probing.quiet)?;
    let [shortest, longest] = *probing.rest_seconds.get_ref();
    for rest in [shortest, longest] {
        within("rest_seconds", &Spanned::new(probing.rest_seconds.span(), rest), 0.0, 86_400.0)?;
    }
    for length in probing.probe_seconds.get_ref() {
        within("probe_seconds", &Spanned::new(probing.probe_seconds.span(), *length), 0.5, 60.0)?;
    }
    let design = Design {
        seed: probing.seed.unwrap_or(1),
        slots: *probing.slots.get_ref(),
        slot: within_seconds("slot_seconds", &probing.slot_seconds, 2.0, 3_600.0)?,
        guard: within_seconds("guard_seconds", &probing.guard_seconds, 0.0, 3_600.0)?,
        rest: (nanos(shortest), nanos(longest)),
        stimuli,
        factors: Vec::new(),
        lengths: probing.probe_seconds.get_ref().iter().map(|seconds| nanos(*seconds)).collect(),
        quiet,
        only_when_away: probing.only_when_away,
        local_offset: 0,
        warm_up: within_seconds("warm_up_seconds", &probing.warm_up_seconds, 0.0, 86_400.0)?,
    };
    for (sound, stimulus) in probing.sounds.iter().zip(&design.stimuli) {
        library.fits(stimulus, design.slot).map_err(|error| Fault::at(sound.span(), error.to_string()))?;
    }
    design.check().map_err(|error| Fault { at: place(&error, probing), what: error.to_string() })?;
    Ok(Probing {
        design,
        seeded: probing.seed.is_some(),
        alpha: within("alpha", &probing.alpha, 1e-9, 0.5)?,
        rounds: within("rounds", &probing.rounds, 1, 100_000)?,
    })
}

/// Where the file says what a design cannot be carried out with.
fn place(error: &DesignError, probing: &written::Probing) -> Option<Range<usize>> {
    let at = match error {
        DesignError::Slots(_) => probing.slots.span(),
        DesignError::Stimuli(_) | DesignError::Factors(_) | DesignError::Cells(_) => probing.sounds.first()?.span(),
        DesignError::ProbeTooLong { .. } | DesignError::Length(_) => probing.probe_seconds.span(),
        DesignError::Rest => probing.rest_seconds.span(),
        DesignError::NoRoom(_) => probing.quiet.first()?.span(),
    };
    (!at.is_empty()).then_some(at)
}

fn present(presence: &written::Presence) -> Result<Phones, Fault> {
    let mut phones = Vec::new();
    for phone in &presence.phones {
        let wrong = || {
            let what =
                "this is no MAC address; write it like 02:00:5e:10:00:01, as the telephone's page about its network shows it";
            Fault::at(phone.span(), what)
        };
        phones.push(phone.get_ref().parse().map_err(|_| wrong())?);
    }
    let minutes = within("away_after_minutes", &presence.away_after_minutes, 1.0, 1_440.0)?;
    Ok(Phones { phones, away_after: nanos(minutes * 60.0) })
}

/// Where the page is served: on this machine, unless the file says otherwise.
fn served(written: written::Web) -> Result<Web, Fault> {
    let written::Web { enabled, listen, names, tls, certificate, key } = written;
    let is_named = listen.is_some();
    let address = match listen {
        None => USUAL_PAGE,
        Some(listen) => listen.get_ref().parse().map_err(|_| {
            let what = format!("{:?} is no address with a port; write it like {USUAL_PAGE}", listen.get_ref());
            Fault::at(listen.span(), what)
        })?,
    };
    for name in &names {
        let is_name = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it));
        if !is_name(name.get_ref()) {
            return Err(Fault::at(name.span(), "this is no name of a machine; write it like pi.fritz.box, without a port"));
        }
    }
    let tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Encrypted::Given(certificate.into_inner(), key),
        (Some(certificate), None) => return Err(Fault::at(certificate.span(), "a certificate needs its `key`")),
        (None, Some(_)) => return Err(Fault::of_all("[web]: a `key` needs its `certificate`".to_owned())),
        (None, None) if tls => Encrypted::Own,
        (None, None) => Encrypted::No,
    };
    let names = names.into_iter().map(Spanned::into_inner).collect();
    Ok(Web { enabled, listen: address, is_named, names, tls })
}

/// A server that listens where it may, for a skill that can be one.
fn skilled(written: written::Skill) -> Result<Option<Skill>, Fault> {
    let written::Skill { application_id, listen, beyond_this_machine } = written;
    let at = listen.span();
    let address: SocketAddr = listen.get_ref().parse().map_err(|_| {
        let what = format!("{:?} is no address with a port; write it like 127.0.0.1:8265", listen.get_ref());
        if at.is_empty() { Fault::of_all(what) } else { Fault::at(at.clone(), what) }
    })?;
    if !address.ip().is_loopback() && !beyond_this_machine {
        let what = "others than this machine could reach it, without TLS; let a reverse proxy on this machine pass requests on to \
                    127.0.0.1, or set beyond_this_machine = true";
        return Err(Fault::at(at, what));
    }
    let Some(id) = application_id else { return Ok(None) };
    let rest = id.get_ref().strip_prefix("amzn1.ask.skill.").unwrap_or_default();
    if !(1..=100).contains(&rest.len()) || !rest.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
        return Err(Fault::at(
            id.span(),
            "this is no ID of a skill; the developer console shows it, such as amzn1.ask.skill.01234567-89ab-cdef-0123-456789abcdef",
        ));
    }
    Ok(Some(Skill { application_id: id.into_inner(), listen: address }))
}

/// Whether `value` of `key` lies in `low..=high`.
fn within<T: PartialOrd + Copy + std::fmt::Display>(key: &str, value: &Spanned<T>, low: T, high: T) -> Result<T, Fault> {
    let number = *value.get_ref();
    if low <= number && number <= high {
        return Ok(number);
    }
    let what = format!("`{key}` must lie between {low} and {high}, not at {number}");
    Err(if value.span().is_empty() { Fault::of_all(what) } else { Fault::at(value.span(), what) })
}

#[expect(clippy::cast_possible_truncation, reason = "seconds; saturates")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}
