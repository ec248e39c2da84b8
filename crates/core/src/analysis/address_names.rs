//! Names of addresses, from the DNS answers that passed. Thousands of names share an address, so that a name counts only for the device that
//! asked for it; and anybody can send an answer, so that it counts only where the question was seen, from the station that the question was handed to, and once.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use super::pairs::NOBODY;
use crate::private::Private;
use crate::roster::Index;
use crate::table::Table;
use crate::time::{SECOND, Timestamp};

/// Names that are kept; the oldest give way.
const MOST: usize = 8_192;

/// Questions that are kept; the oldest give way. Answers come within seconds.
const QUESTIONS: usize = 1_024;

/// No resolver waits longer for an answer, nanoseconds: the usual one asks again after 5 s, and takes no setting above 30 s (resolv.conf(5), `timeout`).
const ANSWERED_WITHIN: i64 = 30 * SECOND;

/// Who asked, and the address that was answered.
type Asked = (Index, IpAddr);

/// A question on its way: an answer to it comes from the server, to the port, with the number (RFC 5452, section 9.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Question {
    pub(super) asker: Index,
    /// To whom it was handed on the link: the server, or the way to it. Whoever else answers in the server's name is another.
    pub(super) station: Index,
    pub(super) server: IpAddr,
    pub(super) port: u16,
    pub(super) id: u16,
    pub(super) name: Private<String>,
}

/// A question that was asked, and what came of it.
#[derive(Debug)]
struct Pending {
    question: Question,
    at: Timestamp,
    /// The addresses of its first answer, in order; as many as one message has.
    answer: Option<Vec<IpAddr>>,
}

/// The latest name of each address, for each device that asked.
#[derive(Debug)]
pub(super) struct AddressNames {
    by_asked: Table<Asked>,
    ring: Vec<(Asked, Private<String>)>,
    next: usize,
    questions: VecDeque<Pending>,
    /// Who asked for something: as many as there are devices at most.
    askers: BTreeSet<Index>,
}

impl Pending {
    fn is(&self, question: &Question, at: Timestamp) -> bool {
        self.question.id == question.id && self.question == *question && (0..=ANSWERED_WITHIN).contains(&at.since(self.at))
    }
}

