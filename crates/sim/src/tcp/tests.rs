use super::*;
use earwitness_core::mac::Mac;

fn ends() -> Ends {
    Ends {
        source_mac: Mac([0, 0, 0x5e, 0, 0x53, 2]),
        target_mac: Mac([0, 0, 0x5e, 0, 0x53, 1]),
        source: "192.168.1.2".parse().unwrap(),
        target: "192.0.2.1".parse().unwrap(),
        source_port: 40_000,
        target_port: 443,
        hops: 64,
    }
}

fn write(at: i64, after: u64, octets: usize) -> Write {
    Write { at, after, think: 0, octets: vec![0x55; octets] }
}

fn played(conversation: Conversation, lost_on_air: u64, lost_on_wire: u64, seed: u64) -> Trace {
    let mut chance = Chance::new(seed);
    let air = Air::new(0, 1_000 * SECOND, 20 * SECOND, &mut chance);
    play(conversation, ends(), Path { air: &air, delay: 15 * MILLISECOND, lost_on_air, lost_on_wire }, &mut chance)
}

/// Payload octets from the device, each place of the stream counted once, and payload octets in all.
fn upstream(trace: &Trace) -> (usize, usize) {
    let (mut places, mut all, mut first) = (std::collections::BTreeSet::new(), 0, None);
    for frame in trace.frames.iter().filter(|frame| frame.octets[34..36] == 40_000_u16.to_be_bytes()) {
        let sequence = u32::from_be_bytes(frame.octets[38..42].try_into().unwrap());
        let header = usize::from(frame.octets[46] >> 4) * 4;
        let length = frame.octets.len() - 34 - header;
        let start = sequence.wrapping_sub(*first.get_or_insert(sequence.wrapping_add(1))) as usize;
        if length > 0 {
            places.extend(start..start + length);
            all += length;
        }
    }
    (places.len(), all)
}

#[test]
fn everything_written_is_captured_whatever_is_lost() {
    for seed in 0..20 {
        for (air, wire) in [(0, 0), (30, 0), (0, 30), (8, 8)] {
            let device = (0..200).map(|slice| write(SECOND + slice * 20 * MILLISECOND, 0, 118)).collect();
            let server = vec![write(0, 23_600, 40_000)];
            let trace = played(Conversation { opens: 0, device, server, closes: Some(8 * SECOND) }, air, wire, seed);
            let (distinct, all) = upstream(&trace);
            assert_eq!(distinct, 23_600, "seed {seed}, lost 1 in {air} and {wire}");
            assert!(all >= distinct);
            assert!(trace.passed(23_599).is_some() && trace.passed(23_600).is_none());
        }
    }
}

#[test]
fn a_record_leaves_when_it_is_written() {
    let device = (1..100).map(|slice| write(slice * 50 * MILLISECOND, 0, 100)).collect();
    let mut chance = Chance::new(1);
    let air = Air::new(0, 0, SECOND, &mut chance);
    let path = Path { air: &air, delay: 15 * MILLISECOND, lost_on_air: 0, lost_on_wire: 0 };
    let trace = play(Conversation { opens: -SECOND, device, ..Conversation::default() }, ends(), path, &mut chance);
    assert_eq!(upstream(&trace), (9_900, 9_900), "nothing was lost, so nothing is sent twice");
    for slice in 1..100_u32 {
        let late = trace.passed(u64::from(slice - 1) * 100).unwrap() - i64::from(slice) * 50 * MILLISECOND;
        assert!((0..17 * MILLISECOND).contains(&late), "slice {slice} left {late} ns after it was written");
    }
}

#[test]
fn what_is_written_during_a_stall_leaves_in_shared_segments() {
    let device: Vec<_> = (0..500).map(|slice| write(SECOND + slice * 20 * MILLISECOND, 0, 118)).collect();
    let mut chance = Chance::new(4);
    let air = Air::new(0, 100 * SECOND, SECOND, &mut chance);
    let path = Path { air: &air, delay: 15 * MILLISECOND, lost_on_air: 0, lost_on_wire: 0 };
    let trace = play(Conversation { opens: 0, device, ..Conversation::default() }, ends(), path, &mut chance);
    let lengths: Vec<_> =
        trace.frames.iter().filter(|frame| frame.octets.len() > 66).map(|frame| frame.octets.len() - 66).collect();
    assert!(lengths.iter().any(|&length| length > 118 * 3));
    assert!(lengths.iter().filter(|&&length| length == 118).count() > 250);
}

#[test]
fn a_bulk_transfer_speeds_up_and_comes_to_an_end() {
    let trace = played(Conversation { opens: 0, device: vec![write(0, 0, 3_000_000)], server: vec![], closes: Some(0) }, 0, 0, 9);
    let took = trace.passed(2_999_999).unwrap();
    assert!((SECOND / 2..20 * SECOND).contains(&took), "3 MB took {took} ns");
    assert_eq!(trace.frames.last().unwrap().octets[47] & ACK, ACK);
    let closing = trace.frames.iter().filter(|frame| frame.octets[47] & FIN != 0).count();
    assert_eq!(closing, 2, "each side says FIN once");
}
