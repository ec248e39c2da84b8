//! Whether open pages change what is found, and what they cost: the same frames are analysed beside a server with nobody and with 200 that follow
//! what happens. Run with `cargo bench -p earwitness-web --bench crowd`.

#![expect(clippy::print_stdout, reason = "what was measured is said")]

mod watched;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_report::{Context, json};
use earwitness_traffic::files::{Captures, Order};
use earwitness_web::Server;
use jiff::tz::TimeZone;

use self::watched::{Watched, serve};

/// How often the capture is analysed, one after the other.
const TIMES: i64 = 200;
/// After so many frames those who follow are shown how it stands, and are told that something happened: four times a second of 10,000 frames a second.
const SHOWN: i64 = 2_500;
/// Most that may follow.
const CROWD: usize = 200;

/// A frame that stays.
struct Kept {
    at: Timestamp,
    link: Link,
    wire_len: u32,
    octets: Vec<u8>,
}

/// What a run came to.
struct Seen {
    findings: Vec<u8>,
    nanos_per_frame: f64,
    told: u64,
}

fn main() -> std::io::Result<()> {
    let frames = frames();
    // Once for what is read and mapped at first.
    run(&frames, 0)?;
    let mut all: Vec<(usize, Seen)> = Vec::new();
    for _ in 0..5 {
        for crowd in [0, CROWD] {
            all.push((crowd, run(&frames, crowd)?));
        }
    }
    let same = all.windows(2).all(|two| matches!(two, [(_, one), (_, other)] if one.findings == other.findings));
    for crowd in [0, CROWD] {
        let mut each: Vec<f64> = all.iter().filter(|it| it.0 == crowd).map(|it| it.1.nanos_per_frame).collect();
        each.sort_by(f64::total_cmp);
        let told: u64 = all.iter().filter(|it| it.0 == crowd).map(|it| it.1.told).sum();
        let median = each.get(each.len() / 2).copied().unwrap_or_default();
        let (least, most) = (each.first().copied().unwrap_or_default(), each.last().copied().unwrap_or_default());
        println!(
            "{crowd} follow: {median:.0} ns a frame ({least:.0} to {most:.0}) in the thread that analyses; {told} lines were told"
        );
    }
    println!("findings of all runs are {}", if same { "the same, octet for octet" } else { "NOT the same" });
    if same { Ok(()) } else { Err(std::io::Error::other("open pages change what is found")) }
}

fn frames() -> Vec<Kept> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let mut all = Vec::new();
    if let Ok(mut captures) = Captures::open(&[path], Order::Merged, None) {
        let flow = captures.for_each(&mut |_| {}, |frame, _| {
            all.push(Kept { at: frame.at, link: frame.link, wire_len: frame.wire_len, octets: frame.bytes.to_vec() });
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue(), "nothing stops it");
    }
    all
}

fn run(frames: &[Kept], crowd: usize) -> std::io::Result<Seen> {
    let watched = Watched::new();
    let (status, events) = (watched.status.clone(), watched.events.clone());
    let server = serve(watched).map_err(std::io::Error::other)?;
    let told = Arc::new(AtomicU64::new(0));
    let followers: Vec<_> = (0..crowd).map(|number| follow(&server, number, &told)).collect::<Result<_, _>>()?;
    let length = frames.last().zip(frames.first()).map_or(0, |(last, first)| last.at.since(first.at)) + 60 * SECOND;
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let (before, mut count) = (spent()?, 0_i64);
    for time in 0..TIMES {
        for it in frames {
            let at = it.at.plus(time * length);
            analysis.frame(&Frame { at, link: it.link, wire_len: it.wire_len, bytes: &it.octets, interface: 0 });
            count += 1;
            if count % SHOWN == 0 {
                status.send_modify(|it| Arc::make_mut(it).frames = count.unsigned_abs());
                // Nobody may listen.
                let _ = events.send("{\"event\":1,\"topic\":\"note\",\"text\":\"something happened\"}".into());
            }
        }
    }
    let spent = spent()? - before;
    let findings = analysis.finish();
    let context = Context {
        inputs: &[],
        options: &[],
        troubles: &[],
        probing: None,
        published: None,
        vendor: &|_| None,
        zone: TimeZone::UTC,
    };
    let mut octets = Vec::new();
    json::write(&findings, &context, &mut octets)?;
    drop(server);
    for follower in followers {
        // One that was cut off has told what it got.
        let _ = follower.join();
    }
    let nanos_per_frame = spent / earwitness_base::words::as_f64(count);
    Ok(Seen { findings: octets, nanos_per_frame, told: told.load(Ordering::Relaxed) })
}

/// Somebody who follows: every second one as a page does, the others as programs do. Comes back when the first line is there.
fn follow(server: &Server, number: usize, told: &Arc<AtomicU64>) -> std::io::Result<thread::JoinHandle<()>> {
    let path = if number.is_multiple_of(2) { "/live" } else { "/api/v1/events" };
    let token = server.token().unwrap_or_default();
    let mut stream = TcpStream::connect(server.address())?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n", server.address())?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 && line != "\r\n" {
        assert!(!line.starts_with("HTTP/1.1 ") || line.contains(" 200 "), "{line}");
        line.clear();
    }
    let told = Arc::clone(told);
    Ok(thread::spawn(move || {
        for line in lines.split(b'\n').map_while(Result::ok) {
            told.fetch_add(u64::from(line.starts_with(b"data:")), Ordering::Relaxed);
        }
    }))
}

/// Processor time of this thread, nanoseconds (proc(5), `schedstat`).
fn spent() -> std::io::Result<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    text.split_whitespace().next().and_then(|it| it.parse().ok()).ok_or_else(|| std::io::Error::other("no schedstat"))
}
