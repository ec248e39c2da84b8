use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::super::WAKE_WORDS;
use super::*;

const SUMS: &str = include_str!("../../../../data/utterances/SHA256SUMS");

#[test]
fn the_files_are_those_of_the_list() {
    let mut expected = String::new();
    let mut line = |octets: &[u8], name: &str| {
        let digits = Sha256::digest(octets).iter().fold(String::new(), |mut digits, octet| {
            write!(digits, "{octet:02x}").unwrap();
            digits
        });
        writeln!(expected, "{digits}  {name}").unwrap();
    };
    for (name, octets) in VOICES {
        line(octets, &format!("{name}.ogg"));
    }
    line(TABLE.as_bytes(), "table.tsv");
    assert_eq!(expected, SUMS);
    let size: usize = VOICES.iter().map(|(_, octets)| octets.len()).sum();
    assert!(size < 2_000_000, "{size} octets");
}

#[test]
fn every_wake_word_is_said_by_several_voices_at_several_speeds() {
    let shipped = Shipped::new().unwrap();
    for (_, word) in WAKE_WORDS {
        let mut voices: Vec<_> = shipped.wake(word).map(|clip| clip.voice).collect();
        let mut speeds: Vec<_> = shipped.wake(word).map(|clip| clip.speed).collect();
        for kinds in [&mut voices, &mut speeds] {
            kinds.sort_unstable();
            kinds.dedup();
        }
        assert!(voices.len() >= 4 && speeds.len() >= 2, "{word}: {voices:?} {speeds:?}");
        assert!(voices.iter().all(|voice| shipped.questions(voice).len() >= 8), "{word}");
    }
}

#[test]
fn every_utterance_is_where_the_table_says() {
    let shipped = Shipped::new().unwrap();
    for clip in &shipped.clips {
        let sound = shipped.render(clip).unwrap();
        let length = sound.length();
        assert!((200 * MILLISECOND..4 * SECOND).contains(&length), "{clip:?}: {length} ns");
        // It begins and ends with sound, and the gap beside it is silence.
        let whole = shipped.voice(clip.voice).unwrap();
        let gap = &whole.samples[clip.first - 1_200..clip.first - 400];
        assert!(level::peak(gap) < -35.0, "{clip:?}: {}", level::peak(gap));
        assert!(level::peak(&whole.samples[clip.first..clip.first + clip.samples]) > -6.0, "{clip:?}");
    }
}

#[test]
fn nothing_that_is_shipped_is_forbidden() {
    let shipped = Shipped::new().unwrap();
    for clip in &shipped.clips {
        assert_eq!(super::super::forbidden(clip.text, &[]), None);
    }
}
