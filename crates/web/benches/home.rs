//! How long it takes until a home can be shown, and its page of a home that is watched. Run with `cargo bench -p earwitness-web`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::time::Window;
use earwitness_report::json::status::Status;
use earwitness_traffic::files::{Captures, Order};
use earwitness_web::{Access, Check, Content, Home, Household, Material, Plan, Reading, Server, Session, Wish};
use jiff::tz::TimeZone;
use tokio::sync::{broadcast, watch};

fn main() {
    divan::main();
}

/// Sixty devices with a thousand sightings each, where the sample has any.
fn findings() -> Findings {
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

fn material(findings: Findings) -> Material {
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
struct Watched(watch::Sender<Arc<Status>>, broadcast::Sender<Arc<str>>);

impl Household for Watched {
    fn read(&self) -> Result<Reading, String> {
        let findings = findings();
        let numbers = findings.devices.iter().map(|it| it.id).zip(1..).collect();
        Ok(Reading { material: material(findings), numbers, names: BTreeMap::new(), ignored: BTreeSet::new(), verdicts: None })
    }

    fn session(&self, _: i64) -> Result<Option<Material>, String> {
        Ok(None)
    }

    fn sessions(&self) -> Result<Vec<Session>, String> {
        Ok(Vec::new())
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
        self.0.subscribe()
    }

    fn events(&self) -> broadcast::Receiver<Arc<str>> {
        self.1.subscribe()
    }
}

/// From what was found to what can be shown.
#[divan::bench]
fn built(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(findings).bench_values(|findings| Home::new(material(findings)));
}

/// The first page of a watched home, asked for over a connection: from the question to the last octet.
#[divan::bench]
fn answered(bencher: Bencher<'_, '_>) {
    let status = Status { at_ns: 1, devices: 60, frames: 100, ..Status::default() };
    let watched = Watched(watch::Sender::new(Arc::new(status)), broadcast::Sender::new(8));
    let address = ([127, 0, 0, 1], 0).into();
    let begun = Server::begin(address, Access::default(), Content::Lives(Box::new(watched)), |_| {});
    let Ok(server) = begun else { return };
    let asked = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        server.address(),
        server.token().unwrap_or_default()
    );
    let ask = || {
        let mut octets = Vec::new();
        let mut stream = TcpStream::connect(server.address())?;
        stream.write_all(asked.as_bytes())?;
        stream.read_to_end(&mut octets)?;
        Ok::<_, std::io::Error>(octets)
    };
    // Until what was seen is read, another page is answered.
    let mut octets = 0;
    while octets < 20_000 {
        octets = ask().map_or(0, |it| it.len());
    }
    bencher.counter(BytesCount::new(octets)).bench(ask);
}
