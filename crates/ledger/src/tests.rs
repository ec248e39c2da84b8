//! What must hold for any lists, and what is found in simulated ones.

use earwitness_core::time::SECOND;
use proptest::prelude::*;

use super::*;
use crate::matching::{Alignment, Moments, pairs};

mod few;
mod simulated;

fn record(at: i64, seconds: Option<f64>) -> Record {
    Record { at: Timestamp::from_nanos(at), seconds, kind: Kind::Request, device: None, text: None }
}

fn upload(at: i64, seconds: Option<f64>) -> Upload {
    let seconds = seconds.map(|value| Estimate { value, low: value - 0.1, high: value + 0.1 });
    Upload { start: Timestamp::from_nanos(at), seconds }
}

fn material(uploads: &[i64], records: &[i64]) -> Material {
    Material {
        uploads: uploads.iter().map(|at| upload(*at, None)).collect(),
        records: records.iter().map(|at| record(*at, None)).collect(),
        ..Material::default()
    }
}

/// The least total of any assignment at all, each left over alone costing the tolerance and half a second.
fn least(uploads: &[i64], records: &[i64], by: Alignment) -> i64 {
    let alone = by.tolerance + SECOND / 2;
    let Some((first, others)) = uploads.split_first() else { return alone * i64::try_from(records.len()).unwrap() };
    let without = alone + least(others, records, by);
    let each = (0..records.len()).filter(|it| by.distance(*first, records[*it]) <= by.tolerance).map(|it| {
        let mut left = records.to_vec();
        let paired = left.remove(it);
        by.distance(*first, paired) + least(others, &left, by)
    });
    each.fold(without, i64::min)
}

