//! Periods of what a device sends by itself: found where they are, and rarely where nothing keeps one.

use earwitness_core::lot::{Lot, Stream};
use earwitness_core::time::SECOND;
use earwitness_lab::results::{Burst, IdleResults, Stretch, idle};

use super::campaign::{campaigns, chance, normal, seed};

const SEED: u64 = 5_411;
const DAY: i64 = 86_400;

/// A timer: how its bursts come.
#[derive(Clone, Copy, Debug)]
struct Timer {
    /// Seconds.
    period: f64,
    /// Standard deviation from when each is due, seconds.
    jitter: f64,
    /// Standard deviation of each step, which adds up, seconds.
    drift: f64,
    /// Share that does not come.
    missing: f64,
    /// Octets, up to a fifth more or less.
    octets: f64,
}

const STEADY: Timer = Timer { period: 20.0, jitter: 0.0, drift: 0.0, missing: 0.0, octets: 100.0 };

fn burst(second: f64, octets: f64, lot: &mut Stream) -> Burst {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of some days, octets of a burst")]
    let (at, octets) = ((second.floor() as i64) * SECOND, (octets * (0.8 + 0.4 * lot.unit())) as u64);
    Burst { at, octets }
}

/// Bursts of a timer over some seconds.
fn ticks(timer: &Timer, until: f64, lot: &mut Stream) -> Vec<Burst> {
    let (mut due, mut all) = (timer.period * lot.unit(), Vec::new());
    while due < until {
        if lot.unit() >= timer.missing {
            let at = due + timer.jitter * normal(lot);
            if (0.0..until).contains(&at) {
                all.push(burst(at, timer.octets, lot));
            }
        }
        due += timer.period + timer.drift * normal(lot);
    }
    all
}

/// Bursts at random, so many an hour, of sizes that differ by a factor of a hundred.
fn random(per_hour: f64, until: f64, lot: &mut Stream) -> Vec<Burst> {
    let (mut at, mut all) = (0.0, Vec::new());
    loop {
        at += -(1.0 - lot.unit()).ln() * 3_600.0 / per_hour;
        if at >= until {
            return all;
        }
        let octets = 50.0 * 100.0_f64.powf(lot.unit());
        all.push(burst(at, octets, lot));
    }
}

