//! A home of sixty devices that is watched, for benchmarks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_report::json::status::{Status, Today};
use earwitness_traffic::files::{Captures, Order};
use earwitness_web::{
    Access, Check, Content, Export, Failure, Household, Kept, Material, Plan, Reading, Server, Session, Told, Wish,
};
use jiff::tz::TimeZone;
use tokio::sync::{broadcast, watch};

/// Sixty devices with a thousand sightings each, where the sample has any.
pub(crate) fn findings() -> Findings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let mut analysis = Analysis::new(AnalysisSettings::default());
    if let Ok(mut captures) = Captures::open(&[path], Order::Merged, None) {
        let flow = captures.for_each(&mut |_| {}, |frame, _| {
            analysis.frame(frame);
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue(), "nothing stops it");
    }
    let mut findings = analysis.finish();
    let some = findings.devices.clone();
    findings.devices = (0..60)
        .zip(some.iter().cycle())
        .map(|(number, it)| {
            let mut it = it.clone();
            it.id = DeviceId::Mac(Mac([2, 0, 0, 0, 0, number]));
            it.sightings = it.sightings.iter().cycle().take(1_000).cloned().collect();
            it
        })
        .collect();
    findings
}

/// What a page is made from.
pub(crate) fn material(findings: Findings) -> Material {
    Material {
        findings,
        probing: None,
        inputs: Vec::new(),
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: |_| None,
        zone: TimeZone::UTC,
    }
}

/// A home that is watched, of which nothing but its devices is asked.
pub(crate) struct Watched {
    findings: Findings,
    /// How it stands.
    pub(crate) status: watch::Sender<Arc<Status>>,
    /// What happens.
    pub(crate) events: broadcast::Sender<Arc<str>>,
}

impl Watched {
    /// One that was seen to send something today.
    pub(crate) fn new() -> Self {
        let today = |number: u8| Today {
            device: format!("02:00:00:00:00:{number:02x}"),
            name: format!("Device {number}"),
            seen_ns: Some(1),
            sending: number.is_multiple_of(20),
            audio_seconds: 30.0,
            uploads: 12,
            last_upload_ns: Some(1),
            receiver: Some("voice.example".to_owned()),
        };
        let status = Status { at_ns: 1, devices: 60, frames: 100, today: (0..60).map(today).collect(), ..Status::default() };
        Self { findings: findings(), status: watch::Sender::new(Arc::new(status)), events: broadcast::Sender::new(8) }
    }
}

impl Household for Watched {
    fn read(&self) -> Result<Reading, String> {
        let findings = self.findings.clone();
        let ids = || findings.devices.iter().map(|it| it.id);
        let numbers = ids().zip(1..).collect();
        let devices = ids().map(|id| (id, Outcome::Reacts, vec!["voice.example".to_owned()])).collect();
        let verdicts = Some(Told { session: 1, at: Timestamp::from_nanos(0), devices });
        Ok(Reading { material: material(findings), numbers, names: BTreeMap::new(), ignored: BTreeSet::new(), verdicts })
    }

    fn session(&self, _: i64) -> Result<Option<Material>, String> {
        Ok(None)
    }

    fn sessions(&self) -> Result<Vec<Session>, String> {
        Ok(Vec::new())
    }

    fn experiments(&self) -> Result<Vec<Kept>, String> {
        Ok(Vec::new())
    }

    fn experiment(&self, _: &str) -> Result<Option<Kept>, String> {
        Ok(None)
    }

    fn export(&self, _: &str, _: Export) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }

    fn sounded(&self, _: Window) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn frames(&self, _: DeviceFindings) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    fn health(&self) -> Vec<Check> {
        Vec::new()
    }

    fn plan(&self) -> Result<Plan, String> {
        Err("it is a bench".to_owned())
    }

    fn carry_out(&self, _: Wish) -> Result<String, String> {
        Ok(String::new())
    }

    fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    fn events(&self) -> broadcast::Receiver<Arc<str>> {
        self.events.subscribe()
    }
}

/// Begins to serve it on loopback.
pub(crate) fn serve(watched: Watched) -> Result<Server, Failure> {
    Server::begin(([127, 0, 0, 1], 0).into(), Access::default(), Content::Lives(Box::new(watched)), |_| {})
}
