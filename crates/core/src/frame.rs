//! What a capture hands over: one frame, when it was seen, and on what kind of link.

use crate::time::Timestamp;

/// How the octets of a frame begin, after the pcap registry of link types (draft-ietf-opsawg-pcaplinktype).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// `EN10MB` (1): Ethernet, without preamble and frame check sequence.
    Ethernet,
    /// `NULL` (0): BSD loopback, protocol family in the byte order of the capturing host.
    BsdNull,
    /// `LOOP` (108): BSD loopback, protocol family in network byte order.
    BsdLoop,
    /// `PPP` (9), `PPP_HDLC` (50): PPP, with or without the HDLC address and control octets.
    Ppp,
    /// `PPP_ETHER` (51): a `PPPoE` session header, then PPP.
    PppEther,
    /// `RAW` (101 and the historic 12 and 14), `IPV4` (228), `IPV6` (229): an IP packet, version in its first nibble.
    RawIp,
    /// `IEEE802_11` (105).
    Ieee80211,
    /// `IEEE802_11_RADIOTAP` (127): a radiotap header, then 802.11.
    Radiotap,
    /// `LINUX_SLL` (113): Linux cooked capture, version 1.
    LinuxSll,
    /// `LINUX_SLL2` (276): Linux cooked capture, version 2.
    LinuxSll2,
    /// Ethernet of which the capture says that the capturing host sent it (packet type 4 of the modified pcap format).
    EthernetSent,
    /// `PPI` (192): a per-packet information header, then what it names.
    Ppi,
    /// `PRISM_HEADER` (119): a header of the Prism drivers or of AVS, then 802.11.
    Prism,
    /// `IEEE802_11_AVS` (163): the header of AVS, then 802.11.
    Avs,
    /// `NFLOG` (239): attributes of the packet filter of Linux, one of which is an IP packet.
    Nflog,
    /// `PKTAP` (258): a header of Darwin, then what it names.
    Pktap,
    /// `DSA_TAG_BRCM` (281), `DSA_TAG_DSA` (283): Ethernet with the tag of a switch behind the addresses, without an
    /// `EtherType` of its own.
    SwitchTag,
    /// `DSA_TAG_BRCM_PREPEND` (282): Ethernet behind the tag of a switch.
    SwitchTagFirst,
    /// Any other; its frames are counted, not opened.
    Other(u32),
}

impl Link {
    /// The link type behind its number in a capture file.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::BsdNull,
            // 284 is `DSA_TAG_EDSA`: its tag stands behind an `EtherType`, as in any other Ethernet frame.
            1 | 284 => Self::Ethernet,
            9 | 50 => Self::Ppp,
            12 | 14 | 101 | 228 | 229 => Self::RawIp,
            51 => Self::PppEther,
            105 => Self::Ieee80211,
            108 => Self::BsdLoop,
            113 => Self::LinuxSll,
            119 => Self::Prism,
            127 => Self::Radiotap,
            163 => Self::Avs,
            192 => Self::Ppi,
            239 => Self::Nflog,
            258 => Self::Pktap,
            276 => Self::LinuxSll2,
            281 | 283 => Self::SwitchTag,
            282 => Self::SwitchTagFirst,
            other => Self::Other(other),
        }
    }

    /// The number that a capture file written by us carries.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::BsdNull => 0,
            Self::Ethernet | Self::EthernetSent => 1,
            Self::Ppp => 9,
            Self::PppEther => 51,
            Self::RawIp => 101,
            Self::Ieee80211 => 105,
            Self::BsdLoop => 108,
            Self::LinuxSll => 113,
            Self::Radiotap => 127,
            Self::LinuxSll2 => 276,
            Self::Ppi => 192,
            Self::Prism => 119,
            Self::Avs => 163,
            Self::Nflog => 239,
            Self::Pktap => 258,
            Self::SwitchTag => 281,
            Self::SwitchTagFirst => 282,
            Self::Other(number) => number,
        }
    }
}

/// One captured frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it passed, by the clock of the capture.
    pub at: Timestamp,
    /// How its octets begin.
    pub link: Link,
    /// Octets on the wire: link header included, frame check sequence as the capture has it.
    pub wire_len: u32,
    /// The octets that were kept; fewer than `wire_len` when a snap length cut them.
    pub bytes: &'a [u8],
    /// Index of the interface inside its capture file (0 in a classic file).
    pub interface: u32,
}
