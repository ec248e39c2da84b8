//! What devices and receivers are called in reports.

use std::net::IpAddr;

use earwitness_base::text::{WIDEST, WIDEST_SAID, clean};
use earwitness_base::words::counted;
use earwitness_core::findings::{DeviceFindings, DeviceId, Receiver};
use earwitness_core::mac::Mac;
use earwitness_core::probe::{SoundKind, Stimulus, is_row};
use earwitness_core::verdict::Received;

/// What a sound is called.
#[must_use]
pub(crate) fn sound(name: &str) -> String {
    if !is_row(name) {
        return clean(name, WIDEST_SAID);
    }
    let row = Stimulus { name: name.to_owned(), kind: SoundKind::Speech };
    format!("all {} sounds in a row", row.parts().count())
}

/// How a device is called: the best of the names that it announced, else its maker and address.
#[must_use]
pub fn device(it: &DeviceFindings, vendor: Option<&str>) -> String {
    let own = it.names.iter().map(|name| plain(name.reveal())).find(|name| says_something(name));
    let host = || it.host_name.as_ref().map(|name| plain(name.reveal())).filter(|name| says_something(name));
    own.or_else(host).map_or_else(|| unnamed(it, vendor), |name| clean(name, WIDEST))
}

/// The part of a DNS-SD instance name (RFC 6763, section 4.1) or mDNS host name (RFC 6762) that a person chose.
fn plain(name: &str) -> &str {
    let name = name.split("._").next().unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = name.strip_suffix(".local").unwrap_or(name);
    match name.split_once('@') {
        Some((id, rest)) if id.len() == 12 && id.bytes().all(|it| it.is_ascii_hexdigit()) => rest,
        _ => name,
    }
}

/// Neither the name of a service nor a bare number.
fn says_something(name: &str) -> bool {
    let digits = |it: char| it.is_ascii_hexdigit() || matches!(it, '-' | ':' | '.');
    !name.starts_with('_') && name.chars().any(char::is_alphanumeric) && !(name.len() > 8 && name.chars().all(digits))
}

fn unnamed(it: &DeviceFindings, vendor: Option<&str>) -> String {
    match (it.id, vendor) {
        (DeviceId::Mac(mac), Some(vendor)) => format!("{} {}", clean(vendor, WIDEST - 10), short(mac)),
        (DeviceId::Mac(mac), None) => mac.to_string(),
        (DeviceId::Address(address), _) => address.to_string(),
    }
}

/// The half of an address that tells devices of one maker apart.
#[must_use]
pub fn short(mac: Mac) -> String {
    let [.., d, e, f] = mac.0;
    format!("{d:02x}:{e:02x}:{f:02x}")
}

/// The id of a device in full.
#[must_use]
pub fn id(id: DeviceId) -> String {
    match id {
        DeviceId::Mac(mac) => mac.to_string(),
        DeviceId::Address(address) => address.to_string(),
    }
}

/// Who a device is, as a person writes it.
///
/// # Errors
/// When it is neither a MAC nor an IP address; what to write instead.
pub fn device_id(text: &str) -> Result<DeviceId, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(DeviceId::Address(address));
    }
    let wrong = |_| format!("{text:?} is neither a MAC nor an IP address; write it like 02:42:ac:11:00:02 or 192.168.1.20");
    text.parse::<Mac>().map(DeviceId::Mac).map_err(wrong)
}

/// A receiver by name, else by address.
#[must_use]
pub fn receiver(it: &Receiver, widest: usize) -> String {
    it.name.as_ref().map_or_else(|| it.address.to_string(), |(name, _)| clean(name.reveal(), widest))
}

/// Other names of a receiver that are shown; more are counted.
const OTHER_NAMES: usize = 2;

/// A receiver of several names for people.
#[must_use]
pub fn received(it: &Received) -> String {
    let mut names: Vec<_> = it.other_names.iter().take(OTHER_NAMES).map(|name| clean(name.reveal(), WIDEST)).collect();
    if let Some(more) = it.other_names.len().checked_sub(OTHER_NAMES).filter(|more| *more > 0) {
        names.push(counted(more as u64, "more name", "more names"));
    }
    if names.is_empty() {
        return whom(&it.receiver);
    }
    format!("{}, also called {}", whom(&it.receiver), names.join(", "))
}

/// A receiver for people: by name and address, with the network and the country that it is registered in, as far as they are known.
#[must_use]
pub fn whom(it: &Receiver) -> String {
    let network = it.system.as_ref().map(|(number, name)| match name.as_str() {
        "" => format!("AS{number}"),
        name => format!("{}, AS{number}", clean(name, WIDEST)),
    });
    let place = if it.local { Some("in the home".to_owned()) } else { it.country.as_ref().map(|it| clean(it, WIDEST)) };
    let address = it.name.as_ref().map(|_| it.address.to_string());
    let beside: Vec<String> = address.into_iter().chain(network).chain(place).collect();
    let name = receiver(it, WIDEST);
    if beside.is_empty() { name } else { format!("{name} [{}]", beside.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use earwitness_core::findings::NameSource;
    use earwitness_core::private::Private;

    #[test]
    fn a_receiver_of_several_names_is_told_once() {
        let receiver = sample::receiver("198.51.100.20", Some(("a.example", NameSource::Tls)));
        let other_names = ["b.example", "c.example", "d.example"].map(|it| Private::new(it.to_owned())).to_vec();
        let text = received(&Received { receiver, other_names, octets: 1 });
        assert!(text.ends_with("], also called b.example, c.example, 1 more name"), "{text}");
    }

    #[test]
    fn several_sounds_have_one_name() {
        assert_eq!(sound("row:alexa|speech|glass"), "all 3 sounds in a row");
        assert_eq!(sound("alexa"), "alexa");
    }

    #[test]
    fn the_name_that_a_person_gave_comes_first() {
        let mut device_found = sample::device(1);
        let mut named = |names: &[&str]| {
            device_found.names = names.iter().map(|it| Private::new((*it).to_owned())).collect();
            device(&device_found, Some("Acme"))
        };
        assert_eq!(named(&["_http._tcp.local", "Kitchen._airplay._tcp.local"]), "Kitchen");
        assert_eq!(named(&["0123456789AB@Bath._raop._tcp.local"]), "Bath");
        assert_eq!(named(&["deadbeef-0123-4567"]), "Acme 00:00:01");
        device_found.host_name = Some(Private::new("lamp.local".to_owned()));
        assert_eq!(device(&device_found, Some("Acme")), "lamp");
    }
}
