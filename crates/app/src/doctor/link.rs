//! Is the interface there, switched on, and is something plugged in?

use std::fs;
use std::path::Path;

use super::{Check, Status};

const NAME: &str = "interface";
/// Flag of an interface that is switched on (`IFF_UP` in linux/if.h).
const UP: u32 = 1;

/// Looks at an interface by its files (Documentation/ABI/testing/sysfs-class-net of the kernel).
#[must_use]
pub(crate) fn link(interface: &str) -> Check {
    let folder = Path::new("/sys/class/net").join(interface);
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned());
    if interface.is_empty() || interface.contains('/') || !folder.exists() {
        let there = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
        let mut names: Vec<_> = there.map(|it| it.file_name().to_string_lossy().into_owned()).filter(|it| it != "lo").collect();
        names.sort();
        return Check::other(
            NAME,
            Status::Fail,
            format!("there is no interface `{interface}`"),
            format!("name one of this machine's: {}", names.join(", ")),
        );
    }
    let flags = read("flags").and_then(|it| u32::from_str_radix(it.trim_start_matches("0x"), 16).ok()).unwrap_or(0);
    if flags & UP == 0 {
        return Check::other(
            NAME,
            Status::Fail,
            format!("`{interface}` is switched off"),
            format!("switch it on: sudo ip link set dev {interface} up"),
        );
    }
    // Reading it fails while the interface is off; some drivers have none.
    if read("carrier").as_deref() == Some("0") {
        return Check::other(
            NAME,
            Status::Fail,
            format!("`{interface}` is on, but has no link: nothing is plugged in, or the other end is off"),
            "see to the cable, the switch, or the radio's connection",
        );
    }
    let mtu = read("mtu").unwrap_or_default();
    let kind = if folder.join("bridge").exists() {
        "a bridge"
    } else if folder.join("phy80211").exists() {
        "a Wi-Fi radio"
    } else {
        "wired"
    };
    let speed = read("speed").and_then(|it| it.parse::<u32>().ok()).map(|it| format!(", {it} Mbit/s")).unwrap_or_default();
    Check::ok(NAME, format!("`{interface}` is on and has a link ({kind}{speed}, packets up to {mtu} octets)"))
}
