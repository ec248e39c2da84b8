//! Whether somebody is at home: by telephones that are on the network, unless a person says so.

use crate::mac::Mac;
use crate::time::Timestamp;

/// How it is known whether somebody is at home.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Phones {
    /// Telephones of those who live here.
    pub phones: Vec<Mac>,
    /// A telephone that sent nothing for so long is away, nanoseconds.
    pub away_after: i64,
}

/// What is known.
#[derive(Clone, Debug)]
pub struct Presence {
    settings: Phones,
    /// What a person said last; holds until they say otherwise.
    said: Option<bool>,
    somebody: bool,
    since: Timestamp,
}

impl Presence {
    /// Until something is known, somebody is at home: nothing is played into a room by mistake.
    #[must_use]
    pub fn new(settings: Phones, now: Timestamp) -> Self {
        Self { settings, said: None, somebody: true, since: now }
    }

    /// A person says that somebody is at home or nobody, or leaves it to the telephones.
    pub fn say(&mut self, somebody: Option<bool>) {
        self.said = somebody;
    }

    /// Decides again whether somebody is at home; `last_seen` says when a telephone last was on the network. Says so when the answer has changed.
    pub fn update(&mut self, now: Timestamp, last_seen: impl Fn(Mac) -> Option<Timestamp>) -> Option<bool> {
        let somebody = self.said.unwrap_or_else(|| {
            let away = |at: Option<Timestamp>| now.since(at.unwrap_or(self.since).max(self.since)) >= self.settings.away_after;
            // A telephone that was not seen since we watch may be asleep: it is away after as long a time.
            self.settings.phones.is_empty() || !self.settings.phones.iter().all(|phone| away(last_seen(*phone)))
        });
        (std::mem::replace(&mut self.somebody, somebody) != somebody).then_some(somebody)
    }

    /// Whether somebody is at home, as far as is known.
    #[must_use]
    pub const fn somebody(&self) -> bool {
        self.somebody
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_nanos(minutes * 60 * SECOND)
    }

    fn presence() -> Presence {
        let phones = vec![Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2])];
        Presence::new(Phones { phones, away_after: 20 * 60 * SECOND }, at(100))
    }

    #[test]
    fn nobody_is_at_home_once_every_telephone_is_gone() {
        let mut presence = presence();
        let seen = |first: i64, second: i64| move |mac: Mac| Some(at(if mac.0[5] == 1 { first } else { second }));
        assert_eq!(presence.update(at(110), seen(109, 105)), None, "somebody is");
        assert_eq!(presence.update(at(126), seen(125, 105)), None, "one is gone");
        assert_eq!(presence.update(at(146), seen(125, 105)), Some(false));
        assert_eq!(presence.update(at(147), seen(147, 105)), Some(true));
    }

    #[test]
    fn a_telephone_that_was_never_seen_is_away_only_after_its_time() {
        let mut presence = presence();
        assert_eq!(presence.update(at(110), |_| None), None);
        assert_eq!(presence.update(at(121), |_| None), Some(false));
    }

    #[test]
    fn what_a_person_says_counts_more() {
        let mut presence = presence();
        presence.say(Some(false));
        assert_eq!(presence.update(at(101), |_| Some(at(101))), Some(false));
        presence.say(None);
        assert_eq!(presence.update(at(102), |_| Some(at(101))), Some(true));
    }

    #[test]
    fn without_telephones_somebody_is_at_home() {
        let mut presence = Presence::new(Phones::default(), at(0));
        assert_eq!(presence.update(at(10_000), |_| None), None);
        assert!(presence.somebody());
    }
}
