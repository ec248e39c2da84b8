//! Numbers of a file.

use earwitness_base::misread::Fault;
use earwitness_core::time::SECOND;
use toml::{Spanned, Value};

use super::LONGEST_LENGTH;
use super::place::fault;
use super::texts::{Scope, Texts};

/// Seconds as nanoseconds, 0 or more.
pub(super) fn nanos(seconds: &Spanned<f64>) -> Result<i64, Fault> {
    let value = *seconds.get_ref();
    #[expect(clippy::cast_precision_loss, reason = "a bound")]
    let is_length = (0.0..=LONGEST_LENGTH as f64 / 1e9).contains(&value);
    if !is_length {
        return Err(fault(seconds, format!("{value} is no length of time: give seconds, 0 or more")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than a year")]
    Ok((value * 1e9).round() as i64)
}

/// A number of more than 0.
pub(super) fn positive(number: &Spanned<f64>) -> Result<f64, Fault> {
    let value = *number.get_ref();
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(fault(number, "give a number of more than 0")) }
}

/// A value as it stands in texts: without the quotation marks of a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// A number that may be written as a text with names in braces.
pub(super) fn number(value: &Spanned<Value>, texts: &Texts, scope: &Scope<'_>) -> Result<f64, Fault> {
    let wrong =
        |found: &str| fault(value, format!("{found} is no number: write one, or the name of a parameter or factor in braces"));
    let written = text(value.get_ref()).ok_or_else(|| wrong("this"))?;
    let full = texts.full(&Spanned::new(value.span(), written), scope)?;
    full.trim().parse::<f64>().ok().filter(|it| it.is_finite()).ok_or_else(|| wrong(&format!("{full:?}")))
}

/// A length in seconds, as nanoseconds.
pub(super) fn length(value: &Spanned<Value>, texts: &Texts, scope: &Scope<'_>) -> Result<i64, Fault> {
    nanos(&Spanned::new(value.span(), number(value, texts, scope)?))
}

/// A whole number.
pub(super) fn whole(value: &Spanned<Value>, texts: &Texts, scope: &Scope<'_>) -> Result<u64, Fault> {
    let wrong = || fault(value, "write a whole number, 0 or more, or the name of a parameter or factor in braces");
    let written = text(value.get_ref()).ok_or_else(wrong)?;
    texts.full(&Spanned::new(value.span(), written), scope)?.trim().parse().map_err(|_| wrong())
}

/// Whether a value is written as a number, and so the same in all conditions.
pub(super) fn is_fixed(value: &Spanned<Value>) -> bool {
    matches!(value.get_ref(), Value::Integer(_) | Value::Float(_))
}

/// Seconds of nanoseconds, for a sentence.
pub(super) fn seconds(nanos: i64) -> String {
    let (whole, part) = (nanos / SECOND, nanos % SECOND / 1_000_000);
    if part == 0 { format!("{whole} s") } else { format!("{whole}.{} s", format!("{part:03}").trim_end_matches('0')) }
}