/// Stretches of these lengths, one after the other, of bursts over their whole time; what follows within two seconds is one burst.
fn profile(lengths: &[i64], mut bursts: Vec<Burst>) -> IdleResults {
    bursts.sort_by_key(|it| it.at);
    let mut merged: Vec<(i64, Burst)> = Vec::new();
    for it in bursts {
        match merged.last_mut().filter(|last| it.at - last.0 <= 2 * SECOND) {
            Some((last, burst)) => (*last, burst.octets) = (it.at, burst.octets + it.octets),
            None => merged.push((it.at, it)),
        }
    }
    let mut from = 0;
    let stretches: Vec<Stretch> = lengths
        .iter()
        .map(|length| {
            let until = from + length * SECOND;
            let bursts = merged.iter().map(|it| it.1).filter(|it| (from..until).contains(&it.at)).collect();
            let stretch = Stretch { from, until, bursts };
            from = until;
            stretch
        })
        .collect();
    idle("device", &stretches)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some days")]
fn seconds(lengths: &[i64]) -> f64 {
    lengths.iter().sum::<i64>() as f64
}

#[test]
fn three_timers_with_jitter_holes_and_random_bursts_are_found_with_their_sizes() {
    let lot = Lot::new(seed(SEED));
    let days = [DAY, DAY, DAY];
    let mut wrong = Vec::new();
    for number in 0..10 {
        let mut stream = lot.stream("three", number);
        let timers = [
            Timer { jitter: 0.3, missing: 0.05, ..STEADY },
            Timer { period: 300.0, jitter: 4.0, missing: 0.1, octets: 1_500.0, ..STEADY },
            Timer { period: 3.0 * 3_600.0, jitter: 60.0, octets: 60_000.0, ..STEADY },
        ];
        let mut bursts = random(4.0, seconds(&days), &mut stream);
        for timer in &timers {
            bursts.extend(ticks(timer, seconds(&days), &mut stream));
        }
        let found = profile(&days, bursts);
        println!("seed {}/{number}: {:?}", seed(SEED), found.periods);
        let is_there = |timer: &Timer| {
            found.periods.iter().any(|it| {
                (it.seconds / timer.period - 1.0).abs() < 0.01
                    && (it.octets.median / timer.octets - 1.0).abs() < 0.15
                    && it.p <= 0.05
            })
        };
        let explained = found.unexplained_share.unwrap() < 0.1;
        if found.periods.len() != 3 || !timers.iter().all(is_there) || !explained {
            wrong.push((number, found.unexplained_share, found.periods));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_timer_is_found_whatever_it_is_like() {
    let lot = Lot::new(seed(SEED + 1));
    for (name, timer, lengths, per_hour) in [
        ("exact", STEADY, &[3_600][..], 0.0),
        ("each step a little longer or shorter", Timer { drift: 1.0, ..STEADY }, &[4 * 3_600], 2.0),
        ("half of it missing", Timer { missing: 0.5, ..STEADY }, &[4 * 3_600], 2.0),
        ("among as many random bursts", Timer { jitter: 0.5, ..STEADY }, &[8 * 3_600], 180.0),
        ("ten hours in three days", Timer { period: 36_000.0, jitter: 60.0, octets: 200_000.0, ..STEADY }, &[DAY, DAY, DAY], 4.0),
        ("ten hours in a week", Timer { period: 36_000.0, jitter: 60.0, octets: 200_000.0, ..STEADY }, &[DAY; 7], 4.0),
        ("nights of eight hours", Timer { period: 1_800.0, jitter: 20.0, octets: 900.0, ..STEADY }, &[8 * 3_600; 3], 6.0),
    ] {
        let rounds = 20;
        let found = (0..rounds).filter(|number| {
            let mut stream = lot.stream(name, *number);
            let until = seconds(lengths);
            let mut bursts = ticks(&timer, until, &mut stream);
            if per_hour > 0.0 {
                bursts.extend(random(per_hour, until, &mut stream));
            }
            let found = profile(lengths, bursts);
            let is_it = |it: f64| (it / timer.period - 1.0).abs() < 0.03;
            if found.periods.len() != 1 || !is_it(found.periods[0].seconds) {
                println!("seed {}/{number}, {name}: {:?}", seed(SEED + 1), found.periods);
            }
            found.periods.iter().any(|it| is_it(it.seconds))
        });
        let found = found.count();
        println!("seed {}, {name}: {found} of {rounds}", seed(SEED + 1));
        assert!(found >= 19, "{name}: {found} of {rounds}");
    }
}

#[test]
fn random_bursts_keep_a_period_no_more_often_than_the_level_says() {
    let lot = Lot::new(seed(SEED + 2));
    for (per_hour, lengths) in
        [(2.0, &[DAY, DAY, DAY][..]), (10.0, &[8 * 3_600]), (60.0, &[DAY]), (400.0, &[8 * 3_600]), (6.0, &[8 * 3_600; 5])]
    {
        let wrong = (0..campaigns()).filter(|number| {
            let mut stream = lot.stream("random", u64::from(*number));
            let found = profile(lengths, random(per_hour, seconds(lengths), &mut stream));
            !found.periods.is_empty()
        });
        let wrong = f64::from(u32::try_from(wrong.count()).unwrap()) / f64::from(campaigns());
        println!("seed {}, {} campaigns, {per_hour} an hour in {lengths:?} s: {wrong:.4}", seed(SEED + 2), campaigns());
        assert!(wrong <= 0.05 + chance(0.05), "{per_hour} an hour: {wrong}");
    }
}

#[test]
fn beside_a_timer_random_bursts_keep_no_further_period() {
    let lot = Lot::new(seed(SEED + 3));
    let rounds = campaigns().min(400);
    for timer in [Timer { jitter: 0.5, missing: 0.05, ..STEADY }, Timer { period: 600.0, drift: 10.0, octets: 800.0, ..STEADY }] {
        let wrong = (0..rounds).filter(|number| {
            let mut stream = lot.stream("beside", u64::from(*number));
            let until = seconds(&[8 * 3_600]);
            let mut bursts = random(20.0, until, &mut stream);
            bursts.extend(ticks(&timer, until, &mut stream));
            let found = profile(&[8 * 3_600], bursts);
            let further = found.periods.len() > 1;
            if further && *number < 40 {
                println!("{number}: {:?}", found.periods);
            }
            further
        });
        let wrong = f64::from(u32::try_from(wrong.count()).unwrap()) / f64::from(rounds);
        println!("seed {}, {rounds} campaigns, {timer:?}: a further period in {wrong:.4}", seed(SEED + 3));
        assert!(wrong <= 0.05 + chance(0.05), "{timer:?}: {wrong}");
    }
}

#[test]
fn pairs_and_clusters_of_bursts_are_no_timer() {
    let lot = Lot::new(seed(SEED + 4));
    let rounds = 100;
    let wrong = (0..rounds).filter(|number| {
        let mut stream = lot.stream("pairs", *number);
        let until = seconds(&[DAY]);
        let first = random(6.0, until, &mut stream);
        // An answer 15 s later, each time.
        let second: Vec<Burst> = first.iter().map(|it| Burst { at: it.at + 15 * SECOND, ..*it }).collect();
        !profile(&[DAY], [first, second].concat()).periods.is_empty()
    });
    let wrong = wrong.count();
    println!("seed {}: {wrong} of {rounds}", seed(SEED + 4));
    assert!(wrong <= 10, "{wrong} of {rounds}");
}

#[test]
fn silence_and_a_few_bursts_show_nothing_and_all_is_counted() {
    let nothing = profile(&[DAY], Vec::new());
    assert_eq!((nothing.bursts, nothing.periods.len(), nothing.unexplained_share), (0, 0, None));
    let few = profile(&[DAY], vec![Burst { at: 0, octets: 5 }, Burst { at: 60 * SECOND, octets: 5 }]);
    assert_eq!((few.bursts, few.unexplained, few.unexplained_share), (2, 2, Some(1.0)));
    let mut lot = Lot::new(seed(SEED + 5)).stream("counted", 0);
    let all = profile(&[DAY], [ticks(&STEADY, 86_400.0, &mut lot), random(5.0, 86_400.0, &mut lot)].concat());
    assert_eq!(all.bursts, all.unexplained + all.periods.iter().map(|it| it.bursts).sum::<u64>());
    assert_eq!(all.placed.iter().filter(|it| it.period.is_none()).count() as u64, all.unexplained);
}
