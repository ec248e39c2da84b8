//! Single facts, and what is told of them.

use std::net::{IpAddr, Ipv4Addr};

use super::state::State;
use super::*;
use crate::findings::{Estimate, FlowKey, NameSource, Receiver, Sighting, SightingKind};
use crate::mac::Mac;

const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A Monday at noon.
fn noon() -> Timestamp {
    Timestamp::from_nanos(4 * DAY + 12 * HOUR)
}

fn device(number: u8) -> DeviceId {
    DeviceId::Mac(Mac([2, 0, 0, 0, 0, number]))
}

fn everything() -> NoticeSettings {
    NoticeSettings { about: About::WORDS.iter().map(|it| it.0).collect(), hears: true, digest: None, ..NoticeSettings::default() }
}

/// An upload of four seconds that ended just now.
fn upload(kind: SightingKind, name: &str, now: Timestamp) -> Sighting {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let name = (!name.is_empty()).then(|| (Private::new(name.to_owned()), NameSource::Tls));
    Sighting {
        kind,
        window: Window { from: now.plus(-6 * SECOND), until: now.plus(-2 * SECOND) },
        flow: FlowKey { source: address, destination: address, protocol: 6, source_port: 1, destination_port: 443 },
        receiver: Receiver { address, port: 443, name, local: false, country: None, system: None },
        audio_seconds: Some(Estimate { value: 4.0, low: 3.0, high: 5.0 }),
        pre_roll_seconds: Estimate::default(),
        tail_seconds: Estimate::default(),
        bit_rate: None,
        octets_total: 1,
        octets_audio: 1,
        detectors: Vec::new(),
        marks: Vec::new(),
    }
}

/// A home in which everything happens at the time that it is.
struct Home {
    notices: Notices,
    now: Timestamp,
}

impl Home {
    fn new(settings: NoticeSettings) -> Self {
        Self { notices: Notices::knowing(settings, noon()), now: noon().plus(HOUR) }
    }

    fn take(&mut self, fact: Fact<'_>) {
        self.notices.take(fact, self.now);
    }

    fn audio(&mut self, number: u8, name: &str) {
        let sighting = upload(SightingKind::Audio, name, self.now);
        self.take(Fact::Sighted(device(number), &sighting));
    }

    /// Lets time pass, and says what was told.
    fn wait(&mut self, time: i64) -> Vec<About> {
        let mut told = Vec::new();
        let until = self.now.plus(time);
        while self.now < until {
            self.now = self.now.plus(10 * SECOND).min(until);
            told.extend(self.notices.due(self.now, 0).iter().map(|it| it.told.about()));
        }
        told
    }

    fn restart(&mut self) {
        let text = self.notices.to_keep(true).unwrap_or_else(|| self.notices.state.text());
        let settings = self.notices.settings.clone();
        self.notices = Notices::resumed(settings, &text, self.now).unwrap();
    }
}

#[test]
fn sound_is_told_once_where_nobody_spoke_and_then_counted() {
    let mut home = Home::new(everything());
    home.audio(1, "voice.example.com");
    assert_eq!(home.wait(HOUR / 2), [About::Unspoken]);
    home.audio(1, "voice.example.com");
    assert_eq!(home.wait(HOUR / 2), []);
    home.restart();
    home.wait(60 * SECOND);
    home.audio(1, "voice.example.com");
    assert_eq!(home.wait(HOUR / 2), [], "nor after a start");
    home.audio(2, "voice.example.com");
    assert_eq!(home.wait(HOUR / 2), [About::Unspoken], "another device is another thing");
    assert_eq!(home.notices.state.digest.devices[&device(1)].unexplained, 3);
    home.wait(31 * DAY);
    home.audio(1, "voice.example.com");
    assert_eq!(home.wait(HOUR), [About::Unspoken], "what was not done for a month is new");
}

