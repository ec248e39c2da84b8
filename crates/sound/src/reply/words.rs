//! Whether words hold an answer: case, punctuation and the writing of numbers do not count. English numbers only.

/// Ways in which people read a number of several digits.
const READINGS: [Reading; 4] = [Reading::Whole, Reading::WithAnd, Reading::Pairs, Reading::Digits];

#[derive(Clone, Copy)]
enum Reading {
    /// One hundred five.
    Whole,
    /// One hundred and five.
    WithAnd,
    /// Eighteen eighty nine, as years are read.
    Pairs,
    /// One zero five.
    Digits,
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const LARGE: [(u64, &str); 4] =
    [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")];
/// Ordinal numbers that are more than their number and `th`.
const ORDINALS: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];
/// What recognisers put around what is no word: `[BLANK_AUDIO]`, `(music)`, `<sil>`, `++NOISE++`.
const BRACKETS: [(char, char); 3] = [('[', ']'), ('(', ')'), ('<', '>')];

/// Whether a text has no word.
pub(super) fn are_none(text: &str) -> bool {
    read(text, Reading::Whole).is_empty()
}

/// Whether a text holds all words of another in their order and without others between them, in some reading of the numbers of both. A number is
/// held whole or not at all: `forty two` does not hold `two`.
pub(super) fn hold(text: &str, right: &str) -> bool {
    let rights = READINGS.map(|reading| read(right, reading));
    READINGS.iter().any(|&reading| {
        let words = read(text, reading);
        rights.iter().any(|right| {
            let places = if right.is_empty() { 0 } else { (words.len() + 1).saturating_sub(right.len()) };
            (0..places).any(|at| {
                let end = at + right.len();
                words.get(at..end) == Some(right.as_slice()) && !inside(&words, at) && !inside(&words, end)
            })
        })
    })
}

/// Whether a place between two words is inside a number.
fn inside(words: &[String], at: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", String::as_str);
    let (before, here, next) = (at.checked_sub(1), Some(at), Some(at + 1));
    let joined = |before, after| is_size(word(before)) && is_number(word(after));
    is_number(word(before)) && is_number(word(here))
        || word(here) == "and" && joined(before, next)
        || word(before) == "and" && joined(at.checked_sub(2), here)
}

/// Whether a word is a part of numbers.
fn is_number(word: &str) -> bool {
    let whole = |word: &str| SMALL.contains(&word) || TENS.contains(&word) || is_size(word);
    let is_ordinal = ORDINALS.iter().any(|(_, ordinal)| *ordinal == word)
        || word.strip_suffix("ieth").is_some_and(|tens| whole(&format!("{tens}y")))
        || word.strip_suffix("th").is_some_and(whole);
    !word.is_empty() && (whole(word) || is_ordinal || matches!(word, "point" | "minus" | "oh"))
}

fn is_size(word: &str) -> bool {
    word == "hundred" || LARGE.iter().any(|(_, name)| *name == word)
}

/// The words of a text, in small letters, numbers as words.
fn read(text: &str, reading: Reading) -> Vec<String> {
    let text = without_brackets(&text.to_lowercase()).replace(['\'', '’', '‘', '`'], "");
    let letters: Vec<char> = text.chars().collect();
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(&letter) = letters.get(at) {
        if letter.is_ascii_digit() {
            at = number(&letters, at, reading, &mut words);
        } else if letter.is_alphanumeric() {
            let word: String = letters.iter().skip(at).take_while(|it| it.is_alphanumeric() && !it.is_ascii_digit()).collect();
            at += word.chars().count();
            words.push(word);
        } else {
            match letter {
                '%' => words.push("percent".to_owned()),
                '°' => words.push("degrees".to_owned()),
                '&' => words.push("and".to_owned()),
                '-' | '−' if negative(&letters, at) => words.push("minus".to_owned()),
                _ => {}
            }
            at += 1;
        }
    }
    words
}

/// Whether a stroke stands before a number and behind nothing.
fn negative(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| letters.get(at));
    letters.get(at + 1).is_some_and(char::is_ascii_digit) && before.is_none_or(|it| it.is_whitespace())
}

/// Reads the number that begins here, with its thousands, its fraction and its ending; says where it ends.
fn number(letters: &[char], from: usize, reading: Reading, words: &mut Vec<String>) -> usize {
    let digits_at = |at: usize| letters.iter().skip(at).take_while(|it| it.is_ascii_digit()).copied().collect::<String>();
    let mut whole = digits_at(from);
    let mut at = from + whole.len();
    while letters.get(at) == Some(&',') && digits_at(at + 1).len() == 3 && whole.len() < 16 {
        whole.push_str(&digits_at(at + 1));
        at += 4;
    }
    let mut own = spoken(&whole, reading);
    let fraction = digits_at(at + 1);
    if letters.get(at) == Some(&'.') && !fraction.is_empty() {
        own.push("point".to_owned());
        own.extend(spoken(&fraction, Reading::Digits));
        at += 1 + fraction.len();
    }
    let ending: String = letters.iter().skip(at).take_while(|it| it.is_alphabetic()).collect();
    if matches!(ending.as_str(), "st" | "nd" | "rd" | "th") {
        at += 2;
        if let Some(last) = own.last_mut() {
            *last = ordinal(last);
        }
    }
    words.append(&mut own);
    at
}

