//! Numbers, durations and times of day in words or digits.

use crate::intent::Clock;

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
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A number from 0 to 999 at the beginning of the words, and how many words it is.
pub(crate) fn number(words: &[String]) -> Option<(u16, usize)> {
    let first = words.first()?;
    if first.chars().all(|it| it.is_ascii_digit()) && first.len() <= 3 {
        return Some((first.parse().ok()?, 1));
    }
    let (hundreds, rest) = match (below_hundred(words), words.get(1).map(String::as_str)) {
        (Some((count @ 1..=9, 1)), Some("hundred")) => (count * 100, 2),
        _ if first == "a" && words.get(1).is_some_and(|it| it == "hundred") => (100, 2),
        _ => (0, 0),
    };
    let joined = rest + usize::from(rest > 0 && words.get(rest).is_some_and(|it| it == "and"));
    match below_hundred(words.get(joined..).unwrap_or_default()) {
        Some((more, length)) => Some((hundreds + more, joined + length)),
        None => (rest > 0).then_some((hundreds, rest)),
    }
}

/// A number in words, as names of devices have it: above 99 digit by digit.
pub(crate) fn spelt(number: u64) -> String {
    let name =
        |names: &[&str], at: u64| usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or_default().to_owned();
    match number {
        0..20 => name(&SMALL, number),
        20..100 if number.is_multiple_of(10) => name(&TENS, number / 10 - 2),
        20..100 => format!("{} {}", name(&TENS, number / 10 - 2), name(&SMALL, number % 10)),
        _ => number.to_string().bytes().map(|it| name(&SMALL, u64::from(it - b'0'))).collect::<Vec<_>>().join(" "),
    }
}

fn below_hundred(words: &[String]) -> Option<(u16, usize)> {
    let place = |names: &[&str], word: &str| names.iter().position(|it| *it == word).and_then(|it| u16::try_from(it).ok());
    let first = words.first()?;
    if let Some(small) = place(&SMALL, first) {
        return Some((small, 1));
    }
    let tens = 20 + 10 * place(&TENS, first)?;
    let one = words.get(1).and_then(|it| place(&SMALL, it)).filter(|it| (1..10).contains(it));
    Some(one.map_or((tens, 1), |one| (tens + one, 2)))
}

/// Longest pause that can be asked for, minutes: a day.
pub const LONGEST_PAUSE: u16 = 24 * 60;

/// A duration in minutes that is all of the words: `thirty minutes`, `an hour`, `two and a half hours`, `half an hour`.
pub(crate) fn minutes(words: &[String]) -> Option<u16> {
    let said: Vec<&str> = words.iter().map(String::as_str).collect();
    let minutes = match said.as_slice() {
        ["half", "an", "hour"] | ["half", "hour"] => 30,
        ["an" | "a" | "one" | "1", "hour"] => 60,
        ["an" | "one", "hour", "and", "a", "half"] | ["one", "and", "a", "half", "hours"] => 90,
        ["a", "minute"] => 1,
        ["a", "quarter", "of", "an", "hour"] | ["quarter", "of", "an", "hour"] => 15,
        _ => {
            let (count, length) = number(words)?;
            match said.get(length..)? {
                ["minute" | "minutes"] => count,
                ["hour" | "hours"] => count.checked_mul(60)?,
                ["and", "a", "half", "hours"] => count.checked_mul(60)? + 30,
                ["hour" | "hours", "and", rest @ ..] => {
                    let (more, length) = number(words.get(words.len() - rest.len()..)?)?;
                    matches!(rest.get(length..)?, ["minute" | "minutes"]).then(|| count.checked_mul(60)?.checked_add(more))??
                }
                _ => return None,
            }
        }
    };
    (1..=LONGEST_PAUSE).contains(&minutes).then_some(minutes)
}

