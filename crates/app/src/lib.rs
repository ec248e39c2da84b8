//! The rooms of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod capture;
pub mod clock;
pub mod outfile;
pub mod report;
