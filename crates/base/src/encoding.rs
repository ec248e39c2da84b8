//! Octets to text: UTF-8, what spreadsheets call Unicode (UTF-16), and Windows-1252.

use std::borrow::Cow;

/// Octets that are no text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Garbled {
    /// Of two octets a character, and broken.
    #[error("this looks like UTF-16, but is none; save it as CSV in UTF-8")]
    Wide,
    /// Octets that no text holds.
    #[error("this is no text; it must be CSV or JSON, best in UTF-8 (a workbook has to be saved as CSV)")]
    Binary,
}

/// The characters of 0x80 to 0x9f in Windows-1252 (WHATWG Encoding Standard); the others are those of ISO 8859-1.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file, without a byte-order mark; warns of an encoding that was guessed.
///
/// # Errors
/// When it is no text.
pub fn text<'a>(bytes: &'a [u8], warnings: &mut Vec<String>) -> Result<Cow<'a, str>, Garbled> {
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as _)),
        // What a person writes begins with a character of ASCII.
        [1..=u8::MAX, 0, ..] => Some((bytes, u16::from_le_bytes as _)),
        [0, 1..=u8::MAX, ..] => Some((bytes, u16::from_be_bytes as _)),
        _ => None,
    };
    if let Some((bytes, unit)) = wide {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
        return match text {
            Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
            _ => Err(Garbled::Wide),
        };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text))),
        Err(_) if bytes.iter().any(|octet| matches!(octet, 0..=8 | 14..=31)) => Err(Garbled::Binary),
        Err(_) => {
            warnings.push("it is not UTF-8 and was read as Windows-1252, as spreadsheets save it; names may look odd".to_owned());
            let upper = |octet: u8| UPPER.get(usize::from(octet).wrapping_sub(0x80)).copied().unwrap_or(char::from(octet));
            Ok(Cow::Owned(bytes.iter().map(|octet| upper(*octet)).collect()))
        }
    }
}
