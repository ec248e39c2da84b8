//! Answers minutes to hours late: found by the search over delays, at its price.

use earwitness_core::detect::lottery::{AT_ONCE, Evidence, Lag, Late, MOST_LAGS, Place, lags, threshold};
use earwitness_core::time::SECOND;

use super::home::{LEAD, background, cycle, scores, slot};
use super::random::Random;

const HOUR: i64 = 3_600 * SECOND;

/// The evidence after each round for a device that answers each probe `delay` seconds late, and the round that proves it.
fn spy(name: &str, seed: u64, delay: usize, spread: f64, searched: &[Lag]) -> (Option<usize>, Evidence) {
    let mut random = Random::new(seed);
    let rounds = 40;
    let mut traffic = background(name).1(&mut random, LEAD + rounds * cycle(8) + delay + 2_000);
    let drawn: Vec<usize> = (0..rounds).map(|_| random.between(0.0, 8.0) as usize).collect();
    for (round, &drawn) in drawn.iter().enumerate() {
        let late = (delay as f64 * (1.0 + spread * random.normal())).max(0.0) as usize;
        traffic.upload(slot(round, drawn, 8) + late, 5, 15_000.0, false);
    }
    let profile = traffic.profile();
    let mut late = Late::new(searched);
    for (round, &drawn) in drawn.iter().enumerate() {
        late.round(0, drawn, |lag| Some(scores(&profile, round, 8, lag)));
        if late.evidence().ln_combined >= threshold(8, 0.01) {
            return (Some(round + 1), late.evidence());
        }
    }
    (None, late.evidence())
}

#[test]
fn an_upload_minutes_or_hours_late_is_proven_and_its_delay_found() {
    let searched = lags(12 * HOUR);
    for (seed, name, delay, most) in
        [(950, "idle", 95, 7), (951, "idle", 1_500, 10), (952, "idle", 7_200, 20), (953, "idle", 39_600, 30)]
    {
        let (rounds, evidence) = spy(name, seed, delay, 0.0, &searched);
        println!("{name}, {delay} s late, seed {seed}: proven after {rounds:?} rounds, {evidence:?}");
        let (lag, _) = evidence.ln_late.unwrap();
        assert!(rounds.is_some_and(|rounds| rounds <= most), "{delay} s: {rounds:?} rounds");
        let apart = delay as i64 * SECOND - lag.shift;
        assert!((-30 * SECOND..=30 * SECOND + lag.stretch).contains(&apart), "{delay} s late was told as {lag:?}");
    }
}

#[test]
fn a_delay_that_wanders_by_more_than_a_round_is_not_found() {
    // No lot within a round can tell which slot was answered then: this is what a probe per hour would be for.
    let (rounds, evidence) = spy("idle", 960, 7_200, 0.2, &lags(3 * HOUR));
    assert!(rounds.is_none(), "{rounds:?} {evidence:?}");
}

#[test]
fn an_answer_at_once_needs_four_rounds_beside_the_search() {
    let (rounds, evidence) = spy("silent", 961, 0, 0.0, &lags(12 * HOUR));
    assert_eq!(rounds, Some(4), "{evidence:?}");
    assert!(evidence.ln_now > evidence.ln_late.unwrap().1);
}

#[test]
fn the_stake_is_shared_and_never_more_than_one() {
    for searched in [lags(60 * SECOND), lags(12 * HOUR), vec![Lag { shift: 1, stretch: 0 }; 3]] {
        let mut late = Late::new(&searched);
        let first = Place { above: 0, level: 0, slots: 8 };
        let stake = |evidence: &Evidence, won: f64| (evidence.ln_late.unwrap().1 - won).exp();
        // What each delay alone has after the same wins, less what those wins are worth, is its part.
        late.round_at(None, 0, first);
        let won = late.now().log_e();
        let now = (late.evidence().ln_now - won).exp();
        let mut all = now;
        for number in 0..searched.len() {
            let mut alone = Late::new(&searched);
            // Enough for it to lead whatever its part.
            let mut lottery = alone.now().clone();
            for _ in 0..20 {
                alone.round_at(Some(number), 0, first);
                lottery.round(0, first);
            }
            all += stake(&alone.evidence(), lottery.log_e());
        }
        assert!((now - AT_ONCE).abs() < 1e-12 && (all - 1.0).abs() < 1e-9, "{all} with {} delays", searched.len());
    }
}

#[test]
fn the_delays_leave_no_gap_and_are_bounded() {
    let searched = lags(12 * HOUR);
    assert!(searched.len() > 800 && searched.len() < MOST_LAGS, "{}", searched.len());
    assert!(searched.iter().zip(&searched[1..]).all(|(lag, next)| next.shift - lag.shift <= lag.stretch + 10 * SECOND));
    assert!(searched.iter().all(|lag| lag.stretch <= 50 * SECOND));
    assert_eq!(lags(i64::MAX).len(), MOST_LAGS);
    assert_eq!(lags(0).len(), 0);
    assert_eq!(Late::new(&vec![Lag { shift: 1, stretch: 0 }; 5_000]).lags().len(), MOST_LAGS);
    assert_eq!(Late::new(&[Lag::NONE, Lag { shift: -1, stretch: 0 }, Lag { shift: 1, stretch: -1 }]).lags().len(), 0);
}

#[test]
fn without_delays_the_whole_stake_is_on_the_answer_at_once() {
    let mut late = Late::new(&[]);
    late.round(0, 1, |_| Some([0, 5, 0, 0]));
    let evidence = late.evidence();
    assert!(evidence.ln_late.is_none() && (evidence.ln_combined - late.now().highest()).abs() < 1e-12);
}

#[test]
fn a_window_that_is_not_covered_does_not_count() {
    let lag = Lag { shift: 10 * SECOND, stretch: 0 };
    let mut late = Late::new(&[lag]);
    late.round(0, 1, |lag| (lag == Lag::NONE).then_some([0, 5, 0, 0]));
    let evidence = late.evidence();
    assert!(evidence.ln_late.is_some_and(|best| (best.1 - (1.0 - AT_ONCE).ln()).abs() < 1e-12), "{evidence:?}");
    assert_eq!(late.now().rounds(), 1);
}
