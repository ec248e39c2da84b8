//! Parts of a day, as they are written.

use earwitness_core::time::Quiet;
use toml::Spanned;

use earwitness_base::misread::Fault;

/// Parts of a day.
pub(super) fn hours(written: &[Spanned<String>]) -> Result<Vec<Quiet>, Fault> {
    written.iter().map(|it| quiet_hours(it.get_ref()).map_err(|what| Fault::at(it.span(), what))).collect()
}

/// `21:00-08:00`.
///
/// # Errors
/// What is wrong, and how it is written.
pub(crate) fn quiet_hours(text: &str) -> Result<Quiet, String> {
    let minute = |part: &str| {
        let (hours, minutes) = part.trim().split_once(':')?;
        let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
        (hours <= 24 && minutes < 60 && hours * 60 + minutes <= 1_440).then_some((hours * 60 + minutes) % 1_440)
    };
    let parts = text.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
    let (from, until) = parts.ok_or_else(|| format!("{text:?} are no quiet hours; write them like 23:00-06:00"))?;
    Ok(Quiet { from, until })
}
