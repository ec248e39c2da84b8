//! What keeps a beat although it comes rarely, fast, or in phrases; and what only seems to.

use super::*;

/// Bits of a linear congruential generator (Knuth's).
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }
}

pub(super) fn slice(at: i64, length: i64) -> Slice {
    Slice { at, length: u32::try_from(length).unwrap(), answered: 0, since_answer: 0 }
}

fn seconds(slices: &[Slice], datagrams: bool) -> f64 {
    trains(slices, datagrams, &ClockSettings::default()).iter().map(|train| train.seconds).sum()
}

/// Phrases of 1.5 s in frames of 20 ms, up to 4 ms late, with a pause between them.
fn phrases(count: i64, pause: i64, chance: &mut Chance) -> Vec<Slice> {
    let frame = |number: i64| number / 75 * (1_500_000_000 + pause) + number % 75 * 20_000_000;
    (0..count * 75).map(|number| slice(frame(number) + chance.below(4_000_000), 80 + chance.below(60))).collect()
}

#[test]
fn all_phrases_are_one_train_and_pauses_no_sound() {
    let mut chance = Chance(1);
    for (count, pause) in (1..=20).flat_map(|count| [400, 507, 800].map(|pause| (count, pause * 1_000_000))) {
        let slices = phrases(count, pause, &mut chance);
        let sent = f64::from(u32::try_from(count).unwrap()) * 1.5;
        for datagrams in [false, true] {
            let found = trains(&slices, datagrams, &ClockSettings::default());
            let counted = seconds(&slices, datagrams);
            assert!((counted - sent).abs() < 0.02 * sent, "{count} phrases, {pause} ns apart: {counted} of {sent} s");
            assert_eq!(found.first().map(|train| train.first), slices.first().map(|slice| slice.at));
            assert_eq!(found.last().map(|train| train.last), slices.last().map(|slice| slice.at));
        }
    }
}

#[test]
fn phrases_of_any_length_are_counted_although_the_clock_begins_anew_with_each() {
    let mut chance = Chance(11);
    for (millis, frames, late) in [(20, 60, 2), (20, 90, 4), (20, 100, 8), (40, 60, 4), (60, 30, 8)] {
        for pause in [360, 407, 450, 473, 575, 731, 755, 810] {
            let beat = millis * 1_000_000;
            let phrase = frames * beat + pause * 1_000_000;
            let at = |number: i64| number / frames * phrase + number % frames * beat;
            let slices: Vec<Slice> =
                (0..9 * frames).map(|number| slice(at(number) + chance.below(late * 1_000_000), 80 + chance.below(60))).collect();
            let sent = f64::from(i32::try_from(9 * frames * millis).unwrap()) / 1e3;
            for datagrams in [false, true] {
                let counted = seconds(&slices, datagrams);
                let what = format!("{frames} frames of {millis} ms, {pause} ms apart, datagrams {datagrams}");
                assert!((counted - sent).abs() < 0.02 * sent, "{what}: {counted} of {sent} s");
            }
        }
    }
}

/// `count` phrases of 0.3 to 3 s in frames of one length each `millis`, up to 4 ms late, with pauses of 0.1 to 0.93 s after which every other codec's clock begins anew. Also
/// the seconds sent, with the pauses between words.
fn plain_phrases(count: i64, millis: i64, seed: u64) -> (Vec<Slice>, f64) {
    let mut chance = Chance(seed);
    let (mut slices, mut at, mut sent) = (Vec::new(), 0, 0);
    for phrase in 0..count {
        let frames = (300 + chance.below(2_700)) / millis;
        slices
            .extend((0..frames).map(|frame| slice((at + frame * millis) * 1_000_000 + chance.below(4_000_000), 12 + 8 * millis)));
        let pause = 100 + chance.below(830);
        let pause = if seed.is_multiple_of(2) { pause } else { pause / millis * millis };
        at += frames * millis + pause;
        sent += frames * millis + if pause + millis <= 330 && phrase + 1 < count { pause } else { 0 };
    }
    (slices, f64::from(i32::try_from(sent).unwrap()) / 1e3)
}

#[test]
fn phrases_in_frames_of_one_length_are_found_and_counted_however_many_they_are() {
    for (seed, millis) in (100..140).flat_map(|seed| [20, 30, 40, 60].map(|millis| (seed, millis))) {
        let count = 2 + i64::try_from(seed).unwrap() % 19;
        let (slices, sent) = plain_phrases(count, millis, seed);
        for datagrams in [false, true] {
            let counted = seconds(&slices, datagrams);
            let what = format!("seed {seed}, {count} phrases, {millis} ms, datagrams {datagrams}");
            assert!((counted - sent).abs() < 0.04 * sent + 0.33, "{what}: {counted:.2} of {sent:.2} s");
        }
    }
}

