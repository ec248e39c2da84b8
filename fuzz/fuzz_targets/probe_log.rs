//! Probe logs of strangers: refused with a place, or read so that writing and reading again changes nothing.
#![no_main]

use earwitness_core::probe::Played;
use earwitness_base::moment::zone;
use earwitness_report::probelog::{Header, Reading, parse, write_csv, write_jsonl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let local = Reading { columns: vec!["time=start".parse().expect("a pair")], zone: zone("Europe/Berlin").ok() };
    // Whatever it holds, it ends.
    let _ = parse(text, "log", &local);
    let log = match parse(text, "log", &Reading::default()) {
        Ok(log) => log,
        Err(trouble) => {
            assert!(!trouble.what.is_empty());
            return;
        }
    };
    assert!(!log.rounds.is_empty());
    for round in &log.rounds {
        // After a clock was set, the onset may be that of another one.
        let is_scored = round.effect() == earwitness_core::probe::Effect::Scored;
        assert!(round.slots.get(round.drawn).is_some_and(|slot| !is_scored || slot.contains(round.played.onset)));
        assert!(round.slots.windows(2).all(|pair| pair[0].until <= pair[1].from));
    }
    if log.rounds.windows(2).any(|pair| pair[0].span().zip(pair[1].span()).is_some_and(|(before, after)| after.from < before.until)) {
        // The clock was set back: a table does not say that it is ours, so that its slots would overlap.
        return;
    }
    let (mut lines, mut comma) = (vec![], vec![]);
    write_jsonl(&log.header.clone().unwrap_or_default(), &log.rounds, &mut lines).expect("memory takes everything");
    write_csv(&log.rounds, &mut comma).expect("memory takes everything");
    let again = parse(&lines, "again", &Reading::default()).expect("what was written can be read");
    assert_eq!(again.rounds, log.rounds);
    assert_eq!(again.header.unwrap_or_default(), log.header.unwrap_or_else(Header::default));
    // The columns of a table say neither what sounded to the sample nor in which condition.
    let mut bare = log.rounds;
    for round in &mut bare {
        let Played { stimulus, onset, length, heard, .. } = round.played.clone();
        round.played = Played::new(stimulus, onset, length, heard);
    }
    assert_eq!(parse(&comma, "again", &Reading::default()).expect("what was written can be read").rounds, bare);
});
