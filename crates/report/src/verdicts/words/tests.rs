//! Sentences about verdicts.

use earwitness_core::detect::lottery::Lag;
use earwitness_core::findings::DeviceId;
use earwitness_core::verdict::Late;

use super::*;
use crate::verdicts::sample::probing;

#[test]
fn rounds_in_which_no_device_could_be_seen_are_not_said_to_count() {
    let mut probing = probing();
    assert!(basis(&probing).starts_with("24 rounds count, each with a sound in one of"), "{}", basis(&probing));
    for it in &mut probing.verdicts.devices {
        it.evidence.rounds = 0;
    }
    assert!(basis(&probing).starts_with("24 rounds were scored, each with a sound in one of"), "{}", basis(&probing));
    assert!(basis(&probing).contains("so that none counts"), "{}", basis(&probing));
}

fn text_of(outcome: Outcome, evidence: Evidence) -> String {
    let device = DeviceId::Address(std::net::Ipv4Addr::LOCALHOST.into());
    let control = Control { microphone: 12, devices: vec![device] };
    let others = Others { names: [(device, "Kitchen Echo".to_owned())].into(), control: &control };
    sentences(&Verdict { device, outcome, evidence }, None, &others).join(" ").replace('\u{a0}', " ")
}

fn evidence() -> Evidence {
    let sounds = [("glass".to_owned(), (5, 6)), ("hello".to_owned(), (0, 6))].into();
    let direction = Some(Direction::More);
    let (rounds, audible, slot) = (12, 11, 20 * SECOND);
    Evidence {
        rounds,
        audible,
        slot,
        p: 0.000_33,
        threshold: 6.0,
        ln_e: 9.0,
        sounds,
        bound: 0.214,
        direction,
        ..Evidence::default()
    }
}

#[test]
fn a_proof_says_how_often_evidence_this_strong_comes_up_by_chance() {
    let text = text_of(Outcome::Reacts, evidence());
    assert!(text.contains("in 5 of 12 rounds it sent more"), "{text}");
    assert!(text.contains("in at most 1 of 3,000 such homes"), "{text}");
    assert!(text.contains("Nothing shows that the sound itself is sent"), "{text}");
}

#[test]
fn odds_are_never_rounded_in_favour_of_the_proof() {
    let said: Vec<_> = [0.01, 0.000_501, 0.000_5, 0.009_9, 1e-12, 0.0].iter().map(|p| odds(*p).unwrap()).collect();
    assert_eq!(said, ["100", "1,900", "2,000", "100", "a billion", "a billion"]);
    assert_eq!((odds(0.9), odds(f64::NAN)), (None, None));
}

#[test]
fn a_bound_is_never_rounded_down() {
    let said: Vec<_> = [0.01, 0.001, 0.021_4, 0.214, 0.35, 1.0, 7.0].iter().map(|it| percent(*it)).collect();
    assert_eq!(said, ["1\u{a0}%", "0.1\u{a0}%", "2.2\u{a0}%", "22\u{a0}%", "35\u{a0}%", "100\u{a0}%", "100\u{a0}%"]);
}

#[test]
fn silence_carries_its_bound_and_its_limit() {
    let limits =
        |limit_octets, limit_clocked| text_of(Outcome::NoReaction, Evidence { limit_octets, limit_clocked, ..evidence() });
    let text = limits(Some(12_300.0), true);
    assert!(
        text.contains("within 20 s in fewer than 22 % of cases (95 %) (only the 11 rounds with an audible sound count"),
        "{text}"
    );
    assert!(
        text.contains(
            "An upload of more than 12.3 kB within 20 s after a sound would have been noticed, and so would live sound"
        ),
        "{text}"
    );
    assert!(text.contains("the microphone heard them in 12 rounds of the whole session, whether or not these count for this device; Kitchen Echo reacted to them"), "{text}");
    assert!(text.contains("not for another room"), "{text}");
    assert!(limits(None, true).contains("only live sound at the beat of a codec would have been noticed"));
    assert!(limits(None, false).contains("could have hidden"));
    for claim in ["clean", "safe", "does not listen", "never"] {
        assert!(!text.contains(claim), "{claim} in {text}");
    }
}

#[test]
fn less_is_never_told_as_sound_and_more_with_length_only_as_more() {
    let less = text_of(Outcome::SendsLess, Evidence { direction: Some(Direction::Less), ..evidence() });
    assert!(less.starts_with("Sound makes it send less: over 12 rounds") && !less.contains("sends sound"), "{less}");
    let slope = earwitness_core::findings::Estimate { value: 130.0, low: 120.0, high: 140.0 };
    let dose = Some(Dose { slope, intercept: 0.0, p: 1e-4, points: 12 });
    let more = text_of(Outcome::SendsMore, Evidence { dose, ln_dose: 7.0, ..evidence() });
    assert!(
        more.starts_with("The longer it hears a sound, the more it sends") && more.contains("130 B for each second"),
        "{more}"
    );
    assert!(more.contains("less than any speech coder") && !more.contains("sends sound"), "{more}");
}