#[test]
fn more_phrases_never_take_back_those_that_were_found() {
    for (seed, millis) in (140..150).flat_map(|seed| [20, 60].map(|millis| (seed, millis))) {
        let (slices, _) = plain_phrases(16, millis, seed);
        for datagrams in [false, true] {
            let mut before = 0.0;
            for part in 1..=16 {
                let counted = seconds(&slices[..slices.len() * part / 16], datagrams);
                assert!(
                    counted > before - 0.5,
                    "seed {seed}, {millis} ms, part {part}: {counted:.2} s, {before:.2} s of a shorter one"
                );
                before = counted;
            }
        }
    }
}

#[test]
fn reports_of_one_length_that_keep_no_beat_of_a_codec_are_hardly_ever_speech() {
    for datagrams in [false, true] {
        let (mut rows, mut anywhere, mut paced) = (0, 0, 0);
        for seed in 200..300 {
            let mut chance = Chance(seed);
            let (period, apart, length) = (300 + chance.below(600), 8 + chance.below(40), 60 + chance.below(600));
            // A few in a row each period.
            let mut few = Vec::new();
            for row in 0..25 {
                let rows = 0..2 + chance.below(6);
                few.extend(rows.map(|one| slice((row * period + one * apart) * 1_000_000 + chance.below(1_000_000), length)));
            }
            // Stretches of 0.3 to 2 s, at gaps of 10 to 60 ms, or each at a gap of its own.
            let stretches = |own: bool, chance: &mut Chance| {
                let (mut slices, mut at) = (Vec::new(), 0);
                while at < 12_000 {
                    let (end, gap) = (at + 300 + chance.below(1_700), 8 + chance.below(80));
                    while at < end {
                        slices.push(slice(at * 1_000_000 + chance.below(1_000_000), length));
                        at += if own { gap } else { 10 + chance.below(50) };
                    }
                    at += 100 + chance.below(800);
                }
                slices
            };
            rows += usize::from(seconds(&few, datagrams) > 0.0);
            anywhere += usize::from(seconds(&stretches(false, &mut chance), datagrams) > 0.0);
            // On UDP a single stretch at a beat is taken for sound whatever the others do.
            paced += usize::from(!datagrams && seconds(&stretches(true, &mut chance), datagrams) > 0.0);
        }
        assert!(
            rows <= 5 && anywhere <= if datagrams { 6 } else { 0 } && paced <= 5,
            "seeds 200 to 299, datagrams {datagrams}: {rows}, {anywhere}, {paced}"
        );
    }
}

#[test]
fn pauses_between_words_are_counted_and_said() {
    let slices = phrases(5, 260_000_000, &mut Chance(2));
    let found = trains(&slices, false, &ClockSettings::default());
    let [train] = &found[..] else { panic!("{found:#?}") };
    // Four pauses of 260 ms between five phrases of 1.5 s.
    assert!((train.silence - 1.04).abs() < 0.1 && (train.seconds - 8.54).abs() < 0.15, "{train:?}");
}

#[test]
fn reports_whose_records_are_written_one_after_another_are_no_speech() {
    for (seed, period) in (0..20).flat_map(|seed| [300, 500, 800].map(|period| (seed, period))) {
        let mut chance = Chance(seed);
        let mut slices = Vec::new();
        for report in 0..60 {
            for record in 0..2 + chance.below(7) {
                let at = report * period + record * 10;
                slices.push(slice(at * 1_000_000 + chance.below(400_000), 100 + chance.below(500)));
            }
        }
        for datagrams in [false, true] {
            let found = trains(&slices, datagrams, &ClockSettings::default());
            assert!(found.is_empty(), "seed {seed}, every {period} ms, datagrams {datagrams}: {found:#?}");
        }
    }
}

