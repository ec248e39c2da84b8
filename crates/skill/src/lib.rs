//! Requests of an Alexa custom skill: whether one is Amazon's, fresh and ours, what it asks for, and the reply.
//!
//! A request is verified as Amazon's page "Host a Custom Skill as a Web Service" says. Octets of strangers go in, a decision comes out: nothing here reads a clock, opens a file or
//! a connection. Whoever listens reads a request ([`Unverified::read`]), gets the certificates that it names ([`ChainUrl`], [`Chains`]), and lets it verify ([`Unverified::verify`]); only
//! a verified [`Request`] has a [`meaning()`]. Nothing that changes what the program does is carried out before it was asked about and confirmed; what waits for the answer is kept in the
//! session that Alexa hands back, so that no conversation is remembered here.

mod chain;
mod chain_url;
mod chains;
mod meaning;
mod pending;
mod refusal;
mod replays;
mod reply;
mod request;
mod slots;
mod verify;

pub use self::chain::{Anchors, Chain};
pub use self::chain_url::{CHAIN_HOST, ChainUrl};
pub use self::chains::Chains;
pub use self::meaning::{Meaning, meaning};
pub use self::refusal::Refusal;
pub use self::replays::Replays;
pub use self::reply::Reply;
pub use self::request::Request;
pub use self::verify::{Headers, LONGEST_BODY, LONGEST_CHAIN, TOLERANCE, Unverified};
