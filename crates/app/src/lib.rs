//! The rooms of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod capture;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod gateway;
mod geo;
pub mod outfile;
pub mod probelog;
pub mod report;
pub mod store;
mod vendor;
