//! A home in virtual time, with one nuisance.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::experiment::{Action, Experiment, Input, Spoken, Upkeep};
use earwitness_core::findings::DeviceId;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::probe::{Effect, Heard, Round, SoundKind, Stimulus};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::trial::Trial;

use super::random::Random;

/// Rounds of a session, and seconds in which it is over.
const ROUNDS: u32 = 40;
const SECONDS: f64 = 9_000.0;

/// A reply is expected within this time after the probe, seconds; what sounds until then is taken for it, or is masked.
const MASKED: f64 = 8.0;

/// The device that hears; the one that rings; the first that only chatters. Telephones follow.
const HEARS: u8 = 1;
const RINGS: u8 = 2;
const CHATS: [u8; 4] = [3, 4, 5, 6];
const PHONES: u8 = 20;

/// What goes wrong; all per hour.
#[derive(Clone, Copy, Default)]
pub(crate) struct Nuisance {
    /// Sounds at which a deaf device sends (it sees who makes them), half of a second later.
    pub(crate) rings: f64,
    /// Share of those events that make no sound.
    pub(crate) silent_share: f64,
    /// Whether a deaf device uploads in most rounds.
    pub(crate) busy: bool,
    /// Whether frames are lost where its upload and a reaction meet.
    pub(crate) loss_with_reaction: bool,
    /// Whether a probe beside another sound is not heard.
    pub(crate) masks: bool,
    /// Stretches of a minute in which no frame is seen.
    pub(crate) gaps: f64,
    /// Ends of the program, half of them without a word; as many again when a probe sounds and the busy device is silent.
    pub(crate) stops: f64,
    /// Telephones that join.
    pub(crate) joins: f64,
}

/// How it ended.
pub(crate) struct End {
    pub(crate) deaf_accused: bool,
    pub(crate) hearing_found: bool,
    pub(crate) rounds: u32,
    pub(crate) unknown: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Frame(u8, u16),
    Sound,
    Blind,
    Sees,
    Stop { crash: bool },
}

/// A home.
pub(crate) struct Home {
    nuisance: Nuisance,
    random: Random,
    design: Design,
    alpha: f64,
    machine: Experiment<Campaign>,
    events: BinaryHeap<Reverse<(i64, Event)>>,
    wake: Option<Timestamp>,
    now: Timestamp,
    /// What is on the disk.
    trials: Vec<Trial>,
    drawn: Vec<Round>,
    seen: Vec<(u8, Window)>,
    /// When our probe sounds, and until when what sounds is taken for its reply.
    probe: Window,
    reacts_until: Timestamp,
    last_busy: Timestamp,
    last_sound: Timestamp,
    blind: bool,
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_nanos((seconds * 1e9) as i64)
}

fn id(device: u8) -> DeviceId {
    DeviceId::Mac(Mac([2, 0, 0, 0, 0, device]))
}

impl Home {
    /// Plays a session, with one sound in eight slots or with several in three short ones.
    pub(crate) fn play(seed: u64, nuisance: Nuisance, alpha: f64, in_a_row: bool) -> End {
        let sound = |name: &str| Stimulus { name: name.to_owned(), kind: SoundKind::Noise };
        let design = Design { seed, stimuli: vec![sound("glass")], ..Design::default() };
        let design = if in_a_row {
            Design { stimuli: ["glass", "bark", "tone"].map(sound).to_vec(), ..design }.in_a_row(0)
        } else {
            design
        };
        let mut home = Self {
            nuisance,
            random: Random::new(seed),
            machine: machine(&design, alpha),
            design,
            alpha,
            events: BinaryHeap::new(),
            wake: Some(at(0.0)),
            now: at(0.0),
            trials: Vec::new(),
            drawn: Vec::new(),
            seen: Vec::new(),
            probe: Window { from: at(0.0), until: at(0.0) },
            reacts_until: at(0.0),
            last_busy: at(0.0),
            last_sound: at(-1e6),
            blind: false,
        };
        home.furnish();
        home.run();
        let session = home.machine.session();
        let proven = |device: &DeviceId| session.is_proven(*device);
        End {
            deaf_accused: session.standings().keys().any(|device| *device != id(HEARS) && proven(device)),
            hearing_found: proven(&id(HEARS)),
            rounds: home.trials.len() as u32,
            unknown: home.trials.iter().filter(|trial| trial.round.effect() == Effect::Unknown).count() as u32,
        }
    }