#[test]
fn frames_that_a_codec_leaves_out_and_those_that_a_link_holds_up_are_told_apart() {
    for seed in 30..60 {
        let mut chance = Chance(seed);
        let (mut slices, mut at, mut held): (Vec<Slice>, i64, i64) = (Vec::new(), 0, 0);
        while at < 5_000 {
            // Words of 0.3 to 1.1 s, up to 25 ms late; silence of 60 to 300 ms is left out.
            for _ in 0..15 + chance.below(40) {
                if chance.below(45) == 0 {
                    held = at + 80 + chance.below(150);
                }
                let late = held.max(at + chance.below(5) * chance.below(6));
                slices.push(slice(late * 1_000_000 + chance.below(500_000), 40 + chance.below(100)));
                at += 20;
            }
            at += 20 * (3 + chance.below(12));
        }
        slices.sort_by_key(|slice| slice.at);
        let found = trains(&slices, false, &ClockSettings::default());
        let (counted, lasted) =
            (seconds(&slices, false), f64::from(i32::try_from(slices.last().unwrap().at / 1_000_000).unwrap()) / 1e3);
        assert!((counted - lasted).abs() < 0.08 * lasted, "seed {seed}: {counted:.2} of {lasted:.2} s, {found:#?}");
    }
}

#[test]
fn blocks_of_a_quarter_of_a_second_are_found() {
    let mut chance = Chance(3);
    for (beat, variable) in (130..=270).step_by(10).flat_map(|beat| [(beat, false), (beat, true)]) {
        let sent = 4_000 / beat;
        let length = |chance: &mut Chance| if variable { 400 + chance.below(500) } else { 800 };
        let slices: Vec<Slice> =
            (1..=sent).map(|block| slice(block * beat * 1_000_000 + chance.below(8_000_000), length(&mut chance))).collect();
        let (counted, block) = (seconds(&slices, false) * 1e3, f64::from(i32::try_from(beat).unwrap()));
        // What is taken off blocks of varying length is about one.
        let sent = block * f64::from(i32::try_from(sent).unwrap());
        assert!((counted - sent).abs() <= 1.15 * block, "{beat} ms, variable {variable}: {counted} of {sent} ms");
    }
}

#[test]
fn few_large_blocks_of_samples_are_found_although_the_link_delays_them() {
    // Two and a half seconds of 16-bit samples at 16 kHz, up to 70 ms late.
    let found = (0..50).filter(|seed| {
        let mut chance = Chance(*seed);
        let slices: Vec<Slice> = (1..=10).map(|block| slice(block * 250_000_000 + chance.below(70_000_000), 8_022)).collect();
        seconds(&slices, false) > 0.0
    });
    let count = found.count();
    assert!(count >= 45, "{count}");
}

#[test]
fn samples_in_pieces_of_any_length_are_found_by_their_octets() {
    let found = (0..50).filter(|seed| {
        let mut chance = Chance(*seed);
        let (mut slices, mut at): (Vec<Slice>, i64) = (Vec::new(), 0);
        while at < 2_300 {
            let piece = 20 + chance.below(80);
            at += piece;
            let late = chance.below(10) * chance.below(10) * chance.below(3) / 2;
            let sent = slices.last().map_or(0, |before| before.at).max((at + late) * 1_000_000);
            slices.push(slice(sent, piece * 32 + 22));
        }
        (seconds(&slices, false) - 2.3).abs() < 0.2
    });
    let count = found.count();
    assert!(count >= 44, "{count}");
}

#[test]
fn few_slices_that_hardly_keep_a_beat_are_no_blocks() {
    let mut chance = Chance(4);
    let found = (0..2_000).filter(|_| {
        let mut moments: Vec<i64> = (0..12).map(|_| chance.below(2_600_000_000)).collect();
        moments.sort_unstable();
        let slices: Vec<Slice> = moments.into_iter().map(|at| slice(at, 800)).collect();
        seconds(&slices, false) > 0.0
    });
    assert!(found.count() <= 2);
}

#[test]
fn samples_at_any_usual_rate_are_found() {
    // 48 kHz in one and in two channels, 16 kHz in floating point, 24 kHz in Base64: octets of a record, and its milliseconds.
    for (octets, millis) in [(1_942, 20), (3_862, 20), (4_126, 64), (2_648, 40)] {
        let mut chance = Chance(5);
        let sent = 3_000 / millis;
        let slices: Vec<Slice> =
            (1..=sent).map(|record| slice(record * millis * 1_000_000 + chance.below(3_000_000), octets)).collect();
        let counted = seconds(&slices, false);
        assert!((counted - 3.0).abs() < 0.1, "{octets} octets each {millis} ms: {counted} s");
    }
}

#[test]
fn full_records_and_segments_at_the_networks_pace_are_no_samples() {
    for (octets, micros) in [(16_406, 82_000), (16_401, 130_000), (1_448, 9_000), (1_460, 11_000)] {
        let slices: Vec<Slice> = (0..4_000_000 / micros).map(|record| slice(record * micros * 1_000, octets)).collect();
        assert!(seconds(&slices, false).abs() < f64::EPSILON, "{octets} octets each {micros} us");
    }
}

