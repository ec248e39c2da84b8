//! The rooms of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod cli;
pub mod compare;
pub mod config;
pub mod daemon;
pub mod doctor;
mod geo;
pub mod notify;
pub mod probelog;
pub mod report;
mod vendor;
