//! Names from the network are a stranger's text: every one of them passes [`clean`].

/// Longest name that is kept, octets of UTF-8: a DNS name in text form (RFC 1035, 2.3.4) without its final dot.
pub const LONGEST_NAME: usize = 253;

/// A name that can be printed anywhere: valid UTF-8, one line, trimmed, at most [`LONGEST_NAME`] octets.
///
/// Control characters, terminal sequences, marks that turn the direction of writing, and characters that show nothing are
/// taken out; octets that are no UTF-8 become U+FFFD. An empty result means that there was no name.
#[must_use]
pub fn clean(bytes: &[u8]) -> String {
    // Almost all names are of this kind, and for them nothing below changes more than the ends. Without an early end of the
    // loop, many octets are looked at together.
    let trimmed = bytes.trim_ascii();
    if trimmed.len() <= LONGEST_NAME
        && trimmed.iter().fold(true, |all, octet| all & matches!(octet, b' '..=b'~'))
        && let Ok(plain) = str::from_utf8(trimmed)
    {
        return plain.to_owned();
    }
    // What follows can only shrink a character or replace up to three octets by three, so reading more is in vain.
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(4 * LONGEST_NAME)).unwrap_or_default());
    let mut kept = String::with_capacity(text.len().min(LONGEST_NAME));
    let mut escape = Escape::No;
    for letter in text.chars() {
        let next = escape.after(letter);
        let inside = escape != Escape::No || next != Escape::No;
        escape = next;
        if inside || shows_nothing(letter) || (kept.is_empty() && letter.is_whitespace()) {
            continue;
        }
        if kept.len().saturating_add(letter.len_utf8()) > LONGEST_NAME {
            break;
        }
        kept.push(letter);
    }
    kept.truncate(kept.trim_end().len());
    kept
}

/// Where in a terminal sequence (ECMA-48, 5.3 to 5.6) the reading is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    No,
    /// After ESC.
    Begun,
    /// Between CSI and its final character.
    Control,
    /// In an operating system command or another string, up to BEL or ST.
    Text,
    /// ESC inside such a string: `\` ends it.
    TextEnding,
}

impl Escape {
    const fn after(self, letter: char) -> Self {
        match (self, letter) {
            (Self::Begun, '[') | (Self::No, '\u{9b}') => Self::Control,
            (Self::Begun, ']' | 'P' | 'X' | '^' | '_') | (Self::No, '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}') => Self::Text,
            (Self::Text, '\u{1b}') => Self::TextEnding,
            (Self::No | Self::Begun | Self::Control | Self::TextEnding, '\u{1b}') => Self::Begun,
            (Self::Control, '\u{40}'..='\u{7e}')
            | (Self::Text | Self::TextEnding, '\u{7}' | '\u{9c}')
            | (Self::TextEnding, '\\')
            | (Self::Begun | Self::No, _) => Self::No,
            (Self::Control, _) => Self::Control,
            (Self::Text | Self::TextEnding, _) => Self::Text,
        }
    }
}

/// Characters that print nothing, move the cursor, break the line, or change the direction of what stands beside them
/// (Unicode 16: `Cc`, `Cf`, `Zl`, `Zp`, as far as they occur outside exotic scripts).
const fn shows_nothing(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_honest_name_stays_as_it_is() {
        for name in ["Living-Room.local", "Küche", "居間のスピーカー", "Dr. Who's TV (2)", "🔊 den"] {
            assert_eq!(clean(name.as_bytes()), name);
        }
    }

    #[test]
    fn a_name_cannot_paint_the_terminal() {
        assert_eq!(clean(b"\x1b[31mred\x1b[0m alert\x07"), "red alert");
        assert_eq!(clean(b"\x1b]0;title\x07tv\x1b]8;;http://x\x1b\\!"), "tv!");
        assert_eq!(clean("a\u{9b}2Jb".as_bytes()), "ab");
        assert_eq!(clean(b"a\x1b"), "a");
    }

    #[test]
    fn a_name_cannot_turn_the_line_around_or_break_it() {
        assert_eq!(clean("safe\u{202e}gpj.exe".as_bytes()), "safegpj.exe");
        assert_eq!(clean(b" one\r\ntwo\t\0 "), "onetwo");
        assert_eq!(clean("zero\u{200b}width\u{feff}".as_bytes()), "zerowidth");
    }

    #[test]
    fn wrong_octets_are_marked_not_dropped() {
        assert_eq!(clean(b"caf\xe9"), "caf\u{fffd}");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let name = clean("é".repeat(5_000).as_bytes());
        assert_eq!((name.len(), name.chars().count()), (252, 126));
    }

    proptest! {
        #[test]
        fn any_octets_become_one_short_line(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let name = clean(&bytes);
            prop_assert!(name.len() <= LONGEST_NAME);
            prop_assert!(!name.chars().any(shows_nothing));
            prop_assert_eq!(name.trim(), &name);
            prop_assert_eq!(clean(name.as_bytes()), name);
        }
    }
}
