//! What the store and the running program know of a home.

use std::collections::BTreeMap;
use std::path::Path;

use crate::names::Names;
use earwitness_base::{clock, words};
use earwitness_core::findings::{DeviceId, Role, Sighting, SightingKind};
use earwitness_core::policy::Hold;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_report::labels;
use earwitness_report::vendor::maker;
use earwitness_store::{Reader, SessionRow, StoredVerdict, VerdictSet};
use earwitness_voice::{DeviceFacts, Facts, Intent, Period, Running, SessionFacts};
use jiff::tz::TimeZone;

use super::Tell;
use super::when::{said, window};
use crate::appliance::Request;

/// Devices that were seen in this time have a name, nanoseconds.
const RECENT: i64 = 7 * 86_400 * SECOND;
/// Widest name of a receiver.
const WIDEST: usize = 60;

/// A home.
pub(crate) struct Home<'a> {
    tell: Tell<'a>,
    reader: Reader,
    now: Timestamp,
    zone: TimeZone,
    /// The last session with a round, with the verdicts that were told last.
    session: Option<(SessionRow, Option<VerdictSet>)>,
    ids: Vec<DeviceId>,
    names: Vec<String>,
}

impl<'a> Home<'a> {
    /// Reads what it is asked about most.
    pub(crate) fn open(state: &Path, tell: Tell<'a>) -> anyhow::Result<Self> {
        let reader = Reader::open(state)?;
        reader.hold()?;
        let (now, zone) = (clock::now(), TimeZone::system());
        let mut session = None;
        for row in reader.sessions()?.into_iter().rev() {
            if !reader.rounds(row.id)?.is_empty() {
                let verdicts = reader.verdicts(row.id)?.pop();
                session = Some((row, verdicts));
                break;
            }
        }
        let called = Names::read(&reader)?;
        let mut devices: BTreeMap<DeviceId, String> = BTreeMap::new();
        if let Some((row, _)) = &session {
            let until = row.ended.map_or(now, |it| it.0);
            // Of a session of months, its end says what devices are called.
            let from = row.begun.max(until.plus(-RECENT));
            devices.extend(named(&reader, &called, Window { from, until })?);
        }
        devices.extend(named(&reader, &called, Window { from: now.plus(-RECENT), until: now })?);
        let (ids, names) = devices.into_iter().unzip();
        Ok(Self { tell, reader, now, zone, session, ids, names })
    }

    /// What the devices are called.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Tells the program that runs something.
    pub(crate) fn tell(&self, request: Request) -> std::io::Result<String> {
        (self.tell)(request)
    }

    /// What is known for an answer.
    pub(crate) fn facts(&self, intent: Intent) -> anyhow::Result<Facts> {
        let period = match intent {
            Intent::Happened(period) | Intent::Reacted(period) | Intent::HowMuch(_, period) => period,
            _ => Period::LastSession,
        };
        let window = window(period, self.now, &self.zone)?;
        let session = self.session.as_ref();
        let of_session = session.map(|(row, _)| Window { from: row.begun, until: row.ended.map_or(self.now, |it| it.0) });
        // A session that was over before the time that is asked about says nothing of it.
        let is_meant = |own: Window| window.is_none_or(|window| own.overlaps(window));
        let session = session.filter(|_| of_session.is_some_and(is_meant));
        let verdicts = session.and_then(|it| it.1.as_ref());
        let mut devices = self.devices(verdicts);
        if let Some(window) = window.or(of_session) {
            self.add_uploads(&mut devices, window)?;
        }
        let watched = window.map(|window| Ok::<_, anyhow::Error>((self.watched(window)?, seconds(window.length()))));
        let session = match session {
            Some((row, _)) => Some(SessionFacts {
                began: said(row.begun, self.now, &self.zone)?,
                rounds: u32::try_from(self.reader.rounds(row.id)?.len()).unwrap_or(u32::MAX),
                goes_on: row.ended.is_none() && (self.tell)(Request::Status).is_ok(),
                alpha: row.alpha,
            }),
            None => None,
        };
        Ok(Facts { running: self.running()?, session, devices, watched: watched.transpose()? })
    }

    fn devices(&self, verdicts: Option<&VerdictSet>) -> Vec<DeviceFacts> {
        let of = |id: &DeviceId| verdicts.and_then(|all| all.devices.iter().find(|it| it.device == *id));
        let device = |(id, name): (&DeviceId, &String)| DeviceFacts {
            name: name.clone(),
            outcome: of(id).map(|it| it.outcome),
            receivers: of(id).map(StoredVerdict::receiver_names).unwrap_or_default(),
            ..DeviceFacts::default()
        };
        self.ids.iter().zip(&self.names).map(device).collect()
    }

    fn add_uploads(&self, devices: &mut [DeviceFacts], window: Window) -> anyhow::Result<()> {
        for found in self.reader.findings(window)?.devices {
            let Ok(place) = self.ids.binary_search(&found.id) else { continue };
            let Some(device) = devices.get_mut(place) else { continue };
            let within = found.sightings.iter().chain(&found.continuous).filter(|it| it.window.overlaps(window));
            let mut to: BTreeMap<String, u64> = BTreeMap::new();
            for it in within {
                match it.kind {
                    SightingKind::LargeUpload => device.large += 1,
                    SightingKind::Audio | SightingKind::Recording => {
                        device.uploads += 1;
                        device.seconds += it.audio_seconds.map_or(0.0, |it| it.value);
                        *to.entry(receiver(it)).or_default() += it.octets_total;
                    }
                }
            }
            let mut to: Vec<(String, u64)> = to.into_iter().collect();
            to.sort_by_key(|it| std::cmp::Reverse(it.1));
            device.sent_to = to.into_iter().map(|it| it.0).collect();
        }
        Ok(())
    }

    /// How much of a time was watched, seconds.
    fn watched(&self, window: Window) -> anyhow::Result<f64> {
        let within = |it: Window| it.until.min(window.until).since(it.from.max(window.from)).max(0);
        Ok(seconds(self.reader.watched()?.into_iter().map(within).sum()))
    }

    fn running(&self) -> anyhow::Result<Option<Running>> {
        let Ok(status) = (self.tell)(Request::Status) else { return Ok(None) };
        let status: serde_json::Value = serde_json::from_str(&status)?;
        let number = |key: &str| status.get(key).and_then(serde_json::Value::as_i64);
        let talking = Hold::Voice.words();
        let held = status.get("held").and_then(serde_json::Value::as_array);
        Ok(Some(Running {
            // Who asks knows that it talks.
            held: held
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str())
                .filter(|it| *it != talking)
                .map(str::to_owned)
                .collect(),
            paused_until: number("paused_until_ns").map(|at| words::clock_time(Timestamp::from_nanos(at), &self.zone)),
            tests: status.get("progress").is_some_and(|it| !it.is_null()),
            probing: status.get("probing").and_then(serde_json::Value::as_bool) == Some(true),
            next_round: number("next_round_ns").map(|at| seconds(Timestamp::from_nanos(at).since(self.now))),
        }))
    }
}

fn named(reader: &Reader, called: &Names, window: Window) -> earwitness_store::Result<Vec<(DeviceId, String)>> {
    let mut findings = reader.findings(window)?;
    called.fill_in(&mut findings);
    let sends = findings.devices.iter().filter(|it| it.role == Role::Device && it.upstream.frames > 0);
    Ok(sends.map(|it| (it.id, labels::device(it, maker(it.id)))).collect())
}

fn receiver(it: &Sighting) -> String {
    labels::receiver(&it.receiver, WIDEST)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of weeks")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}