    fn put(&mut self, at: Timestamp, event: Event) {
        self.events.push(Reverse((at.nanos(), event)));
    }

    /// So many moments an hour.
    fn moments(&mut self, per_hour: f64) -> Vec<f64> {
        // None an hour: the first waits for ever.
        let (mut all, mut moment) = (Vec::new(), self.random.exponential(3_600.0 / per_hour));
        while moment <= SECONDS {
            all.push(moment);
            moment += self.random.exponential(3_600.0 / per_hour);
        }
        all
    }

    /// All that happens without regard to the lots.
    fn furnish(&mut self) {
        let Nuisance { rings, silent_share, busy, gaps, stops, joins, .. } = self.nuisance;
        for device in CHATS {
            self.put(at(1.0 + f64::from(device)), Event::Frame(device, 60));
            for moment in self.moments(40.0) {
                let length = self.random.octets(60, 460) as u16;
                self.put(at(moment), Event::Frame(device, length));
            }
        }
        self.put(at(2.0), Event::Frame(HEARS, 60));
        self.put(at(3.0), Event::Frame(RINGS, 60));
        for moment in self.moments(rings) {
            if !self.random.happens(silent_share) {
                self.put(at(moment), Event::Sound);
            }
            for part in 0..40 {
                self.put(at(moment + 0.5 + f64::from(part) * 0.004), Event::Frame(RINGS, 1_200));
            }
        }
        if busy {
            // About one upload a round.
            for moment in self.moments(18.0) {
                for part in 0..60 {
                    self.put(at(moment + f64::from(part) * 0.05), Event::Frame(RINGS, 1_400));
                }
            }
        }
        for moment in self.moments(gaps) {
            self.put(at(moment), Event::Blind);
            self.put(at(moment + 60.0), Event::Sees);
        }
        for moment in self.moments(stops) {
            let crash = self.random.happens(0.5);
            self.put(at(moment), Event::Stop { crash });
        }
        for (number, moment) in (0..).zip(self.moments(joins).into_iter().take(100)) {
            for turn in 0..20 {
                let length = self.random.octets(60, 900) as u16;
                let after = self.random.exponential(200.0);
                self.put(at(moment + f64::from(turn) * after), Event::Frame(PHONES + number, length));
            }
        }
    }

    fn run(&mut self) {
        while self.now < at(SECONDS) {
            let next = self.events.peek().map_or(i64::MAX, |event| event.0.0);
            if let Some(wake) = self.wake.filter(|wake| wake.nanos() <= next) {
                self.now = self.now.max(wake);
                self.wake = None;
                self.handle(Input::Tick);
            } else if let Some(Reverse((at, event))) = self.events.pop() {
                self.now = self.now.max(Timestamp::from_nanos(at));
                self.happens(event);
            } else {
                break;
            }
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Frame(device, length) => self.frame(device, length),
            Event::Sound => {
                self.last_sound = self.now;
                // Our own sound hides it, or it passes for a reply.
                if !self.probe.contains(self.now) {
                    self.handle(Input::OtherSound);
                }
            }
            Event::Blind => {
                self.blind = true;
                self.handle(Input::Lost { frames: 0 });
            }
            Event::Sees => {
                self.blind = false;
                self.handle(Input::Lost { frames: 0 });
            }
            Event::Stop { crash } => self.restart(crash),
        }
    }

    fn frame(&mut self, device: u8, length: u16) {
        if device == RINGS && length == 1_400 {
            self.last_busy = self.now;
            if self.nuisance.loss_with_reaction && self.now < self.reacts_until {
                self.handle(Input::Lost { frames: 1 });
            }
        }
        if self.blind {
            return;
        }
        match self.seen.iter_mut().find(|seen| seen.0 == device) {
            Some(seen) => seen.1.until = self.now,
            None => self.seen.push((device, Window { from: self.now, until: self.now })),
        }
        let octets = octets(device, length, self.now.nanos() as u16);
        let frame = Frame { at: self.now, link: Link::Ethernet, wire_len: u32::from(length) + 42, bytes: &octets, interface: 0 };
        self.handle(Input::Frame(frame));
    }

