//! The rooms of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod capture;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod frames;
mod geo;
pub mod outfile;
pub mod probelog;
pub mod report;
pub mod source;
mod vendor;
pub mod wire;