/// A time of day that is all of the words: `seven`, `seven thirty`, `half past six`, `a quarter to eight in the evening`, `7:30`, `noon`.
pub(crate) fn time(words: &[String]) -> Option<Clock> {
    let (said, half) = half_of_day(words);
    let text: Vec<&str> = said.iter().map(String::as_str).collect();
    let (hour, minute) = match text.as_slice() {
        ["noon" | "midday"] => (12, 0),
        ["midnight"] => (0, 0),
        ["half", "past", rest @ ..] => (hour(said, rest.len())?, 30),
        ["a", "quarter", "past", rest @ ..] | ["quarter", "past", rest @ ..] => (hour(said, rest.len())?, 15),
        ["a", "quarter", "to", rest @ ..] | ["quarter", "to", rest @ ..] => ((hour(said, rest.len())? + 23) % 24, 45),
        [digits] if digits.contains(':') => {
            let (hour, minute) = digits.split_once(':')?;
            (hour.parse().ok()?, minute.parse().ok().filter(|_| minute.len() == 2)?)
        }
        _ => {
            let (hour, length) = number(said)?;
            match text.get(length..)? {
                [] | ["oclock"] => (hour, 0),
                [..] => {
                    let zero = usize::from(matches!(text.get(length), Some(&("oh" | "o"))));
                    let (minute, more) = number(said.get(length + zero..)?)?;
                    (length + zero + more == said.len()).then_some((hour, minute))?
                }
            }
        }
    };
    let hour = match half {
        Some(Half::Morning | Half::Night) if hour == 12 => 0,
        Some(Half::Night) if hour < 5 => hour,
        Some(Half::Afternoon | Half::Night) if (1..12).contains(&hour) => hour + 12,
        Some(_) if hour > 12 => return None,
        _ => hour,
    };
    let (hour, minute) = (u8::try_from(hour).ok()?, u8::try_from(minute).ok()?);
    (hour < 24 && minute < 60).then_some(Clock { hour, minute, half_known: half.is_some() || !(1..12).contains(&hour) })
}

/// The hour that the last `count` words are.
fn hour(words: &[String], count: usize) -> Option<u16> {
    let rest = words.get(words.len().checked_sub(count)?..)?;
    let (hour, length) = number(rest)?;
    (length == rest.len() && hour < 24).then_some(hour)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    /// The late evening, or after midnight.
    Night,
}

/// The words without those that tell the half of the day.
fn half_of_day(words: &[String]) -> (&[String], Option<Half>) {
    const ENDS: [(&[&str], Half); 8] = [
        (&["a", "m"], Half::Morning),
        (&["am"], Half::Morning),
        (&["in", "the", "morning"], Half::Morning),
        (&["p", "m"], Half::Afternoon),
        (&["pm"], Half::Afternoon),
        (&["in", "the", "afternoon"], Half::Afternoon),
        (&["in", "the", "evening"], Half::Afternoon),
        (&["at", "night"], Half::Night),
    ];
    for (end, half) in ENDS {
        let before = words.len().saturating_sub(end.len());
        let (rest, last) = words.split_at(before);
        if last.iter().map(String::as_str).eq(end.iter().copied()) {
            return (rest, Some(half));
        }
    }
    (words, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn numbers_in_words_are_those_in_digits() {
        let of = |text: &str| number(&words(text).unwrap());
        for (text, expected) in [
            ("zero", (0, 1)),
            ("17", (17, 1)),
            ("forty five", (45, 2)),
            ("a hundred and twenty", (120, 4)),
            ("two hundred", (200, 2)),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
        assert_eq!(of("thirty minutes"), Some((30, 1)));
        assert_eq!((of("many"), of(""), of("1234")), (None, None, None));
    }

    #[test]
    fn durations_are_minutes() {
        let of = |text: &str| minutes(&words(text).unwrap());
        for (text, expected) in [
            ("thirty minutes", 30),
            ("an hour", 60),
            ("two hours", 120),
            ("half an hour", 30),
            ("an hour and a half", 90),
            ("two and a half hours", 150),
            ("one hour and twenty minutes", 80),
            ("45 minutes", 45),
            ("a quarter of an hour", 15),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
        for text in ["zero minutes", "25 hours", "an hour or so", "thirty", "minutes", "999 hours", "two hours and"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn the_half_of_the_day_is_known_where_it_was_said_or_there_is_only_one() {
        let of = |text: &str| time(&words(text).unwrap()).map(|it| it.half_known);
        for text in
            ["nine am", "seven in the morning", "half past six in the evening", "noon", "midnight", "19:05", "ten at night"]
        {
            assert_eq!(of(text), Some(true), "{text}");
        }
        for text in ["nine", "7:30", "half past six"] {
            assert_eq!(of(text), Some(false), "{text}");
        }
    }

    #[test]
    fn times_of_day_are_told_as_people_say_them() {
        let of = |text: &str| time(&words(text).unwrap()).map(|it| (it.hour, it.minute));
        for (text, expected) in [
            ("twelve at night", (0, 0)),
            ("two at night", (2, 0)),
            ("ten at night", (22, 0)),
            ("seven", (7, 0)),
            ("seven thirty", (7, 30)),
            ("seven oh five", (7, 5)),
            ("half past six", (6, 30)),
            ("half past six in the evening", (18, 30)),
            ("a quarter to eight", (7, 45)),
            ("7:30", (7, 30)),
            ("19:05", (19, 5)),
            ("noon", (12, 0)),
            ("midnight", (0, 0)),
            ("twelve a.m.", (0, 0)),
            ("nine pm", (21, 0)),
            ("ten o'clock at night", (22, 0)),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
        for text in ["twenty five", "seven sixty", "13 pm", "half past", "soon", "7:5", "24:00"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