#[test]
fn a_verdict_on_several_senders_says_so() {
    let mut found = crate::sample::device(1);
    found.sender_signs = vec![earwitness_core::findings::SenderSign::TcpOptions];
    let control = Control { microphone: 12, devices: vec![] };
    let others = Others { names: BTreeMap::new(), control: &control };
    for (outcome, said) in
        [(Outcome::Streams, "which one reacted is not known"), (Outcome::NoReaction, "of all of them together")]
    {
        let verdict = Verdict { device: found.id, outcome, evidence: evidence() };
        let text = sentences(&verdict, Some(&found), &others).join(" ");
        assert!(text.contains("More than one machine") && text.contains(said), "{text}");
    }
}

#[test]
fn who_moves_after_another_is_told_so() {
    let device = DeviceId::Address(std::net::Ipv4Addr::LOCALHOST.into());
    let after = earwitness_core::verdict::After { device, together: 18, moved: 19, other_moved: 20, lag: 3 * SECOND };
    let text = text_of(Outcome::Reacts, Evidence { after: Some(after), ..evidence() });
    assert!(
        text.contains(
            "It moved together with Kitchen Echo, and after it: in 18 of the 19 rounds in which it moved, about 3.0 s later"
        ),
        "{text}"
    );
}

#[test]
fn a_late_reaction_says_how_late() {
    let late = Some(Late { lag: Lag { shift: 1_500 * SECOND, stretch: 0 }, ln_e: 8.0 });
    let text = text_of(Outcome::Streams, Evidence { ln_e: 1.0, late, ..evidence() });
    assert!(text.contains("not at once, but about 25 min after the sound"), "{text}");
}

#[test]
fn what_is_open_says_why_and_what_to_do() {
    let with = |outcome, rounds_to_go| text_of(outcome, Evidence { rounds_to_go, ttest: Some((4, 9)), ..evidence() });
    let promising = with(Outcome::Undecided(Undecided::Promising), Some(5));
    assert!(promising.contains("may still be chance") && promising.contains("about 5 more rounds would prove it"), "{promising}");
    let few = with(Outcome::Undecided(Undecided::FewRounds), Some(1));
    assert!(
        few.contains("those with an audible sound, 11 of 12, are too few") && few.contains("up to 22 % of such sounds"),
        "{few}"
    );
    assert!(few.contains("About 1 more round with an audible sound would settle it"), "{few}");
    assert!(with(Outcome::Undecided(Undecided::FewRounds), None).contains("silence its other uses"));
    let missed = text_of(Outcome::Undecided(Undecided::FewRounds), Evidence { incomplete: 7, rounds_to_go: None, ..evidence() });
    assert!(missed.contains("misses too much of what it sends") && missed.contains("In 7 of the 12 rounds"), "{missed}");
    let no_lot = with(Outcome::Undecided(Undecided::NoLot), None);
    assert!(
        no_lot.contains("no shams") && no_lot.contains("reacting in 4 of 9 rounds") && no_lot.contains("kind=sham"),
        "{no_lot}"
    );
    assert!(with(Outcome::NotTested(NotTested::Unheard), None).contains("no microphone heard them and no device reacted"));
    assert!(with(Outcome::NotTested(NotTested::Absent), None).contains("Switch it on and test again"));
    assert!(with(Outcome::NotTested(NotTested::Unseen(Unseen::OneWay)), None).starts_with("What it sends does not pass here"));
    assert!(with(Outcome::NotTested(NotTested::NoRounds), None).contains("No round counted"));
    assert!(with(Outcome::StreamsAlways, None).contains("a suspicion, not a proof. Unplug it"));
}

#[test]
fn rounds_in_which_it_was_not_seen_are_told_with_the_reason() {
    let unseen = [(Unseen::Left, 50), (Unseen::Gap, 1)].into();
    let text = text_of(Outcome::NoReaction, Evidence { unseen, ..evidence() });
    assert!(
        text.contains(
            "51 more rounds were played in which could not be seen what it sends: not seen again (50), gap in the capture (1)."
        ),
        "{text}"
    );
}

#[test]
fn the_headline_counts_and_never_calls_a_home_clean() {
    let mut probing = probing();
    assert_eq!(headline(&probing), "2 of 6 devices send what they hear. 1 streams all the time, 3 showed no reaction.");
    for verdict in &mut probing.verdicts.devices {
        verdict.outcome = Outcome::NoReaction;
    }
    assert_eq!(headline(&probing), "No device of 6 was proven to send what it hears. 6 showed no reaction.");
}

#[test]
fn a_chance_is_told_with_two_digits() {
    assert_eq!([1.0, 0.05, 0.000_504, 6.2e-5, 0.0].map(chance), ["1.00", "0.050", "0.00050", "6e-5", "0"]);
}