#[test]
fn what_was_heard_and_what_a_probe_caused_and_what_is_merely_large_is_not_told() {
    let mut home = Home::new(everything());
    let (from, until) = (home.now.plus(-8 * SECOND), home.now.plus(-6 * SECOND));
    home.take(Fact::Heard(Window { from, until }));
    home.audio(1, "");
    assert_eq!(home.wait(HOUR), []);
    let (from, until) = (home.now.plus(-20 * SECOND), home.now.plus(-17 * SECOND));
    home.take(Fact::Probe(Window { from, until }));
    home.audio(1, "");
    assert_eq!(home.wait(HOUR), []);
    for _ in 0..780 {
        let sighting = upload(SightingKind::LargeUpload, "", home.now);
        home.take(Fact::Sighted(device(3), &sighting));
        assert_eq!(home.wait(100 * SECOND), []);
    }
    // While the microphone gave nothing, nobody knows whether somebody spoke.
    home.take(Fact::Hears(false));
    home.audio(1, "");
    home.wait(10 * SECOND);
    home.take(Fact::Hears(true));
    assert_eq!(home.wait(HOUR), []);
    let counted = home.notices.state.digest.devices.clone();
    assert_eq!((counted[&device(1)].explained, counted[&device(1)].answers, counted[&device(1)].unknown), (1, 1, 1));
    assert_eq!(counted[&device(3)].large, 780);
    assert!(home.notices.state.digest.is_usual());
}

#[test]
fn at_night_and_with_nobody_at_home_that_is_what_is_told() {
    let mut home = Home::new(everything());
    home.take(Fact::Presence(false));
    home.wait(60 * SECOND);
    home.audio(1, "");
    home.take(Fact::Heard(Window { from: home.now.plus(-10 * SECOND), until: home.now }));
    assert_eq!(home.wait(HOUR), [About::Away], "also where a dog barked");
    home.audio(2, "");
    home.wait(100 * SECOND);
    home.take(Fact::Presence(true));
    assert_eq!(home.wait(HOUR), [About::Unspoken], "somebody had come home");
    home.wait(9 * HOUR);
    home.audio(3, "");
    assert_eq!(home.wait(HOUR), [About::Night]);
    // Without a microphone nobody knows whether somebody spoke, but it is night.
    let mut home = Home::new(NoticeSettings { hears: false, ..everything() });
    home.audio(1, "");
    assert_eq!(home.wait(HOUR), []);
    home.wait(9 * HOUR);
    home.audio(1, "");
    assert_eq!(home.wait(HOUR), [About::Night]);
}

#[test]
fn an_upload_that_was_over_before_its_probe_had_sounded_to_the_end_is_its_answer() {
    let mut home = Home::new(everything());
    home.audio(1, "voice.example.com");
    let from = home.now.plus(-10 * SECOND);
    home.wait(6 * SECOND);
    home.take(Fact::Probe(Window { from, until: home.now.plus(-SECOND) }));
    assert_eq!(home.wait(HOUR), []);
    let seen = &home.notices.state.digest.devices[&device(1)];
    assert_eq!((seen.answers, seen.unexplained), (1, 0));
}

#[test]
fn a_receiver_is_told_after_the_first_day_and_by_the_name_that_somebody_registered() {
    let mut home = Home::new(NoticeSettings { about: vec![About::Receiver], ..everything() });
    home.audio(1, "a.example.com");
    home.wait(HOUR);
    home.audio(1, "first.example.net");
    assert_eq!(home.wait(DAY), []);
    home.audio(1, "b.c.example.com");
    home.audio(1, "");
    assert_eq!(home.wait(HOUR), []);
    home.audio(1, "x.other.co.uk");
    home.audio(1, "y.other.co.uk");
    assert_eq!(home.wait(HOUR), [About::Receiver]);
    home.take(Fact::Probe(Window { from: home.now.plus(-8 * SECOND), until: home.now.plus(-5 * SECOND) }));
    home.audio(1, "third.example.org");
    assert_eq!(home.wait(HOUR), [], "a probe caused it");
    home.audio(1, "third.example.org");
    assert_eq!(home.wait(HOUR), [About::Receiver]);
}

