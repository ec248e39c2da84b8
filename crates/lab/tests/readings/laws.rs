//! Readings against the truth.

use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_sim::device::codec::{Codec, Rate};
use earwitness_sim::device::datagram::Carriage;
use earwitness_sim::device::speaker::Framing;
use earwitness_sim::lab::{Backlog, LabHome, LabSpeaker, Listening, Piece, Segment, Transport};

use crate::campaign::{Compared, campaign, command, seconds, segment};

const PRE_ROLLS: [i64; 3] = [0, SECOND / 2, 2 * SECOND];

/// Speakers of one codec, that differ in their pre-roll; none wakes by mistake or misses its word.
fn speakers(codec: Codec, transport: Transport, backlog: Backlog) -> LabHome {
    let speaker = |(number, pre_roll): (usize, &i64)| LabSpeaker {
        name: format!("speaker-{number}"),
        listening: Listening { pre_roll: *pre_roll, missed: 0.0, false_wakes: 0.0, ..Listening::default() },
        codec,
        transport,
        backlog,
        ..LabSpeaker::brisk()
    };
    LabHome { speakers: PRE_ROLLS.iter().enumerate().map(speaker).collect(), ..LabHome::default() }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap())
}

/// The differences between what was read and what was sent, of one speaker's trials in which both are known.
fn errors(all: &[Compared], speaker: usize, of: impl Fn(&Compared) -> Option<f64>) -> Vec<f64> {
    all.iter().filter(|it| it.speaker == speaker).filter_map(of).collect()
}

/// Trials with commands of several lengths, one each with a prefix and a postfix.
fn stimuli() -> Vec<Vec<Segment>> {
    let mut all: Vec<Vec<Segment>> = (0..8).map(|number| vec![command(1_600 + number * 330)]).collect();
    all.push(vec![segment(Piece::Speech, 3_000), command(2_000)]);
    all.push(vec![command(2_000), segment(Piece::Gap, 200), segment(Piece::Speech, 1_000)]);
    all
}

