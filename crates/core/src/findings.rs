//! What an analysis found: devices, sightings, and the evidence behind them. Numbers only; words are the reports' task.

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use crate::bins::{Bin, PackedBins};

use crate::mac::Mac;
use crate::private::Private;
use crate::time::{Timestamp, Window};

/// Who a device is: its MAC address, or an IP address where the link has no MAC addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DeviceId {
    /// The link-layer address.
    Mac(Mac),
    /// An IP address, in captures of raw IP.
    Address(IpAddr),
}

/// What part a device plays in the captured network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// An ordinary device.
    Device,
    /// It forwards the traffic of others: what it sends on is not its own.
    Gateway,
}

/// A sign that more than one machine, or more than one system on one machine, sends under the address of a device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SenderSign {
    /// It passes on what others send: hop limits that a router lowered.
    Forwards,
    /// Several IPv4 addresses take turns in opening flows to the internet.
    Addresses,
    /// Flows of one protocol at the same time, with different hop limits that systems begin with.
    HopLimits,
    /// Connections at the same time whose first segments have the same options in another order, or others.
    TcpOptions,
    /// Packets of one protocol at the same time that are numbered in two ways (IPv4 identification, RFC 6864).
    Identification,
    /// Flows that went on although their sender had reset them (RFC 9293, section 3.5.2), or had said that no program waits for their answers.
    AfterReset,
    /// Flows that keep to different ports of a bridge, or interfaces of the capture, and go on in turns.
    Ports,
}

impl SenderSign {
    /// Whether it is one of several devices behind an address, as a repeater and a router have them.
    #[must_use]
    pub const fn is_of_forwarding(self) -> bool {
        matches!(self, Self::Forwards | Self::Addresses)
    }
}

/// Frames and octets of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// Frames.
    pub frames: u64,
    /// Octets on the wire.
    pub wire_octets: u64,
    /// Octets above the transport header, by the length fields.
    pub payload_octets: u64,
}

/// The bins of one direction that are not empty, in order of time.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Series {
    /// Start of bin 0: the first frame of the capture.
    pub origin: Timestamp,
    /// Length of a bin in nanoseconds.
    pub width: i64,
    /// The bins, index ascending, none twice.
    pub bins: PackedBins,
}

/// When frames between a device and the internet passed: what the place of capture shows of it. Of the seconds in which frames passed
/// one in [`PASSAGE_APART`] is noted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Passage {
    /// Frames that the device sent to one address on the internet, or to a gateway.
    pub upstream: Series,
    /// Frames that were sent to it from the internet.
    pub downstream: Series,
    /// Octets that the device sent and that were never captured, by the second in which that was noticed: the other end acknowledged them, or what followed
    /// them on a TCP flow passed without them. Of datagrams that were answered and never captured nobody knows the octets: such a second has none.
    pub missed: Series,
    /// Seconds in which an upload may have been judged otherwise than if nothing of its flow had been missed: what was sent on the flow before and after
    /// the hole and is judged together with it. A second whose number is a multiple of [`PASSAGE_APART`] stands for itself and those up to the next.
    pub affected: Series,
}

/// Seconds from one that is noted in a [`Passage`] to the next, at least.
pub const PASSAGE_APART: i64 = 5;

/// Where a name of a receiver was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameSource {
    /// Server name of a TLS `ClientHello` (RFC 6066, section 3).
    Tls,
    /// The same inside a QUIC Initial packet (RFC 9001, section 5.2).
    Quic,
    /// An observed DNS answer for the address.
    Dns,
}

/// Whom an upload went to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receiver {
    /// Address of the other end.
    pub address: IpAddr,
    /// Port of the other end.
    pub port: u16,
    /// Its name, and where that was seen.
    pub name: Option<(Private<String>, NameSource)>,
    /// Whether the address lies inside the home rather than on the internet.
    pub local: bool,
    /// ISO 3166-1 country of the address, where a table was given.
    pub country: Option<String>,
    /// Autonomous system number and name, where a table was given.
    pub system: Option<(u32, String)>,
}

/// Whom a device sent payload to, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// The other end.
    pub receiver: Receiver,
    /// Payload octets that were sent to it, by bin; of the same origin and width as the device's [`DeviceFindings::sent`].
    pub sent: Series,
}

impl Contact {
    /// Payload octets in all.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.sent.bins.iter().fold(0, |sum, bin| sum.saturating_add(bin.payload_octets))
    }
}

/// Contacts kept of a device; of more, those to whom most was sent.
pub const CONTACTS: usize = 32;

/// What kind of upload was seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SightingKind {
    /// Sent while it was heard: slices at the beat of a codec.
    Audio,
    /// A finished recording, sent in one go: a large upload that sound caused, as a verdict of probes says.
    Recording,
    /// Much was sent in one go. Nothing in it tells a clip with sound from a picture, a backup or a log.
    LargeUpload,
}

