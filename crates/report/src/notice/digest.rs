//! A day or a week in sentences.

use earwitness_base::words;
use earwitness_core::policy::notices::{Digest, OfDevice};
use jiff::tz::TimeZone;

use super::counted;
use crate::sentence::Namer;

/// Devices that are named; of more, only the number.
const NAMED: usize = 12;

/// Title and text.
pub(super) fn words(it: &Digest, name: Namer<'_>, zone: &TimeZone) -> (String, String) {
    let usual = it.is_usual();
    let title =
        if usual { "Nothing unusual".to_owned() } else { format!("Since the last digest: {}", counted(it.told, "notice")) };
    let mut lines = vec![format!("From {} to {}:", words::date_time(it.from, zone), words::date_time(it.until, zone))];
    if usual {
        lines.push("nothing unusual.".to_owned());
    } else {
        lines.push(format!("{} told.", counted(it.told, "notice")));
    }
    let spoken: Vec<_> =
        it.devices.iter().filter_map(|(device, of)| Some(format!("{}: {}.", name(*device), sounds(of)?))).collect();
    let more = spoken.len().saturating_sub(NAMED);
    lines.extend(spoken.into_iter().take(NAMED));
    if more > 0 {
        lines.push(format!("{more} more devices sent sound."));
    }
    let large = it.devices.values().fold(0_u32, |sum, of| sum.saturating_add(of.large));
    let rest = [
        (large, "large upload", "of which nobody can tell what is in them"),
        (it.others, "upload", "of further devices"),
        (it.joined, "new device", ""),
        (it.failures, "failure", "of something that this program needs"),
        (it.left_out, "notice", "left out, since there were too many"),
    ];
    for (number, what, more) in rest.into_iter().filter(|it| it.0 > 0) {
        lines.push(format!("{} {more}", counted(number, what)).trim_end().to_owned() + ".");
    }
    if it.frames_lost > 0 {
        lines.push(format!("{} frames were lost by the capture.", words::count(it.frames_lost)));
    }
    (title, lines.join("\n"))
}

/// Uploads of sound of a device, by why.
fn sounds(it: &OfDevice) -> Option<String> {
    let OfDevice { explained, answers, unexplained, unknown, large: _, new_receivers } = *it;
    let parts = [
        (unexplained, "that nothing explains"),
        (explained, "after a sound in the room"),
        (answers, "after a probe"),
        (unknown, "while no microphone listened"),
        (new_receivers, "to somebody new"),
    ];
    let parts: Vec<String> = parts.iter().filter(|it| it.0 > 0).map(|(number, why)| format!("{number} {why}")).collect();
    words::listed(&parts).map(|parts| format!("uploads of sound, {parts}"))
}
