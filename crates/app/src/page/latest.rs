//! What the store says of the latest days, and of sessions.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use earwitness_base::{clock, text, words};
use earwitness_core::findings::{DeviceFindings, DeviceId, Role};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_report::labels;
use earwitness_report::vendor::maker;
use earwitness_store::{Reader, SessionRow, VerdictSet};
use earwitness_web::{Material, Reading, Session, Told};
use jiff::tz::TimeZone;

use super::week::Week;
use crate::hidden::Hidden;
use crate::names::Names;
use crate::stored;

/// A longer session is not read for a page, which must answer soon and in little memory; stretches, one a minute.
const LONGEST: usize = 2 * 1_440;
/// A probe may have caused an upload that began so long after it, nanoseconds: as in notices.
const BEFORE: i64 = 30 * SECOND;
/// Sessions that are listed.
const MOST: usize = 100;

/// The latest days.
pub(super) fn reading(state: &Path, week: &mut Week) -> anyhow::Result<Reading> {
    let reader = Reader::open(state)?;
    let now = clock::now();
    let (names, hidden) = (Names::read(&reader)?, Hidden::read(state));
    week.follow(&reader, now)?;
    let mut findings = week.findings();
    findings.devices.retain(|it| !hidden.is_forgotten(it.id, it.seen.until));
    stored::complete(&mut findings, &names);
    let numbers = reader.numbers()?;
    let is_forgotten = |device| findings.devices.iter().all(|it| it.id != device) && hidden.is_forgotten(device, Timestamp::MIN);
    let mut verdicts = told(&reader)?;
    if let Some(told) = &mut verdicts {
        told.devices.retain(|it| !is_forgotten(it.0));
    }
    let called = verdicts.iter().flat_map(|it| &it.devices).map(|it| (it.0, called(&names, it.0))).collect();
    let ignored = numbers.keys().copied().filter(|it| hidden.is_ignored(*it)).collect();
    let material = Material {
        findings,
        probing: None,
        inputs: vec!["what passed in the latest seven days".to_owned()],
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: stored::maker,
        zone: TimeZone::system(),
    };
    Ok(Reading { material, numbers, names: called, ignored, verdicts })
}

/// A session with its verdicts.
pub(super) fn session(state: &Path, id: i64) -> anyhow::Result<Option<Material>> {
    let reader = Reader::open(state)?;
    let Some(row) = reader.sessions()?.into_iter().find(|it| it.id.0 == id && it.retired.is_none()) else { return Ok(None) };
    if reader.stretches_of(row.id)? > LONGEST {
        bail!("it is too long to be shown here; `earwitness report --session {id} --html FILE` writes its report");
    }
    let mut material = reader.material(row.id)?;
    let probing = stored::probing(&row, &mut material, &Names::read(&reader)?);
    Ok(Some(Material {
        findings: material.findings,
        probing: Some(probing),
        inputs: vec![format!("session {id}")],
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: stored::maker,
        zone: TimeZone::system(),
    }))
}

/// Sessions with a round, the latest first.
pub(super) fn sessions(state: &Path) -> anyhow::Result<Vec<Session>> {
    let reader = Reader::open(state)?;
    let mut all = Vec::new();
    for row in reader.sessions()?.into_iter().rev() {
        let rounds = reader.rounds(row.id)?.len();
        if rounds > 0 && all.len() < MOST {
            let SessionRow { id, begun, ended, .. } = &row;
            let outcome = came_to(reader.verdicts(*id)?.pop().as_ref());
            all.push(Session { id: id.0, begun: *begun, ended: ended.map(|it| it.0), rounds, outcome });
        }
    }
    Ok(all)
}

/// What was played in a time or in the half minute before it, a sentence each.
pub(super) fn sounded(state: &Path, window: Window) -> anyhow::Result<Vec<String>> {
    let reader = Reader::open(state)?;
    let mut all = Vec::new();
    for row in reader.sessions()?.into_iter().rev() {
        if row.begun > window.until {
            continue;
        }
        for round in reader.rounds(row.id)? {
            let played = round.played;
            let near = Window { from: window.from.plus(-BEFORE), until: window.until };
            if near.contains(played.onset) && !played.stimulus.name.is_empty() {
                let after = window.from.since(played.onset);
                let when = if after >= 0 { "before" } else { "after" };
                let name = played.stimulus.parts().map(|it| text::clean(it, 60)).collect::<Vec<_>>();
                let name = words::listed(&name).unwrap_or_default();
                all.push(format!("A probe, {name}, sounded {} {when} it began", words::duration(after.saturating_abs())));
            }
        }
        if row.begun < window.from {
            break;
        }
    }
    Ok(all)
}

/// The verdicts that were told last, of the latest session that has any.
fn told(reader: &Reader) -> anyhow::Result<Option<Told>> {
    for row in reader.sessions()?.into_iter().rev() {
        let Some(set) = reader.verdicts(row.id)?.pop().filter(|set| set.last_round.is_some()) else { continue };
        let VerdictSet { session, at, devices, .. } = set;
        let devices = devices.iter().map(|it| (it.device, it.outcome, it.receiver_names())).collect();
        return Ok(Some(Told { session: session.0, at, devices }));
    }
    Ok(None)
}

/// How many devices got which verdict.
fn came_to(set: Option<&VerdictSet>) -> String {
    let Some(set) = set else { return "no verdicts yet".to_owned() };
    let mut counts: BTreeMap<u8, (Outcome, u64)> = BTreeMap::new();
    for it in &set.devices {
        counts.entry(earwitness_report::verdicts::rank(it.outcome)).or_insert((it.outcome, 0)).1 += 1;
    }
    let parts: Vec<String> = counts.values().map(|(outcome, count)| format!("{count}: {}", outcome.words())).collect();
    words::listed(&parts).unwrap_or_else(|| "no device".to_owned())
}

/// What a device is called of which nothing was seen lately.
fn called(names: &Names, device: DeviceId) -> String {
    let never = Window { from: Timestamp::default(), until: Timestamp::default() };
    let mut found = DeviceFindings::new(device, Role::Device, never);
    names.name(&mut found);
    labels::device(&found, maker(device))
}
