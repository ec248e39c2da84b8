//! What a day of thirty devices costs: octets of the file, octets that are written to the card, time per call.

use std::time::Duration;

use earwitness_core::detect::ttest::Evidence;
use earwitness_core::record::Entry;
use earwitness_core::samples::Tested;
use earwitness_store::{Record, Store};

use crate::sample::{at, begun, id, minute, sighting, trial};

/// Octets that this thread has had written to a disk.
fn written() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    text.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap()
}

/// A camera, a television and a laptop that send all the time, 27 others that say something every 20 seconds; a round every 200 seconds, an
/// upload every tenth of them.
#[test]
fn a_day_of_thirty_devices_takes_a_few_megabytes() {
    // A tenth of a day unless all of it is asked for.
    let part = if std::env::var_os("EARWITNESS_TEST_WHOLE_DAY").is_some() { 1 } else { 10 };
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun()]).unwrap();
    let (before, started) = (written(), earwitness_base::clock::since_boot());
    let (mut calls, mut longest) = (0_u32, Duration::ZERO);
    for number in 0..1_440 / part {
        let mut minute = minute(number, 30, |device| if device < 3 { 1 } else { 20 });
        if number % 33 == 0 {
            minute.devices[7].sightings.push(sighting(at(i64::from(number) * 60)));
        }
        let watched = Entry::Watched(Box::new(minute));
        let round = (number % 10).is_multiple_of(3).then(|| number * 3 / 10);
        let trial = round.map(|round| Entry::Trial(trial(round, 30)));
        let evidence = |device: u8| (id(device), Evidence { bins: 9, statistic: Some(0.3), p: Some(0.7), ..Evidence::default() });
        let tested = Tested { devices: (0..30).map(evidence).collect(), cut: false };
        let mut records = vec![Record::Entry(&watched)];
        records.extend(trial.iter().map(Record::Entry));
        records.extend(round.map(|round| Record::Tested(round, &tested)));
        let start = earwitness_base::clock::since_boot();
        store.append(&records).unwrap();
        longest = longest.max(earwitness_base::clock::since_boot().saturating_sub(start));
        calls += 1;
    }
    let passed = earwitness_base::clock::since_boot().saturating_sub(started);
    drop(store);
    let size = std::fs::metadata(folder.path().join(earwitness_store::FILE)).unwrap().len() * u64::from(part);
    let card = (written() - before) * u64::from(part);
    println!(
        "a day: file {} kB, written to the disk {} kB, {calls} calls in {passed:?}, the longest {longest:?}",
        size / 1_000,
        card / 1_000
    );
    assert!(size < 16_500_000, "{size}");
    assert!(card < 200_000_000, "{card}");
}