proptest! {
    #[test]
    fn no_assignment_costs_less(
        uploads in prop::collection::vec(0..90_i64, 0..6),
        records in prop::collection::vec(0..90_i64, 0..6),
        offset in -20..20_i64,
        unit in 1..30_i64,
        tolerance in 0..30_i64,
    ) {
        let seconds = |all: &[i64]| all.iter().map(|at| at * SECOND).collect::<Vec<_>>();
        let (uploads, records) = (seconds(&uploads), seconds(&records));
        let by = Alignment { offset: offset * SECOND, unit: unit * SECOND, tolerance: tolerance * SECOND };
        let of = material(&uploads, &records);
        let (sent, kept) = (Moments::of_uploads(&of.uploads), Moments::of_records(&of.records));
        let found = pairs(&sent, &kept, by).unwrap();
        prop_assert!(found.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
        let left = i64::try_from(uploads.len() + records.len() - 2 * found.len()).unwrap();
        let apart: i64 = found.iter().map(|pair| by.distance(sent.at[pair.0], kept.at[pair.1])).sum();
        prop_assert!(found.iter().all(|pair| by.distance(sent.at[pair.0], kept.at[pair.1]) <= by.tolerance));
        prop_assert_eq!(apart + left * (by.tolerance + SECOND / 2), least(&uploads, &records, by));
    }

    #[test]
    fn everything_that_was_given_stands_in_the_ledger_once(
        uploads in prop::collection::vec(any::<i64>(), 0..40),
        records in prop::collection::vec(any::<i64>(), 0..40),
        near in prop::collection::vec(0..2_000_i64, 0..40),
    ) {
        let near: Vec<i64> = near.iter().map(|at| at * SECOND).collect();
        let of = material(&[uploads, near.clone()].concat(), &[records, near].concat());
        let ledger = compare(&of, &Settings { shifts: 3, ..Settings::default() }).unwrap();
        let once = |places: &mut dyn Iterator<Item = usize>, all: usize| {
            let mut places: Vec<usize> = places.collect();
            places.sort_unstable();
            places == (0..all).collect::<Vec<_>>()
        };
        prop_assert!(once(&mut ledger.entries.iter().filter_map(|it| it.upload), of.uploads.len()));
        prop_assert!(once(&mut ledger.entries.iter().filter_map(|it| it.record), of.records.len()));
        prop_assert!(ledger.entries.is_sorted_by_key(|it| it.start));
    }

    #[test]
    fn both_clocks_moved_alike_change_nothing(shift in -1_000_000..1_000_000_i64) {
        let uploads: Vec<i64> = (0..30).map(|it| it * it * 11 * SECOND).collect();
        let records: Vec<i64> = uploads.iter().skip(1).map(|at| at + 17 * SECOND).collect();
        let moved = |all: &[i64]| all.iter().map(|at| at + shift * SECOND).collect::<Vec<_>>();
        let still = compare(&material(&uploads, &records), &Settings::default()).unwrap();
        let again = compare(&material(&moved(&uploads), &moved(&records)), &Settings::default()).unwrap();
        prop_assert_eq!((still.fit, still.totals, still.chance), (again.fit, again.totals, again.chance));
    }
}

#[test]
fn lengths_decide_between_uploads_of_one_minute() {
    let mut of = material(&[10 * SECOND, 30 * SECOND], &[0]);
    of.uploads[0].seconds = Some(Estimate { value: 2.0, low: 1.9, high: 2.1 });
    of.uploads[1].seconds = Some(Estimate { value: 6.0, low: 5.9, high: 6.1 });
    for (seconds, without) in [(2.0, 1), (6.0, 0)] {
        of.records[0].seconds = Some(seconds);
        let by = Alignment { offset: 0, unit: 60 * SECOND, tolerance: SECOND };
        let found = pairs(&Moments::of_uploads(&of.uploads), &Moments::of_records(&of.records), by).unwrap();
        assert_eq!(found, [(1 - without, 0)]);
    }
}

#[test]
fn a_recording_shorter_than_what_was_uploaded_is_named() {
    let mut of = material(&[], &[]);
    for it in 0..20 {
        of.uploads.push(upload(it * 1_000 * SECOND, Some(6.0)));
        of.records.push(record(it * 1_000 * SECOND + 5, Some(if it == 7 { 5.0 } else { 5.5 })));
    }
    of.records[3].kind = Kind::FalseWake;
    of.sounds = [(-3, true), (1, false), (1_500, true), (1_995, false), (2_001, false), (3_030, false)]
        .map(|(at, played)| Sound { at: Timestamp::from_nanos(at * SECOND), played })
        .to_vec();
    let ledger = compare(&of, &Settings::default()).unwrap();
    assert_eq!(ledger.entries[7].outcome, Outcome::Shorter);
    let sounds: Vec<_> = ledger.entries[..4].iter().map(|it| it.sound).collect();
    assert_eq!(sounds, [Some(0), None, Some(4), None], "what was played before what was heard, and the last of it");
    let totals = ledger.totals;
    assert_eq!((totals.matched, totals.shorter, totals.false_wakes), (19, 1, 1));
    assert_eq!((totals.sounds, totals.sounds_heard, totals.sounds_without_upload), (2, 4, 1));
    assert_eq!(totals.seconds_per_false_wake, Some(6.0));
    assert!(ledger.chance.is_some_and(|it| it.p < 0.01), "{:?}", ledger.chance);
}

#[test]
fn records_of_other_times_are_set_aside_and_uploads_beyond_the_history_counted() {
    let day = 86_400 * SECOND;
    let mut of = material(&[day, 2 * day, 5 * day], &[-9 * day, day, 2 * day, 9 * day]);
    of.watched = vec![Window { from: Timestamp::from_nanos(0), until: Timestamp::from_nanos(6 * day) }];
    let totals = compare(&of, &Settings::default()).unwrap().totals;
    assert_eq!((totals.records, totals.records_outside, totals.uploads_without_record), (2, 2, 1));
    of.records.truncate(3);
    assert_eq!(compare(&of, &Settings::default()).unwrap().totals.uploads_beyond_history, 1);
}

#[test]
fn a_wrong_time_zone_is_noticed() {
    let uploads: Vec<i64> = (0..60).map(|it| (it * 937 + it * it * 7 % 601) * SECOND).collect();
    let records: Vec<i64> = uploads.iter().map(|at| at - 7_200 * SECOND).collect();
    assert_eq!(compare(&material(&uploads, &records), &Settings::default()).unwrap().zone_off, Some(7_200 * SECOND));
    assert_eq!(compare(&material(&uploads, &uploads), &Settings::default()).unwrap().zone_off, None);
}

#[test]
fn a_crowd_at_one_moment_is_refused() {
    let crowd = vec![0; 5_000];
    assert_eq!(compare(&material(&crowd, &crowd), &Settings::default()), Err(Error::TooDense));
}
