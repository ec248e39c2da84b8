//! From the text of a scenario file to a checked [`Plan`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::SECOND;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::value::{Datetime, Offset};

use super::error::{Fault, place};
use super::{Common, DeviceKind, DevicePlan, Injected, KINDS, Network, Plan, PlanError, Probing, Talk, VERDICTS, check};

/// The keys of [`super::Common`], for telling them from a kind's own.
const COMMON: &[&str] =
    &["distance_db", "threshold_db", "microphone", "active_from_hours", "heartbeat_seconds", "also_video_kbits", "also_bursts"];

/// The home's addresses are numbered: no more devices than this.
const MOST_DEVICES: usize = 200;
/// The longest home: a month.
const MOST_HOURS: f64 = 31.0 * 24.0;
/// The key under which a device's kind is written.
const KIND: &str = "kind";

impl Plan {
    /// Reads a scenario; `file_name` is for the error.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, PlanError> {
        read(text, file_name).map_err(|fault| fault.located(file_name, text))
    }
}

/// A scenario as written, its devices aside.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    start: Option<Spanned<Datetime>>,
    hours: Spanned<f64>,
    #[serde(default)]
    sounds: Vec<WrittenSound>,
    probing: Option<Spanned<Probing>>,
    #[serde(default)]
    network: Network,
    #[serde(default)]
    talk: Vec<Spanned<Talk>>,
    #[serde(default)]
    injected: Vec<Spanned<Injected>>,
    #[serde(default)]
    expected: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSound {
    name: String,
    kind: WrittenKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenKind {
    Speech,
    Noise,
    Music,
}

fn read(text: &str, file_name: &str) -> Result<Plan, Fault> {
    let root = DeTable::parse(text)?;
    let whole = root.span();
    let mut root = root.into_inner();
    let devices = match take(&mut root, "device") {
        None => return Err(Fault { at: None, what: "no device lives here; add a [[device]] with name and kind".into() }),
        Some(devices) => read_devices(devices)?,
    };
    let written: Written = value(Spanned::new(whole, DeValue::Table(root)))?;
    let (start, offset_seconds) = match written.start {
        None => (DEFAULT_START * SECOND, 0),
        Some(start) => instant(start.get_ref()).ok_or_else(|| {
            Fault::new(start.span(), "`start` must be a date, a time and an offset, such as 2026-03-02T22:00:00+01:00")
        })?,
    };
    let hours = *written.hours.get_ref();
    if !(hours > 0.0 && hours <= MOST_HOURS) {
        return Err(Fault::new(
            written.hours.span(),
            format!("`hours` must lie above 0 and at most at {MOST_HOURS}, not at {hours}"),
        ));
    }
    if let Some(probing) = &written.probing {
        check::probing(probing.get_ref()).map_err(|what| Fault::new(probing.span(), what))?;
    }
    let probing_at = written.probing.as_ref().map_or((0, 0), |probing| place(text, probing.span().start));
    let talk = checked(written.talk, check::talk)?;
    let injected = checked(written.injected, |injected| check::injected(injected, hours))?;
    let expected = expected(written.expected, &devices)?;
    let file = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    Ok(Plan {
        name: written.name.unwrap_or_else(|| file.trim_end_matches(".toml").to_owned()),
        title: written.title,
        description: written.description,
        start,
        offset_seconds,
        hours,
        sounds: if written.sounds.is_empty() { default_sounds() } else { written.sounds.into_iter().map(stimulus).collect() },
        probing_at: (file_name.to_owned(), probing_at.0, probing_at.1),
        probing: written.probing.map(Spanned::into_inner),
        network: written.network,
        devices,
        talk,
        injected,
        expected,
    })
}

/// The tables whose values `check` finds in order.
fn checked<T>(tables: Vec<Spanned<T>>, check: impl Fn(&T) -> Result<(), String>) -> Result<Vec<T>, Fault> {
    tables
        .into_iter()
        .map(|table| match check(table.get_ref()) {
            Ok(()) => Ok(table.into_inner()),
            Err(what) => Err(Fault::new(table.span(), what)),
        })
        .collect()
}

/// Verdicts by the names of devices that are there.
fn expected(
    written: BTreeMap<Spanned<String>, Spanned<String>>,
    devices: &[DevicePlan],
) -> Result<BTreeMap<String, String>, Fault> {
    let mut expected = BTreeMap::new();
    for (name, verdict) in written {
        if !devices.iter().any(|device| device.name == *name.get_ref()) {
            let what = format!("a verdict is expected of `{}`, but no device is called that", name.get_ref());
            return Err(Fault::new(name.span(), what));
        }
        if !VERDICTS.contains(&verdict.get_ref().as_str()) {
            let what = format!("{:?} is no verdict; choose from \"{}\"", verdict.get_ref(), VERDICTS.join("\", \""));
            return Err(Fault::new(verdict.span(), what));
        }
        expected.insert(name.into_inner(), verdict.into_inner());
    }
    Ok(expected)
}

/// Nanoseconds since 1970 and the offset in seconds of a date-time that has all its parts.
fn instant(written: &Datetime) -> Option<(i64, i64)> {
    let (date, time) = (written.date?, written.time?);
    let offset = match written.offset? {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    };
    // Days since 1970 in the Gregorian calendar, the year beginning in March.
    let (year, month) = (i64::from(date.year), i64::from(date.month));
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day) - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468;
    let seconds =
        days * 86_400 + i64::from(time.hour) * 3_600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0)) - offset;
    let nanos = seconds.checked_mul(SECOND)?.checked_add(i64::from(time.nanosecond.unwrap_or(0)))?;
    // From 1970 on, and far enough from the end of time for every simulated home.
    (0..i64::MAX / 2).contains(&nanos).then_some((nanos, offset))
}