    fn handle(&mut self, input: Input<'_>) {
        let mut actions = Vec::new();
        self.machine.handle(input, self.now, &mut actions);
        while !actions.is_empty() {
            for action in std::mem::take(&mut actions) {
                match action {
                    Action::WakeAt(at) => self.wake = Some(at.max(self.now.plus(1))),
                    Action::Write(Entry::Trial(trial)) => self.trials.push(trial),
                    // Written when it is drawn, and again when it is over.
                    Action::Write(Entry::Drawn(round)) => {
                        self.drawn.retain(|before| before.number != round.number);
                        self.drawn.push(round);
                    }
                    Action::Write(_) | Action::Report(_) => {}
                    Action::Speak(order) => {
                        let onset = self.now.plus(SECOND / 10);
                        self.probe = Window { from: onset, until: onset.plus(order.length).plus(at(MASKED).nanos()) };
                        let masked = self.nuisance.masks && onset.since(self.last_sound) < 4 * SECOND;
                        let heard = if masked { Heard::No } else { Heard::Yes };
                        let spoken =
                            Spoken { round: order.round, onset, length: order.length, heard, trouble: None, timelines: None };
                        self.machine.handle(Input::Spoken(spoken), self.now, &mut actions);
                        self.answer(onset);
                    }
                }
            }
        }
    }

    /// What the probe makes happen.
    fn answer(&mut self, onset: Timestamp) {
        let answers = self.random.happens(0.8);
        for part in (0..60).filter(|_| answers) {
            self.put(onset.plus(SECOND + part * SECOND / 20), Event::Frame(HEARS, 1_300));
        }
        self.reacts_until = if answers { onset.plus(4 * SECOND) } else { onset };
        // It dies of the sound, where the busy device has sent just before.
        let stops = self.nuisance.stops > 0.0 && onset.since(self.last_busy) > 10 * SECOND;
        if stops && self.random.happens(0.1) {
            self.put(onset.plus(5 * SECOND), Event::Stop { crash: true });
        }
    }

    /// The program ends, and begins again a few seconds later.
    fn restart(&mut self, crash: bool) {
        let before = std::mem::replace(&mut self.machine, machine(&self.design, self.alpha));
        if !crash {
            self.trials.extend(before.finish(self.now).trials);
        }
        let written: Vec<u32> = self.trials.iter().map(|trial| trial.round.number).collect();
        let unfinished: Vec<Round> = self.drawn.iter().filter(|round| !written.contains(&round.number)).cloned().collect();
        let devices: Vec<(DeviceId, Window)> = self.seen.iter().map(|seen| (id(seen.0), seen.1)).collect();
        self.machine = machine(&self.design, self.alpha).resumed(&self.trials, unfinished, devices);
        self.now = self.now.plus(5 * SECOND);
        self.wake = Some(self.now);
    }
}

fn machine(design: &Design, alpha: f64) -> Experiment<Campaign> {
    let settings = AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() };
    Experiment::new(design.clone(), Campaign::new(ROUNDS, Mode::Balanced), alpha, settings).with_upkeep(Upkeep::default())
}

/// The headers of a UDP datagram of so many octets that a device sends to the internet.
fn octets(device: u8, length: u16, number: u16) -> Vec<u8> {
    let mut octets = vec![2, 0, 0, 0, 0xff, 0xfe, 2, 0, 0, 0, 0, device, 8, 0];
    let mut ip = [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 168, 1, device, 203, 0, 114, 9];
    ip[2..4].copy_from_slice(&(28 + length).to_be_bytes());
    ip[4..6].copy_from_slice(&number.to_be_bytes());
    let sum: u32 = ip.as_chunks::<2>().0.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    ip[10..12].copy_from_slice(&(!(folded as u16)).to_be_bytes());
    octets.extend(ip);
    for field in [40_000 + u16::from(device), 443, 8 + length, number | 1] {
        octets.extend(field.to_be_bytes());
    }
    octets
}
