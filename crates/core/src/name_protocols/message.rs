//! Builds DNS messages for the tests of the readers, without name compression.

use std::net::Ipv6Addr;

/// A message in the making: the header's counts follow what is added.
pub(super) struct Message {
    bytes: Vec<u8>,
    questions: u16,
    answers: u16,
}

/// A name of text labels as it goes over the wire.
pub(super) fn name(text: &str) -> Vec<u8> {
    labels(&text.split('.').map(str::as_bytes).collect::<Vec<_>>())
}

fn labels(labels: &[&[u8]]) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in labels {
        wire.push(u8::try_from(label.len()).unwrap());
        wire.extend_from_slice(label);
    }
    wire.push(0);
    wire
}

impl Message {
    /// A successful, authoritative response without records.
    pub(super) fn response() -> Self {
        Self { bytes: vec![0, 7, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0], questions: 0, answers: 0 }
    }

    pub(super) fn question(self, owner: &str, kind: u16) -> Self {
        let owner: Vec<_> = owner.split('.').map(str::as_bytes).collect();
        self.question_of(&owner, kind)
    }

    pub(super) fn question_of(mut self, owner: &[&[u8]], kind: u16) -> Self {
        self.bytes.extend(labels(owner));
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend([0, 1]);
        self.questions += 1;
        self
    }

    /// A record of class IN with the cache-flush bit of multicast DNS where `flush` (RFC 6762, 10.2).
    fn record(mut self, owner: &[u8], kind: u16, flush: bool, data: &[u8]) -> Self {
        self.bytes.extend(owner);
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend([if flush { 0x80 } else { 0 }, 1, 0, 0, 0, 120]);
        self.bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        self.bytes.extend(data);
        self.answers += 1;
        self
    }

    pub(super) fn a(self, owner: &str, address: [u8; 4]) -> Self {
        self.record(&name(owner), 1, false, &address)
    }

    pub(super) fn a_of(self, owner: &[&[u8]], address: [u8; 4]) -> Self {
        self.record(&labels(owner), 1, false, &address)
    }

    pub(super) fn aaaa(self, owner: &str, address: &str) -> Self {
        self.record(&name(owner), 28, false, &address.parse::<Ipv6Addr>().unwrap().octets())
    }

    pub(super) fn cname(self, owner: &str, target: &str) -> Self {
        self.record(&name(owner), 5, false, &name(target))
    }

    pub(super) fn ptr(self, owner: &str, target: &[&[u8]]) -> Self {
        self.record(&name(owner), 12, false, &labels(target))
    }

    pub(super) fn srv(self, owner: &[&[u8]], target: &str) -> Self {
        self.record(&labels(owner), 33, true, &[&[0, 0, 0, 0, 0x1f, 0x49], name(target).as_slice()].concat())
    }

    pub(super) fn txt(self, owner: &[&[u8]], texts: &[&str]) -> Self {
        self.record(&labels(owner), 16, true, &labels(&texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>()))
    }

    pub(super) fn bytes(mut self) -> Vec<u8> {
        self.bytes[4..6].copy_from_slice(&self.questions.to_be_bytes());
        self.bytes[6..8].copy_from_slice(&self.answers.to_be_bytes());
        self.bytes
    }
}
