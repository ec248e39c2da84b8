//! Who tries to escape, and what each detector finds: `docs/evasion.md`, which cannot go stale.

use std::fmt::Write as _;
use std::path::Path;

use earwitness_core::findings::{DeviceFindings, SightingKind};
use earwitness_core::plan::watch::Watch;
use earwitness_core::time::SECOND;
use earwitness_core::verdict::{self, Evidence, Verdict, judge};
use earwitness_sim::house::{HouseDevice, Sent};
use earwitness_sim::plan::Plan;

use super::home::{each, night, shipped};

const SEED: u64 = 1;
const ALPHA: f64 = 0.01;

/// Before the table, and after it.
const MARKS: (&str, &str) = ("<!-- the table: written by a test -->\n", "<!-- end of the table -->\n");

const HEAD: &str = "\
| home | device | what leaves it | `burst` | `ttest` | `clock` | `lottery`, at once | `lottery`, late | `dose` | verdict |
|---|---|---|---|---|---|---|---|---|---|
";

/// What the device sends of what it hears, as the simulator knows.
fn truth(device: &HouseDevice) -> String {
    let mut said: Vec<String> = Vec::new();
    for (sent, words) in [
        (Sent::Audio, "sound"),
        (Sent::Recording, "recordings"),
        (Sent::Text, "text"),
        (Sent::Fingerprint, "fingerprints"),
        (Sent::Alert, "alerts"),
    ] {
        let caused = device.uploads.iter().filter(|it| it.sent == sent && it.cause.is_some()).count();
        let endless = device.uploads.iter().any(|it| it.sent == sent && it.cause.is_none());
        if caused > 0 {
            said.push(format!("{words}, {caused} times"));
        } else if endless {
            said.push(format!("{words} without end"));
        }
    }
    if said.is_empty() { "nothing that it hears".to_owned() } else { said.join("; ") }
}

/// What `clock` found: uploads, and whether a beat goes on without end.
fn clock(found: &DeviceFindings, evidence: &Evidence) -> String {
    let uploads = found.sightings.iter().filter(|it| it.kind == SightingKind::Audio).count();
    let recordings = found.sightings.iter().filter(|it| it.kind == SightingKind::LargeUpload).count();
    let mut said = match uploads {
        0 => "–".to_owned(),
        1 => "1 upload".to_owned(),
        _ => format!("{uploads} uploads"),
    };
    if recordings > 0 {
        let _ = write!(said, " (`bulk`: {recordings})");
    }
    if evidence.continuous > 0.0 {
        let _ = write!(said, ", a beat for {:.0} % of the time", 100.0 * evidence.continuous);
    }
    said
}

fn late(evidence: &Evidence) -> String {
    match evidence.late.filter(|late| late.ln_e >= evidence.threshold) {
        Some(late) => format!("**yes**, {} s later", late.lag.shift / SECOND),
        None => "–".to_owned(),
    }
}

fn dose(evidence: &Evidence) -> String {
    evidence
        .dose
        .filter(|dose| dose.slope.low > 0.0)
        .map_or("–".to_owned(), |dose| format!("{:.0} to {:.0} octets a second", dose.slope.low, dose.slope.high))
}

fn line(home: &str, device: &HouseDevice, found: &DeviceFindings, verdict: &Verdict, slots: u32) -> String {
    let evidence = &verdict.evidence;
    let probes = evidence.rounds;
    let (drawn, shams) = evidence.bursts;
    let burst = if drawn + shams == 0 {
        "–".to_owned()
    } else {
        format!("{drawn} in {probes} probes, {shams} in {} shams", probes * (slots - 1))
    };
    let ttest = evidence.ttest.map_or("–".to_owned(), |(reacted, of)| format!("{reacted} of {of}"));
    let once = evidence.proven_after.map_or("–".to_owned(), |rounds| format!("**yes**, after {rounds} rounds"));
    let (name, clock, late, dose) = (&device.name, clock(found, evidence), late(evidence), dose(evidence));
    let truth = truth(device);
    format!(
        "| {home} | {name} | {truth} | {burst} | {ttest} | {clock} | {once} | {late} | {dose} | {} |\n",
        verdict.outcome.words()
    )
}

/// The lines of a home: whoever hears, whoever sends without end, and for comparison the laptop, which is deaf.
fn lines(home: &Plan) -> String {
    let night = night(home, SEED, Watch, ALPHA, true);
    let settings = verdict::VerdictSettings { alpha: ALPHA, seed: SEED, ..verdict::VerdictSettings::default() };
    let slots = u32::try_from(night.rounds[0].slots.len()).unwrap();
    let verdicts = judge(&night.findings, night.rounds.clone(), &night.tested, &settings);
    let mut lines = String::new();
    for device in &night.truth.devices {
        let id = night.device(&device.name);
        let verdict = verdicts.devices.iter().find(|it| it.device == id).unwrap();
        assert_eq!(device.expected.as_deref(), Some(verdict.outcome.words()), "{}: {}", home.name, device.name);
        if !device.uploads.is_empty() || device.kind == "laptop" {
            let found = night.findings.devices.iter().find(|it| it.id == id).unwrap();
            lines += &line(&home.name, device, found, verdict, slots);
        }
    }
    lines
}

#[test]
fn the_table_of_evasions_is_the_one_in_the_document() {
    let names: Vec<&str> =
        Plan::shipped().iter().map(|it| it.0).filter(|name| name.starts_with("evasion-") || *name == "demo").collect();
    let table = HEAD.to_owned() + &each(&names, |name| lines(&shipped(name))).concat();
    println!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evasion.md");
    let kept = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = kept.split_once(MARKS.0).unwrap();
    let (is, after) = rest.split_once(MARKS.1).unwrap();
    if super::update() {
        std::fs::write(&path, [before, MARKS.0, &table, MARKS.1, after].concat()).unwrap();
    } else {
        assert!(
            is == table,
            "docs/evasion.md has another table; if what is found has changed for a reason, keep it with UPDATE_SNAPSHOTS=1"
        );
    }
}