/// Digits as words.
fn spoken(digits: &str, reading: Reading) -> Vec<String> {
    let one_by_one =
        || digits.bytes().filter_map(|digit| SMALL.get(usize::from(digit - b'0'))).map(|&it| it.to_owned()).collect();
    let mut words = Vec::new();
    match (reading, digits.parse::<u64>()) {
        (Reading::Digits, _) | (_, Err(_)) => return one_by_one(),
        (Reading::Pairs, Ok(number)) if (1_000..10_000).contains(&number) && number % 1_000 >= 10 => {
            below_hundred(number / 100, &mut words);
            match number % 100 {
                0 => words.push("hundred".to_owned()),
                rest => {
                    if rest < 10 {
                        words.push("oh".to_owned());
                    }
                    below_hundred(rest, &mut words);
                }
            }
        }
        (_, Ok(number)) if number < 1_000_000_000_000_000 => cardinal(number, matches!(reading, Reading::WithAnd), &mut words),
        _ => return one_by_one(),
    }
    words
}

fn cardinal(number: u64, with_and: bool, words: &mut Vec<String>) {
    if let Some((size, name)) = LARGE.iter().find(|(size, _)| number >= *size) {
        cardinal(number / size, with_and, words);
        words.push((*name).to_owned());
        let rest = number % size;
        if rest > 0 {
            if with_and && rest < 100 {
                words.push("and".to_owned());
            }
            cardinal(rest, with_and, words);
        }
        return;
    }
    if number >= 100 {
        below_hundred(number / 100, words);
        words.push("hundred".to_owned());
        if number.is_multiple_of(100) {
            return;
        }
        if with_and {
            words.push("and".to_owned());
        }
    }
    below_hundred(number % 100, words);
}

fn below_hundred(number: u64, words: &mut Vec<String>) {
    let name = |names: &[&str], at: u64| usize::try_from(at).ok().and_then(|at| names.get(at).map(|&it| it.to_owned()));
    if number < 20 {
        words.extend(name(&SMALL, number));
        return;
    }
    words.extend(name(&TENS, number / 10));
    if !number.is_multiple_of(10) {
        words.extend(name(&SMALL, number % 10));
    }
}

fn ordinal(number: &str) -> String {
    if let Some((_, ordinal)) = ORDINALS.iter().find(|(cardinal, _)| *cardinal == number) {
        return (*ordinal).to_owned();
    }
    number.strip_suffix('y').map_or_else(|| format!("{number}th"), |tens| format!("{tens}ieth"))
}

/// Without what stands in brackets or between double plus signs.
fn without_brackets(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut closes = None;
    for letter in text.chars() {
        match closes {
            Some(end) if letter == end => closes = None,
            Some(_) => {}
            None => match BRACKETS.iter().find(|(open, _)| *open == letter) {
                Some((_, close)) => {
                    closes = Some(*close);
                    rest.push(' ');
                }
                None => rest.push(letter),
            },
        }
    }
    let parts: Vec<&str> = rest.split("++").collect();
    let kept: Vec<&str> = if parts.len() % 2 == 1 { parts.iter().step_by(2).copied().collect() } else { parts };
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_do_not_count_and_words_are_whole() {
        assert!(hold("It's in NEW YORK, I think.", "new york"));
        assert!(hold("it’s raining", "its raining"));
        for (text, right) in
            [("new yorkers", "new york"), ("york new", "new york"), ("new, old york", "new york"), ("", "a"), ("a", "")]
        {
            assert!(!hold(text, right), "{text:?} {right:?}");
        }
        assert!(hold("São Paulo!", "são paulo"));
    }

    #[test]
    fn numbers_are_the_same_as_digits_and_as_words() {
        for (digits, words) in [
            ("4", "four"),
            ("42", "forty two"),
            ("42", "Forty-two"),
            ("105", "one hundred five"),
            ("105", "one hundred and five"),
            ("1889", "eighteen eighty nine"),
            ("1889", "one thousand eight hundred eighty-nine"),
            ("1905", "nineteen oh five"),
            ("2000", "two thousand"),
            ("1900", "nineteen hundred"),
            ("8,804,190", "eight million eight hundred four thousand one hundred ninety"),
            ("3.14", "three point one four"),
            ("-5 °C", "minus five degrees c"),
            ("21st", "twenty first"),
            ("30th", "thirtieth"),
            ("12th", "twelfth"),
            ("50%", "fifty percent"),
            ("7:30", "seven thirty"),
            ("384,400 km", "three hundred eighty four thousand four hundred km"),
            ("007", "zero zero seven"),
        ] {
            assert!(hold(&format!("that is {digits}, yes"), words), "{digits} as {words}: {:?}", read(digits, Reading::Whole));
            assert!(hold(&format!("that is {words} yes"), digits), "{words} as {digits}");
        }
        assert!(!hold("forty two", "43") && !hold("1889", "1898") && !hold("42", "4"));
        for text in
            ["forty two", "42", "one hundred and two", "102", "two hundred", "3.2", "two thousand and five", "2005", "22nd"]
        {
            assert!(!hold(text, "two") && !hold(text, "2"), "{text}");
        }
        assert!(hold("it is two and five", "two") && hold("2, or 3", "2") && !hold("a hundred and five", "five"));
        assert!(hold("one hundred and 5", "one hundred and five"));
    }

    #[test]
    fn what_is_no_word_is_left_out() {
        for none in ["", " . ", "[BLANK_AUDIO]", "(music playing)", "<sil> ++NOISE++", "[unclosed"] {
            assert!(are_none(none), "{none:?}");
        }
        assert!(hold("[NOISE] new <sil> york", "new york"));
        assert!(!are_none("c++") && hold("2 + 2 is 4", "two two is four"));
    }

    #[test]
    fn numbers_beyond_all_names_are_read_digit_by_digit() {
        let long = "1".repeat(60);
        assert_eq!(read(&long, Reading::Whole), vec!["one"; 60]);
        assert_eq!(read("999999999999999", Reading::Whole).len(), 24);
    }
}
