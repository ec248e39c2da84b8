//! `EtherType`s and link types that are not read: which of them only manage the link, and what the others are called.

use super::Layer;

/// `EtherType`s (IEEE 802 Numbers, IANA) that lead further than a count.
pub(super) mod kind {
    pub(in super::super) const IPV4: u16 = 0x0800;
    pub(in super::super) const ARP: u16 = 0x0806;
    /// Customer VLAN tag (802.1Q).
    pub(in super::super) const VLAN: u16 = 0x8100;
    pub(in super::super) const IPV6: u16 = 0x86dd;
    pub(in super::super) const MPLS: u16 = 0x8847;
    pub(in super::super) const MPLS_UPSTREAM: u16 = 0x8848;
    pub(in super::super) const PPPOE_SESSION: u16 = 0x8864;
    /// Service VLAN tag (802.1ad).
    pub(in super::super) const SERVICE_VLAN: u16 = 0x88a8;
    /// The outer tag of equipment older than 802.1ad.
    pub(in super::super) const OLD_SERVICE_VLAN: u16 = 0x9100;
    /// Switches of Realtek: a tag for the port, or a protocol between switches.
    pub(in super::super) const REALTEK: u16 = 0x8899;
    /// Switches of Marvell: a tag for the port (`ETH_P_EDSA` of Linux).
    pub(in super::super) const MARVELL_TAG: u16 = 0xdada;
    /// The mesh of batman-adv (`ETH_P_BATMAN` of Linux): see [`super::super::mirror`].
    pub(in super::super) const BATMAN: u16 = 0x4305;
}

/// Whether frames of an `EtherType` (IEEE 802 Numbers, IANA) carry nobody's data: they keep the link itself going. All others may hide
/// what a device sends.
pub(super) const fn manages_the_link(kind: u16) -> bool {
    matches!(
        kind,
        0x0842 // Wake-on-LAN
            | 0x8035 // RARP
            | 0x80f3 // AppleTalk ARP
            | 0x8808 // flow control (802.3x)
            | 0x8809 // slow protocols (LACP)
            | 0x8863 // PPPoE discovery
            | 0x886d // teaming probes
            | 0x887b | 0x88e1 // HomePlug management
            | 0x888e // EAPOL
            | 0x88c7 // pre-authentication (802.11i)
            | 0x88cc // LLDP
            | 0x88d9 // LLTD
            | 0x88e3 // MRP
            | 0x88f5 | 0x88f6 // MVRP, MMRP
            | 0x88f7 // PTP
            | 0x8902 // CFM (802.1ag)
            | 0x890d // fast roaming and TDLS set-up (802.11)
            | 0x8912 // powerline management
            | 0x893a // IEEE 1905.1
            | 0x9000 // loopback test
    )
}

/// What an `EtherType` is called; empty where that is not known.
pub(super) const fn type_name(kind: u16) -> &'static str {
    match kind {
        0x22f0 => "audio and video bridging",
        0x4305 => "batman-adv",
        0x809b => "AppleTalk",
        0x8137 => "IPX",
        0x8847 | 0x8848 => "MPLS",
        0x8892 => "PROFINET",
        0x8899 => "Realtek",
        0x88a4 => "EtherCAT",
        0x88e5 => "MACsec",
        0x88e7 => "provider backbone bridging",
        0x8906 => "Fibre Channel",
        0x8915 => "RoCE",
        _ => "",
    }
}

