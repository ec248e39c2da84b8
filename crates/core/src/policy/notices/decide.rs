//! What is due to be told.

use super::digest::{Digest, one_more};
use super::state::{AWAY_JUDGED_AFTER, KEPT, Notices, Pending, THINGS, Thing, short};
use super::{About, FORGOTTEN, LASTS, MOST_A_DAY, MOST_PROOFS_A_DAY, Notice, Period, TROUBLE_AGAIN, Told, Trouble};
use crate::findings::DeviceId;
use crate::time::{SECOND, Timestamp};

/// Nanoseconds in a day.
const DAY: i64 = 86_400 * SECOND;
/// What waits longer than anything may has its time from a clock that was set back.
const LONGEST_WAIT: i64 = 2 * AWAY_JUDGED_AFTER;
/// What a digest tells of is longer, whatever the clock does, nanoseconds.
const DIGESTS_APART: i64 = 12 * 3_600 * SECOND;

/// Takes out of a list what is due.
fn take_due<T>(list: &mut Vec<T>, now: Timestamp, at: impl Fn(&T) -> Timestamp) -> Vec<T> {
    list.extract_if(.., |it| at(it) <= now || at(it).since(now) > LONGEST_WAIT).collect()
}

impl Notices {
    /// What is to be told now, where local time is so many nanoseconds ahead of UTC; to be asked after each fact, and each second.
    #[must_use]
    pub fn due(&mut self, now: Timestamp, ahead: i64) -> Vec<Notice> {
        let quiet = self.settings.quiet.iter().any(|it| it.contains(now, ahead));
        let day = now.plus(ahead).nanos().div_euclid(DAY);
        if self.state.day != day {
            self.state.day = day;
            self.state.today.clear();
        }
        for pending in take_due(&mut self.state.pending, now, |it| it.at) {
            self.judge(pending, now, ahead);
        }
        for (device, _) in take_due(&mut self.state.joined, now, |it| it.1) {
            self.tell(Told::Device { device }, Some((About::Device, device, String::new())), now);
        }
        for (device, _) in take_due(&mut self.state.proofs, now, |it| it.1) {
            self.proven(device, false, now);
        }
        if !quiet || self.is_urgent(About::Trouble) {
            self.troubles(now);
        }
        self.release(quiet, now);
        if !quiet || self.is_urgent(About::Digest) {
            self.sum_up(now, ahead);
        }
        std::mem::take(&mut self.ready)
    }

    fn is_urgent(&self, about: About) -> bool {
        self.settings.urgent.contains(&about)
    }

    /// An upload of which all is known that there will be.
    fn judge(&mut self, pending: Pending, now: Timestamp, ahead: i64) {
        self.urgent_to_keep = true;
        let Pending { device, upload, away, news, .. } = pending;
        // A probe is known once it has sounded to its end: several sounds in a row go on after the upload that answers the first of them.
        if self.room.is_answer(upload.window) {
            self.answers(device, news.is_some());
            return;
        }
        let (heard, listened) = (self.room.explains(upload.window), self.listened(&upload));
        let away = away && self.away_since.is_some_and(|since| since <= upload.window.from);
        // Where a microphone is meant to listen and did not, nobody knows whether somebody spoke.
        let silent = !heard && (listened || !self.settings.hears);
        let night = silent && self.settings.night.iter().any(|it| it.contains(upload.window.from, ahead));
        let reasons = [(About::Away, away), (About::Night, night), (About::Unspoken, silent && listened)];
        let holds = reasons.iter().filter(|it| it.1).map(|it| it.0);
        let why = holds.clone().find(|why| self.settings.about.contains(why)).or_else(|| holds.clone().next());
        let digest = &mut self.state.digest;
        if why.is_some() {
            digest.count(device, |it| &mut it.unexplained);
        } else if heard {
            digest.count(device, |it| &mut it.explained);
        } else {
            digest.count(device, |it| &mut it.unknown);
        }
        let told = why.is_some_and(|why| {
            let told = Told::Sound { why, device, upload: upload.clone(), listened };
            self.tell(told, Some((why, device, String::new())), now)
        });
        let Some(group) = news else { return };
        let thing = (About::Receiver, device, group);
        if told {
            // The notice names the receiver.
            self.remember(thing, now);
        } else if !self.tell(Told::Receiver { device, upload }, Some(thing), now) {
            self.state.digest.count(device, |it| &mut it.new_receivers);
        }
    }

    /// An upload answered a probe; `news` whether it went to somebody new. The digest has their numbers, and nothing else is told.
    pub(super) fn answers(&mut self, device: DeviceId, news: bool) {
        self.state.digest.count(device, |it| &mut it.answers);
        if news {
            self.state.digest.count(device, |it| &mut it.new_receivers);
        }
    }

    /// A device is proven to react, or to send sound.
    pub(super) fn proven(&mut self, device: DeviceId, sends: bool, now: Timestamp) {
        let before = self.state.proofs.len();
        self.state.proofs.retain(|it| it.0 != device);
        self.urgent_to_keep |= before != self.state.proofs.len();
        let thing = |sends: bool| (About::Proven, device, if sends { "sends" } else { "reacts" }.to_owned());
        // Who was proven to send sound reacts to it as well.
        if !sends && self.state.things.contains_key(&thing(true)) {
            self.remember(thing(true), now);
            return;
        }
        self.tell(Told::Proven { device, sends }, Some(thing(sends)), now);
    }

