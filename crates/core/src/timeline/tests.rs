use std::num::NonZeroU32;

use super::*;
use crate::time::SECOND;

fn rate() -> NonZeroU32 {
    NonZeroU32::new(48_000).unwrap()
}

fn said(text: &str, whole: u64) -> Sound {
    let source = Source::Utterance { text: text.into(), voice: "en-gb".into(), speed: "160".into() };
    Sound { source, whole, level: Decibels::nearest(-23.046), digest: Digest::of(&[1, 2]) }
}

fn command() -> Timeline {
    let segments = vec![
        Segment::sound(24_000, said("alexa", 24_000)).unwrap(),
        Segment::gap(9_600).unwrap(),
        Segment::sound(48_001, said("where is New York City", 60_000)).unwrap(),
    ];
    Timeline::new(rate(), segments, 93_600, Digest::of(&[])).unwrap()
}

#[test]
fn lengths_are_exact_to_the_sample_and_what_was_cut_is_known() {
    let command = command();
    assert_eq!((command.samples(), command.planned(), command.is_broken_off()), (81_601, 93_600, true));
    assert_eq!(command.length(), 1_700_020_833, "81,601 / 48,000 s");
    let starts: Vec<i64> = command.starts().map(|it| it.0).collect();
    assert_eq!(starts, [0, SECOND / 2, 700_000_000]);
    let cut: Vec<bool> = command.segments().iter().map(Segment::is_cut).collect();
    assert_eq!(cut, [false, false, true]);
    let Content::Sound(Sound { source: Source::Utterance { text, .. }, level, .. }) = command.segments()[2].content() else {
        panic!("{command:?}")
    };
    assert_eq!((text.as_str(), level.to_string().as_str()), ("where is New York City", "-23.05"));
}

#[test]
fn what_cannot_be_is_refused() {
    assert_eq!(Segment::gap(0), Err(Fault::Empty));
    assert_eq!(Segment::sound(3, said("a", 2)), Err(Fault::Planned { samples: 3, planned: 2 }));
    assert_eq!(Segment::sound(3, said("", 3)), Err(Fault::Text(0)));
    assert_eq!(Segment::sound(3, said(&"a".repeat(10_001), 3)), Err(Fault::Text(10_001)));
    let gap = Segment::gap(10).unwrap();
    let new = |segments, planned| Timeline::new(rate(), segments, planned, Digest::of(&[]));
    assert_eq!(new(vec![], 0), Err(Fault::Segments(0)));
    assert_eq!(new(vec![gap.clone(); 1_025], 99_999), Err(Fault::Segments(1_025)));
    assert_eq!(new(vec![gap.clone()], 9), Err(Fault::Planned { samples: 10, planned: 9 }));
    assert_eq!(new(vec![gap.clone()], u64::MAX), Err(Fault::Long));
    assert_eq!(
        new(vec![Segment::silence(u64::MAX).unwrap(); 2], 48_000),
        Err(Fault::Planned { samples: u64::MAX, planned: 48_000 })
    );
}

#[test]
fn timelines_of_a_slot_follow_one_another() {
    let at = |offset| Placed { offset, timeline: command() };
    let two = Arrangement::new(vec![at(0), at(2 * SECOND)]).unwrap();
    assert_eq!((two.timelines().len(), two.end()), (2, 3_700_020_833));
    assert_eq!(two.fits(4 * SECOND), Ok(()));
    assert_eq!(two.fits(3 * SECOND), Err(Fault::Slot { end: 3_700_020_833, slot: 3 * SECOND }));
    assert_eq!(Arrangement::new(vec![at(0), at(SECOND)]), Err(Fault::Overlap(1)));
    assert_eq!(Arrangement::new(vec![at(-1)]), Err(Fault::Overlap(0)));
    assert_eq!(Arrangement::new(vec![]), Err(Fault::Timelines(0)));
    assert_eq!(Arrangement::from(command()).end(), command().length());
}

#[test]
fn levels_are_written_with_their_sign() {
    let text = |hundredths| Decibels::from_hundredths(hundredths).to_string();
    assert_eq!([text(-5), text(0), text(1_230), text(-14_400)], ["-0.05", "0.00", "12.30", "-144.00"]);
    assert_eq!(Decibels::nearest(-30.0).hundredths(), -3_000);
}