/// Whether LLC frames (IEEE 802.2) to an access point, with this control field, carry nobody's data. `inside`: the first octet behind the header.
pub(super) const fn manages_by_llc(access_point: u8, control: u8, inside: u8) -> bool {
    /// The lowest bit tells a group of access points.
    const GROUP: u8 = 1;
    /// Unnumbered frames with and without the bit that asks for an answer.
    const EXCHANGE_IDENTIFICATION: [u8; 2] = [0xaf, 0xbf];
    const TEST: [u8; 2] = [0xe3, 0xf3];
    if control == EXCHANGE_IDENTIFICATION[0] || control == EXCHANGE_IDENTIFICATION[1] {
        return true;
    }
    match access_point & !GROUP {
        // No access point is meant: access points and switches test the link.
        0x00 => control == TEST[0] || control == TEST[1],
        0x02 // management of LLC
            | 0x42 // spanning tree (802.1D)
            => true,
        // Routing of ISO networks: ES-IS and IS-IS (ISO/IEC TR 9577), not what they route.
        0xfe => matches!(inside, 0x82 | 0x83),
        _ => false,
    }
}

/// Whether SNAP frames of an organisation with this protocol carry nobody's data.
pub(super) const fn manages_by_snap(organisation: u32, protocol: u16) -> bool {
    matches!(
        (organisation, protocol),
        // Cisco: PAgP, spanning trees of VLANs and of inter-switch links, UDLD, CDP, CGMP, VTP, DTP, uplink fast.
        (0x00_000c, 0x0104 | 0x010b | 0x010c | 0x0111 | 0x2000 | 0x2001 | 0x2003 | 0x2004 | 0x200a)
            // Bridged spanning tree (RFC 2427, section 4.1; RFC 2684, section 5.2).
            | (0x00_80c2, 0x000e | 0x000f)
            // AppleTalk's ARP by its EtherType.
            | (0x08_0007, 0x80f3)
            // Extreme's and Foundry's discovery.
            | (0x00_e02b, 0x00ae | 0x00bb)
            | (0x00_e052, 0x2000)
    )
}

/// What is called by the number that a header names ([`super::Stop::UnknownProtocol`]); empty where that is not known.
pub(super) const fn protocol_name(layer: Layer, number: u32) -> &'static str {
    match (layer, number) {
        (Layer::Llc, 0x06) => "IP",
        (Layer::Llc, 0xaa) => "SNAP",
        (Layer::Llc, 0xe0 | 0xff) | (Layer::LinuxSll, 0x0001) | (Layer::Ppp, 0x002b) => "IPX",
        (Layer::Llc, 0xf0) => "NetBIOS",
        (Layer::Llc, 0xfe) | (Layer::BsdLoopback, 7) | (Layer::Ppp, 0x0023) => "OSI",
        (Layer::Snap, 0x00_000c) => "Cisco",
        (Layer::Snap, 0x00_80c2) | (Layer::Ppp, 0x0031) => "bridged frames",
        (Layer::Snap, 0x08_0007) | (Layer::BsdLoopback, 16) | (Layer::Ppp, 0x0029) => "AppleTalk",
        (Layer::LinuxSll, 0x000c..=0x000e) => "CAN bus",
        (Layer::LinuxSll, 0x0017) => "IrDA",
        (Layer::LinuxSll, 0x00f6) => "IEEE 802.15.4",
        _ => "",
    }
}

/// What a link type is called (draft-ietf-opsawg-pcaplinktype); empty where that is not known.
pub(super) const fn link_name(number: u32) -> &'static str {
    match number {
        3 => "AX.25",
        6 => "Token Ring",
        8 => "SLIP",
        10 => "FDDI",
        11 => "ATM",
        107 => "Frame Relay",
        117 => "OpenBSD pflog",
        120 => "Aironet",
        122 => "IP over Fibre Channel",
        138 => "IP over IEEE 1394",
        143 => "DOCSIS",
        147..=162 => "private use",
        165 => "BACnet MS/TP",
        187 | 201 | 254 => "Bluetooth HCI",
        189 | 220 | 249 | 288 => "USB",
        195 | 215 | 230 => "IEEE 802.15.4",
        196 | 212 | 224 => "CAN or LIN bus",
        227 => "CAN bus",
        231 => "D-Bus",
        251 | 256 => "Bluetooth Low Energy",
        252 => "Wireshark's own format",
        253 => "netlink",
        272 => "Nordic Bluetooth Low Energy sniffer",
        _ => "",
    }
}