/// 2026-03-02T22:00:00 UTC.
const DEFAULT_START: i64 = 1_772_488_800;

/// What a session plays unless a scenario says otherwise.
fn default_sounds() -> Vec<Stimulus> {
    let speech =
        ["computer, what is the weather tomorrow", "hey house, turn on the light in the kitchen", "the train was late again"];
    let noise = ["breaking glass", "a dog barks"];
    let of = |kind| move |name: &str| Stimulus { name: name.to_owned(), kind };
    speech.into_iter().map(of(SoundKind::Speech)).chain(noise.into_iter().map(of(SoundKind::Noise))).collect()
}

fn stimulus(sound: WrittenSound) -> Stimulus {
    let kind = match sound.kind {
        WrittenKind::Speech => SoundKind::Speech,
        WrittenKind::Noise => SoundKind::Noise,
        WrittenKind::Music => SoundKind::Music,
    };
    Stimulus { name: sound.name, kind }
}

pub(super) fn value<T: DeserializeOwned>(value: Spanned<DeValue<'_>>) -> Result<T, Fault> {
    let span = value.span();
    T::deserialize(ValueDeserializer::from(value)).map_err(|error| {
        let fault = Fault::from(error);
        Fault { at: fault.at.or(Some(span)), ..fault }
    })
}

/// Takes the value of a key out of a table.
fn take<'i>(table: &mut DeTable<'i>, key: &str) -> Option<Spanned<DeValue<'i>>> {
    let found = table.keys().find(|name| name.get_ref().as_ref() == key)?.clone();
    table.remove(&found)
}

fn read_devices(devices: Spanned<DeValue<'_>>) -> Result<Vec<DevicePlan>, Fault> {
    let span = devices.span();
    let DeValue::Array(devices) = devices.into_inner() else {
        return Err(Fault::new(span, "devices are written as [[device]], with two brackets on either side"));
    };
    if devices.len() > MOST_DEVICES {
        return Err(Fault::new(
            span,
            format!("{} devices are more than a home holds; {MOST_DEVICES} are the most", devices.len()),
        ));
    }
    let mut names = BTreeSet::new();
    devices.into_iter().map(|device| read_device(device, &mut names)).collect()
}

fn read_device(device: Spanned<DeValue<'_>>, names: &mut BTreeSet<String>) -> Result<DevicePlan, Fault> {
    let span = device.span();
    let DeValue::Table(mut own) = device.into_inner() else {
        return Err(Fault::new(span, "a device is written as [[device]], then its keys"));
    };
    let name = take(&mut own, "name").ok_or_else(|| Fault::new(span.clone(), "this device has no `name`"))?;
    let name_at = name.span();
    let name: String = value(name)?;
    let fine = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(fine) {
        return Err(Fault::new(
            name_at,
            format!("{name:?} cannot be a device's name; use small letters, digits and hyphens, at most 40"),
        ));
    }
    if !names.insert(name.clone()) {
        return Err(Fault::new(name_at, format!("two devices are called `{name}`; give each a name of its own")));
    }
    let kind = take(&mut own, KIND)
        .ok_or_else(|| Fault::new(span.clone(), format!("device `{name}` has no `kind`; choose from {}", KINDS.join(", "))))?;
    let kind_at = kind.span();
    let kind: String = value(kind)?;
    let mut common = DeTable::new();
    for key in COMMON {
        let found = own.keys().find(|name| name.get_ref().as_ref() == *key).cloned();
        if let Some((key, value)) = found.and_then(|key| own.remove_entry(&key)) {
            common.insert(key, value);
        }
    }
    let common_at = common.clone();
    let common: Common = value(Spanned::new(span.clone(), DeValue::Table(common)))?;
    let place = |key: &str| {
        common_at.iter().find(|(name, _)| name.get_ref().as_ref() == key).map_or(span.clone(), |(name, _)| name.span())
    };
    check::common(&common).map_err(|(key, what)| Fault::new(place(key), what))?;
    let own_at = own.clone();
    let kind = read_kind(&kind, kind_at, Spanned::new(span.clone(), DeValue::Table(own)))?;
    let place =
        |key: &str| own_at.iter().find(|(name, _)| name.get_ref().as_ref() == key).map_or(span.clone(), |(name, _)| name.span());
    check::kind(&kind).map_err(|(key, what)| Fault::new(place(key), what))?;
    Ok(DevicePlan { name, common, kind })
}

fn read_kind(kind: &str, kind_at: Range<usize>, own: Spanned<DeValue<'_>>) -> Result<DeviceKind, Fault> {
    let unknown = || format!("no kind of device is called `{kind}`; choose from {}", KINDS.join(", "));
    DeviceKind::read(kind, own).unwrap_or_else(|| Err(Fault::new(kind_at, unknown()))).map_err(|fault| {
        let common = if fault.what.starts_with("unknown field") { ", or of what every device knows: " } else { return fault };
        Fault { what: format!("{}{common}`{}`", fault.what, COMMON.join("`, `")), ..fault }
    })
}