/// A number with the interval that it lies in.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Estimate {
    /// Best value.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl Estimate {
    /// One after the other, of the same upload: ends are added, since what makes one too small makes the other too small.
    #[must_use]
    pub fn and(self, next: Self) -> Self {
        Self { value: self.value + next.value, low: self.low + next.low, high: self.high + next.high }
    }
}

/// How the slices of a train are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrainShape {
    /// All records have one length: a codec of constant bit rate.
    Constant,
    /// Lengths vary inside a band: a codec of variable bit rate.
    Variable,
    /// Records follow no frame of a codec, their octets keep a steady rate: sound in larger chunks, or glued together.
    Paced,
}

/// Which detector saw a sighting, and how strongly.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Seen {
    /// `clock`: a train of records that keeps a beat.
    Clock {
        /// Constant or variable lengths.
        shape: TrainShape,
        /// Spacing of the slices, nanoseconds.
        beat: i64,
        /// Records of the train.
        records: u32,
        /// Share of the live records that arrived on the beat, 0 to 1.
        regularity: f64,
        /// Mean squared distance from the beat, relative to what records at random moments show (0.056 in the median);
        /// 0 is a perfect clock.
        unevenness: f64,
    },
    /// `burst`: consecutive loud windows overlap with the sighting (`LeakyPick` 4.1.1).
    Burst {
        /// Number of loud windows.
        windows: u32,
        /// Mean rate over them, octets per second.
        mean_rate: f64,
        /// Peak rate among them, octets per second.
        peak_rate: f64,
    },
    /// Bulk: one transfer at the speed of the line.
    Bulk {
        /// Octets of the transfer.
        octets: u64,
        /// Mean rate, octets per second.
        mean_rate: f64,
    },
}

/// One record (or datagram) of a sighting, for the picture of its beat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// When its last octet was sent.
    pub at: Timestamp,
    /// Its length in octets.
    pub length: u32,
    /// Whether it is counted as audio.
    pub audio: bool,
}

/// The five-tuple of the upload, seen from the device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlowKey {
    /// Device's address.
    pub source: IpAddr,
    /// Receiver's address.
    pub destination: IpAddr,
    /// 6 for TCP, 17 for UDP.
    pub protocol: u8,
    /// Device's port.
    pub source_port: u16,
    /// Receiver's port.
    pub destination_port: u16,
}

impl FlowKey {
    /// Protocol number of UDP.
    pub const UDP: u8 = 17;

    /// Whether it carries datagrams.
    #[must_use]
    pub const fn is_udp(&self) -> bool {
        self.protocol == Self::UDP
    }

    /// The same flow, seen from the other end.
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            protocol: self.protocol,
            source_port: self.destination_port,
            destination_port: self.source_port,
        }
    }
}

/// An upload that looks like audio: a finding, not a proof.
#[derive(Clone, PartialEq, Debug)]
pub struct Sighting {
    /// Live audio, or what was sent in one go.
    pub kind: SightingKind,
    /// From the first to the last octet of it.
    pub window: Window,
    /// The flow that carried it.
    pub flow: FlowKey,
    /// Whom it went to.
    pub receiver: Receiver,
    /// Seconds of sound that were sent. For what was sent in one go, of an unknown codec: `None`.
    pub audio_seconds: Option<Estimate>,
    /// Seconds of sound that had been recorded before the first of it was sent.
    pub pre_roll_seconds: Estimate,
    /// Seconds of sound sent live after the receiver's reply began.
    pub tail_seconds: Estimate,
    /// Bit rate of the codec, bits per second, record overhead included.
    pub bit_rate: Option<f64>,
    /// Octets the device sent on the flow inside the window.
    pub octets_total: u64,
    /// Octets of the audio records alone.
    pub octets_audio: u64,
    /// What saw it.
    pub detectors: Vec<Seen>,
    /// The records around it, oldest first; at most [`MARKS_KEPT`].
    pub marks: Vec<Mark>,
}

/// Marks kept per sighting: at 50 records a second more than a minute.
pub const MARKS_KEPT: usize = 4_096;

/// A run of loud windows (`LeakyPick` 4.1.1).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BurstRun {
    /// From the start of its first to the end of its last window.
    pub window: Window,
    /// Number of windows.
    pub windows: u32,
    /// Payload octets.
    pub octets: u64,
    /// Mean rate, octets per second.
    pub mean_rate: f64,
    /// Highest rate of a window, octets per second.
    pub peak_rate: f64,
}

