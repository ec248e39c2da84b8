//! `sightings`: uploads that look like audio, and large ones.

use std::sync::Arc;

use earwitness_base::text::{WIDEST_EXACT, clean};
use earwitness_core::findings::{DeviceFindings, DeviceId, NameSource, Seen, Sighting, SightingKind, TrainShape};
use earwitness_core::time::Timestamp;
use earwitness_report::community::community_id;
use earwitness_report::grid::Cell;
use earwitness_report::labels;

use super::{CAPTURE, OCTETS, SECONDS, number, seconds, some, text, time, whole};
use crate::column::{Column, Name, Record};

/// Which list of a report it stands in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum List {
    /// Sent to the internet.
    Internet,
    /// It went on for longer than any utterance.
    Continuous,
    /// Sent to another device of the home.
    Local,
}

impl List {
    const fn word(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::Continuous => "continuous",
            Self::Local => "local",
        }
    }
}

/// A sighting.
#[derive(Clone, PartialEq, Debug)]
pub struct SightingRow {
    /// The device that sent it.
    pub device: DeviceId,
    /// Its list.
    pub list: List,
    /// What was seen; its marks are of no use here.
    pub sighting: Sighting,
    /// The capture in which it begins.
    pub capture_id: Arc<str>,
}

impl SightingRow {
    /// All sightings of a device; `capture` says which capture a moment lies in.
    pub fn of<'a>(
        device: &'a DeviceFindings,
        mut capture: impl FnMut(Timestamp) -> Arc<str> + 'a,
    ) -> impl Iterator<Item = Self> + 'a {
        let lists =
            [(List::Internet, &device.sightings), (List::Continuous, &device.continuous), (List::Local, &device.local_sightings)];
        let all = lists.into_iter().flat_map(|(list, all)| all.iter().map(move |it| (list, it)));
        all.map(move |(list, it)| Self {
            device: device.id,
            list,
            sighting: Sighting { marks: Vec::new(), ..it.clone() },
            capture_id: capture(it.window.from),
        })
    }

    fn clock(&self) -> Option<(TrainShape, i64, u32, f64, f64)> {
        self.sighting.detectors.iter().find_map(|seen| match *seen {
            Seen::Clock { shape, beat, records, regularity, unevenness } => Some((shape, beat, records, regularity, unevenness)),
            _ => None,
        })
    }

    /// Whether its flow is known: [`crate::pseudonym`] takes it out.
    fn has_flow(&self) -> bool {
        !self.sighting.flow.source.is_unspecified()
    }

    /// Of what has no seconds, nothing is known of its parts either.
    fn of_sound(&self, value: f64) -> Cell {
        self.sighting.audio_seconds.map(|_| value).into()
    }
}

const NO_SECONDS: &str = "it was sent in one go, so that its seconds are not known";
const NO_BEAT: &str = "no train of records at the beat of a codec was seen in it";
const NO_NAME: &str = "no name of it was seen";
const PSEUDONYMS: &str = "the home stands there under a pseudonym";
const NO_TABLE: &str = "the table of networks does not have the address";

