//! Plans that choose conditions, and whose vocabulary changes as the session learns: what they choose never moves the lot.

use earwitness_core::frame::{Frame, Link};
use earwitness_core::plan::blocks::Blocks;
use earwitness_core::timeline::{Condition, Factor};
use earwitness_core::trial::Trial;
use earwitness_core::vocabulary::{Candidate, Vocabulary};
use proptest::prelude::*;

use super::*;

fn word(text: &str) -> Candidate {
    Stimulus { name: format!("say:{text}"), kind: SoundKind::Speech }.into()
}

/// Plays each word twice, and then the next one of a list in its place.
#[derive(Debug)]
struct Learning(Vec<Candidate>);

impl Learning {
    fn vocabulary(&self, session: &Session, design: &Design) -> Vocabulary {
        let first = design.stimuli.iter().cloned().map(Candidate::from).collect();
        let mut words = Vocabulary::new([("words", first)]).unwrap();
        for next in &self.0 {
            let played = words.groups()[0].candidates().iter().find(|word| session.plays(word) >= 2).cloned();
            let Some(played) = played else { break };
            assert!(words.remove(&played));
            words.add("words", next.clone()).unwrap();
        }
        words
    }
}

impl Plan for Learning {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        let words = self.vocabulary(session, design);
        let words = words.groups()[0].candidates();
        if number >= 24 { Next::Done(Done::Played) } else { Next::Play(words[number as usize % words.len()].clone()) }
    }
}

fn learning() -> Learning {
    Learning(["a lexus", "election", "a letter"].map(word).to_vec())
}

#[test]
fn words_come_and_go_as_the_session_learns_and_a_plan_made_anew_finds_the_same() {
    let mut home = Home::new(design(), learning());
    home.pass(20_000);
    let played = |name: &str| home.rounds.iter().filter(|round| round.played.stimulus.name == name).count();
    assert_eq!(home.rounds.len(), 24);
    assert!((2..6).contains(&played("glass")) && played("say:a lexus") >= 2 && played("say:a letter") >= 2);
    let mut again = Session::new(0.01);
    for round in &home.rounds {
        again.take(&Trial { round: round.clone(), scores: std::collections::BTreeMap::default() });
    }
    let words = learning().vocabulary(&again, &design());
    assert_eq!(words, learning().vocabulary(home.machine.session(), &design()));
    assert!(!words.contains(&Candidate::from(design().stimuli[0].clone())));
}

#[test]
fn a_round_says_the_condition_that_it_was_played_in_and_blocks_go_on_after_an_interruption() {
    let factors = vec![Factor::new("postfix_s", ["0", "0.5", "1"]).unwrap()];
    let design = Design { factors, ..design() };
    let mut home = Home::new(design.clone(), Blocks::new(2));
    home.pass(10_000);
    let played: Vec<Candidate> = home.rounds.iter().map(candidate).collect();
    assert_eq!((played.len(), home.ended), (12, Some(Done::Played)));
    for block in played.chunks(6) {
        let (mut block, mut cells) = (block.to_vec(), design.cells());
        block.sort();
        cells.sort();
        assert_eq!(block, cells);
    }
    let trials: Vec<Trial> = home.rounds[..4]
        .iter()
        .map(|round| Trial { round: round.clone(), scores: std::collections::BTreeMap::default() })
        .collect();
    let mut later = Home::new(design, Blocks::new(2));
    later.machine = later.machine.resumed(&trials, vec![], []);
    later.pass(10_000);
    assert_eq!(later.rounds.iter().map(candidate).collect::<Vec<_>>(), played[4..]);
}

fn candidate(round: &Round) -> Candidate {
    Candidate { stimulus: round.played.stimulus.clone(), condition: round.played.condition.clone() }
}

#[test]
fn what_sounded_in_a_round_that_was_broken_off_is_known_when_the_loudspeaker_answers() {
    let mut home = Home::new(design(), rounds(1));
    home.answer = |_| None;
    while home.orders.is_empty() {
        home.pass(1);
    }
    home.handle(Input::Command(Command::Pause));
    let onset = home.now.plus(-SECOND / 2);
    for (round, length) in [(1, 7), (0, 3 * SECOND), (0, 9)] {
        home.handle(Input::Spoken(Spoken { round, onset, length, heard: Heard::Yes, trouble: None, timelines: None }));
    }
    home.pass(1_000);
    let Round { played, void, .. } = &home.rounds[0];
    assert_eq!(
        (played.onset, played.length, *void),
        (onset, 3 * SECOND, Some(Void::Interrupted)),
        "the first answer of its round"
    );
}

