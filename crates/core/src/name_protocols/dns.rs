//! Observed DNS answers: which address was given for which name (RFC 1035).

use std::net::IpAddr;

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message::RecordSection;
use domain::base::name::Label;
use domain::base::{Message, ParsedName, ParsedRecord};
use domain::rdata::{A, Aaaa, Cname};

use super::text::{LONGEST_NAME, clean};

/// Records read in one message: real answers have a few, and a message of 64 KiB could hold thousands.
pub(super) const MOST_RECORDS: usize = 64;

/// Names that an alias may lead over; resolvers give up at about as many.
const LONGEST_CHAIN: usize = 16;

pub(super) type Name<'a> = ParsedName<&'a [u8]>;
pub(super) type Record<'a> = ParsedRecord<'a, [u8]>;
type Answers<'a> = RecordSection<'a, [u8]>;

/// Calls `each` with each address that a DNS response gives for the name asked for, directly or over aliases (`CNAME`), whatever the order of its records.
///
/// The payload is that of a datagram, or of DNS over TCP after its length prefix. A message that was cut gives what stands before the cut; of a long one the
/// first 64 records are read. Queries, errors, and what is no DNS message give nothing.
pub fn dns_addresses(payload: &[u8], each: &mut dyn FnMut(IpAddr)) {
    let Some((asked, answers)) = response(payload) else { return };
    // Read once: a record is found only by reading all names before it.
    let answers: Vec<Record<'_>> = records(answers).collect();
    if !answers.iter().any(|record| matches!(record.rtype(), Rtype::A | Rtype::AAAA)) {
        return;
    }
    let chain = chain_of(asked, &answers);
    for record in answers.iter().filter(|record| chain.contains(&record.owner())) {
        if let Some(address) = address_of(record) {
            each(address);
        }
    }
}

/// What a DNS message asks, or answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DnsQuestion {
    /// Number by which an answer names its question (RFC 1035, section 4.1.1).
    pub id: u16,
    /// Whether it is an answer.
    pub is_answer: bool,
    /// The name that is asked for, in lower case (resolvers vary the case on purpose), without a final dot.
    pub name: String,
}

/// The question of a DNS message, in whichever direction it goes. `None` if it is none, or asks nothing.
#[must_use]
pub fn dns_question(payload: &[u8]) -> Option<DnsQuestion> {
    let message = Message::from_slice(payload).ok()?;
    let header = message.header();
    let question = message.question().next()?.ok()?;
    let mut name = text_of(question.qname().iter());
    name.make_ascii_lowercase();
    let is_question = header.opcode() == Opcode::QUERY && question.qclass() == Class::IN && !name.is_empty();
    is_question.then(|| DnsQuestion { id: header.id(), is_answer: header.qr(), name })
}

/// The name asked for, and the answers, of a successful response.
fn response(payload: &[u8]) -> Option<(Name<'_>, Answers<'_>)> {
    let message = Message::from_slice(payload).ok()?;
    let header = message.header();
    if !header.qr() || header.opcode() != Opcode::QUERY || header.rcode() != Rcode::NOERROR {
        return None;
    }
    let mut questions = message.question();
    let question = questions.next()?.ok()?;
    let answers = questions.answer().ok()?;
    (question.qclass() == Class::IN).then(|| (*question.qname(), answers))
}

fn records(answers: Answers<'_>) -> impl Iterator<Item = Record<'_>> {
    answers.map_while(Result::ok).take(MOST_RECORDS).filter(|record| record.class() == Class::IN)
}

/// The name asked for and the names it is an alias of.
fn chain_of<'a>(asked: Name<'a>, answers: &[Record<'a>]) -> Vec<Name<'a>> {
    let mut chain = vec![asked];
    let mut next = 0;
    while let Some(name) = chain.get(next).copied() {
        next += 1;
        for record in answers.iter().filter(|record| record.rtype() == Rtype::CNAME && record.owner() == name) {
            if let Ok(Some(alias)) = record.to_record::<Cname<Name<'_>>>() {
                let target = *alias.data().cname();
                if chain.len() < LONGEST_CHAIN && !chain.contains(&target) {
                    chain.push(target);
                }
            }
        }
    }
    chain
}

/// The address that an `A` or `AAAA` record holds.
pub(super) fn address_of(record: &Record<'_>) -> Option<IpAddr> {
    match record.rtype() {
        Rtype::A => Some(IpAddr::V4(record.to_record::<A>().ok()??.data().addr())),
        Rtype::AAAA => Some(IpAddr::V6(record.to_record::<Aaaa>().ok()??.data().addr())),
        _ => None,
    }
}

/// Labels as text, dots between them; a dot inside a label is written `\.` (RFC 1035, 5.1).
pub(super) fn text_of<'a>(labels: impl Iterator<Item = &'a Label>) -> String {
    let mut text = Vec::with_capacity(LONGEST_NAME);
    for label in labels.take_while(|label| !label.is_root()) {
        if !text.is_empty() {
            text.push(b'.');
        }
        if !label.as_slice().contains(&b'.') {
            text.extend_from_slice(label.as_slice());
            continue;
        }
        for &octet in label.as_slice() {
            if octet == b'.' {
                text.push(b'\\');
            }
            text.push(octet);
        }
    }
    clean(&text)
}

#[cfg(test)]
mod tests;
