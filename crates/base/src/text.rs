//! Text that strangers chose, made harmless for terminals and pages.

use unicode_width::UnicodeWidthChar;

/// Columns of the longest name in a report for people.
pub const WIDEST: usize = 48;
/// Columns of the longest name in a report for programs: the longest DNS name (RFC 1035, section 2.3.4).
pub const WIDEST_EXACT: usize = 255;
/// Columns of the longest text that was said to a device: none that can be said is longer, so that all of it is shown.
pub const WIDEST_SAID: usize = 1_000;
/// Marks without width that one character may carry: enough for every script, too few to paint over a neighbour.
const MARKS: usize = 3;

/// A name without what moves a cursor, turns the direction of text, hides, or overflows; blanks are joined.
#[must_use]
pub fn clean(name: &str, widest: usize) -> String {
    // Most names are of this kind, and nothing below would change them.
    if name.len() < widest && name.bytes().all(|octet| octet.is_ascii_graphic()) {
        return name.to_owned();
    }
    let (mut out, mut columns, mut marks) = (String::new(), 0, 0);
    for symbol in name.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        let symbol = if is_harmful(symbol) { char::REPLACEMENT_CHARACTER } else { symbol };
        let width = symbol.width().unwrap_or(1);
        marks = if width == 0 { marks + 1 } else { 0 };
        if marks > MARKS {
            continue;
        }
        columns += width;
        if columns >= widest {
            out.push('…');
            break;
        }
        out.push(symbol);
    }
    out
}

/// Controls, marks of direction (Unicode UAX 9), invisible characters, line separators, tags.
fn is_harmful(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol, '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(symbol, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_moves_the_cursor_or_turns_the_text() {
        let name = "a\x1b[31mred\u{202e}cod.exe\r\n\tb\u{9b}2J\u{200b}\u{2066}";
        assert_eq!(clean(name, 99), "a\u{fffd}[31mred\u{fffd}cod.exe b\u{fffd}2J\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_name_ends_at_its_cap_in_columns_not_in_octets() {
        assert_eq!(clean(&"x".repeat(500), 5), "xxxx…");
        assert_eq!(clean(&"家".repeat(500), 6), "家家…");
        assert_eq!(clean("e\u{301}\u{301}\u{301}\u{301}\u{301}", 6), "e\u{301}\u{301}\u{301}");
    }
}