#[test]
fn readings_that_come_while_it_is_loud_are_no_sound() {
    // A noise meter: up to ten readings a second of up to 150 octets; the same beat with the octets of a codec is sound.
    let mut chance = Chance(6);
    let mut found = |millis: i64, octets: i64| {
        let slices: Vec<Slice> =
            (0..5_000 / millis).map(|slot| slice(slot * millis * 1_000_000 + chance.below(4_000_000), octets)).collect();
        [false, true].map(|datagrams| seconds(&slices, datagrams) > 0.0)
    };
    for (millis, octets) in [(100, 60), (100, 130), (100, 150), (125, 150), (200, 80), (250, 150)] {
        assert_eq!(found(millis, octets), [false; 2], "{octets} octets each {millis} ms");
    }
    for (millis, octets) in [(100, 300), (100, 424), (120, 250), (20, 60), (60, 120)] {
        assert_eq!(found(millis, octets), [true; 2], "{octets} octets each {millis} ms");
    }
}

#[test]
fn records_of_several_frames_are_counted_by_their_frames() {
    // Octets of a frame and its milliseconds, and what a record or a datagram adds.
    for (frame, millis) in [(80, 20), (120, 40), (400, 50), (160, 20), (60, 20)] {
        for (overhead, datagrams) in [(22, false), (29, false), (37, false), (54, false), (12, true), (37, true)] {
            let mut chance = Chance(6);
            let mut slices = Vec::new();
            let mut push = |at: i64, frames: i64| slices.push(slice(at, overhead + frames * frame));
            // Half a second from before; what waited for a moment, in longer records; then live, now and then two together.
            let before = 500 / millis;
            (0..before).for_each(|number| push(number * 6_000_000, 1));
            let beat = millis * 1_000_000;
            let (mut ready, mut frames) = (before * 6_000_000, before);
            for waited in [3, 4, 3, 2, 4] {
                push(ready, waited);
                (ready, frames) = (ready + 200_000, frames + waited);
            }
            let (live, mut together) = (3_000 / millis, 0);
            for number in 1..=live {
                together += 1;
                if number == live || chance.below(12) > 0 {
                    push(ready + number * beat + chance.below(4_000_000), together);
                    together = 0;
                }
            }
            let (counted, sent) = (seconds(&slices, datagrams) * 1e3, (frames + live) * millis);
            let sent = f64::from(i32::try_from(sent).unwrap());
            assert!((counted - sent).abs() < 0.02 * sent, "{frame} octets, {millis} ms, {overhead} more: {counted} of {sent} ms");
        }
    }
}

#[test]
fn a_backlog_at_a_pace_of_its_own_and_what_follows_are_one_upload() {
    for (pace, beat) in [(42, 100), (13, 20), (25, 60), (17, 32), (60, 100)] {
        for (before, live) in [(32, 2_000 / beat), (32, 4_000 / beat), (60, 3_000 / beat), (25, 2_500 / beat)] {
            for variable in [false, true] {
                let mut chance = Chance(7);
                let mut slices = Vec::new();
                for record in 0..before + live {
                    let at = record.min(before) * pace + (record - before).max(0) * beat;
                    let length = if variable { 300 + chance.below(250) } else { 401 };
                    slices.push(slice(at * 1_000_000 + chance.below(5_000_000), length));
                }
                let found = trains(&slices, false, &ClockSettings::default());
                let counted: f64 = found.iter().map(|train| train.seconds).sum();
                let sent = f64::from(i32::try_from((before + live) * beat).unwrap()) / 1e3;
                assert!(
                    (counted - sent).abs() < 0.03 * sent,
                    "{before} each {pace} ms, {live} each {beat} ms, variable {variable}: {counted} of {sent} s, {found:#?}"
                );
            }
        }
    }
}

#[test]
fn eight_live_records_tell_the_pace_of_what_was_recorded_before() {
    for (seed, (pace, beat)) in (0..40).flat_map(|seed| [(42, 100), (30, 120)].map(|paces| (seed, paces))) {
        let mut chance = Chance(seed);
        let mut at = |record: i64| (record.min(32) * pace + (record - 32).max(0) * beat) * 1_000_000 + chance.below(10_000_000);
        let slices: Vec<Slice> = (0..40).map(|record| slice(at(record), 901)).collect();
        let (counted, sent) = (seconds(&slices, false), 0.04 * f64::from(i32::try_from(beat).unwrap()));
        assert!((counted - sent).abs() < 0.05 * sent, "32 each {pace} ms, 8 each {beat} ms: {counted:.2} of {sent:.2} s");
    }
}

