//! What a device calls itself over SSDP, the discovery of `UPnP` (its Device Architecture 2.0, section 1).

use super::text::clean;

/// Header lines read in one message; real ones have about ten.
const MOST_LINES: usize = 64;

/// The most informative name in an announcement (`NOTIFY`), an answer to a search, or a search.
///
/// In this order: a header with a friendly name; the product in `SERVER`, without the operating system and `UPnP` version in front; the part of
/// `USN` that is no bare UUID. `None` if there is none of them, or it is no SSDP message. `USER-AGENT` names the program that searches, which may
/// run on any device, so it is no device's name.
#[must_use]
pub fn ssdp_name(payload: &[u8]) -> Option<String> {
    let mut lines = payload.split(|&octet| octet == b'\n').take(MOST_LINES);
    let start = lines.next()?;
    if !(start.starts_with(b"NOTIFY ") || start.starts_with(b"HTTP/1.") || start.starts_with(b"M-SEARCH ")) {
        return None;
    }
    let mut product = None;
    let mut identifier = None;
    for line in lines {
        let Some(colon) = line.iter().position(|&octet| octet == b':') else { continue };
        let (header, value) = line.split_at_checked(colon)?;
        let header = header.trim_ascii().to_ascii_lowercase();
        let value = || clean(value.get(1..).unwrap_or_default());
        match header.as_slice() {
            // CPFN.UPNP.ORG is the friendly name of a control point (1.3.2).
            b"cpfn.upnp.org" => return Some(value()).filter(|value| !value.is_empty()),
            b"server" => product = product.or_else(|| product_of(&value())),
            b"usn" => identifier = identifier.or_else(|| identifier_of(&value())),
            _ if is_friendly(&header) => {
                let value = value();
                if !value.is_empty() {
                    return Some(value);
                }
            }
            _ => {}
        }
    }
    product.or(identifier)
}

/// `X-Friendly-Name`, `friendlyName.example.com` and the like, which makers add.
fn is_friendly(header: &[u8]) -> bool {
    header.windows(8).any(|window| window == b"friendly") && header.windows(4).any(|window| window == b"name")
}

/// `OS/version UPnP/version product/version` (1.2.2). Some makers put commas between, some put the product first or leave it out.
fn product_of(server: &str) -> Option<String> {
    const SYSTEMS: &[&str] = &[
        "linux",
        "unix",
        "posix",
        "windows",
        "darwin",
        "freebsd",
        "netbsd",
        "openbsd",
        "freertos",
        "android",
        "upnp",
        "dlnadoc",
        "unspecified",
        "microsoft-windows",
        "portable",
    ];
    let is_system = |word: &str| {
        let name = word.split('/').next().unwrap_or(word);
        SYSTEMS.iter().any(|system| name.eq_ignore_ascii_case(system)) || name.starts_with(|letter: char| letter.is_ascii_digit())
    };
    let words = server.split([' ', ',']).filter(|word| !word.is_empty() && !is_system(word));
    let product = words.collect::<Vec<_>>().join(" ");
    (!product.is_empty()).then_some(product)
}

/// `uuid:Speaker-1_0-0123::urn:...` holds words where a UUID should stand.
fn identifier_of(name: &str) -> Option<String> {
    let identifier = name.strip_prefix("uuid:")?.split("::").next()?;
    let is_bare = identifier.chars().all(|letter| letter.is_ascii_hexdigit() || "-{}".contains(letter));
    (!is_bare).then(|| identifier.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BRIDGE: &str = "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n\
        SERVER: Linux/3.14.0 UPnP/1.0 IpBridge/1.17.0\r\nUSN: uuid:2f402f80-da50-11e1-9b23-001788000001\r\n\r\n";

    fn name(message: &str) -> Option<String> {
        ssdp_name(message.as_bytes())
    }

    #[test]
    fn the_product_is_told_without_system_and_version_of_the_protocol() {
        assert_eq!(name(BRIDGE).as_deref(), Some("IpBridge/1.17.0"));
        let commas = "HTTP/1.1 200 OK\r\nserver:POSIX, UPnP/1.0, Intel MicroStack/1.0.1347\r\n\r\n";
        assert_eq!(name(commas).as_deref(), Some("Intel MicroStack/1.0.1347"));
        assert_eq!(name("HTTP/1.1 200 OK\r\nServer: Roku/9.2.0 UPnP/1.0\r\n\r\n").as_deref(), Some("Roku/9.2.0"));
    }

    #[test]
    fn a_friendly_name_goes_before_the_product() {
        let message = BRIDGE.replace("NTS:", "X-Friendly-Name: Küche\r\nNTS:");
        assert_eq!(name(&message).as_deref(), Some("Küche"));
        let search = "M-SEARCH * HTTP/1.1\r\nUSER-AGENT: Linux/5 UPnP/2.0 app/1\r\nCPFN.UPNP.ORG: Den TV\r\n\r\n";
        assert_eq!(name(search).as_deref(), Some("Den TV"));
    }

    #[test]
    fn a_program_that_searches_gives_its_device_no_name() {
        assert_eq!(name("M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nUSER-AGENT: Browser/1 Linux\r\n\r\n"), None);
    }

    #[test]
    fn words_in_place_of_a_uuid_are_better_than_nothing() {
        let message = "NOTIFY * HTTP/1.1\r\nSERVER: Unspecified, UPnP/1.0\r\nUSN: uuid:Socket-1_0-0001::urn:x\r\n\r\n";
        assert_eq!(name(message).as_deref(), Some("Socket-1_0-0001"));
        assert_eq!(name("NOTIFY * HTTP/1.1\r\nUSN: uuid:2f402f80-da50::urn:x\r\n\r\n"), None);
    }

    #[test]
    fn a_cut_or_foreign_message_is_no_trouble() {
        let cut = BRIDGE.find("dge/").unwrap();
        assert_eq!(name(&BRIDGE[..cut]).as_deref(), Some("IpBri"));
        assert_eq!(name("GET / HTTP/1.1\r\nServer: x\r\n"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_hostile_header_is_cleaned() {
        assert_eq!(ssdp_name(b"HTTP/1.1 200 OK\nSERVER: \x1b[31mBox\xff/1\r\n").as_deref(), Some("Box\u{fffd}/1"));
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_panic(mut payload in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(ssdp_name(&payload).is_none_or(|name| !name.is_empty()));
            payload.splice(0..0, *b"NOTIFY * HTTP/1.1\r\nserver:");
            prop_assert!(ssdp_name(&payload).is_none_or(|name| !name.is_empty()));
        }

        #[test]
        fn a_damaged_message_is_read_without_panic(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut payload = BRIDGE.as_bytes().to_vec();
            for (index, value) in damage {
                *index.get_mut(&mut payload) = value;
            }
            prop_assert!(ssdp_name(&payload).is_none_or(|name| !name.is_empty()));
        }
    }
}
