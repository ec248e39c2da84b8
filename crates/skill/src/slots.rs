//! What was said in the places of a sentence, as Alexa hands it over.

use earwitness_voice::{Clock, LONGEST_PAUSE, Period, device_said, period_said};
use jiff::{Span, SpanRelativeTo, Unit};
use serde::Deserialize;

use crate::pending::clock;

/// Longest text of a slot that is looked at, octets.
const LONGEST: usize = 200;

/// A slot.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Slot {
    /// What was said; none where it was left out.
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    resolutions: Option<Resolutions>,
}

/// Which values of the interaction model Alexa takes it for.
#[derive(Clone, PartialEq, Debug, Deserialize)]
struct Resolutions {
    #[serde(rename = "resolutionsPerAuthority", default)]
    authorities: Vec<Authority>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
struct Authority {
    #[serde(default)]
    values: Vec<Resolved>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
struct Resolved {
    value: Named,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
struct Named {
    name: String,
}

impl Slot {
    /// What was said, if anything was.
    pub(crate) fn said(&self) -> Option<&str> {
        self.value.as_deref().filter(|it| !it.is_empty() && *it != "?" && it.len() <= LONGEST)
    }

    /// What was said, and where that means nothing here, the one value that Alexa takes it for.
    fn find<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        find(self.said()?).or_else(|| {
            let mut values = self.resolutions.iter().flat_map(|it| &it.authorities).flat_map(|it| &it.values);
            let one = values.next().filter(|_| values.next().is_none())?;
            find(Some(one.value.name.as_str()).filter(|it| it.len() <= LONGEST)?)
        })
    }

    /// A device, by its place in the list of names.
    pub(crate) fn device(&self, names: &[String]) -> Option<usize> {
        self.find(|text| device_said(text, names))
    }

    /// A time that a question is about.
    pub(crate) fn period(&self) -> Option<Period> {
        self.find(period_said)
    }

    /// `AMAZON.DURATION`, such as `PT1H30M` (ISO 8601), in minutes; half a minute is one.
    pub(crate) fn minutes(&self) -> Option<u16> {
        let span: Span = self.said()?.parse().ok()?;
        let minutes = span.total((Unit::Minute, SpanRelativeTo::days_are_24_hours())).ok()?.ceil();
        (1..=LONGEST_PAUSE).find(|it| (f64::from(*it) - minutes).abs() < 0.5)
    }

    /// `AMAZON.TIME`, such as `19:30`; `EV`, the evening, is no time to wait for.
    pub(crate) fn time(&self) -> Option<Clock> {
        clock(self.said()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(value: &str) -> Slot {
        Slot { value: Some(value.to_owned()), resolutions: None }
    }

    #[test]
    fn durations_are_minutes_of_a_day_at_most() {
        for (text, minutes) in
            [("PT30M", 30), ("PT1H", 60), ("PT1H30M", 90), ("PT90S", 2), ("PT10S", 1), ("P1D", 1_440), ("PT24H", 1_440)]
        {
            assert_eq!(slot(text).minutes(), Some(minutes), "{text}");
        }
        for text in ["", "?", "PT0M", "P2D", "PT24H1M", "P1Y", "-PT30M", "P1W", "30", "PT", "PT99999999999999999999H"] {
            assert_eq!(slot(text).minutes(), None, "{text}");
        }
    }

    #[test]
    fn times_are_by_a_clock_of_24_hours() {
        assert_eq!(slot("19:05").time(), Some(Clock { hour: 19, minute: 5, half_known: true }));
        for text in ["EV", "NI", "24:00", "7:30", "07:60", "07:30:00"] {
            assert_eq!(slot(text).time(), None, "{text}");
        }
    }

    #[test]
    fn a_value_that_alexa_found_counts_where_it_is_the_only_one() {
        let names = ["Kitchen Echo", "Samsung TV"].map(str::to_owned);
        let of = |json: &str| serde_json::from_str::<Slot>(json).unwrap().device(&names);
        assert_eq!(of(r#"{"name": "device", "value": "the kitchen echo"}"#), Some(0));
        let with = |values: &str| {
            format!(
                r#"{{"value": "telly", "resolutions": {{"resolutionsPerAuthority": [{{"authority": "x", "values": [{values}]}}]}}}}"#
            )
        };
        let tv = r#"{"value": {"name": "samsung tv", "id": "x"}}"#;
        assert_eq!(of(&with(tv)), Some(1));
        assert_eq!(of(&with(&format!(r#"{tv}, {{"value": {{"name": "kitchen echo"}}}}"#))), None);
        assert_eq!((of(&with("")), of("{}")), (None, None));
    }
}
