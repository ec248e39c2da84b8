//! A month of a household, fact by fact in virtual time, and what it is told: every true thing, hardly anything that nobody needed, and nothing of the
//! television.
//!
//! `SEEDS=1,2,3` for other homes.

#![expect(clippy::unwrap_used, reason = "what the simulation needs and is not there fails the test")]

#[path = "household/chance.rs"]
mod chance;
#[path = "household/home.rs"]
mod home;
#[path = "household/life.rs"]
mod life;

use earwitness_core::policy::notices::About;

use self::life::Life;

/// Weeks that are simulated.
const WEEKS: usize = 4;

#[test]
fn in_a_month_every_true_thing_is_told_and_hardly_anything_that_nobody_needed() {
    let seeds = std::env::var("SEEDS").unwrap_or_else(|_| "1,2,3,4,5,6,7,8,9,10,11,12".to_owned());
    let mut unneeded_in_all = 0;
    for seed in seeds.split(',') {
        let seed = seed.trim().parse().unwrap();
        let life = Life::lived(seed);
        let notices = life.told.iter().filter(|it| it.about != About::Digest).count();
        let summaries = life.told.len() - notices;
        eprintln!(
            "seed {seed}: {} uploads of sound, {} large ones, {} starts; {notices} notices ({} true things), {} that nobody needed, {summaries} digests \
             and summaries",
            life.sounds,
            life.large,
            life.starts,
            life.must.len(),
            life.unneeded.len(),
        );
        for told in life.told.iter().filter(|it| it.about != About::Digest) {
            eprintln!("    day {:2}, {:02}:{:02}: {:?} of {}", told.day, told.minute / 60, told.minute % 60, told.about, told.of);
        }
        life.unneeded.iter().for_each(|it| eprintln!("    nobody needed: {it}"));
        let untold: Vec<_> = life.must.iter().filter(|thing| !life.told.iter().any(|it| it.thing() == **thing)).collect();
        assert!(untold.is_empty(), "seed {seed}: not told: {untold:?}");
        assert!(life.told.iter().all(|it| it.of != home::TELEVISION), "seed {seed}: the television");
        assert!(life.told.iter().all(|it| !it.of_probe), "seed {seed}: what a probe caused");
        assert!(life.unneeded.len() <= WEEKS, "seed {seed}: {:?}", life.unneeded);
        let disturbed = life.told.iter().filter(|it| (22 * 60..24 * 60).contains(&it.minute) || it.minute < 7 * 60);
        assert!(disturbed.into_iter().all(|it| it.urgent), "seed {seed}: in quiet hours");
        assert!((4..=6).contains(&summaries), "seed {seed}: {summaries} digests and summaries");
        assert!(life.large > 20_000 && life.sounds > 500 && life.starts > 5, "seed {seed}: too little happened to say anything");
        assert!(life.must.len() >= 7, "seed {seed}: {:?}", life.must);
        unneeded_in_all += life.unneeded.len();
    }
    eprintln!("{unneeded_in_all} notices that nobody needed in all homes together");
}
