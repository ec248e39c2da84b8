use super::*;
use crate::bins::Bin;
use crate::findings::{CaptureFacts, DeviceId, Passage, Role};
use crate::mac::Mac;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_nanos(second * SECOND)
}

fn seconds(from: i64, until: i64) -> Window {
    Window { from: at(from), until: at(until) }
}

fn series(seconds: impl IntoIterator<Item = i64>) -> Series {
    let mut all: Vec<i64> = seconds.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    let bin = |index| Bin { index, frames: 1, payload_octets: 0 };
    Series { origin: at(0), width: SECOND, bins: all.into_iter().map(bin).collect() }
}

/// A device with its moments on the way out, on the way in, and those of all that it sends.
fn device(upstream: &[i64], downstream: &[i64], sent: &[i64]) -> DeviceFindings {
    let passage = Passage {
        upstream: series(upstream.iter().copied()),
        downstream: series(downstream.iter().copied()),
        ..Passage::default()
    };
    DeviceFindings {
        sent: series(sent.iter().copied().chain(upstream.iter().copied())),
        received: series(downstream.iter().copied()),
        passage: Some(passage),
        ..DeviceFindings::new(DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1])), Role::Device, seconds(0, 1))
    }
}

fn every(step: usize, from: i64, until: i64) -> Vec<i64> {
    (from..until).step_by(step).collect()
}

fn unseen(device: &DeviceFindings, from: i64, until: i64) -> Option<Unseen> {
    Sight::of(device, &[]).unwrap().unseen(seconds(from, until))
}

#[test]
fn between_its_keep_alives_a_device_is_there_and_silent() {
    let idle = device(&every(300, 0, 6_000), &every(300, 0, 6_000), &[]);
    assert_eq!(unseen(&idle, 100, 5_600), None);
    assert_eq!((unseen(&idle, -50, 100), unseen(&idle, 5_650, 5_750)), (Some(Unseen::Joined), Some(Unseen::Left)));
}

#[test]
fn who_is_silent_for_longer_than_usual_is_away() {
    let both: Vec<i64> = every(30, 0, 1_000).into_iter().chain(every(30, 2_000, 3_000)).collect();
    let left = device(&both, &both, &[]);
    let said = [(100, 200), (900, 1_010), (1_100, 1_900), (1_900, 2_010), (2_100, 2_200)].map(|it| unseen(&left, it.0, it.1));
    assert_eq!(said, [None, Some(Unseen::Away), Some(Unseen::Away), Some(Unseen::Away), None]);
    let other_way = device(&both, &both, &every(60, 1_000, 2_000));
    assert_eq!(unseen(&other_way, 1_100, 1_900), Some(Unseen::LocalOnly), "there it was, but what it sends did not pass");
}

#[test]
fn nobody_is_idle_for_an_hour_however_often() {
    let away: Vec<i64> = (0..6).flat_map(|day| every(30, day * 7_200, day * 7_200 + 3_600)).collect();
    assert_eq!(unseen(&device(&away, &[], &[]), 5_000, 5_100), Some(Unseen::Away));
}

#[test]
fn answers_to_what_was_not_captured_prove_that_it_did_not_pass() {
    let one_way = device(&[], &every(30, 0, 6_000), &every(300, 0, 6_000));
    assert_eq!(unseen(&one_way, 1_000, 1_100), Some(Unseen::OneWay));
    let broadcasts = device(&[], &[], &every(300, 0, 6_000));
    assert_eq!(unseen(&broadcasts, 1_000, 1_100), Some(Unseen::LocalOnly));
    // One direction for some minutes, in pauses that would be usual otherwise.
    let sent: Vec<i64> = every(300, 0, 6_000);
    let mirrored = device(&sent, &every(10, 3_010, 3_290), &[]);
    assert_eq!((unseen(&mirrored, 3_100, 3_200), unseen(&mirrored, 2_750, 2_850)), (Some(Unseen::OneWay), None));
    assert_eq!(unseen(&device(&sent, &[3_100], &[]), 3_050, 3_150), None, "one frame that nobody had asked for proves nothing");
}

#[test]
fn a_pause_of_all_devices_is_a_gap_of_the_capture() {
    let pairs = [(0, 1), (3, 2)].map(|(shift, _)| {
        let before = every(20, shift, 1_000);
        before.into_iter().chain(every(20, 5_000 + shift, 6_000)).collect::<Vec<i64>>()
    });
    let devices: Vec<DeviceFindings> = pairs.iter().map(|all| device(all, all, &[])).collect();
    let findings = Findings { capture: CaptureFacts::default(), devices };
    let gaps = gaps(&findings);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let sight = Sight::of(&findings.devices[0], &gaps).unwrap();
    assert_eq!((sight.unseen(seconds(990, 1_090)), sight.unseen(seconds(100, 200))), (Some(Unseen::Gap), None));
}

/// The gaps of a capture with one device that sends in these seconds.
fn gaps_of(sent: &[i64]) -> Vec<Window> {
    gaps(&Findings { capture: CaptureFacts::default(), devices: vec![device(sent, &[], &[])] })
}

#[test]
fn eleven_quiet_seconds_are_no_gap_where_nobody_sends_for_nine_now_and_then() {
    let quiet = [0, 2, 5, 9, 10, 19, 28, 30, 41, 50, 60];
    assert!(gaps_of(&quiet).is_empty(), "{:?}", gaps_of(&quiet));
    // The same pause among frames of every second.
    let busy: Vec<i64> = (0..30).chain(41..80).collect();
    assert_eq!(gaps_of(&busy), [seconds(29, 41)]);
    // A minute without a frame in the quiet home.
    let broken: Vec<i64> = quiet.iter().copied().chain(quiet.iter().map(|at| at + 120)).collect();
    assert_eq!(gaps_of(&broken), [seconds(60, 120)]);
}

#[test]
fn where_nobody_noted_what_passed_nothing_is_said_about_it() {
    let old = DeviceFindings { passage: None, ..device(&[], &[], &[]) };
    assert_eq!(Sight::of(&old, &[]), None);
}

/// Rounds of 100 s in the first 3,000 s that the device could be seen in.
fn visible(upstream: &[i64], downstream: &[i64]) -> Vec<i64> {
    let device = device(upstream, downstream, &[]);
    let gaps = gaps(&Findings { capture: CaptureFacts::default(), devices: vec![device.clone()] });
    let sight = Sight::of(&device, &gaps).unwrap();
    (0..30).map(|round| round * 100).filter(|from| sight.unseen(seconds(*from, from + 90)).is_none()).collect()
}

proptest! {
    #[test]
    fn cutting_a_capture_never_adds_a_round(
        sent in prop::collection::vec(0_i64..3_000, 0..200),
        answers in prop::collection::vec(0_i64..3_000, 0..50),
        from in 0_i64..1_500, length in 0_i64..3_000,
    ) {
        let whole = visible(&sent, &answers);
        let cut = |all: &[i64]| all.iter().copied().filter(|at| (from..from + length).contains(at)).collect::<Vec<i64>>();
        let part = visible(&cut(&sent), &cut(&answers));
        prop_assert!(part.iter().all(|round| whole.contains(round)), "{part:?} of {whole:?}");
    }

    #[test]
    fn without_its_way_out_a_device_is_never_visible(
        answers in prop::collection::vec(0_i64..3_000, 0..50), local in prop::collection::vec(0_i64..3_000, 0..50)
    ) {
        let sight = Sight::of(&device(&[], &answers, &local), &[]).unwrap();
        prop_assert!((0..30).all(|round| sight.unseen(seconds(round * 100, round * 100 + 90)).is_some()));
    }
}
