//! Phonemes of English from symbols of the IPA, as espeak-ng writes them (`espeak-ng -q --ipa`).

use crate::phoneme::Phoneme;

/// Symbols and what they are; where one begins another, the longer first.
const SYMBOLS: &[(&str, &[&str])] = &[
    ("t͡ʃ", &["CH"]),
    ("d͡ʒ", &["JH"]),
    ("tʃ", &["CH"]),
    ("dʒ", &["JH"]),
    ("aɪə", &["AY", "AH"]),
    ("aɪɚ", &["AY", "ER"]),
    ("aʊ", &["AW"]),
    ("aɪ", &["AY"]),
    ("eɪ", &["EY"]),
    ("oʊ", &["OW"]),
    ("əʊ", &["OW"]),
    ("ɔɪ", &["OY"]),
    ("əl", &["AH", "L"]),
    ("eə", &["EH", "R"]),
    ("iə", &["IY", "AH"]),
    ("ɪə", &["IH", "R"]),
    ("ʊə", &["UH", "R"]),
    ("ɜː", &["ER"]),
    ("ɚ", &["ER"]),
    ("ɝ", &["ER"]),
    ("ɑ", &["AA"]),
    ("ɒ", &["AA"]),
    ("a", &["AE"]),
    ("æ", &["AE"]),
    ("ʌ", &["AH"]),
    ("ə", &["AH"]),
    ("ɐ", &["AH"]),
    ("ɜ", &["AH"]),
    ("ɔ", &["AO"]),
    ("o", &["AO"]),
    ("ɛ", &["EH"]),
    ("e", &["EH"]),
    ("ᵻ", &["IH"]),
    ("ɪ", &["IH"]),
    ("i", &["IY"]),
    ("ʊ", &["UH"]),
    ("u", &["UW"]),
    ("b", &["B"]),
    ("d", &["D"]),
    ("ð", &["DH"]),
    ("f", &["F"]),
    ("ɡ", &["G"]),
    ("g", &["G"]),
    ("h", &["HH"]),
    ("k", &["K"]),
    ("x", &["K"]),
    ("l", &["L"]),
    ("ɫ", &["L"]),
    ("m", &["M"]),
    ("n", &["N"]),
    ("ŋ", &["NG"]),
    ("p", &["P"]),
    ("ɹ", &["R"]),
    ("r", &["R"]),
    ("s", &["S"]),
    ("ʃ", &["SH"]),
    ("t", &["T"]),
    ("ɾ", &["T"]),
    ("ʔ", &["T"]),
    ("θ", &["TH"]),
    ("v", &["V"]),
    ("w", &["W"]),
    ("j", &["Y"]),
    ("z", &["Z"]),
    ("ʒ", &["ZH"]),
];

/// The phonemes of a text in the IPA; stress, length, other signs and what English has not are left out.
#[must_use]
pub fn read(ipa: &str) -> Vec<Phoneme> {
    let mut phonemes = Vec::new();
    let mut rest = ipa;
    while let Some(first) = rest.chars().next() {
        let symbol = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol));
        phonemes.extend(symbol.iter().flat_map(|(_, names)| names.iter()).filter_map(|name| Phoneme::named(name)));
        rest = &rest[symbol.map_or(first.len_utf8(), |(symbol, _)| symbol.len())..];
    }
    phonemes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phoneme;

    /// What espeak-ng 1.51 prints for these words in en-us, beside what the dictionary says.
    #[test]
    fn words_are_what_the_dictionary_says() {
        for (ipa, names) in [
            ("kəmpjˈuːɾɚ", "K AH M P Y UW T ER"),
            ("dʒˈɑːɹvɪs", "JH AA R V IH S"),
            ("ɐlˈɛksə", "AH L EH K S AH"),
            ("nˈɑːbuː", "N AA B UW"),
            ("tʃˈɔɪs", "CH OY S"),
            ("", ""),
        ] {
            assert_eq!(phoneme::write(&read(ipa)), names);
        }
    }
}
