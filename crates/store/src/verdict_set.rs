//! Verdicts as they were reported, with what they were computed from: tables `tellings` and `verdicts`.

use std::collections::BTreeSet;

use earwitness_core::detect::dose::Dose;
use earwitness_core::findings::{DeviceId, SenderSign};
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{Evidence, Outcome, Verdict, VerdictSettings, Verdicts};
use rusqlite::{Connection, params, params_from_iter};

use super::device;
use super::error::odd;
use super::session::{SessionId, children};
use super::words::{outcome, outcome_words};

/// A number of the evidence, as it is kept in its column.
type Number = fn(&Evidence) -> Option<f64>;

/// The numbers of the evidence, each beside the name of its column.
const COLUMNS: [(&str, Number); 36] = [
    ("rounds", |it| Some(whole(it.rounds))),
    ("ln_e", |it| Some(it.ln_e)),
    ("ln_last", |it| Some(it.ln_last)),
    ("ln_clocked", |it| Some(it.ln_clocked)),
    ("late_shift", |it| it.late.map(|late| nanos(late.lag.shift))),
    ("late_stretch", |it| it.late.map(|late| nanos(late.lag.stretch))),
    ("late_ln_e", |it| it.late.map(|late| late.ln_e)),
    ("threshold", |it| Some(it.threshold)),
    ("p", |it| Some(it.p)),
    ("proven_after", |it| it.proven_after.map(f64::from)),
    ("bound", |it| Some(it.bound)),
    ("limit_octets", |it| it.limit_octets),
    ("limit_clocked", |it| Some(yes(it.limit_clocked))),
    ("uploads", |it| Some(whole(it.caused.uploads))),
    ("upload_seconds", |it| Some(it.caused.seconds)),
    ("upload_median_seconds", |it| Some(it.caused.median_seconds)),
    ("upload_bit_rate", |it| it.caused.bit_rate),
    ("dose", |it| it.dose.as_ref().map(|dose| dose.slope.value)),
    ("dose_low", |it| it.dose.as_ref().map(|dose| dose.slope.low)),
    ("dose_high", |it| it.dose.as_ref().map(|dose| dose.slope.high)),
    ("dose_intercept", |it| it.dose.as_ref().map(|dose| dose.intercept)),
    ("dose_p", |it| it.dose.as_ref().map(|dose| dose.p)),
    ("dose_points", |it| it.dose.as_ref().map(points)),
    ("dose_seconds", |it| it.dose_seconds.as_ref().map(|dose| dose.slope.value)),
    ("dose_seconds_low", |it| it.dose_seconds.as_ref().map(|dose| dose.slope.low)),
    ("dose_seconds_high", |it| it.dose_seconds.as_ref().map(|dose| dose.slope.high)),
    ("dose_seconds_intercept", |it| it.dose_seconds.as_ref().map(|dose| dose.intercept)),
    ("dose_seconds_p", |it| it.dose_seconds.as_ref().map(|dose| dose.p)),
    ("dose_seconds_points", |it| it.dose_seconds.as_ref().map(points)),
    ("ttest_reacting", |it| it.ttest.map(|it| f64::from(it.0))),
    ("ttest_judged", |it| it.ttest.map(|it| f64::from(it.1))),
    ("bursts_drawn", |it| Some(whole(it.bursts.0))),
    ("bursts_sham", |it| Some(whole(it.bursts.1))),
    ("continuous", |it| Some(it.continuous)),
    ("rounds_to_go", |it| it.rounds_to_go.map(f64::from)),
    ("listed", |it| Some(yes(it.listed))),
];

/// The names of the columns of numbers.
pub const NUMBERS: [&str; COLUMNS.len()] = {
    let mut names = [""; COLUMNS.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = COLUMNS[place].0;
        place += 1;
    }
    names
};

fn whole(number: u32) -> f64 {
    f64::from(number)
}

