//! Few records: what several offsets of the vendor's clock would explain, a clock that is right explains best.

use earwitness_core::lot::{Lot, Stream};

use super::*;

/// Uploads at nearly equal distances, as slots of a session make them: milliseconds.
const UPLOADS: [i64; 3] = [1_767_268_824_753, 1_767_268_877_255, 1_767_268_929_151];

fn milliseconds(all: &[i64]) -> Vec<i64> {
    all.iter().map(|at| at * 1_000_000).collect()
}

/// The offset in seconds, and the uploads that have no record.
fn told(uploads: &[i64], records: &[i64]) -> (f64, Vec<usize>) {
    let ledger = compare(&material(uploads, records), &Settings { shifts: 0, ..Settings::default() }).unwrap();
    let without = ledger.entries.iter().filter(|it| it.outcome == Outcome::UploadWithoutRecord).filter_map(|it| it.upload);
    #[expect(clippy::cast_precision_loss, reason = "at most two minutes")]
    let offset = ledger.fit.unwrap().offset as f64 / 1e9;
    (offset, without.collect())
}

#[test]
fn records_at_their_uploads_show_a_clock_that_is_right_whichever_of_them_there_are() {
    for kept in 1_usize..8 {
        let (some, others): (Vec<usize>, Vec<usize>) = (0..3).partition(|it| kept >> it & 1 == 1);
        for late in [-1_500, 0, 1_500, 3_000, 5_000] {
            let records: Vec<i64> = some.iter().map(|it| UPLOADS[*it] + late).collect();
            let (offset, without) = told(&milliseconds(&UPLOADS), &milliseconds(&records));
            assert_eq!(without, others, "records of {some:?}, {late} ms late");
            assert!((offset * 1e3 - f64::from(i32::try_from(late).unwrap())).abs() <= 1_000.0, "{some:?}, {late}: {offset}");
        }
    }
}

#[test]
fn records_that_follow_their_uploads_by_moments_that_vary_show_a_clock_that_is_right() {
    // One upload later and 45 s early, two of them would fit to the millisecond; where they belong, all follow after 1 to 7 s.
    let uploads = [0, 52_000, 98_000, 150_000];
    let records = [7_001, 53_001, 102_001];
    let (offset, without) = told(&milliseconds(&uploads), &milliseconds(&records));
    assert_eq!(without, [3]);
    assert!(offset.abs() < 8.0, "{offset}");
}

#[test]
fn a_wrong_clock_that_explains_more_than_a_right_one_is_found() {
    let uploads = [0, 52_000, 98_000, 171_000];
    let records = uploads.map(|at| at + 80_003);
    let (offset, without) = told(&milliseconds(&uploads), &milliseconds(&records));
    assert!(without.is_empty() && (offset - 80.0).abs() < 1.0, "{offset} {without:?}");
}

#[test]
fn of_offsets_as_far_early_as_late_the_one_that_leaves_less_is_told() {
    // Nanoseconds that are no multiple of anything, so that no unit moves the middle.
    let at = |all: &[i64]| all.iter().map(|at| at * SECOND + 7).collect::<Vec<_>>();
    // The first record lies 20 s from both its neighbours, the second 24 s from one and 27 s from the other.
    for (second, offset, without) in [([176, 227], 20.0, vec![1, 3]), ([173, 224], -20.0, vec![0, 2])] {
        assert_eq!(told(&at(&[0, 40, second[0], second[1]]), &at(&[20, 200])), (offset, without));
    }
}

/// How a short session is drawn.
#[derive(Clone, Copy)]
struct Short {
    uploads: usize,
    /// Unit that the vendor's times are cut to, milliseconds.
    unit: i64,
    /// How far its clock may be off, milliseconds.
    off: i64,
}

/// The share of drawn sessions in which each upload is told rightly: drawn slots of 24 s, one upload in four without a record, stamps up to 3 s late.
fn right(stream: &mut Stream, short: Short) -> f64 {
    const SESSIONS: u32 = 300;
    let mut all = 0_u32;
    for _ in 0..SESSIONS {
        let mut below = |until: i64| stream.below(until.unsigned_abs()).cast_signed();
        let mut at = 0;
        let mut next = |below: &mut dyn FnMut(i64) -> i64| {
            at += 24_000 * (1 + below(4)) + below(1_000);
            at
        };
        let moments: Vec<i64> = (0..short.uploads).map(|_| next(&mut below)).collect();
        let offset = below(2 * short.off) - short.off;
        let kept: Vec<bool> = moments.iter().map(|_| below(4) != 0).collect();
        let seen = moments.iter().zip(&kept).filter(|it| *it.1);
        let records: Vec<i64> = seen.map(|it| (it.0 + offset + below(3_000)).div_euclid(short.unit) * short.unit).collect();
        let hidden: Vec<usize> = (0..short.uploads).filter(|it| !kept[*it]).collect();
        all += u32::from(records.is_empty() || told(&milliseconds(&moments), &milliseconds(&records)).1 == hidden);
    }
    f64::from(all) / f64::from(SESSIONS)
}

#[test]
fn short_sessions_with_undisclosed_uploads_are_told_rightly_where_the_clock_is_right() {
    let mut stream = Lot::new(1).stream("few", 0);
    for (unit, off, least) in
        [(1, 1_000, [0.97; 5]), (60_000, 1_000, [0.3, 0.5, 0.7, 0.7, 0.4]), (1, 90_000, [0.6, 0.7, 0.8, 0.9, 0.97])]
    {
        for (uploads, least) in [2, 3, 5, 8, 20].into_iter().zip(least) {
            let share = right(&mut stream, Short { uploads, unit, off });
            println!("{uploads} uploads, unit {unit} ms, clock off by up to {off} ms: {share:.3} of the sessions told rightly");
            assert!(share >= least, "{share}");
        }
    }
}
