//! Names of addresses, from the DNS answers that passed. Thousands of names share an address, so that a name counts only for the device that
//! asked for it; and anybody can send an answer, so that it counts only where the question was seen.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use super::pairs::NOBODY;
use crate::private::Private;
use crate::roster::Index;
use crate::table::Table;

/// Names that are kept; the oldest give way.
const MOST: usize = 8_192;

/// Questions that are kept; the oldest give way. Answers come within seconds.
const QUESTIONS: usize = 1_024;

/// Who asked, and the address that was answered.
type Asked = (Index, IpAddr);

/// A question on its way: an answer to it comes from the server, to the port, with the number (RFC 5452, section 9.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Question {
    pub(super) asker: Index,
    pub(super) server: IpAddr,
    pub(super) port: u16,
    pub(super) id: u16,
    pub(super) name: Private<String>,
}

/// The latest name of each address, for each device that asked.
#[derive(Debug)]
pub(super) struct AddressNames {
    by_asked: Table<Asked>,
    ring: Vec<(Asked, Private<String>)>,
    next: usize,
    questions: VecDeque<Question>,
    /// Who asked for something: as many as there are devices at most.
    askers: BTreeSet<Index>,
}

impl AddressNames {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_asked: Table::new(MOST, seed), ring: Vec::new(), next: 0, questions: VecDeque::new(), askers: BTreeSet::new() }
    }

    /// Remembers a question. One that is asked again is kept twice: to look for it would cost more.
    pub(super) fn asks(&mut self, question: Question) {
        if self.questions.len() == QUESTIONS {
            self.questions.pop_front();
        }
        self.askers.insert(question.asker);
        self.questions.push_back(question);
    }

    /// Whether a question like this was asked; it may be answered more than once.
    pub(super) fn was_asked(&self, question: &Question) -> bool {
        self.questions.iter().rev().any(|asked| asked.id == question.id && asked == question)
    }

    /// Remembers that `asker` asked for `name` and was answered with `address`.
    pub(super) fn answered(&mut self, asker: Index, name: &str, address: IpAddr) {
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
        self.questions.retain(|question| question.asker != device);
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

    #[test]
    fn an_answer_belongs_to_the_question_of_the_same_asker_server_port_number_and_name() {
        let mut names = AddressNames::new(1);
        let server = IpAddr::from([192, 168, 1, 1]);
        let question = |asker, port, id, name: &str| Question { asker, server, port, id, name: Private::new(name.to_owned()) };
        names.asks(question(7, 4_000, 9, "voice.example"));
        assert!(names.was_asked(&question(7, 4_000, 9, "voice.example")));
        for other in [question(8, 4_000, 9, "voice.example"), question(7, 4_001, 9, "voice.example")]
            .into_iter()
            .chain([question(7, 4_000, 8, "voice.example"), question(7, 4_000, 9, "ads.example")])
            .chain([Question { server: IpAddr::from([192, 168, 1, 66]), ..question(7, 4_000, 9, "voice.example") }])
        {
            assert!(!names.was_asked(&other), "{other:?}");
        }
        for port in 0..5_000 {
            names.asks(question(1, port, 1, "flood.example"));
        }
        assert_eq!(names.questions.len(), QUESTIONS);
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
