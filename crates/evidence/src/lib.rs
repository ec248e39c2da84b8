//! Bundles of evidence: what a session of probes rests on, in one archive that a stranger can check without trusting who made it.
//!
//! A bundle is a bag (`BagIt`, RFC 8493) inside a zip archive, with one document that describes it (`RO-Crate` 1.1). [`export`] makes one, [`verify()`] draws every lot
//! again, analyses the frames again, derives every verdict again and compares. `docs/guide/evidence.md` explains both.
//!
//! Nothing here opens a file by name, starts a program or reads a clock: archives are anything that can be read and sought in, and who can check a signature is
//! an argument ([`seal::Signatures`]).

pub mod about;
pub mod archive;
pub mod bag;
pub mod commitment;
mod derive;
pub mod document;
pub mod export;
pub mod frames;
pub mod names;
pub mod page;
pub mod seal;
pub mod settings;
pub mod time_stamp;
pub mod told;
pub mod verify;

pub use self::derive::{Derived, derive};
pub use self::verify::verify;