impl Record for SightingRow {
    const TABLE: Name = Name::Sightings;
    const COLUMNS: &'static [Column<Self>] = &[
        text("device", "the device that sent it, as in `series`", "", |it| labels::id(it.device).into()),
        text(
            "list",
            "`internet`; `continuous`, where it went on for longer than any utterance; `local`, where the receiver lies in the home",
            "",
            |it| it.list.word().into(),
        ),
        text(
            "kind",
            "`audio`: at the beat of a codec; `recording`: a large upload that sound caused, as probes showed; `large_upload`",
            "",
            |it| {
                match it.sighting.kind {
                    SightingKind::Audio => "audio",
                    SightingKind::Recording => "recording",
                    SightingKind::LargeUpload => "large_upload",
                }
                .into()
            },
        ),
        time("start", "its first octet", "", |it| it.sighting.window.from.into()),
        time("end", "its last octet", "", |it| it.sighting.window.until.into()),
        number("audio_seconds", SECONDS, "sound that was sent", NO_SECONDS, |it| {
            it.sighting.audio_seconds.map(|it| it.value).into()
        }),
        number("audio_seconds_low", SECONDS, "lower end of its interval of 95 %", NO_SECONDS, |it| {
            it.sighting.audio_seconds.map(|it| it.low).into()
        }),
        number("audio_seconds_high", SECONDS, "upper end", NO_SECONDS, |it| it.sighting.audio_seconds.map(|it| it.high).into()),
        number("pre_roll_seconds", SECONDS, "sound that had been recorded before the first of it was sent", NO_SECONDS, |it| {
            it.of_sound(it.sighting.pre_roll_seconds.value)
        }),
        number("tail_seconds", SECONDS, "sound that was sent live after the receiver's reply began", NO_SECONDS, |it| {
            it.of_sound(it.sighting.tail_seconds.value)
        }),
        number("bit_rate", "bit/s", "bit rate of the codec, with what its records add", "it is not known", |it| {
            it.sighting.bit_rate.into()
        }),
        number("beat", SECONDS, "time from one record to the next", NO_BEAT, |it| {
            it.clock().map_or(Cell::Empty, |it| seconds(it.1))
        }),
        text(
            "shape",
            "lengths of the records: `constant`, `variable`, or `paced`, where only their sum keeps a steady rate",
            NO_BEAT,
            |it| {
                some(it.clock().map(|it| match it.0 {
                    TrainShape::Constant => "constant",
                    TrainShape::Variable => "variable",
                    TrainShape::Paced => "paced",
                }))
            },
        ),
        number("regularity", "", "share of the records that came on the beat, 0 to 1", NO_BEAT, |it| {
            it.clock().map(|it| it.3).into()
        }),
        whole("octets_audio", OCTETS, "octets of the records that count as audio", "", |it| it.sighting.octets_audio.into()),
        whole("octets_total", OCTETS, "all that the device sent on the flow from `start` to `end`", "", |it| {
            it.sighting.octets_total.into()
        }),
        text(
            "receiver",
            "whom it was sent to: the name, else the address; under pseudonyms the network, and `home` for another device of the home",
            "",
            |it| {
                let receiver = &it.sighting.receiver;
                if receiver.address.is_unspecified() { "home".into() } else { labels::receiver(receiver, WIDEST_EXACT).into() }
            },
        ),
        text("receiver_name_source", "where the name was seen: `tls`, `quic` or `dns`", NO_NAME, |it| {
            some(it.sighting.receiver.name.as_ref().map(|(_, source)| match source {
                NameSource::Tls => "tls",
                NameSource::Quic => "quic",
                NameSource::Dns => "dns",
            }))
        }),
        text("receiver_country", "country that the address is registered in, ISO 3166-1", NO_TABLE, |it| {
            some(it.sighting.receiver.country.as_ref().map(|it| clean(it, WIDEST_EXACT)))
        }),
        whole("receiver_asn", "", "number of the autonomous system of the address", NO_TABLE, |it| {
            it.sighting.receiver.system.as_ref().map(|it| it.0).into()
        }),
        text("source", "address of the device on the flow", PSEUDONYMS, |it| {
            some(it.has_flow().then(|| it.sighting.flow.source.to_string()))
        }),
        whole("source_port", "", "its port", PSEUDONYMS, |it| {
            it.has_flow().then(|| u32::from(it.sighting.flow.source_port)).into()
        }),
        text("address", "address of the receiver; under pseudonyms its network, of 24 or 48 bits", "", |it| {
            it.sighting.flow.destination.to_string().into()
        }),
        whole("port", "", "its port", "", |it| u32::from(it.sighting.flow.destination_port).into()),
        whole("protocol", "", "6: TCP; 17: UDP", "", |it| u32::from(it.sighting.flow.protocol).into()),
        text("community_id", "Community ID of the flow (version 1, seed 0), as Zeek and Suricata log it", PSEUDONYMS, |it| {
            some(it.has_flow().then(|| community_id(&it.sighting.flow)))
        }),
        text("capture_id", CAPTURE, "", |it| it.capture_id.to_string().into()),
    ];

    fn at(&self) -> Option<Timestamp> {
        Some(self.sighting.window.from)
    }
}
