//! Configurations of the daemons: dnsmasq (addresses and names) and hostapd (the radio).

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use super::Content;
use crate::settings::{Band, GatewaySettings, Ipv6, Passphrase, Security};

/// Names kept by the server of names.
const CACHE: u32 = 1_000;
/// Addresses leased at most, whatever the network would hold (dnsmasq's own bound on a flood of strangers).
const LEASES: u32 = 1_000;

/// The configuration of dnsmasq (dnsmasq(8)): it answers on the home's interface only.
pub(super) fn dnsmasq(wanted: &GatewaySettings, inside: &str, servers: &[IpAddr], leases: &Path) -> String {
    let network = wanted.network;
    let (first, last) = wanted.lease_range();
    let (minutes, gateway, mask) = (wanted.lease_minutes, network.gateway(), network.netmask());
    let mut text = format!(
        "# Addresses and names, on the home's side only.\n\
         interface={inside}\nexcept-interface=lo\nbind-dynamic\nno-hosts\nno-resolv\nno-poll\n\
         domain-needed\nbogus-priv\ncache-size={CACHE}\n"
    );
    for server in servers {
        let _ = writeln!(text, "server={server}");
    }
    let _ = write!(
        text,
        "domain=home.arpa\nlocal=/home.arpa/\n\
         dhcp-authoritative\ndhcp-lease-max={LEASES}\ndhcp-leasefile={}\n\
         dhcp-range={first},{last},{mask},{minutes}m\n\
         dhcp-option=option:router,{gateway}\ndhcp-option=option:dns-server,{gateway}\n\
         quiet-dhcp\nquiet-dhcp6\nquiet-ra\nlog-facility=-\n",
        leases.display()
    );
    if let Ipv6::Ula(prefix) = wanted.ipv6 {
        // A lifetime of 0 says: here are addresses, but no way to the IPv6 internet (RFC 4861, 6.3.4).
        let _ = write!(
            text,
            "enable-ra\ndhcp-range={},ra-only,64,{minutes}m\nra-param={inside},60,0\ndhcp-option=option6:dns-server,[{}]\n",
            prefix.address(),
            prefix.gateway()
        );
    }
    text
}

/// The configuration of hostapd (its own commented `hostapd.conf` says what each line means).
pub(super) fn hostapd(wanted: &GatewaySettings, radio: &str, bridge: Option<&str>) -> Content {
    let (mode, usual, fast) = match wanted.band {
        Band::Low => ("g", 6, ""),
        Band::High => ("a", 36, "ieee80211ac=1\n"),
    };
    let channel = wanted.channel.unwrap_or(usual);
    let country = wanted.country.as_deref().unwrap_or_default();
    let (keys, protected) = match wanted.security {
        Security::Wpa2 => ("WPA-PSK", "ieee80211w=1\n"),
        Security::Mixed => ("WPA-PSK WPA-PSK-SHA256 SAE", "ieee80211w=1\nsae_require_mfp=1\n"),
        Security::Wpa3 => ("SAE", "ieee80211w=2\n"),
    };
    // Octets in hexadecimal: no name, whatever it holds, can be taken for another line.
    let name: String = wanted.ssid.bytes().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    });
    let joined = bridge.map(|bridge| format!("bridge={bridge}\n")).unwrap_or_default();
    let text = format!(
        "# The name is {:?}.\n\
         interface={radio}\n{joined}driver=nl80211\nssid2={name}\nutf8_ssid=1\n\
         country_code={country}\nieee80211d=1\nhw_mode={mode}\nchannel={channel}\nieee80211n=1\n{fast}{radar}wmm_enabled=1\n\
         ap_isolate={}\nauth_algs=1\nwpa=2\nwpa_key_mgmt={keys}\nrsn_pairwise=CCMP\n{protected}",
        wanted.ssid,
        u8::from(wanted.isolation),
        radar = if wanted.band == Band::High { "ieee80211h=1\n" } else { "" },
    );
    let secret = wanted.passphrase.as_ref().map(Passphrase::reveal).unwrap_or_default();
    Content::open(text).with_secret("wpa_passphrase", secret)
}
