//! `earwitness extcap`: a capture interface of Wireshark, in whose packets it says who sends sound.
//!
//! Wireshark's side is described in its manual page extcap(4) and in `doc/extcap_example.py` of its source. `offered` says what can be captured and configured, `capture` is the
//! loop, `fifo` the pipe to Wireshark, `held` holds frames back until it is known what they belong to, and `uploads` is what is known.

mod capture;
mod fifo;
mod held;
mod offered;
mod uploads;

#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueHint;
use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_traffic::live::{Links, check_name};

use super::Outcome;

/// What the program is called in Wireshark's folder: a link of this name there leads to `earwitness`.
const NAME: &str = "earwitness-extcap";

/// How our interfaces are called, so that they are told from Wireshark's own: this and the name of the interface.
const PREFIX: &str = "earwitness-";

/// Answer Wireshark, which shows the interfaces of this machine with comments in the packets of uploads of sound.
///
/// Wireshark calls this as a program of its extcap folder; the Debian package puts it there. Elsewhere make a link of the name earwitness-extcap to this program in a folder that
/// `tshark -G folders` calls extcap. Frames are held back for a moment, until it is known whether they belong to an upload; none is lost.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "Wireshark's interface is made of such switches")]
#[command(after_help = "\
Examples:
  earwitness extcap --extcap-interfaces
  earwitness extcap --extcap-interface earwitness-lo --extcap-config

Exit status: 0 done, or Wireshark wanted no more; 2 it could not capture.")]
pub(super) struct Args {
    /// List the interfaces.
    #[arg(long)]
    extcap_interfaces: bool,
    /// Version of Wireshark, as it says.
    #[arg(long, value_name = "VERSION", num_args = 0..=1)]
    extcap_version: Vec<String>,
    /// The interface that is asked for, as it is listed.
    #[arg(long, value_name = "NAME")]
    extcap_interface: Option<String>,
    /// List the link type of the interface.
    #[arg(long)]
    extcap_dlts: bool,
    /// List what can be configured.
    #[arg(long)]
    extcap_config: bool,
    /// Say what is wrong with a capture filter: there are none here. Display filters do the same afterwards.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    extcap_capture_filter: Option<String>,
    /// Capture into the FIFO until Wireshark wants no more.
    #[arg(long, requires = "fifo", requires = "extcap_interface")]
    capture: bool,
    /// The FIFO from which Wireshark reads.
    #[arg(long, value_name = "FIFO", value_hint = ValueHint::FilePath)]
    fifo: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// What Wireshark's dialog asks for.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Settings {
    /// Octets kept of a frame.
    #[arg(long, value_name = "OCTETS", default_value_t = 262_144, value_parser = clap::value_parser!(u32).range(192..=262_144))]
    snaplen: u32,
    /// MAC address of the router, where it is not recognised by what it forwards.
    #[arg(long, value_name = "MAC", value_parser = gateway, default_value = "", hide_default_value = true)]
    gateway: Gateway,
    /// Show only frames of devices that sent what looks like sound since the capture began.
    #[arg(long)]
    only_senders: bool,
    /// Whether packets of uploads get comments.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    comments: bool,
    /// How long frames are held back until it is known what they belong to, in milliseconds; 0 holds none back.
    #[arg(long, value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    delay: u32,
}

/// The router, if it was named: Wireshark hands over an empty field as it is.
#[derive(Clone, Copy, Debug)]
struct Gateway(Option<DeviceId>);

fn gateway(text: &str) -> Result<Gateway, String> {
    if text.trim().is_empty() {
        return Ok(Gateway(None));
    }
    let wrong = |_| format!("{text:?} is no MAC address; write it like 02:42:ac:11:00:02, or leave the field empty");
    text.trim().parse::<Mac>().map(|mac| Gateway(Some(DeviceId::Mac(mac)))).map_err(wrong)
}

/// Whether the program was called as one of Wireshark's folder; then its words are those of this command.
pub(super) fn words(mut given: Vec<OsString>) -> Vec<OsString> {
    let is_ours = given.first().is_some_and(|it| Path::new(it).file_name() == Some(OsStr::new(NAME)));
    // A copy of that name calls itself with `capture`.
    if is_ours && given.get(1).is_none_or(|it| it.to_string_lossy().starts_with('-')) {
        given.insert(1, "extcap".into());
    }
    given
}

/// Answers, or captures.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    tracing::debug!(version = ?args.extcap_version, "Wireshark asks");
    if args.extcap_interfaces {
        offered::interfaces(&Links::open()?.list()?)?;
        return Ok(Outcome::Done);
    }
    let Some(interface) = &args.extcap_interface else {
        bail!("Wireshark calls this command; `earwitness extcap --extcap-interfaces` lists what it is shown");
    };
    let name = interface.strip_prefix(PREFIX).unwrap_or(interface);
    check_name(name).map_err(anyhow::Error::msg)?;
    let filter = args.extcap_capture_filter.as_deref().filter(|it| !it.trim().is_empty());
    if args.capture {
        if filter.is_some() {
            bail!("{}", offered::NO_FILTER);
        }
        let Some(fifo) = &args.fifo else { bail!("--capture needs --fifo") };
        capture::run(name, fifo, &args.settings)?;
    } else if args.extcap_config {
        offered::config()?;
    } else if args.extcap_dlts {
        offered::link_types(&Links::open()?.list()?, name)?;
    } else if filter.is_some() {
        // What is written here is what Wireshark shows beside the filter; nothing would mean that it is good.
        offered::refuse_filter()?;
    }
    Ok(Outcome::Done)
}
