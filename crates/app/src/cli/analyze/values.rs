//! Values of options that several parts of the command take.

/// A share: a number between 0 and 1, both excluded.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && *number < 1.0);
    number.ok_or_else(|| format!("{text:?} is not a number between 0 and 1, like 0.01"))
}
