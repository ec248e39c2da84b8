//! Names of topics. Of a device only its MAC address is in them.

use earwitness_core::mac::Mac;

use crate::settings::{Settings, Topic};

/// What a person may do, as the last levels of topics.
pub(crate) const PROBING_SET: &str = "probing/set";
pub(crate) const TEST: &str = "test/press";
pub(crate) const PAUSE: &str = "pause/press";

/// The address of a device as an id: twelve hexadecimal digits.
pub(crate) fn id(mac: Mac) -> String {
    format!("{:012x}", mac.to_u64())
}

/// The device of this id.
pub(crate) fn mac(id: &str) -> Option<Mac> {
    let is_id = id.len() == 12 && id.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'a'..=b'f'));
    if !is_id {
        return None;
    }
    let mut octets = [0; 6];
    for (place, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(id.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(Mac(octets))
}

/// A topic of the program.
pub(crate) fn own(base: &Topic, what: &str) -> String {
    format!("{base}/{what}")
}

/// A topic of a device.
pub(crate) fn of_device(base: &Topic, mac: Mac, what: &str) -> String {
    format!("{base}/devices/{}/{what}", id(mac))
}

/// Whether the program is there.
pub(crate) fn availability(base: &Topic) -> String {
    own(base, "status")
}

/// Where we say of devices that they were announced.
pub(crate) fn all_announced(base: &Topic) -> String {
    format!("{base}/devices/+/announced")
}

/// The device that was announced by this topic.
pub(crate) fn who_was_announced(base: &Topic, topic: &str) -> Option<Mac> {
    let rest = topic.strip_prefix(&format!("{base}/devices/"))?;
    mac(rest.strip_suffix("/announced")?)
}

/// Where Home Assistant says that it has started.
pub(crate) fn birth(settings: &Settings) -> String {
    format!("{}/status", settings.prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_found_again_by_its_topic_and_by_no_other() {
        let base = Topic::new("home/ear").unwrap();
        let device = Mac([2, 0, 0x5e, 0, 0x53, 0xff]);
        let announced = of_device(&base, device, "announced");
        assert_eq!(announced, "home/ear/devices/02005e0053ff/announced");
        assert_eq!(who_was_announced(&base, &announced), Some(device));
        for other in [
            "home/ear/devices/02005e0053f/announced",
            "home/ear/devices/02005E0053FF/announced",
            "home/ear/devices/../announced",
            "x",
        ] {
            assert_eq!(who_was_announced(&base, other), None, "{other}");
        }
    }
}
