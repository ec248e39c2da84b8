//! The command: arguments are checked, sockets opened, rights given up, and then frames copied.

use std::io::{self, IsTerminal};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use earwitness_ring::Shape;
use rustix::process::getuid;

use crate::stop::signals;
use crate::{list, rights::Helper};
use earwitness_base::say;
use earwitness_base::trust::{self, Distrust};
use earwitness_traffic::live::{ADVICE, Ended, Limits, Links, Output, Port, Recording, check_name, confine};

/// Least and most octets of a ring that are allowed.
const RINGS: std::ops::RangeInclusive<u64> = 1..=1024;

/// Capture frames of network interfaces as pcapng on standard output.
///
/// Needs the right to capture raw frames, and gives it and every other right up before the first frame. An interface that goes down or away
/// is followed by its name. Lost frames are counted and written into the capture.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness capture --list
  sudo earwitness capture -i br-lan -o evening.pcapng --seconds 3600
  sudo earwitness capture -i br-lan | earwitness analyze -")]
pub struct Args {
    /// Interface to capture; may be repeated. The bridge, or the interface to the devices: inside the home, not towards the Internet
    #[arg(short, long = "interface", value_name = "IFACE", required_unless_present = "list", num_args = 1)]
    interface: Vec<String>,
    /// Show the interfaces of this machine, and how they are
    #[arg(long, exclusive = true)]
    list: bool,
    /// Write to this file instead of standard output; it must not exist yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Octets kept of a frame; 192 hold all headers
    #[arg(short, long, value_name = "OCTETS", default_value_t = 262_144, value_parser = clap::value_parser!(u32).range(60..=262_144))]
    snaplen: u32,
    /// Ring for each interface, in MiB: what comes while the reader is late
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u64).range(*RINGS.start()..=*RINGS.end()))]
    ring: u64,
    /// Longest wait of a frame in the ring, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100))]
    latency: u64,
    /// Stop after so long
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Stop after so many frames
    #[arg(short, long, value_name = "FRAMES")]
    count: Option<u64>,
    /// Only what reaches this machine anyway: do not ask the interface for the rest
    #[arg(long)]
    no_promiscuous: bool,
    /// Wait for an interface that is not there yet, instead of ending with an error
    #[arg(long)]
    wait: bool,
}

/// Captures until it is told to end, or shows the interfaces.
///
/// # Errors
/// Whatever keeps it from capturing, with what to do.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut links = Links::open().context("cannot ask the kernel for its interfaces")?;
    if args.list {
        return list::print(&links.list().context("cannot list interfaces")?);
    }
    let names = check(args, &mut links)?;
    let out = output(args)?;
    let shape = Shape {
        octets: usize::try_from(args.ring)?.saturating_mul(1 << 20),
        retire: Duration::from_millis(args.latency),
        snap: args.snaplen,
        ..Shape::default()
    };
    let ports = names
        .iter()
        .map(|name| Port::open(name, shape, !args.no_promiscuous).map_err(|error| cannot_open(&error, args.ring)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (stop, wakes) = signals()?;
    let outputs = wakes.into_iter().chain([out.fd().as_raw_fd(), links.requests().as_raw_fd()]);
    for missing in
        confine(&outputs.collect::<Vec<_>>()).context("capturing was not begun, because rights could not be given up")?
    {
        say::line(&format!("{ADVICE}{missing}"));
    }
    let limits = Limits { time: args.seconds.map(Duration::try_from_secs_f64).transpose()?, frames: args.count };
    match Recording::new(ports, links, out, stop, limits).run(&mut |text| say::line(text))? {
        Ended::Asked | Ended::ReaderGone => Ok(()),
    }
}

/// The interfaces, each once.
fn check<'a>(args: &'a Args, links: &mut Links) -> anyhow::Result<Vec<&'a str>> {
    let mut names: Vec<&str> = Vec::new();
    for name in args.interface.iter().map(String::as_str) {
        check_name(name).map_err(anyhow::Error::msg)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !args.wait {
        let list = links.list().context("cannot list interfaces")?;
        for &name in &names {
            if !list.iter().any(|link| link.name == name) {
                anyhow::bail!(
                    "there is no interface {name}; `earwitness capture --list` shows those that are there, --wait waits for it"
                );
            }
        }
    }
    Ok(names)
}

fn output(args: &Args) -> anyhow::Result<Output> {
    if let Some(path) = args.output.as_ref().filter(|path| path.as_os_str() != "-") {
        let file = trust::place(path).and_then(|place| place.create_new(0o600));
        return Ok(Output::file(file.map_err(|error| {
            let what = if Distrust::is_in(&error) { "" } else { "; name a file that is not there yet" };
            anyhow::anyhow!("cannot create {}: {error}{what}", path.display())
        })?));
    }
    if io::stdout().is_terminal() {
        anyhow::bail!(
            "a capture on a terminal is of no use; write it to a file (-o FILE) or into a program (| earwitness analyze -)"
        );
    }
    Output::standard().context("cannot write to standard output")
}

fn cannot_open(error: &io::Error, ring: u64) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let root = if getuid().is_root() { " (root without it: in a container, add NET_RAW)" } else { "" };
            anyhow::anyhow!("may not capture: this needs the right CAP_NET_RAW{root}; {}", Helper::find().advice())
        }
        io::ErrorKind::OutOfMemory => anyhow::anyhow!("the kernel has no {ring} MiB for a ring; try --ring 4"),
        _ => anyhow::anyhow!("cannot open a ring for frames: {error}"),
    }
}