#[test]
fn a_proof_waits_for_its_verdict_and_is_told_once() {
    let mut home = Home::new(everything());
    home.take(Fact::Proven(device(1)));
    home.wait(60 * SECOND);
    home.take(Fact::Verdict { device: device(1), sends: true });
    assert_eq!(home.wait(HOUR), [About::Proven]);
    home.take(Fact::Proven(device(2)));
    assert_eq!(home.wait(HOUR), [About::Proven], "the verdict did not come");
    home.restart();
    for number in [1, 2] {
        home.take(Fact::Proven(device(number)));
    }
    home.take(Fact::Verdict { device: device(1), sends: false });
    assert_eq!(home.wait(HOUR), []);
    home.take(Fact::Verdict { device: device(2), sends: true });
    assert_eq!(home.wait(HOUR), [About::Proven], "it is worse than it was");
}

#[test]
fn each_device_that_a_test_proves_is_told_also_where_there_are_many() {
    let mut home = Home::new(everything());
    for sends in [false, true] {
        (0..20).for_each(|number| home.take(Fact::Verdict { device: device(number), sends }));
        assert_eq!(home.wait(HOUR), [About::Proven; 20], "sends: {sends}");
    }
}

#[test]
fn devices_are_told_after_the_first_hour_which_ends_in_one_summary() {
    let mut home = Home::new(everything());
    home.notices = Notices::learning(everything(), home.now);
    (0..30).for_each(|number| home.take(Fact::Joined(device(number))));
    let mut told = Vec::new();
    for _ in 0..7 {
        home.now = home.now.plus(600 * SECOND);
        told.extend(home.notices.due(home.now, 0));
    }
    assert_eq!(told.iter().map(|it| &it.told).collect::<Vec<_>>(), [&Told::Learnt { devices: 30 }]);
    home.take(Fact::Joined(device(31)));
    assert_eq!(home.wait(HOUR), [About::Device]);
    // A stranger makes up addresses.
    (32..=255).for_each(|number| home.take(Fact::Joined(device(number))));
    assert_eq!(home.wait(HOUR).len(), 5);
    let digest = &home.notices.state.digest;
    assert_eq!((digest.joined, digest.told, digest.left_out), (225, 6, 219));
}

#[test]
fn trouble_is_told_when_it_lasts_and_when_it_is_over() {
    let mut home = Home::new(NoticeSettings { ..everything() });
    let fails = || Fact::Trouble(Trouble::Sources, Some("eth0 is down".to_owned()));
    for _ in 0..20 {
        home.take(fails());
        home.wait(10 * SECOND);
        home.take(Fact::Trouble(Trouble::Sources, None));
        assert_eq!(home.wait(HOUR), [], "it starts again by itself");
    }
    home.take(fails());
    assert_eq!(home.wait(HOUR), [About::Trouble]);
    home.restart();
    home.take(fails());
    assert_eq!(home.wait(HOUR), [], "it was told before the start");
    home.take(Fact::Trouble(Trouble::Sources, None));
    assert_eq!(home.wait(HOUR), [About::Trouble], "it works");
    home.take(fails());
    assert_eq!(home.wait(HOUR), [], "on the same day again");
    home.take(Fact::Accident(Trouble::Damage, "damaged".to_owned()));
    home.take(Fact::Accident(Trouble::Damage, "damaged".to_owned()));
    assert_eq!(home.wait(SECOND), [About::Trouble]);
}

