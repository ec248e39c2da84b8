//! A TLS session over TCP, as what either side writes and when.

use std::collections::BTreeMap;
use std::ops::Range;

use earwitness_core::time::MILLISECOND;

use crate::chance::Chance;
use crate::tcp::{Conversation, Write};
use crate::tls;

/// What belongs together in the truth: the number of an upload.
pub type Mark = usize;

struct Up {
    at: i64,
    plain: usize,
    mark: Option<Mark>,
}

struct Down {
    at: i64,
    after: Option<usize>,
    think: i64,
    plain: usize,
}

/// A session in the making.
pub struct Session {
    opens: i64,
    closes: Option<i64>,
    hello: Vec<u8>,
    up: Vec<Up>,
    down: Vec<Down>,
}

impl Session {
    /// A session with `server` that the device opens at `opens`.
    pub fn open(opens: i64, server: &str, alpn: &[&str], chance: &mut Chance) -> Self {
        Self { opens, closes: None, hello: tls::client_hello(server, alpn, chance), up: Vec::new(), down: Vec::new() }
    }

    /// The device writes one record of `plain` octets at `at`.
    pub fn say(&mut self, at: i64, plain: usize) {
        self.up.push(Up { at, plain, mark: None });
    }

    /// The same, and it holds sound of upload `mark`.
    pub fn say_sound(&mut self, at: i64, plain: usize, mark: Mark) {
        self.up.push(Up { at, plain, mark: Some(mark) });
    }

    /// The server writes one record of `plain` octets at `at`.
    pub fn hear(&mut self, at: i64, plain: usize) {
        self.down.push(Down { at, after: None, think: 0, plain });
    }

    /// The device writes one record, and the server answers with records of the lengths `answer` after having thought.
    pub fn ask(&mut self, at: i64, plain: usize, think: i64, answer: &[usize]) {
        self.say(at, plain);
        let asked = self.up.len() - 1;
        for (number, &plain) in answer.iter().enumerate() {
            self.down.push(Down { at, after: Some(asked), think: if number == 0 { think } else { 0 }, plain });
        }
    }

    /// The device closes the session at `at`, or when everything has been sent.
    pub fn close(&mut self, at: i64) {
        self.closes = Some(at);
    }

    /// The writes of both sides, and where in the device's stream each mark lies.
    pub fn conversation(self, chance: &mut Chance) -> (Conversation, BTreeMap<Mark, Range<u64>>) {
        let flight = tls::server_flight(&[40, chance.length(2_200, 3_900), 300, 36], chance);
        let mut device = vec![Write { at: self.opens, after: 0, think: 0, octets: self.hello }];
        let mut octets = device[0].octets.len() as u64;
        let mut server =
            vec![Write { at: self.opens, after: octets, think: chance.exponential(3 * MILLISECOND), octets: flight }];
        let finish = tls::client_finish(chance);
        octets += finish.len() as u64;
        let flown = server[0].octets.len() as u64;
        device.push(Write { at: self.opens, after: flown, think: chance.between(2, 30) * MILLISECOND, octets: finish });
        // Two session tickets.
        server.push(Write { at: self.opens, after: octets, think: 0, octets: tls::record(240, chance) });
        server.push(Write { at: self.opens, after: octets, think: 0, octets: tls::record(240, chance) });

        let mut order: Vec<usize> = (0..self.up.len()).collect();
        order.sort_by_key(|&index| self.up[index].at);
        let mut ends = vec![0; self.up.len()];
        let mut marks: BTreeMap<Mark, Range<u64>> = BTreeMap::new();
        for index in order {
            let up = &self.up[index];
            let record = tls::record(up.plain, chance);
            let start = octets;
            octets += record.len() as u64;
            ends[index] = octets;
            if let Some(mark) = up.mark {
                marks.entry(mark).or_insert(start..octets).end = octets;
            }
            device.push(Write { at: up.at, after: flown, think: 0, octets: record });
        }
        let mut down = self.down;
        down.sort_by_key(|down| down.at);
        for Down { at, after, think, plain } in down {
            let after = after.map_or(0, |asked| ends[asked]);
            server.push(Write { at, after, think, octets: tls::record(plain, chance) });
        }
        (Conversation { opens: self.opens, device, server, closes: self.closes }, marks)
    }
}
