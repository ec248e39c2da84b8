//! Does the network card glue packets together before anybody sees them?

use super::tool::ask;
use super::{Check, Status};

const NAME: &str = "offload";
/// What makes received frames longer than they were on the wire, by ethtool's names.
const GLUE: [(&str, &str); 2] = [("generic-receive-offload", "gro"), ("large-receive-offload", "lro")];
/// The same for frames that this machine sends or forwards.
const SENT: [(&str, &str); 2] = [("tcp-segmentation-offload", "tso"), ("generic-segmentation-offload", "gso")];

/// Looks at what the driver does, through `ethtool -k`.
#[must_use]
pub(crate) fn offload(interface: &str) -> Check {
    let Some(output) = ask("ethtool", &["-k", interface]) else {
        return Check::skipped(
            NAME,
            "ethtool is not installed; whether packets are glued together shows in the lengths of the frames (below)",
        );
    };
    let on = |features: &[(&str, &'static str)]| -> Vec<&'static str> {
        let is_on =
            |name: &str| output.lines().any(|line| line.trim().strip_prefix(name).is_some_and(|rest| rest.starts_with(": on")));
        features.iter().filter(|(name, _)| is_on(name)).map(|(_, short)| *short).collect()
    };
    let (received, sent) = (on(&GLUE), on(&SENT));
    if received.is_empty() && sent.is_empty() {
        return Check::ok(NAME, format!("`{interface}` hands over every packet as it was on the wire"));
    }
    let all: Vec<_> = received.iter().chain(&sent).copied().collect();
    let switches: Vec<_> = all.iter().map(|it| format!("{it} off")).collect();
    Check::other(
        NAME,
        Status::Warn,
        format!(
            "`{interface}` glues packets together ({}): octets are counted right, lengths of packets are not those of the wire",
            all.join(", ")
        ),
        format!("for sharper results, at some cost of processor time: sudo ethtool -K {interface} {}", switches.join(" ")),
    )
}