fn yes(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a delay")]
fn nanos(nanos: i64) -> f64 {
    nanos as f64
}

fn points(dose: &Dose) -> f64 {
    f64::from(u32::try_from(dose.points).unwrap_or(u32::MAX))
}

/// Verdicts on all devices that were reported at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct VerdictSet {
    /// Its number within the store.
    pub id: i64,
    /// The session.
    pub session: SessionId,
    /// When it was reported.
    pub at: Timestamp,
    /// The last stretch that it was computed from.
    pub last_stretch: i64,
    /// The last round that it was computed from; `None` if no round was scored by then.
    pub last_round: Option<u32>,
    /// What it was computed with.
    pub settings: VerdictSettings,
    /// Rounds that did not count.
    pub void: u32,
    /// The verdicts.
    pub devices: Vec<StoredVerdict>,
}

/// A verdict that was reported.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredVerdict {
    /// Which device.
    pub device: DeviceId,
    /// The verdict.
    pub outcome: Outcome,
    /// What had shown by then that others send under the address of the device; of a device whose traffic was deleted, what showed last.
    pub senders: Vec<SenderSign>,
    /// For each sound, as JSON: rounds in which its slot outdid all shams, and all its rounds.
    pub sounds: String,
    /// To whom the probes made it send, as a JSON array.
    pub receivers: String,
    /// The numbers of the evidence, in the order of [`NUMBERS`].
    pub numbers: Vec<Option<f64>>,
}

impl StoredVerdict {
    /// To whom the probes made it send, without the ports.
    #[must_use]
    pub fn receiver_names(&self) -> Vec<String> {
        let all: Vec<String> = serde_json::from_str(&self.receivers).unwrap_or_default();
        let mut names: Vec<String> = all.iter().map(|it| it.rsplit_once(':').map_or(it.as_str(), |it| it.0).to_owned()).collect();
        names.dedup();
        names
    }

    /// A verdict as it would be stored.
    #[must_use]
    pub fn of(verdict: &Verdict, senders: Vec<SenderSign>) -> Self {
        let evidence = &verdict.evidence;
        let receivers = evidence.received.iter().map(|it| &it.receiver).map(|it| {
            let name = it.name.as_ref().map_or_else(|| it.address.to_string(), |name| name.0.reveal().clone());
            format!("{name}:{}", it.port)
        });
        Self {
            device: verdict.device,
            outcome: verdict.outcome,
            senders,
            sounds: serde_json::to_string(&evidence.sounds).unwrap_or_default(),
            receivers: device::list(&receivers.collect::<Vec<_>>()),
            // The file keeps neither what is no number nor the sign of a zero.
            numbers: COLUMNS
                .iter()
                .map(|column| column.1(evidence))
                .map(|it| it.filter(|it| !it.is_nan()).map(|it| it + 0.0))
                .collect(),
        }
    }
}

/// What verdicts were computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Basis {
    pub(super) session: SessionId,
    pub(super) last_stretch: i64,
    pub(super) last_round: Option<u32>,
}

/// What the column of the last round has where there was none: round 0 is one.
const NO_ROUND: i64 = -1;

/// Writes verdicts as they are reported.
pub(super) fn write(
    connection: &Connection,
    at: Timestamp,
    basis: Basis,
    verdicts: &Verdicts,
    settings: &VerdictSettings,
) -> rusqlite::Result<()> {
    let id = |id: &DeviceId| match id {
        DeviceId::Mac(mac) => mac.to_string(),
        DeviceId::Address(address) => address.to_string(),
    };
    let controls = device::list(&settings.controls.iter().map(id).collect::<Vec<_>>());
    let sql = "INSERT INTO tellings (session, told_at, last_stretch, last_round, alpha, late, seed, controls, void) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let verdict_set = connection.prepare_cached(sql)?.insert(params![
        basis.session.0,
        at.nanos(),
        basis.last_stretch,
        basis.last_round.map_or(NO_ROUND, i64::from),
        settings.alpha,
        settings.late,
        settings.seed.cast_signed(),
        controls,
        verdicts.void,
    ])?;
    let places: Vec<String> = (1..=6 + NUMBERS.len()).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "INSERT INTO verdicts (telling, device, outcome, reason, sounds, receivers, {}) VALUES ({})",
        NUMBERS.join(", "),
        places.join(", ")
    );
    for verdict in &verdicts.devices {
        let stored = StoredVerdict::of(verdict, Vec::new());
        let (words, reason) = outcome_words(stored.outcome);
        let mut fields: Vec<rusqlite::types::Value> = vec![
            verdict_set.into(),
            device::row(connection, stored.device)?.into(),
            words.to_owned().into(),
            reason.map(str::to_owned).into(),
            stored.sounds.into(),
            stored.receivers.into(),
        ];
        fields.extend(stored.numbers.into_iter().map(Into::into));
        connection.prepare_cached(&sql)?.execute(params_from_iter(fields))?;
    }
    Ok(())
}

