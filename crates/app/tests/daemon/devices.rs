//! Devices that change their address, and those that are new.

use super::feed::{Feed, HOME, frame};
use super::run::{Place, until};
use earwitness_base::clock;

/// A packet from a device to the internet: UDP of no meaning.
fn packet(mac: [u8; 6], last: u8) -> Vec<u8> {
    let mut octets = vec![2, 0, 0, 0, 0, 0xfe];
    octets.extend_from_slice(&mac);
    octets.extend_from_slice(&[8, 0, 0x45, 0, 0, 36, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 7, last, 203, 0, 113, 5]);
    octets.extend_from_slice(&[0x30, 0x39, 0x27, 0x0f, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    octets.resize(60, 0);
    octets
}

#[test]
fn a_device_with_another_address_is_the_same_and_one_with_a_random_mac_is_new() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    let (fixed, random) = ([0x00, 0x17, 0x88, 0x01, 0x02, 0x03], [0x5e, 0x11, 0x22, 0x33, 0x44, 0x55]);
    let send = |mac, last| {
        let mut out = Vec::new();
        frame(&mut out, clock::now().nanos(), &packet(mac, last));
        feed.raw(&out);
    };
    send(fixed, 20);
    running.line("02:03 is new on the network");
    send(fixed, 77);
    send(random, 20);
    running.line("44:55 is new on the network");
    assert_eq!(running.count("02:03 is new"), 1, "another address is no other device");
    running.stop();
    let known = place.reader().devices(place.reader().sessions().unwrap()[0].id).unwrap();
    let has = |mac| known.iter().any(|it| it.0 == earwitness_core::findings::DeviceId::Mac(earwitness_core::mac::Mac(mac)));
    assert!(has(fixed) && has(random) && known.len() >= 4, "{}", known.len());
    // Started again, neither is new.
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    send(fixed, 20);
    until("its frame was taken", || place.status()["frames"].as_u64().unwrap() > 3);
    running.stop();
    assert_eq!(running.count("02:03 is new"), 0, "{}", running.said());
    place.check();
}