impl AddressNames {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_asked: Table::new(MOST, seed), ring: Vec::new(), next: 0, questions: VecDeque::new(), askers: BTreeSet::new() }
    }

    /// Remembers a question. One that is asked again is kept twice: to look for it would cost more.
    pub(super) fn asks(&mut self, question: Question, at: Timestamp) {
        if self.questions.len() == QUESTIONS {
            self.questions.pop_front();
        }
        self.askers.insert(question.asker);
        self.questions.push_back(Pending { question, at, answer: None });
    }

    /// Whether a question like this was asked a moment ago.
    pub(super) fn was_asked(&self, question: &Question, at: Timestamp) -> bool {
        self.questions.iter().rev().any(|asked| asked.is(question, at))
    }

    /// Remembers the first answer to a question. What else comes is believed as little as the first once it differs: one of the two was made up, and nothing
    /// shows which. Then the question has no answer, and a name that it gave is taken back.
    pub(super) fn answers(&mut self, question: &Question, at: Timestamp, mut answer: Vec<IpAddr>) {
        answer.sort_unstable();
        let mut asked = self.questions.iter_mut().rev().filter(|asked| asked.is(question, at));
        let Some(latest) = asked.next() else { return };
        // Whoever asks twice is answered twice.
        let open = if latest.answer.is_none() { Some(&mut *latest) } else { asked.find(|asked| asked.answer.is_none()) };
        if let Some(open) = open {
            open.answer = Some(answer.clone());
            for address in answer {
                self.answered(question.asker, question.name.reveal(), address);
            }
            return;
        }
        let all = || self.questions.iter().filter(|asked| asked.is(question, at)).filter_map(|asked| asked.answer.as_ref());
        if all().all(|other| *other != answer) {
            let doubtful: Vec<IpAddr> = all().flatten().copied().collect();
            for address in doubtful {
                self.take_back(question, address);
            }
        }
    }

    fn take_back(&mut self, question: &Question, address: IpAddr) {
        let key = (question.asker, address);
        if let Some(number) = self.by_asked.get(&key)
            && let Some(entry) = self.ring.get_mut(number as usize)
            && entry.1 == question.name
        {
            // Nobody has this number; the place is taken when its turn comes.
            entry.0.0 = NOBODY;
            self.by_asked.remove(&key);
        }
    }

    /// Remembers that `asker` asked for `name` and was answered with `address`.
    fn answered(&mut self, asker: Index, name: &str, address: IpAddr) {
        let key = (asker, address);
        if let Some(number) = self.by_asked.get(&key) {
            let (_, known) = &mut self.ring[number as usize];
            if known.reveal() != name {
                *known = Private::new(name.to_owned());
            }
            return;
        }
        let entry = (key, Private::new(name.to_owned()));
        let place = self.next;
        self.next = (place + 1) % MOST;
        if place < self.ring.len() {
            self.by_asked.remove(&self.ring[place].0);
            self.ring[place] = entry;
        } else {
            self.ring.push(entry);
        }
        self.by_asked.insert(key, u32::try_from(place).unwrap_or(0));
    }

    /// Forgets what a device asked for, of which hardly any that gives way asked for something.
    pub(super) fn forget(&mut self, device: Index) {
        if !self.askers.remove(&device) {
            return;
        }
        self.questions.retain(|pending| pending.question.asker != device);
        for entry in &mut self.ring {
            if entry.0.0 == device {
                self.by_asked.remove(&entry.0);
                // Nobody has this number; the place is taken when its turn comes.
                entry.0.0 = NOBODY;
            }
        }
    }

    /// The name by which a device knows an address.
    pub(super) fn of(&self, device: Index, address: IpAddr) -> Option<&Private<String>> {
        let number = self.by_asked.get(&(device, address))?;
        self.ring.get(number as usize).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_give_way() {
        let mut names = AddressNames::new(1);
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        for n in 0..u32::try_from(MOST).unwrap() + 10 {
            names.answered(7, &format!("host-{n}.example"), address(n));
        }
        names.answered(7, "again.example", address(50));
        assert!(names.of(7, address(9)).is_none());
        assert_eq!(names.of(7, address(10)).unwrap().reveal(), "host-10.example");
        assert_eq!(names.of(7, address(50)).unwrap().reveal(), "again.example");
        assert_eq!(names.ring.len(), MOST);
    }

    fn question(asker: Index, port: u16, id: u16, name: &str) -> Question {
        let server = IpAddr::from([192, 168, 1, 1]);
        Question { asker, station: 0, server, port, id, name: Private::new(name.to_owned()) }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_nanos(second * SECOND)
    }

    #[test]
    fn an_answer_belongs_to_the_question_of_the_same_asker_station_server_port_number_and_name() {
        let mut names = AddressNames::new(1);
        let asked = question(7, 4_000, 9, "voice.example");
        names.asks(asked.clone(), second(1));
        assert!(names.was_asked(&asked, second(1)) && names.was_asked(&asked, second(31)));
        assert!(!names.was_asked(&asked, second(32)) && !names.was_asked(&asked, second(0)), "another time");
        for other in [question(8, 4_000, 9, "voice.example"), question(7, 4_001, 9, "voice.example")]
            .into_iter()
            .chain([question(7, 4_000, 8, "voice.example"), question(7, 4_000, 9, "ads.example")])
            .chain([Question { server: IpAddr::from([192, 168, 1, 66]), ..asked.clone() }, Question { station: 3, ..asked }])
        {
            assert!(!names.was_asked(&other, second(2)), "{other:?}");
        }
        for port in 0..5_000 {
            names.asks(question(1, port, 1, "flood.example"), second(2));
        }
        assert_eq!(names.questions.len(), QUESTIONS);
    }

    #[test]
    fn a_question_is_answered_once_and_two_answers_that_differ_are_none() {
        let (asked, [real, forged]) = (question(7, 4_000, 9, "voice.example"), [1, 2].map(|n| IpAddr::from([198, 51, 100, n])));
        let known = |times: usize, answers: &[&[IpAddr]]| {
            let mut names = AddressNames::new(1);
            (0..times).for_each(|_| names.asks(asked.clone(), second(1)));
            for answer in answers {
                names.answers(&asked, second(2), answer.to_vec());
            }
            [real, forged].map(|address| names.of(7, address).is_some())
        };
        assert_eq!(known(1, &[&[real]]), [true, false]);
        assert_eq!(known(1, &[&[real], &[real]]), [true, false], "a frame that is shown twice");
        assert_eq!(known(1, &[&[real], &[forged]]), [false, false]);
        assert_eq!(known(1, &[&[forged], &[real]]), [false, false]);
        assert_eq!(known(2, &[&[real], &[forged]]), [true, true], "a question that was asked again");
        assert_eq!(known(2, &[&[real], &[real], &[forged]]), [false, false]);
    }

    #[test]
    fn who_takes_the_number_of_a_device_that_was_forgotten_has_none_of_its_names() {
        let mut names = AddressNames::new(1);
        let address = IpAddr::from([198, 51, 100, 1]);
        for asker in [7, 8] {
            names.asks(question(asker, 4_000, 9, "voice.example"), second(1));
            names.answers(&question(asker, 4_000, 9, "voice.example"), second(1), vec![address]);
        }
        names.asks(question(7, 4_000, 10, "ads.example"), second(1));
        names.forget(7);
        assert!(names.of(7, address).is_none() && names.of(8, address).is_some());
        assert!(!names.was_asked(&question(7, 4_000, 10, "ads.example"), second(1)));
    }

    #[test]
    fn what_one_device_asked_for_says_nothing_of_what_another_one_meant() {
        let mut names = AddressNames::new(1);
        let shared = IpAddr::from([198, 51, 100, 1]);
        names.answered(1, "ads.example", shared);
        names.answered(2, "voice.example", shared);
        assert_eq!(names.of(1, shared).unwrap().reveal(), "ads.example");
        assert_eq!(names.of(2, shared).unwrap().reveal(), "voice.example");
        assert!(names.of(3, shared).is_none());
    }
}