/// All that were reported in a session, oldest first.
pub(super) fn all(connection: &Connection, session: SessionId) -> rusqlite::Result<Vec<VerdictSet>> {
    let sql = "SELECT id, told_at, last_stretch, last_round, alpha, late, seed, controls, void FROM tellings \
               WHERE session = ?1 ORDER BY id";
    let known = device::all(connection)?;
    let senders = device::senders(connection, session.0)?;
    let mut verdict_sets = children(connection, sql, session.0, |row| {
        let controls: String = row.get(7)?;
        let controls = device::unlist(&controls).ok_or_else(|| odd(7, "damaged controls"))?;
        let control = |text: &String| {
            let mac = text.parse().ok().map(DeviceId::Mac);
            mac.or_else(|| text.parse().ok().map(DeviceId::Address)).ok_or_else(|| odd(7, "an unknown control"))
        };
        Ok(VerdictSet {
            id: row.get(0)?,
            session,
            at: Timestamp::from_nanos(row.get(1)?),
            last_stretch: row.get(2)?,
            last_round: u32::try_from(row.get::<_, i64>(3)?).ok(),
            settings: VerdictSettings {
                alpha: row.get(4)?,
                late: row.get(5)?,
                seed: row.get::<_, i64>(6)?.cast_unsigned(),
                controls: controls.iter().map(control).collect::<rusqlite::Result<_>>()?,
            },
            void: row.get(8)?,
            devices: Vec::new(),
        })
    })?;
    let sql =
        format!("SELECT device, outcome, reason, sounds, receivers, {} FROM verdicts WHERE telling = ?1", NUMBERS.join(", "));
    for verdict_set in &mut verdict_sets {
        let last = verdict_set.last_stretch;
        verdict_set.devices = children(connection, &sql, verdict_set.id, |row| {
            let (words, reason): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let number: i64 = row.get(0)?;
            let senders = match senders.get(&number) {
                Some(all) => all.iter().filter(|it| it.0 <= last).flat_map(|it| it.1.clone()).collect(),
                None => device::latest(connection, number)?.map_or(Ok(Vec::new()), |it| it.senders())?,
            };
            let senders: BTreeSet<SenderSign> = senders.into_iter().collect();
            Ok(StoredVerdict {
                device: *known.get(&number).ok_or_else(|| odd(0, "an unknown device"))?,
                senders: senders.into_iter().collect(),
                outcome: outcome((&words, reason.as_deref())).ok_or_else(|| odd(1, "an unknown outcome"))?,
                sounds: row.get(3)?,
                receivers: row.get(4)?,
                numbers: (0..NUMBERS.len()).map(|place| row.get(5 + place)).collect::<rusqlite::Result<_>>()?,
            })
        })?;
        verdict_set.devices.sort_by_key(|stored| stored.device);
    }
    Ok(verdict_sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field that is added to the evidence does not compile until it is decided whether the file keeps it.
    #[test]
    fn what_is_not_kept_of_the_evidence_is_computed_again() {
        let Evidence {
            rounds: _,
            ln_e: _,
            ln_last: _,
            ln_clocked: _,
            late: _,
            threshold: _,
            p: _,
            proven_after: _,
            sounds: _,
            answers_often: _,
            bound: _,
            limit_octets: _,
            limit_clocked: _,
            caused: _,
            received: _,
            dose: _,
            dose_seconds: _,
            ttest: _,
            bursts: _,
            continuous: _,
            rounds_to_go: _,
            listed: _,
            // Not kept: they follow from the rounds and the traffic.
            unseen: _,
            incomplete: _,
            ln_recorded: _,
            ln_dose: _,
            direction: _,
            sound: _,
            audible: _,
            slot: _,
            after: _,
        } = Evidence::default();
        let columns: BTreeSet<&str> = NUMBERS.into_iter().collect();
        assert_eq!((columns.len(), NUMBERS[8], NUMBERS[35]), (36, "p", "listed"));
    }
}