    /// Tells something, unless it is not wanted, was told before, or too much is told today; whether it is told.
    fn tell(&mut self, told: Told, thing: Option<Thing>, now: Timestamp) -> bool {
        let about = told.about();
        if !self.settings.about.contains(&about) {
            return false;
        }
        if let Some(thing) = thing {
            let is_proof = about == About::Proven;
            let last = self.remember(thing, now);
            if last.is_some_and(|last| is_proof || now.since(last).abs() < FORGOTTEN) {
                return false;
            }
        }
        let today = self.state.today.entry(about).or_default();
        if *today >= if about == About::Proven { MOST_PROOFS_A_DAY } else { MOST_A_DAY } {
            one_more(&mut self.state.digest.left_out);
            return false;
        }
        one_more(today);
        one_more(&mut self.state.digest.told);
        self.urgent_to_keep = true;
        if self.state.kept.len() >= KEPT {
            let kept = &self.state.kept;
            let least = (0..kept.len()).min_by_key(|place| kept.get(*place).map(|it| it.1.about().importance()));
            least.map(|least| self.state.kept.remove(least));
            one_more(&mut self.state.digest.left_out);
        }
        self.state.kept.push((now, told));
        true
    }

    /// Notes that a thing was done; when it was before, if it was told.
    fn remember(&mut self, thing: Thing, now: Timestamp) -> Option<Timestamp> {
        let things = &mut self.state.things;
        if things.len() >= THINGS && !things.contains_key(&thing) {
            let oldest = things.iter().min_by_key(|it| it.1).map(|it| it.0.clone());
            oldest.map(|oldest| things.remove(&oldest));
        }
        self.changed = true;
        things.insert(thing, now)
    }

    /// Hands out what is kept, if it may be.
    fn release(&mut self, quiet: bool, now: Timestamp) {
        let urgent = self.settings.urgent.clone();
        let may = |told: &Told| !quiet || urgent.contains(&told.about());
        let ready: Vec<_> = self.state.kept.extract_if(.., |it| may(&it.1)).collect();
        for (at, told) in ready {
            // A clock that was set back since makes nothing lie ahead.
            self.give(told, at.min(now));
        }
    }

    fn give(&mut self, told: Told, at: Timestamp) {
        self.state.number = self.state.number.saturating_add(1);
        self.urgent_to_keep = true;
        let urgent = self.is_urgent(told.about());
        self.ready.push(Notice { number: self.state.number, at, urgent, told });
    }

    /// Something that is over at once: told once a day at most.
    pub(super) fn accident(&mut self, of: Trouble, said: &str, now: Timestamp) {
        one_more(&mut self.state.digest.failures);
        self.changed = true;
        if self.may_fail_again(of, now) {
            let told = Told::Trouble { of, since: now, said: short(said) };
            if self.tell(told, None, now) {
                self.state.failed.insert(of, now);
            }
        }
    }

    fn may_fail_again(&self, of: Trouble, now: Timestamp) -> bool {
        self.state.failed.get(&of).is_none_or(|last| now.since(*last).abs() >= TROUBLE_AGAIN)
    }

    /// What fails for so long that a person is needed, and what works again.
    fn troubles(&mut self, now: Timestamp) {
        for (of, _) in Trouble::WORDS {
            let Some(failing) = self.state.failing.get_mut(&of) else { continue };
            // Clocks that were set back.
            failing.since = failing.since.min(now);
            failing.works = failing.works.map(|works| works.min(now));
            let (since, said) = (failing.since, failing.said.clone());
            match failing.works {
                None if !failing.decided && now.since(since) >= LASTS => {
                    failing.decided = true;
                    let told = self.may_fail_again(of, now) && self.tell(Told::Trouble { of, since, said }, None, now);
                    if told {
                        self.state.failed.insert(of, now);
                    }
                    if let Some(failing) = self.state.failing.get_mut(&of) {
                        failing.told = told;
                    }
                }
                Some(works) if now.since(works) >= LASTS => {
                    let told = failing.told;
                    self.state.failing.remove(&of);
                    self.urgent_to_keep = true;
                    if told {
                        self.tell(Told::Works { of, since }, None, now);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ends the first hour, and a day or a week.
    fn sum_up(&mut self, now: Timestamp, ahead: i64) {
        if let Some((until, devices)) = self.state.learning
            && (until <= now || until.since(now) > super::LEARNING)
        {
            self.state.learning = None;
            self.urgent_to_keep = true;
            if !self.settings.about.is_empty() {
                self.give(Told::Learnt { devices }, now);
            }
        }
        self.state.digest.from = self.state.digest.from.min(now);
        let Some(period) = self.settings.digest else { return };
        let from = self.state.digest.from;
        if last_due(period, self.settings.digest_minute, now, ahead).since(from) >= DIGESTS_APART {
            let mut digest = std::mem::replace(&mut self.state.digest, Digest::new(now));
            digest.until = now;
            self.give(Told::Digest(Box::new(digest)), now);
        }
    }
}

/// When a digest was due last.
fn last_due(period: Period, minute: u16, now: Timestamp, ahead: i64) -> Timestamp {
    let local = now.plus(ahead).nanos();
    let at = i64::from(minute) * 60 * SECOND;
    let mut day = local.saturating_sub(at).div_euclid(DAY);
    if period == Period::Weekly {
        // The first day of 1970 was a Thursday.
        day = day.saturating_sub(day.saturating_add(3).rem_euclid(7));
    }
    Timestamp::from_nanos(day.saturating_mul(DAY).saturating_add(at).saturating_sub(ahead))
}