#[test]
fn in_quiet_hours_only_what_is_urgent_is_told() {
    let quiet = vec![Quiet { from: 12 * 60, until: 18 * 60 }];
    let mut home = Home::new(NoticeSettings { quiet, urgent: vec![About::Proven], ..everything() });
    home.audio(1, "a.example.com");
    home.take(Fact::Verdict { device: device(1), sends: true });
    home.take(Fact::Trouble(Trouble::Store, Some("full".to_owned())));
    assert_eq!(home.wait(2 * HOUR), [About::Proven]);
    home.restart();
    home.take(Fact::Trouble(Trouble::Store, Some("full".to_owned())));
    assert_eq!(home.wait(2 * HOUR), []);
    assert_eq!(home.wait(HOUR), [About::Unspoken, About::Trouble]);
}

#[test]
fn a_digest_comes_once_a_week_and_says_when_nothing_was_unusual() {
    let mut home = Home::new(NoticeSettings { digest: Some(Period::Weekly), ..everything() });
    let mut digests = Vec::new();
    for _ in 0..29 * 24 {
        home.now = home.now.plus(HOUR);
        for notice in home.notices.due(home.now, 0) {
            if let Told::Digest(digest) = notice.told {
                assert_eq!(notice.at.nanos() / HOUR % 24, 18);
                digests.push(digest.is_usual());
            }
        }
    }
    assert_eq!(digests, [true; 4]);
}

#[test]
fn a_clock_that_was_set_back_keeps_nothing_waiting() {
    let mut home = Home::new(NoticeSettings { ..everything() });
    home.audio(1, "");
    home.take(Fact::Joined(device(2)));
    home.take(Fact::Trouble(Trouble::Microphone, Some("muted".to_owned())));
    home.now = home.now.plus(-365 * DAY);
    assert_eq!(home.wait(HOUR).len(), 3);
}

#[test]
fn the_state_comes_back_from_its_text_and_nothing_else_does() {
    let mut home = Home::new(NoticeSettings { quiet: vec![Quiet { from: 0, until: 0 }], ..everything() });
    home.notices.state.learning = Some((home.now.plus(DAY), 3));
    home.audio(1, "odd\tname\\n\n.example.com");
    home.audio(2, "");
    home.take(Fact::Verdict { device: device(1), sends: true });
    home.take(Fact::Proven(device(2)));
    home.take(Fact::Trouble(Trouble::Store, Some("no\troom".to_owned())));
    home.take(Fact::Accident(Trouble::Settings, "line\n3".to_owned()));
    home.take(Fact::Lost(7));
    home.wait(60 * SECOND);
    home.audio(3, "late.example.com");
    let state = &home.notices.state;
    let text = state.text();
    assert_eq!(State::parse(&text).as_ref(), Some(state));
    assert!(text.lines().count() > 15, "{text}");
    for wrong in ["", "notices\t2\n", "notices\t1\nthing\tproven\n", "notices\t1\nodd\t1\n"] {
        assert_eq!(State::parse(wrong), None, "{wrong}");
    }
    for cut in 1..text.len() {
        if text.is_char_boundary(cut) {
            let _ = State::parse(&text[..cut]);
        }
    }
}

#[test]
fn strangers_cannot_make_the_state_grow_without_end() {
    let mut home = Home::new(NoticeSettings { quiet: vec![Quiet { from: 0, until: 0 }], ..everything() });
    for turn in 0..20_000_u32 {
        let id = DeviceId::Address(IpAddr::V4(Ipv4Addr::from(turn)));
        let sighting = upload(SightingKind::Audio, &format!("{}.{}", "x".repeat(300), turn), home.now);
        home.take(Fact::Sighted(id, &sighting));
        home.take(Fact::Joined(id));
        home.take(Fact::Proven(id));
        home.take(Fact::Verdict { device: id, sends: true });
        home.take(Fact::Trouble(Trouble::Sources, Some("y".repeat(10_000))));
        home.wait(SECOND);
    }
    let text = home.notices.to_keep(true).unwrap();
    assert!(text.len() < 128 << 10, "{} octets", text.len());
}