/// Chooses by what it is told, by how devices stand, and by a word that it makes up: as far as a plan can go.
#[derive(Debug)]
struct Adversary(Vec<u8>);

impl Plan for Adversary {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        let Some(&choice) = self.0.get(number as usize) else { return Next::Done(Done::Played) };
        let seen: u32 = session.standings().values().flat_map(|it| &it.sounds).map(|it| it.firsts + it.rounds).sum();
        let condition = Condition::new([("level", (u32::from(choice) + seen).to_string())]).unwrap();
        let stimulus = match choice % 3 {
            2 => word(&format!("word {choice} {seen}")).stimulus,
            known => design.stimuli[usize::from(known)].clone(),
        };
        Next::Play(Candidate { stimulus, condition })
    }
}

/// A datagram of a device in the home to somebody in the internet.
fn datagram(device: u8, octets: u8) -> Vec<u8> {
    let length = 28 + u16::from(octets);
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, device.max(2), 8, 0, 0x45, 0];
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 1, device.max(2), 203, 0, 113, 9, 156, 64, 1, 187]);
    frame.extend((length - 20).to_be_bytes());
    frame.resize(42 + usize::from(octets), 0);
    frame
}

/// A session of this adversary in a home in which devices send so: pause in seconds, device, octets.
fn session(seed: u64, choices: Vec<u8>, traffic: &[(u8, u8, u8)]) -> Home<Adversary> {
    let mut home = Home::new(Design { seed, ..design() }, Adversary(choices));
    for &(pause, device, octets) in traffic.iter().cycle().take(4_000) {
        home.pass(1 + i64::from(pause % 8));
        let bytes = datagram(device, octets);
        let wire_len = u32::try_from(bytes.len()).unwrap();
        home.handle(Input::Frame(Frame { at: home.now, link: Link::Ethernet, wire_len, bytes: &bytes, interface: 0 }));
    }
    home.pass(20_000);
    home
}

/// When each round began, which slot was drawn, and how long its probe was to be.
fn lots(home: &Home<Adversary>, seed: u64) -> Vec<(Timestamp, usize, i64)> {
    let design = Design { seed, ..design() };
    for round in &home.rounds {
        let ordered = design.round(round.number, round.slots[0].from);
        assert_eq!((&ordered.slots, ordered.drawn, ordered.length), (&round.slots, round.drawn, round.played.length));
    }
    home.rounds.iter().map(|round| (round.slots[0].from, round.drawn, round.played.length)).collect()
}

#[test]
fn a_plan_that_follows_a_device_chooses_otherwise_and_the_lots_stay() {
    let choices: Vec<u8> = (0..12).collect();
    let (empty, busy) = (session(5, choices.clone(), &[]), session(5, choices, &[(1, 9, 200)]));
    let chosen = |home: &Home<Adversary>| home.rounds.iter().map(candidate).collect::<Vec<_>>();
    assert!(chosen(&empty).len() == 12 && chosen(&empty) != chosen(&busy), "it saw the device");
    assert_eq!(lots(&empty, 5), lots(&busy, 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn neither_what_a_plan_chooses_nor_what_devices_send_moves_a_lot(
        seed: u64,
        (one, other) in (1_usize..12).prop_flat_map(|count| {
            let choices = || prop::collection::vec(any::<u8>(), count);
            (choices(), choices())
        }),
        traffic in prop::collection::vec(any::<(u8, u8, u8)>(), 1..40),
        silence in any::<(u8, u8, u8)>(),
    ) {
        let count = one.len();
        let [one, other] = [session(seed, one, &traffic), session(seed, other, &[silence])];
        prop_assert_eq!((one.rounds.len(), other.rounds.len()), (count, count));
        prop_assert_eq!(lots(&one, seed), lots(&other, seed));
    }
}
