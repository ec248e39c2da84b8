//! Articulatory features of phonemes: how each is made in the mouth.
//!
//! The signs are those of the usual feature geometry (Hayes, *Introductory Phonology*, 2009), as Mortensen et al. (*`PanPhon`*, COLING 2016) write them for symbols of the
//! IPA, with their weights; a test holds them against that table. A diphthong has two rows, and is halfway between them.

use crate::phoneme::{COUNT, Phoneme};

/// How many features there are.
pub(crate) const FEATURES: usize = 24;

/// What each column of the table is, and how much it weighs. Tones have no weight: English has none.
const COLUMNS: [(&str, f32); FEATURES] = [
    ("syllabic", 1.0),
    ("sonorant", 1.0),
    ("consonantal", 1.0),
    ("continuant", 0.5),
    ("delayed release", 0.25),
    ("lateral", 0.25),
    ("nasal", 0.25),
    ("strident", 0.125),
    ("voice", 0.125),
    ("spread glottis", 0.125),
    ("constricted glottis", 0.125),
    ("anterior", 0.25),
    ("coronal", 0.25),
    ("distributed", 0.125),
    ("labial", 0.25),
    ("high", 0.25),
    ("low", 0.25),
    ("back", 0.25),
    ("round", 0.25),
    ("velaric", 0.25),
    ("tense", 0.125),
    ("long", 0.25),
    ("high tone", 0.0),
    ("high register", 0.0),
];

const SIGNS: [(&str, &[&str]); COUNT] = [
    ("AA", &["++-+0---+--0-0--++--+-00"]),
    ("AE", &["++-+----+--0-0--+---+-00"]),
    ("AH", &["++-+----+--0-0---+--+-00"]),
    ("AO", &["++-+----+--0-0---++---00"]),
    ("AW", &["++-+----+--0-0--++--+-00", "-+-+----+----0++-++-0-00"]),
    ("AY", &["++-+----+--0-0--++--+-00", "-+-+----+----0-+----0-00"]),
    ("B", &["--+-----+--+-0+-----0-00"]),
    ("CH", &["--+-+--+----++------0-00"]),
    ("D", &["--+-----+--++-------0-00"]),
    ("DH", &["--++----+--+++------0-00"]),
    ("EH", &["++-+----+--0-0--------00"]),
    ("ER", &["++-+----+--++--+--+-0-00"]),
    ("EY", &["++-+----+--0-0------+-00", "-+-+----+----0-+----0-00"]),
    ("F", &["--++---+---+-0+-----0-00"]),
    ("G", &["--+-----+----0-+-+--0-00"]),
    ("HH", &["-+++---------0---+--0-00"]),
    ("IH", &["++-+----+--0-0-+------00"]),
    ("IY", &["++-+----+--0-0-+----+-00"]),
    ("JH", &["--+-+--++---++------0-00"]),
    ("K", &["--+----------0-+-+--0-00"]),
    ("L", &["-+++-+--+--++-------0-00"]),
    ("M", &["-++---+-+--+-0+-----0-00"]),
    ("N", &["-++---+-+--++-------0-00"]),
    ("NG", &["-++---+-+----0-+-+--0-00"]),
    ("OW", &["++-+----+--0-0---++-+-00", "-+-+----+----0++-++-0-00"]),
    ("OY", &["++-+----+--0-0---++-+-00", "-+-+----+----0-+----0-00"]),
    ("P", &["--+--------+-0+-----0-00"]),
    ("R", &["-+-+----+--++--+--+-0-00"]),
    ("S", &["--++---+---++-------0-00"]),
    ("SH", &["--++---+----++------0-00"]),
    ("T", &["--+--------++-------0-00"]),
    ("TH", &["--++-------+++------0-00"]),
    ("UH", &["++-+----+--0-0-+-++---00"]),
    ("UW", &["++-+----+--0-0++-++-+-00"]),
    ("V", &["--++---++--+-0+-----0-00"]),
    ("W", &["-+-+----+----0++-++-0-00"]),
    ("Y", &["-+-+----+----0-+----0-00"]),
    ("Z", &["--++---++--++-------0-00"]),
    ("ZH", &["--++---++---++------0-00"]),
];

/// The features of a phoneme: 1, 0 or -1, or between them for a diphthong.
pub(crate) fn of(phoneme: Phoneme) -> [f32; FEATURES] {
    let rows = SIGNS.get(phoneme.place()).map_or(&[][..], |(_, rows)| rows);
    let mut features = [0.0; FEATURES];
    for row in rows {
        for (feature, sign) in features.iter_mut().zip(row.bytes()) {
            *feature += value(sign) / if rows.len() == 2 { 2.0 } else { 1.0 };
        }
    }
    features
}

fn value(sign: u8) -> f32 {
    match sign {
        b'+' => 1.0,
        b'-' => -1.0,
        _ => 0.0,
    }
}

/// The weight of each feature, in shares of 1.
pub(crate) fn weights() -> [f32; FEATURES] {
    let whole: f32 = COLUMNS.iter().map(|(_, weight)| weight).sum();
    COLUMNS.map(|(_, weight)| weight / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the published table (panphon 0.22.2, MIT), row by row: it was written down from there, symbol for symbol.
    #[test]
    fn each_phoneme_is_in_its_row_and_differs_from_all_others() {
        let all: Vec<[f32; FEATURES]> = Phoneme::all().map(of).collect();
        for (place, phoneme) in Phoneme::all().enumerate() {
            let (name, rows) = SIGNS[place];
            assert_eq!(name, phoneme.name());
            assert!(rows.iter().all(|row| row.len() == FEATURES && row.bytes().all(|it| b"+-0".contains(&it))), "{name}");
            assert_eq!(all.iter().filter(|it| it.map(f32::to_bits) == all[place].map(f32::to_bits)).count(), 1, "{name}");
            assert_eq!(
                of(phoneme)[0] > 0.0,
                phoneme.is_vowel() && rows.len() == 1 || rows.len() == 2 && of(phoneme)[0] > 0.0,
                "{name}"
            );
        }
        assert!((weights().iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_made_alike_has_like_features() {
        let feature = |name: &str, column: &str| {
            let place = COLUMNS.iter().position(|it| it.0 == column).unwrap();
            of(Phoneme::named(name).unwrap())[place]
        };
        for (name, column, value) in [
            ("Z", "voice", 1.0),
            ("S", "voice", -1.0),
            ("M", "nasal", 1.0),
            ("L", "lateral", 1.0),
            ("UW", "round", 1.0),
            ("OY", "syllabic", 0.0),
        ] {
            assert!((feature(name, column) - value).abs() < 1e-6, "{name} {column}");
        }
    }
}