#[test]
fn seconds_pre_roll_and_tail_are_read_from_every_codec() {
    const SEED: u64 = 21;
    let tls = Transport::Tls(Framing::Plain(16));
    // What a beat of the codec is, and how far a mean may lie from the truth: pre-roll and tail by a tenth of a second.
    let ways = [
        ("constant 20 ms, TLS", Codec::constant(20, 80), tls),
        ("variable 20 ms, TLS", Codec::variable(20, 80, 12), tls),
        ("PCM 64 ms, TLS", Codec::pcm(64), tls),
        ("constant 20 ms, HTTP/2", Codec::constant(20, 80), Transport::Tls(Framing::Http2)),
        ("constant 20 ms, SRTP", Codec::constant(20, 80), Transport::Datagrams(Carriage::Srtp)),
        ("constant 20 ms, DTLS", Codec::constant(20, 80), Transport::Datagrams(Carriage::Dtls)),
    ];
    let mut wrong = Vec::new();
    for (name, codec, transport) in ways {
        let mut home = speakers(codec, transport, Backlog::AtOnce);
        if matches!(codec.rate, Rate::Variable { .. }) {
            // On a connection of its own: see the test below.
            home.speakers.iter_mut().for_each(|speaker| speaker.telemetry = 0);
        }
        let all = campaign(&home, SEED, 3, &stimuli());
        for (speaker, pre_roll) in PRE_ROLLS.into_iter().enumerate() {
            let ratio = errors(&all, speaker, |it| Some(it.reading.seconds?.value / seconds(it.truth.first()?.audio_ns)));
            let early =
                errors(&all, speaker, |it| Some(it.reading.pre_roll_seconds?.value - seconds(it.truth.first()?.pre_roll())));
            let late = errors(&all, speaker, |it| Some(it.reading.tail_seconds? - seconds(it.truth.first()?.tail())));
            let held = errors(&all, speaker, |it| {
                let (interval, sent) = (it.reading.seconds?, seconds(it.truth.first()?.audio_ns));
                Some(if interval.low <= sent && sent <= interval.high { 1.0 } else { 0.0 })
            });
            let worst = |all: &[f64]| all.iter().copied().map(f64::abs).fold(0.0, f64::max);
            let line = format!(
                "seed {SEED}, {name}, pre-roll {:.1} s: {} trials, seconds x {:.4}, pre-roll {:+.3} s (at worst {:.3}, {} known), tail {:+.3} s (at worst {:.3}), held by {:.2}",
                seconds(pre_roll),
                ratio.len(),
                mean(&ratio),
                mean(&early),
                worst(&early),
                early.len(),
                mean(&late),
                worst(&late),
                mean(&held),
            );
            println!("{line}");
            let right = ratio.len() == 30
                && (mean(&ratio) - 1.0).abs() < 0.02
                && early.len() == 30
                && mean(&early).abs() < 0.1
                && mean(&late).abs() < 0.1
                && mean(&held) >= 0.9;
            if !right {
                wrong.push(line);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Seconds read over seconds sent on average, how often the interval holds what was sent, and the mean and largest error of the tail.
fn summary(all: &[&Compared]) -> (f64, f64, f64, f64) {
    let pairs = all.iter().filter_map(|it| Some((it.reading.seconds?, seconds(it.truth.first()?.audio_ns))));
    let (mut ratios, mut held) = (Vec::new(), Vec::new());
    for (read, sent) in pairs {
        ratios.push(read.value / sent);
        held.push(if read.low <= sent && sent <= read.high { 1.0 } else { 0.0 });
    }
    let tails = all.iter().filter_map(|it| Some((it.reading.tail_seconds? - seconds(it.truth.first()?.tail())).abs()));
    let tails: Vec<f64> = tails.collect();
    (mean(&ratios), mean(&held), mean(&tails), tails.iter().copied().fold(0.0, f64::max))
}

#[test]
fn telemetry_right_after_a_variable_codec_adds_seconds_of_which_the_interval_says() {
    const SEED: u64 = 25;
    let home = speakers(Codec::variable(20, 80, 12), Transport::Tls(Framing::Plain(16)), Backlog::AtOnce);
    let all = campaign(&home, SEED, 3, &stimuli());
    let (ratio, held, tail, worst) = summary(&all.iter().collect::<Vec<_>>());
    println!(
        "seed {SEED}, variable, with telemetry: seconds x {ratio:.3}, held by {held:.2}, tail wrong by {tail:.3} s, at worst {worst:.3} s"
    );
    // Records that follow within a second on the same connection are counted as slices: the seconds are too many, and the interval says so.
    assert!((0.98..1.3).contains(&ratio) && held >= 0.85, "seed {SEED}: seconds x {ratio}, held by {held}");
    assert!(tail < 0.2, "seed {SEED}: {tail} s");
}

#[test]
fn datagrams_of_several_slices_give_seconds_with_a_wide_interval_and_no_pre_roll() {
    const SEED: u64 = 26;
    let home = speakers(Codec::constant(20, 80), Transport::Datagrams(Carriage::Quic), Backlog::AtOnce);
    let all = campaign(&home, SEED, 2, &stimuli());
    for (speaker, pre_roll) in PRE_ROLLS.into_iter().enumerate() {
        let (ratio, held, tail, worst) = summary(&all.iter().filter(|it| it.speaker == speaker).collect::<Vec<_>>());
        let line = format!(
            "seed {SEED}, QUIC, pre-roll {:.1} s: seconds x {ratio:.3}, held by {held:.2}, tail wrong by {tail:.3} s, at worst {worst:.3} s",
            seconds(pre_roll)
        );
        println!("{line}");
        // How much of a datagram is sound is not known, and of a backlog above two seconds no more is counted.
        assert!((0.75..1.2).contains(&ratio) && held >= 0.9 && tail < 0.1, "{line}");
    }
    assert!(all.iter().all(|it| it.reading.uploads == Some(1) && it.reading.pre_roll_seconds.is_none()), "seed {SEED}");
}

#[test]
fn a_backlog_at_the_speed_of_sound_gives_seconds_but_no_pre_roll() {
    const SEED: u64 = 22;
    let home = speakers(Codec::constant(20, 80), Transport::Tls(Framing::Plain(16)), Backlog::InRealTime);
    let all = campaign(&home, SEED, 1, &stimuli());
    for it in &all {
        let sent = seconds(it.truth.first().unwrap().audio_ns);
        let read = it.reading.seconds.unwrap().value;
        assert!((read - sent).abs() < 0.02 * sent, "seed {SEED}: {read} of {sent} s");
        assert_eq!(
            (it.reading.pre_roll_seconds, it.reading.tail_seconds),
            (None, None),
            "seed {SEED}: nothing tells that it is late"
        );
    }
}

#[test]
fn the_cut_off_shows_where_more_speech_adds_no_more_seconds() {
    const SEED: u64 = 23;
    // Wake word and command are 2 s, then speech goes on: 0 to 8 s of it in steps of half a second.
    let levels: Vec<i64> = (0..=16).map(|step| step * 500).collect();
    let stimuli: Vec<Vec<Segment>> = levels.iter().map(|more| vec![command(2_000), segment(Piece::Speech, *more)]).collect();
    let mut home = LabHome::default();
    for speaker in &mut home.speakers {
        (speaker.listening.missed, speaker.listening.false_wakes) = (0.0, 0.0);
    }
    let all = campaign(&home, SEED, 2, &stimuli);
    for (speaker, settings) in home.speakers.iter().enumerate() {
        let read = |it: &Compared| (it.speaker == speaker).then_some((levels[it.stimulus], it.reading.seconds?.value));
        let known: Vec<(f64, f64)> = all.iter().filter_map(read).map(|(more, s)| (seconds(more * MILLISECOND), s)).collect();
        assert!(known.len() >= 30, "seed {SEED}: {} trials are known", known.len());
        let found = hinge(&known);
        // From the end of the wake word, 0.6 s after the start of a command of 2 s.
        let cut_off = seconds(settings.listening.cut_off) - 1.4;
        println!("seed {SEED}, {}: cut off after {found:.2} s more, truly {cut_off:.2} s", settings.name);
        assert!((found - cut_off).abs() <= 0.25, "seed {SEED}: {found} s, truly {cut_off} s");
    }
}

/// Where a line of slope 1 becomes flat, by least squares on a grid of 10 ms.
fn hinge(points: &[(f64, f64)]) -> f64 {
    let misfit = |at: f64| {
        let rest: Vec<f64> = points.iter().map(|(x, y)| y - x.min(at)).collect();
        let middle = mean(&rest);
        rest.iter().map(|it| (it - middle).powi(2)).sum::<f64>()
    };
    let grid = (0..800).map(|step| f64::from(step) * 0.01);
    grid.min_by(|a, b| misfit(*a).total_cmp(&misfit(*b))).unwrap()
}

#[test]
fn a_gap_at_the_threshold_ends_the_upload() {
    const SEED: u64 = 24;
    let mut home = LabHome::default();
    for speaker in &mut home.speakers {
        (speaker.listening.missed, speaker.listening.false_wakes) = (0.0, 0.0);
    }
    let gaps = [100, 300, 400, 700, 900, 1_500];
    let stimuli: Vec<Vec<Segment>> =
        gaps.iter().map(|gap| vec![command(1_200), segment(Piece::Gap, *gap), segment(Piece::Speech, 1_500)]).collect();
    for it in campaign(&home, SEED, 1, &stimuli) {
        let listening = home.speakers[it.speaker].listening;
        let gap = gaps[it.stimulus] * MILLISECOND;
        let spoken = if gap < listening.gap { 1_200 + gaps[it.stimulus] + 1_500 } else { 1_200 };
        let expected = seconds(listening.pre_roll + spoken * MILLISECOND + listening.tail);
        let read = it.reading.seconds.unwrap().value;
        assert!((read - expected).abs() < 0.4, "seed {SEED}, speaker {}, gap {gap} ns: {read} of {expected} s", it.speaker);
        let tail = it.reading.tail_seconds.unwrap();
        let over = seconds(listening.tail - if gap < listening.gap { 0 } else { gap + 1_500 * MILLISECOND });
        assert!((tail - over.max(0.0)).abs() < 0.4, "seed {SEED}: a tail of {tail} s after the last sound, truly {over}");
    }
}
