//! Moments as subtitles write them.

/// The latest moment, seconds: a hundred days.
const LATEST: f64 = 100.0 * 86_400.0;

/// Seconds as nanoseconds.
pub(super) fn nanos(seconds: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "less than a hundred days")]
    (0.0..=LATEST).contains(&seconds).then(|| (seconds * 1e9).round() as i64)
}

/// A number without sign, exponent or other letters.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_number = !text.is_empty() && text.len() <= 20 && text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    is_number.then(|| text.parse().ok())?
}

/// `01:02:03.5`, or without hours `02:03.5`, in seconds. A comma may stand for the point.
pub(super) fn clock(text: &str) -> Option<f64> {
    let text = text.replace(',', ".");
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes, seconds] => (number(hours)?, number(minutes)?, number(seconds)?),
        [minutes, seconds] => (0.0, number(minutes)?, number(seconds)?),
        _ => return None,
    };
    (minutes < 60.0 && seconds < 61.0).then_some(hours * 3_600.0 + minutes * 60.0 + seconds)
}
