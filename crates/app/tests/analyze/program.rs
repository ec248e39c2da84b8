//! Runs the program and reads what it says.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;
pub(crate) use earwitness_sim::file::pcap as classic;
use earwitness_sim::scenario::{Kind, Scenario};
use serde_json::Value;

use crate::common;

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `earwitness analyze` with these arguments and this standard input.
pub(crate) fn analyze_with<S: AsRef<OsStr>>(arguments: &[S], input: &[u8]) -> Run {
    let output = common::analyze_with(arguments, input);
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    Run { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// The same without standard input.
pub(crate) fn analyze<S: AsRef<OsStr>>(arguments: &[S]) -> Run {
    analyze_with(arguments, &[])
}

/// The JSON report about these captures, and what was said besides.
pub(crate) fn report(captures: &[&Path]) -> (Value, String) {
    let mut arguments = vec![OsStr::new("--json")];
    arguments.extend(captures.iter().map(|path| path.as_os_str()));
    let run = analyze(&arguments);
    assert_eq!(run.status, 0, "{}", run.err);
    (serde_json::from_str(&run.out).unwrap(), run.err)
}

/// The device with an address.
pub(crate) fn device<'a>(report: &'a Value, mac: &str) -> &'a Value {
    report["devices"].as_array().unwrap().iter().find(|it| it["mac"] == mac).unwrap()
}

/// Writes a file.
pub(crate) fn save(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, octets).unwrap();
    path
}

/// A home of this kind, watched for so long.
pub(crate) fn scenario(kind: Kind, seconds: u32) -> Scenario {
    Scenario { kind, seconds }
}

/// A frame that nothing was cut off.
pub(crate) fn whole(it: &Captured) -> Frame<'_> {
    let wire_len = u32::try_from(it.octets.len()).unwrap();
    Frame { at: Timestamp::from_nanos(it.at), link: Link::Ethernet, wire_len, bytes: &it.octets, interface: 0 }
}
