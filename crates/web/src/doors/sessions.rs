//! Browsers that are in. They are kept in memory only: when the program starts anew, all are out.

use std::io;
use std::time::Duration;

use super::change::Csrf;
use super::secret::Secret;

/// Browsers that are in at the same time; the one that was used longest ago makes room.
pub(super) const MOST: usize = 32;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How long a session lasts without being used.
pub(super) const IDLE: Duration = DAY.saturating_mul(30);
/// How long it lasts at all.
pub(super) const LIFE: Duration = DAY.saturating_mul(90);

/// Who is in, the one that came first in front.
#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<Session>);

#[derive(Debug)]
struct Session {
    /// What its cookie holds.
    cookie: Secret,
    /// What its forms hold.
    csrf: Csrf,
    /// When it came and when it was used, since the machine started.
    began: Duration,
    used: Duration,
}

impl Sessions {
    /// Lets a browser in, and returns what its cookie is to hold.
    pub(super) fn begin(&mut self, now: Duration) -> io::Result<String> {
        let (cookie, csrf) = (Secret::new()?, Csrf::new(Secret::new()?));
        let value = cookie.reveal();
        if self.0.len() >= MOST
            && let Some(oldest) = (0..self.0.len()).min_by_key(|it| self.0.get(*it).map(|it| it.used))
        {
            self.0.remove(oldest);
        }
        self.0.push(Session { cookie, csrf, began: now, used: now });
        Ok(value)
    }

    /// What the forms of a session hold, whose cookie is one of these. It is then used.
    pub(super) fn of<'a>(&mut self, cookies: impl Iterator<Item = &'a [u8]>, now: Duration) -> Option<Csrf> {
        self.0.retain(|it| now.saturating_sub(it.used) < IDLE && now.saturating_sub(it.began) < LIFE);
        let place = self.find(cookies)?;
        let session = self.0.get_mut(place)?;
        session.used = now;
        Some(session.csrf.clone())
    }

    /// Lets one out.
    pub(super) fn end<'a>(&mut self, cookies: impl Iterator<Item = &'a [u8]>) {
        if let Some(place) = self.find(cookies) {
            self.0.remove(place);
        }
    }

    /// Lets all out but one.
    pub(super) fn end_others<'a>(&mut self, cookies: impl Iterator<Item = &'a [u8]>) {
        let stays = self.find(cookies).map(|it| self.0.swap_remove(it));
        self.0 = stays.into_iter().collect();
    }

    /// Lets all out.
    pub(super) fn end_all(&mut self) {
        self.0.clear();
    }

    fn find<'a>(&self, mut cookies: impl Iterator<Item = &'a [u8]>) -> Option<usize> {
        cookies.find_map(|value| self.0.iter().position(|it| it.cookie.is(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_thirty_days_without_use_and_after_ninety_at_all() {
        let mut sessions = Sessions::default();
        let mut cookie = sessions.begin(Duration::ZERO).unwrap();
        let mut is_in = |cookie: &str, now| sessions.of([cookie.as_bytes()].into_iter(), now).is_some();
        assert!(is_in(&cookie, DAY * 29));
        for day in [50, 75, 89] {
            assert!(is_in(&cookie, DAY * day), "{day}");
        }
        assert!(!is_in(&cookie, DAY * 90));
        assert!(!is_in(&cookie, DAY * 60), "it is gone for good");
        cookie = sessions.begin(DAY * 100).unwrap();
        assert!(sessions.of([cookie.as_bytes()].into_iter(), DAY * 130).is_none());
    }
}
