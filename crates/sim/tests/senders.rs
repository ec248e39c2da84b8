//! Who else sends under a device's MAC address is noticed; what one machine does by itself is not taken for two.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod captured;

use std::net::IpAddr;

use earwitness_core::findings::{DeviceId, Role, SenderSign};
use earwitness_core::frame::Link;
use earwitness_core::mac::Mac;
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_sim::chance::Chance;
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::packet::{ACK, Ends, PSH, SYN, TcpHeader, tcp, udp};
use earwitness_sim::scenario::{ALL, Scenario};

use captured::{analyzed, analyzed_on};

const RST: u8 = 4;

const OWNER: Mac = Mac([2, 0, 0, 0, 0, 7]);
const LINUX: &[u8] = &[2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
const LINUX_FAST: &[u8] = &[2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7, 34, 2, 1, 1];
const WINDOWS: &[u8] = &[2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2];
const SMALLEST: &[u8] = &[2, 4, 5, 180];

/// How packets are numbered.
#[derive(Clone, Copy)]
enum Numbers {
    /// From a number of its own for each flow.
    EachFlow,
    /// One counter for all.
    All(u16),
    /// Always the same.
    Same(u16),
}

/// A system, and what passes of it.
struct Machine {
    address: IpAddr,
    hops: u8,
    numbers: Numbers,
    options: &'static [u8],
    frames: Vec<Captured>,
}

/// A flow of a machine.
#[derive(Clone, Copy)]
struct Flow {
    port: u16,
    to: [u8; 4],
    /// Seconds from the beginning of the capture.
    from: i64,
    seconds: i64,
    /// Packets a second.
    pace: i64,
    answered: bool,
}

const CLOUD: Flow = Flow { port: 40_000, to: [198, 51, 100, 9], from: 0, seconds: 60, pace: 4, answered: true };

fn at(second: i64) -> i64 {
    home::START + second * SECOND
}

impl Machine {
    fn new(address: &str) -> Self {
        let address = address.parse().unwrap();
        Self { address, hops: 64, numbers: Numbers::EachFlow, options: LINUX, frames: Vec::new() }
    }

    fn ends(&self, flow: Flow) -> Ends {
        Ends {
            source_mac: OWNER,
            target_mac: GATEWAY_MAC,
            source: self.address,
            target: flow.to.into(),
            source_port: flow.port,
            target_port: 443,
            hops: self.hops,
        }
    }

    fn push(&mut self, at: i64, octets: Vec<u8>) {
        self.frames.push(Captured { at, octets });
    }

    fn number(&self, flow: Flow, packet: i64) -> u16 {
        let packet = u16::try_from(packet).unwrap();
        match self.numbers {
            Numbers::EachFlow => flow.port.wrapping_mul(40_503).wrapping_add(packet),
            // Numbered when all frames are put together.
            Numbers::All(first) => first,
            Numbers::Same(number) => number,
        }
    }

    fn udp(&mut self, flow: Flow) {
        let ends = self.ends(flow);
        for packet in 0..flow.seconds * flow.pace {
            let when = at(flow.from) + packet * SECOND / flow.pace;
            let number = self.number(flow, packet);
            self.push(when, udp(&ends, number, &[9; 100]));
            if flow.answered {
                self.push(when + 20 * MILLISECOND, udp(&ends.back(57), 1, &[8; 40]));
            }
        }
    }

    fn connects(&mut self, flow: Flow) {
        let header = TcpHeader { sequence: 999, acknowledged: 0, flags: SYN, window: 64_000, options: self.options };
        let number = self.number(flow, 0);
        let octets = tcp(&self.ends(flow), number, &header, b"");
        self.push(at(flow.from) - 20 * MILLISECOND, octets);
    }

    fn tcp(&mut self, flow: Flow) {
        self.connects(flow);
        let ends = self.ends(flow);
        for packet in 0..flow.seconds * flow.pace {
            let when = at(flow.from) + packet * SECOND / flow.pace;
            let sequence = 1_000 + u32::try_from(packet).unwrap() * 105;
            let header = TcpHeader { sequence, acknowledged: 5_000, flags: PSH | ACK, window: 500, options: &[] };
            let record = [&[0x17, 3, 3, 0, 100][..], &[9; 100]].concat();
            let number = self.number(flow, packet + 1);
            self.push(when, tcp(&ends, number, &header, &record));
            if flow.answered {
                let header = TcpHeader { sequence: 5_000, acknowledged: sequence, flags: PSH | ACK, window: 500, options: &[] };
                self.push(when + 20 * MILLISECOND, tcp(&ends.back(57), 1, &header, b"x"));
            }
        }
    }

    /// Its owner resets a connection.
    fn resets(&mut self, flow: Flow, second: i64) {
        let header = TcpHeader { sequence: 5, acknowledged: 0, flags: RST, window: 0, options: &[] };
        let octets = tcp(&self.ends(flow), 0, &header, b"");
        self.push(at(second) + 30 * MILLISECOND, octets);
    }

    /// Its owner says that no program waits for an answer.
    fn refuses(&mut self, flow: Flow, second: i64) {
        let answer = udp(&self.ends(flow).back(57), 1, &[8; 40]);
        let mut octets = udp(&self.ends(flow), 2, &[&[3, 3, 0, 0, 0, 0, 0, 0][..], &answer[14..42]].concat());
        // ICMP in the place of the UDP header that was written for it.
        octets.drain(34..42);
        octets[23] = 1;
        let length = u16::try_from(octets.len() - 14).unwrap().to_be_bytes();
        octets[16..18].copy_from_slice(&length);
        self.push(at(second) + 30 * MILLISECOND, octets);
    }
}

/// All that passes, in order of time.
fn together(machines: &mut [Machine]) -> Vec<Captured> {
    for machine in machines.iter_mut() {
        let Numbers::All(mut number) = machine.numbers else { continue };
        machine.frames.sort_by_key(|it| it.at);
        for frame in machine.frames.iter_mut().filter(|it| it.octets[6..12] == OWNER.0) {
            number = number.wrapping_add(1);
            frame.octets[18..20].copy_from_slice(&number.to_be_bytes());
        }
    }
    let mut frames: Vec<_> = machines.iter_mut().flat_map(|it| std::mem::take(&mut it.frames)).collect();
    frames.sort_by_key(|it| it.at);
    frames
}

fn signs(mut machines: impl AsMut<[Machine]>) -> Vec<SenderSign> {
    let findings = analyzed(&together(machines.as_mut()));
    let gateway = findings.devices.iter().find(|it| it.id == DeviceId::Mac(GATEWAY_MAC)).unwrap();
    assert_eq!(gateway.role, Role::Gateway);
    let owner = findings.devices.iter().find(|it| it.id == DeviceId::Mac(OWNER)).unwrap();
    assert_eq!(owner.role, Role::Device);
    owner.sender_signs.clone()
}

/// A device with a connection that lasts and some that do not, to several receivers.
fn owner() -> Machine {
    let mut owner = Machine::new("192.168.1.7");
    busy(&mut owner);
    owner
}

fn busy(machine: &mut Machine) {
    machine.tcp(Flow { seconds: 300, pace: 1, ..CLOUD });
    for number in 0..6_u8 {
        let from = 10 + i64::from(number) * 45;
        let port = 41_000 + u16::from(number);
        let to = [203, 0, 113, 5 + number % 3];
        machine.tcp(Flow { port, to, from, seconds: 20, ..CLOUD });
        machine.udp(Flow { port, to, from: from + 3, seconds: 20, ..CLOUD });
    }
}

/// What somebody sends now and then.
fn answers(machine: &mut Machine, with: fn(&mut Machine, Flow)) {
    for number in 0..4 {
        let port = 50_000 + u16::try_from(number).unwrap();
        with(machine, Flow { port, from: 30 + 60 * number, seconds: 4, pace: 50, ..CLOUD });
    }
}

#[test]
fn one_machine_is_one_sender() {
    assert_eq!(signs([owner()]), []);
    for numbers in [Numbers::All(65_000), Numbers::Same(0)] {
        let mut owner = Machine { numbers, ..Machine::new("192.168.1.7") };
        busy(&mut owner);
        assert_eq!(signs([owner]), []);
    }
}

#[test]
fn no_simulated_home_shows_two_senders() {
    for (kind, ..) in ALL {
        let (frames, _) = home::frames(11, Scenario { kind: *kind, seconds: 90 });
        for device in analyzed(&frames).devices {
            assert_eq!(device.sender_signs, [], "{kind:?}");
        }
    }
}

#[test]
fn another_machine_with_its_own_address_is_noticed() {
    let mut other = Machine::new("192.168.1.8");
    answers(&mut other, Machine::udp);
    assert_eq!(signs([owner(), other]), [SenderSign::Addresses]);
}

#[test]
fn another_system_in_the_owners_address_is_noticed_by_each_of_its_habits() {
    type Habit = (fn(&mut Machine), fn(&mut Machine, Flow), SenderSign);
    let habits: [Habit; 5] = [
        (|it| it.hops = 128, Machine::udp, SenderSign::HopLimits),
        (|it| it.hops = 255, Machine::tcp, SenderSign::HopLimits),
        (|it| it.options = WINDOWS, Machine::tcp, SenderSign::TcpOptions),
        (|it| it.options = SMALLEST, Machine::tcp, SenderSign::TcpOptions),
        (|it| it.numbers = Numbers::Same(1), Machine::udp, SenderSign::Identification),
    ];
    for (habit, sends, sign) in habits {
        let mut other = Machine::new("192.168.1.7");
        habit(&mut other);
        answers(&mut other, sends);
        assert_eq!(signs([owner(), other]), [sign]);
    }
}

#[test]
fn another_hop_limit_is_noticed_within_a_flow_and_over_protocols() {
    let mut within = Machine { hops: 128, ..Machine::new("192.168.1.7") };
    within.udp(Flow { port: 41_000, from: 30, seconds: 40, pace: 1, ..CLOUD });
    let mut own = owner();
    own.udp(Flow { port: 41_000, from: 29, seconds: 42, pace: 1, ..CLOUD });
    // In every other second the other machine is first.
    for frame in &mut within.frames {
        let second = (frame.at - at(0)) / SECOND;
        frame.at += if second % 2 == 0 { -MILLISECOND } else { MILLISECOND };
    }
    within.frames.retain(|frame| frame.octets[6..12] == OWNER.0);
    assert_eq!(signs([own, within]), [SenderSign::HopLimits]);

    let mut connects = Machine::new("192.168.1.7");
    connects.tcp(Flow { port: 42_000, from: 10, seconds: 200, pace: 1, ..CLOUD });
    let mut other = Machine { hops: 128, ..Machine::new("192.168.1.7") };
    answers(&mut other, Machine::udp);
    assert_eq!(signs([connects, other]), [SenderSign::HopLimits]);
}

#[test]
fn another_machine_is_noticed_however_far_apart_the_owner_sends() {
    for (period, phase) in [5, 10, 16, 20, 30, 32, 48].into_iter().flat_map(|period| [0, 3, 7, 15].map(|phase| (period, phase))) {
        let mut owner = Machine::new("192.168.1.7");
        owner.tcp(Flow { seconds: 600 / period, pace: 1, ..CLOUD });
        for frame in &mut owner.frames {
            frame.at = at(phase) + (frame.at - at(0)) * period;
        }
        let mut other = Machine { hops: 128, ..Machine::new("192.168.1.7") };
        for number in 0..8 {
            let port = 50_000 + u16::try_from(number).unwrap();
            other.udp(Flow { port, from: 60 + 60 * number, seconds: 4, pace: 50, ..CLOUD });
        }
        assert_eq!(signs([owner, other]), [SenderSign::HopLimits], "each {period} s from second {phase} on");
    }
}

#[test]
fn a_flow_with_a_hop_limit_of_its_own_shows_what_else_its_sender_is_like() {
    for hops in [20, 60, 100] {
        let mut other = Machine { hops, options: WINDOWS, ..Machine::new("192.168.1.7") };
        answers(&mut other, Machine::tcp);
        assert_eq!(signs([owner(), other]), [SenderSign::TcpOptions], "{hops}");
    }
}

/// Who sends on which port: from which second on the frames of a machine that were put on it come in there.
type Places = fn(machine: usize, second: i64) -> u32;

/// Frames of machines, each with its port, in order of time.
fn placed(machines: &mut [Machine], place: Places) -> Vec<(u32, i64, Vec<u8>)> {
    let mut frames = Vec::new();
    for (number, machine) in machines.iter_mut().enumerate() {
        for frame in std::mem::take(&mut machine.frames) {
            let is_up = frame.octets[6..12] == OWNER.0;
            let port = if is_up { place(number, (frame.at - home::START).div_euclid(SECOND)) } else { 9 };
            frames.push((port, frame.at, frame.octets));
        }
    }
    frames.sort_by_key(|it| it.1);
    frames
}

fn signs_on(link: Link, frames: impl IntoIterator<Item = (u32, i64, Vec<u8>)>) -> Vec<SenderSign> {
    let findings = analyzed_on(link, frames);
    findings.devices.into_iter().find(|it| it.id == DeviceId::Mac(OWNER)).unwrap().sender_signs
}

/// An owner, and somebody who has learnt all its habits.
fn owner_and_twin() -> [Machine; 2] {
    let mut twin = Machine::new("192.168.1.7");
    answers(&mut twin, Machine::tcp);
    [owner(), twin]
}

#[test]
fn who_sends_by_another_port_of_the_bridge_is_noticed() {
    let twins = || placed(&mut owner_and_twin(), |machine, _| u32::try_from(machine).unwrap());
    assert_eq!(signs_on(Link::Ethernet, twins()), [SenderSign::Ports]);
    // The same where the link tells of the port: Linux cooked capture, the tag of a switch.
    let cooked = |(port, at, frame): (u32, i64, Vec<u8>)| {
        let head = [&frame[12..14], &[0, 0], &port.to_be_bytes(), &[0, 1, 0, 6], &frame[6..12], &[0, 0]].concat();
        (0, at, [&head[..], &frame[14..]].concat())
    };
    assert_eq!(signs_on(Link::LinuxSll2, twins().into_iter().map(cooked)), [SenderSign::Ports]);
    let tagged = |(port, at, frame): (u32, i64, Vec<u8>)| {
        let tag = [0xda, 0xda, 0, 0, 0xc0, u8::try_from(port << 3).unwrap(), 0, 1];
        (0, at, [&frame[..12], &tag, &frame[12..]].concat())
    };
    assert_eq!(signs_on(Link::Ethernet, twins().into_iter().map(tagged)), [SenderSign::Ports]);
}

#[test]
fn a_device_that_roams_and_a_capture_that_shows_frames_twice_are_one_sender() {
    let busy_owner = || {
        let [mut owner, twin] = owner_and_twin();
        owner.frames.extend(twin.frames);
        [owner]
    };
    assert_eq!(signs_on(Link::Ethernet, placed(&mut busy_owner(), |_, _| 1)), []);
    let roams: [Places; 3] = [
        |_, second| u32::from(second > 120),
        |_, second| u32::from(second > 100 && second < 160),
        |_, second| u32::try_from(second / 20 % 2).unwrap(),
    ];
    for roams in roams {
        assert_eq!(signs_on(Link::Ethernet, placed(&mut busy_owner(), roams)), []);
    }
    // The port and the bridge, in either order, as several captures that were merged have them.
    let twice = placed(&mut busy_owner(), |_, _| 1).into_iter().enumerate().flat_map(|(number, (port, at, frame))| {
        let places = if number % 7 == 0 { [port + 1, port] } else { [port, port + 1] };
        places.map(|port| (port, at, frame.clone()))
    });
    assert_eq!(signs_on(Link::Ethernet, twice), []);
}

#[test]
fn short_questions_tell_how_packets_are_numbered() {
    let mut asks = owner();
    asks.frames.retain(|it| it.octets[23] == 6);
    for number in 0..40 {
        asks.udp(Flow { port: 42_000 + number, from: i64::from(number) * 6, seconds: 1, pace: 1, ..CLOUD });
    }
    let mut other = Machine { numbers: Numbers::Same(1), ..Machine::new("192.168.1.7") };
    answers(&mut other, |it, flow| it.udp(Flow { answered: false, ..flow }));
    assert_eq!(signs([asks, other]), [SenderSign::Identification]);
}

#[test]
fn two_counters_of_packets_that_take_turns_are_noticed() {
    for (first, other_first) in [(100, 30_000), (65_400, 9)] {
        let mut owner = Machine { numbers: Numbers::All(first), ..Machine::new("192.168.1.7") };
        busy(&mut owner);
        let mut other = Machine { numbers: Numbers::All(other_first), ..Machine::new("192.168.1.7") };
        other.udp(Flow { port: 50_000, from: 20, seconds: 200, pace: 1, ..CLOUD });
        assert_eq!(signs([owner, other]), [SenderSign::Identification]);
    }
}

#[test]
fn a_flow_that_goes_on_after_the_owner_refused_it_is_of_another() {
    let flow = Flow { port: 50_000, from: 30, seconds: 8, pace: 50, ..CLOUD };
    let mut other = owner();
    other.tcp(flow);
    // The answer to the first segment comes before anything was sent.
    other.resets(Flow { from: 29, ..flow }, 29);
    other.frames.last_mut().unwrap().at = at(30) - 10 * MILLISECOND;
    assert_eq!(signs([other]), [SenderSign::AfterReset]);
    let mut other = owner();
    other.tcp(flow);
    other.resets(flow, 33);
    assert_eq!(signs([other]), [SenderSign::AfterReset]);
    let mut other = owner();
    other.udp(flow);
    (31..37).for_each(|second| other.refuses(flow, second));
    assert_eq!(signs([other]), [SenderSign::AfterReset]);
}

#[test]
fn a_repeater_or_router_with_devices_behind_is_named_as_one() {
    let behind = |address: &str, hops| {
        let mut machine = Machine { hops, ..Machine::new(address) };
        busy(&mut machine);
        machine
    };
    let repeater = signs([behind("192.168.1.7", 64), behind("192.168.1.8", 64), behind("192.168.1.9", 128)]);
    assert_eq!(repeater, [SenderSign::Addresses, SenderSign::HopLimits]);
    let router = signs([behind("192.168.1.7", 63)]);
    assert_eq!(router, [SenderSign::Forwards]);
    assert!(repeater.iter().chain(&router).any(|it| it.is_of_forwarding()));
}

#[test]
fn what_one_machine_does_by_itself_is_not_taken_for_two() {
    let mut moves = owner();
    moves.frames.retain(|it| it.at < at(150));
    let mut after = Machine::new("192.168.1.9");
    busy(&mut after);
    after.frames.retain(|it| it.at >= at(150));
    // What was sent from the address before is sent again for a while.
    moves.udp(Flow { from: 140, seconds: 40, pace: 1, answered: false, ..CLOUD });
    assert_eq!(signs([moves, after]), [], "a new lease");

    let mut boots = owner();
    boots.frames.retain(|it| it.at < at(100));
    let mut other_system = Machine { hops: 128, options: WINDOWS, ..Machine::new("192.168.1.7") };
    busy(&mut other_system);
    other_system.frames.retain(|it| it.at >= at(120));
    assert_eq!(signs([boots, other_system]), [], "another system after a restart");

    let mut traces = owner();
    for hops in 1..40_u8 {
        let mut probe = Machine { hops, ..Machine::new("192.168.1.7") };
        probe.udp(Flow { port: 33_434 + u16::from(hops), from: 20 + i64::from(hops), seconds: 1, pace: 3, ..CLOUD });
        traces.frames.append(&mut probe.frames);
    }
    assert_eq!(signs([traces]), [], "a trace of a route");

    for hops in [5, 20, 32] {
        let mut plays = Machine { hops, ..Machine::new("192.168.1.7") };
        answers(&mut plays, Machine::udp);
        assert_eq!(signs([owner(), plays]), [], "a game with a way of its own");
    }
    let mut asks = Machine { hops: 255, ..Machine::new("192.168.1.7") };
    for number in 0..50_u16 {
        asks.udp(Flow { port: 52_000 + number, from: i64::from(number) * 5, seconds: 1, pace: 1, ..CLOUD });
    }
    assert_eq!(signs([owner(), asks]), [], "a resolver with a hop limit of its own");

    let mut leaks = Machine::new("10.8.0.2");
    for number in 0..3_u16 {
        leaks.udp(Flow { port: 53_000 + number, from: 50 * i64::from(number), seconds: 3, pace: 1, answered: false, ..CLOUD });
    }
    assert_eq!(signs([owner(), leaks]), [], "packets of a tunnel that went down");

    let mut scans = Machine { hops: 128, options: SMALLEST, ..Machine::new("192.168.1.7") };
    (0..200).for_each(|number| scans.connects(Flow { port: 54_000 + number, from: 50, ..CLOUD }));
    assert_eq!(signs([owner(), scans]), [], "a scan of ports");

    let mut fast = Machine { options: LINUX_FAST, ..Machine::new("192.168.1.7") };
    answers(&mut fast, Machine::tcp);
    assert_eq!(signs([owner(), fast]), [], "options that one program asks for");

    let mut restarts = owner();
    let service = Flow { port: 5_060, from: 10, seconds: 100, pace: 1, ..CLOUD };
    restarts.udp(service);
    restarts.refuses(service, 50);
    assert_eq!(signs([restarts]), [], "a service that restarts on its port");

    let mut gives_up = owner();
    gives_up.tcp(Flow { port: 55_000, from: 20, seconds: 5, ..CLOUD });
    gives_up.resets(Flow { port: 55_000, ..CLOUD }, 25);
    gives_up.tcp(Flow { port: 55_000, from: 27, seconds: 5, ..CLOUD });
    assert_eq!(signs([gives_up]), [], "a connection that is given up, and another on the same port");
}

/// Packets in any order and of any kind: nothing panics, and made-up flows fill no memory.
#[test]
fn arbitrary_flows_are_survived() {
    let mut chance = Chance::new(20_261_130);
    let mut all = Machine::new("192.168.1.7");
    for _ in 0..300 {
        let mut byte = |from, to| u8::try_from(chance.between(from, to)).unwrap();
        let mut machine = Machine { hops: byte(0, 255), ..Machine::new(&format!("192.168.1.{}", byte(2, 9))) };
        machine.numbers = Numbers::Same(u16::from(byte(0, 255)));
        let flow = Flow { port: 1_000 + u16::from(byte(0, 255)), from: i64::from(byte(0, 250)), seconds: 2, ..CLOUD };
        machine.tcp(flow);
        machine.udp(flow);
        machine.resets(flow, flow.from);
        all.frames.append(&mut machine.frames);
    }
    assert!(signs([all]).contains(&SenderSign::Addresses));
}