#[test]
fn utterances_in_a_row_are_counted_whatever_was_recorded_before_each() {
    for (first_gap, second_gap) in [(130, 960), (130, 200), (700, 130), (400, 400), (90, 90), (960, 960)] {
        let mut chance = Chance(8);
        let (mut slices, mut from, mut sent) = (Vec::new(), 0, 0);
        // Pieces of 64 ms from before, in full records, and live; some of these in three records.
        for (before, live, gap) in [(8, 86, first_gap), (8, 80, second_gap), (32, 64, 0)] {
            let mut push = |at: i64, length: i64| slices.push(slice(from + at, length));
            (0..before / 4).for_each(|record| push(record * 300_000, 4 * 2_053));
            for piece in 1..=live {
                let at = piece * 64_000_000 + chance.below(14_000_000);
                let parts: &[i64] = if chance.below(8) == 0 { &[107, 92, 2_070] } else { &[2_225] };
                parts.iter().zip(0..).for_each(|(length, number)| push(at + number * 100_000, *length));
            }
            (from, sent) = (from + live * 64_000_000 + 14_000_000 + gap * 1_000_000, sent + before + live);
        }
        let counted = seconds(&slices, false);
        let sent = 0.064 * f64::from(i32::try_from(sent).unwrap());
        assert!((counted - sent).abs() < 0.04 * sent, "{first_gap} and {second_gap} ms between: {counted:.2} of {sent:.2} s");
    }
}

#[test]
fn calls_with_silence_suppression_are_counted_by_their_talk() {
    for (millis, seed) in [20, 60].into_iter().flat_map(|millis| (10..16).map(move |seed| (millis, seed))) {
        let mut chance = Chance(seed);
        let (mut slices, mut at, mut frames) = (Vec::new(), 0, 0);
        while at < 20_000 {
            // Talk of one to three and a half seconds, then comfort noise, now and then a frame, for 0.5 to 1.2 s.
            for _ in 0..(1_000 + chance.below(2_500)) / millis {
                slices.push(slice(at * 1_000_000 + chance.below(3_000_000), 200 + chance.below(100)));
                (at, frames) = (at + millis, frames + 1);
            }
            for _ in 0..(500 + chance.below(700)) / millis {
                if chance.below(400) < millis {
                    slices.push(slice(at * 1_000_000 + chance.below(3_000_000), 36));
                }
                at += millis;
            }
        }
        // Reports of three kinds at times of their own.
        for (every, length) in [(1_000, 84), (1_200, 104), (1_300, 42)] {
            slices.extend((0..at / every).map(|number| slice((number * every + 17) * 1_000_000, length)));
        }
        slices.sort_unstable_by_key(|slice| slice.at);
        let (counted, talk) = (seconds(&slices, true), f64::from(i32::try_from(frames * millis).unwrap()) / 1e3);
        assert!((counted - talk).abs() < 0.1 * talk, "{millis} ms, seed {seed}: {counted:.2} of {talk:.2} s");
        let doubtful: f64 = trains(&slices, true, &ClockSettings::default()).iter().map(|train| train.silence).sum();
        assert!(
            counted - doubtful <= talk,
            "{millis} ms, seed {seed}: {counted:.2} of {talk:.2} s, {doubtful:.2} of them in doubt"
        );
    }
}

#[test]
fn frames_of_varying_length_are_counted_by_time_however_they_were_glued() {
    for (millis, glued) in [20, 60].into_iter().flat_map(|millis| [10, 20, 30].map(|glued| (millis, glued))) {
        let (mut chance, mut slices, mut waiting) = (Chance(17), Vec::new(), 0);
        let frames = 5_000 / millis;
        for frame in 1..=frames {
            waiting += millis * 2 + chance.below(millis * 4);
            // An acknowledgement now and then.
            if chance.below(10) == 0 {
                slices.push(slice(frame * millis * 1_000_000 + chance.below(millis * 1_000_000), 33));
            }
            if frame == frames || chance.below(100) >= glued {
                slices.push(slice(frame * millis * 1_000_000 + chance.below(3_000_000), 30 + waiting));
                waiting = 0;
            }
        }
        slices.sort_unstable_by_key(|slice| slice.at);
        let counted = seconds(&slices, true);
        assert!((counted - 5.0).abs() < 0.3, "{millis} ms, {glued} % glued: {counted:.2} of 5 s");
    }
}