/// Everything found about one device.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceFindings {
    /// Who it is.
    pub id: DeviceId,
    /// Its part in the network.
    pub role: Role,
    /// Whether its MAC address is locally administered, so most likely random.
    pub randomised: bool,
    /// IP addresses it used, at most 16.
    pub addresses: Vec<IpAddr>,
    /// Signs that it is not the only one that sends under its MAC address, in order, each once; none of gateways, whose part it is.
    pub sender_signs: Vec<SenderSign>,
    /// Host name that it gave by DHCP.
    pub host_name: Option<Private<String>>,
    /// Vendor class that it gave by DHCP.
    pub vendor_class: Option<Private<String>>,
    /// Names that it announced by mDNS and SSDP, at most 8.
    pub names: Vec<Private<String>>,
    /// First and last frame it sent or received.
    pub seen: Window,
    /// Sent to the internet.
    pub upstream: Totals,
    /// Received from the internet.
    pub downstream: Totals,
    /// Exchanged with other devices of the home, both directions.
    pub local: Totals,
    /// Multicast, broadcast and frames without an IP packet.
    pub chatter: Totals,
    /// Payload octets it sent (all destinations), by bin.
    pub sent: Series,
    /// Payload octets it received, by bin.
    pub received: Series,
    /// When it was seen to send to the internet, and to be sent from there; `None` where nobody noted that.
    pub passage: Option<Passage>,
    /// What looks like audio sent to the internet, oldest first.
    pub sightings: Vec<Sighting>,
    /// The same beat for longer than any utterance: a microphone that is always on, calls, live pictures, games. Not counted as sightings.
    pub continuous: Vec<Sighting>,
    /// Sightings whose receiver lies inside the home.
    pub local_sightings: Vec<Sighting>,
    /// Runs of loud windows, oldest first.
    pub bursts: Vec<BurstRun>,
    /// Whom it sent payload to, those first that got most; at most [`CONTACTS`]. Empty where flows were not followed.
    pub contacts: Vec<Contact>,
}

impl DeviceFindings {
    /// What it streamed to the internet for longer than any utterance, at the clock of a codec as sightings keep it: that it went on makes it no less likely to
    /// be sound.
    pub fn endless(&self) -> impl Iterator<Item = &Sighting> {
        let clocked = |it: &Sighting| it.detectors.iter().any(|seen| matches!(seen, Seen::Clock { .. }));
        self.continuous.iter().filter(move |it| !it.receiver.local && clocked(it))
    }

    /// A device of which nothing is known yet but who it is, its part and when it was seen.
    #[must_use]
    pub fn new(id: DeviceId, role: Role, seen: Window) -> Self {
        Self {
            id,
            role,
            randomised: false,
            addresses: Vec::new(),
            sender_signs: Vec::new(),
            host_name: None,
            vendor_class: None,
            names: Vec::new(),
            seen,
            upstream: Totals::default(),
            downstream: Totals::default(),
            local: Totals::default(),
            chatter: Totals::default(),
            sent: Series::default(),
            received: Series::default(),
            passage: None,
            sightings: Vec::new(),
            continuous: Vec::new(),
            local_sightings: Vec::new(),
            bursts: Vec::new(),
            contacts: Vec::new(),
        }
    }
}

/// What the capture itself was like.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CaptureFacts {
    /// Frames read.
    pub frames: u64,
    /// Octets on the wire.
    pub wire_octets: u64,
    /// Earliest time stamp.
    pub first: Option<Timestamp>,
    /// Latest time stamp.
    pub last: Option<Timestamp>,
    /// Frames cut by a snap length.
    pub cut: u64,
    /// Frames longer than any wire allows (segmentation offload), so sizes are not those on the wire.
    pub oversized: u64,
    /// Frames the capture itself says it lost.
    pub dropped: u64,
    /// Times that the clock went backwards by more than a second.
    pub clock_back: u64,
    /// Times that the clock jumped ahead by more than a day.
    pub clock_ahead: u64,
    /// Frames whose headers could not be read to the end, by reason.
    pub stopped: BTreeMap<String, u64>,
    /// Octets on the wire of frames that could not be read far enough to tell who sent what to whom: unknown link types and protocols, closed
    /// tunnels, broken headers. Encrypted packets between known ends are not among them.
    pub unread_octets: u64,
    /// What of the capture files follows damage.
    pub damage: Damage,
    /// Frames of senders beyond the number of devices that are kept.
    pub others: u64,
    /// Sightings beyond the number that is kept.
    pub sightings_left_out: u64,
    /// Flows that could not be followed because the table was full.
    pub flows_not_followed: u64,
}

impl CaptureFacts {
    /// Whether most octets of the capture could not be read, so that what was found says little of what passed.
    #[must_use]
    pub fn is_mostly_unread(&self) -> bool {
        let Damage { read, behind } = self.damage;
        if behind == 0 {
            return self.unread_octets > self.wire_octets / 2;
        }
        // Of frames behind damage no more is known than octets of the file; what was read of it is divided as its frames are.
        let [read, behind, unread, all] = [read, behind, self.unread_octets, self.wire_octets].map(u128::from);
        let unread = read * unread / all.max(1) + behind;
        2 * unread > read + behind
    }
}

/// What of the capture files follows damage, where no frame can be found any more.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Damage {
    /// Octets of all capture files, unpacked, that were read.
    pub read: u64,
    /// Octets, unpacked, behind the place at which a file is damaged: none of them was read. Those that follow damage in a pipe are not known.
    pub behind: u64,
}

/// The whole result of an analysis.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Findings {
    /// The capture.
    pub capture: CaptureFacts,
    /// The devices, in the order of their ids.
    pub devices: Vec<DeviceFindings>,
}
