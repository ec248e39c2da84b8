//! What was played is kept to the sample, and can be taken elsewhere.

use earwitness_core::probe::Round;
use earwitness_core::timeline::{Content, Digest, Sound, Source};
use earwitness_report::probelog::{self, Reading};

use super::feed::{Feed, HOME};
use super::run::{PROBING, PROGRAM, Place, until};

/// Samples of 16 bits behind the head of a WAV file that holds nothing else.
fn samples(path: &std::path::Path) -> Vec<i16> {
    let octets = std::fs::read(path).unwrap();
    let data = octets.windows(4).position(|it| it == b"data").unwrap() + 8;
    octets[data..].as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
}

#[test]
fn what_was_played_is_in_the_store_and_in_the_log_to_the_sample() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{}{}", PROBING.replace("tone", "computer"), place.wav()));
    let mut running = place.start(&["run", "--verbose"]);
    running.line("frames come from");
    let rounds = || {
        let reader = place.reader();
        let sessions = reader.sessions().unwrap();
        sessions.first().map_or_else(Vec::new, |session| reader.rounds(session.id).unwrap())
    };
    until("two rounds are over", || rounds().iter().filter(|round| round.played.timelines.is_some()).count() >= 2);
    running.stop();
    let written = samples(&place.path("played.wav"));
    let (mut from, mut texts) = (0, Vec::new());
    let known: Vec<_> = rounds().into_iter().filter(|round| round.played.timelines.is_some()).collect();
    for round in &known {
        let timelines = round.played.timelines.as_ref().unwrap().timelines();
        let timeline = &timelines[0].timeline;
        let until = from + usize::try_from(timeline.samples()).unwrap();
        assert_eq!((timelines.len(), timeline.digest()), (1, Digest::of(&written[from..until])), "{round:?}");
        // A second of silence lies between two sounds.
        from = until + 48_000;
        texts.extend(timeline.segments().iter().filter_map(|it| match it.content() {
            Content::Sound(Sound { source: Source::Utterance { text, .. }, .. }) => Some(text.clone()),
            _ => None,
        }));
    }
    assert!(texts.iter().filter(|text| *text == "computer").count() >= 2, "{texts:?}");
    place.check();
    let segments = std::process::Command::new(PROGRAM).args(["export", "segments"]).arg(place.state()).output().unwrap();
    let csv = String::from_utf8(segments.stdout).unwrap();
    let count = |round: &Round| round.played.timelines.as_ref().unwrap().timelines()[0].timeline.segments().len();
    assert_eq!(csv.lines().count(), 1 + known.iter().map(count).sum::<usize>(), "{csv}");
    assert!(csv.lines().nth(1).unwrap().contains(",utterance,") && csv.contains(",gap,"), "{csv}");
    let log = place.path("night.probes.jsonl");
    let mut export = std::process::Command::new(PROGRAM);
    export.args(["export", "probes"]).arg(place.state()).args(["--session", "1", "-o"]).arg(&log);
    assert!(export.status().unwrap().success());
    let read = probelog::read(&log, &Reading::default()).unwrap();
    let read: Vec<_> = read.rounds.into_iter().filter(|round| round.played.timelines.is_some()).collect();
    assert_eq!(read, known);
}
