//! What a person may do from there: nothing that plays in quiet hours, and nothing that reads or deletes.

use crate::settings::Settings;
use crate::topics;

/// An order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Probing is allowed again.
    Resume,
    /// Probing is paused until it is allowed again.
    Pause,
    /// Probing is paused for an hour.
    PauseForAnHour,
    /// The next round does not wait for the end of its rest.
    TestNow,
}

/// Where orders come from.
pub(crate) fn topics(settings: &Settings) -> [String; 3] {
    [topics::PROBING_SET, topics::TEST, topics::PAUSE].map(|what| topics::own(&settings.base, what))
}

/// The order that a message is.
pub(crate) fn parse(settings: &Settings, topic: &str, payload: &[u8]) -> Option<Command> {
    let what = topic.strip_prefix(&settings.base.to_string())?.strip_prefix('/')?;
    match (what, payload) {
        (topics::PROBING_SET, b"ON") => Some(Command::Resume),
        (topics::PROBING_SET, b"OFF") => Some(Command::Pause),
        (topics::TEST, b"PRESS") => Some(Command::TestNow),
        (topics::PAUSE, b"PRESS") => Some(Command::PauseForAnHour),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings::{Form, Topic};

    #[test]
    fn an_order_is_one_of_four_and_nothing_else() {
        let topic = |text| Topic::new(text).unwrap();
        let settings = Settings {
            base: topic("ear"),
            prefix: topic("homeassistant"),
            form: Form::Entity,
            except: BTreeSet::new(),
            version: String::new(),
        };
        let order = |topic: &str, payload: &str| parse(&settings, topic, payload.as_bytes());
        assert_eq!(order("ear/probing/set", "ON"), Some(Command::Resume));
        assert_eq!(order("ear/probing/set", "OFF"), Some(Command::Pause));
        assert_eq!(order("ear/test/press", "PRESS"), Some(Command::TestNow));
        assert_eq!(order("ear/pause/press", "PRESS"), Some(Command::PauseForAnHour));
        for (topic, payload) in [
            ("ear/probing/set", "on"),
            ("ear/test/press", ""),
            ("ear/stop", "PRESS"),
            ("earx/test/press", "PRESS"),
            ("ear", "ON"),
        ] {
            assert_eq!(order(topic, payload), None, "{topic} {payload}");
        }
    }
}
