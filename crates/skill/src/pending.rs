//! What waits for a yes, as the session's attribute that Alexa hands back.

use earwitness_core::time::{SECOND, Timestamp};
use earwitness_voice::{Asked, Clock, Intent, LONGEST_PAUSE};

/// An order as a text, with the second in which it was asked about; `None` of a question.
pub(crate) fn text(Asked { intent, at }: Asked) -> Option<String> {
    Some(format!("{} @{}", order(intent)?, at.nanos().div_euclid(SECOND)))
}

fn order(intent: Intent) -> Option<String> {
    Some(match intent {
        Intent::Pause(None) => "pause".to_owned(),
        Intent::Pause(Some(minutes)) => format!("pause {minutes}"),
        Intent::QuietUntil(at) => format!("quiet {:02}:{:02}", at.hour, at.minute),
        Intent::Resume => "resume".to_owned(),
        Intent::ProbeNow => "probe".to_owned(),
        Intent::WhoListens | Intent::Happened(_) | Intent::Reacted(_) | Intent::HowMuch(..) | Intent::IsPaused | Intent::Help => {
            return None;
        }
    })
}

/// The order that a text is.
pub(crate) fn parse(text: &str) -> Option<Asked> {
    let (order, seconds) = text.rsplit_once(" @")?;
    let at = Timestamp::from_nanos(seconds.parse::<i64>().ok()?.checked_mul(SECOND)?);
    Some(Asked { intent: parsed(order)?, at })
}

fn parsed(text: &str) -> Option<Intent> {
    match text.split_once(' ') {
        None => match text {
            "pause" => Some(Intent::Pause(None)),
            "resume" => Some(Intent::Resume),
            "probe" => Some(Intent::ProbeNow),
            _ => None,
        },
        Some(("pause", minutes)) => {
            minutes.parse().ok().filter(|it| (1..=LONGEST_PAUSE).contains(it)).map(|it| Intent::Pause(Some(it)))
        }
        Some(("quiet", at)) => clock(at).map(Intent::QuietUntil),
        Some(_) => None,
    }
}

/// A time of day by a clock of 24 hours, such as `07:30`.
pub(crate) fn clock(text: &str) -> Option<Clock> {
    let (hour, minute) = text.split_once(':')?;
    let part = |it: &str| it.parse::<u8>().ok().filter(|_| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit()));
    let (hour, minute) = (part(hour)?, part(minute)?);
    (hour < 24 && minute < 60).then_some(Clock { hour, minute, half_known: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_comes_back_as_it_was() {
        let clock = Clock { hour: 7, minute: 5, half_known: true };
        for intent in [Intent::Pause(None), Intent::Pause(Some(90)), Intent::Resume, Intent::ProbeNow, Intent::QuietUntil(clock)]
        {
            let asked = Asked { intent, at: Timestamp::from_nanos(1_780_311_600 * SECOND) };
            assert_eq!(text(asked).as_deref().and_then(parse), Some(asked));
        }
        assert_eq!(text(Asked { intent: Intent::WhoListens, at: Timestamp::from_nanos(0) }), None);
        for text in ["resume", "resume @", "resume @x", "resume @9223372036854775807", "@1"] {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in [
            "",
            "pause ",
            "pause 0",
            "pause 1441",
            "pause -1",
            "quiet",
            "quiet 7:30",
            "quiet 24:00",
            "quiet +7:30",
            "stop",
            "probe x",
        ] {
            assert_eq!(parse(&format!("{text} @1780311600")), None, "{text}");
        }
    }
}
