//! The rooms of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod capture;
pub mod cli;
pub mod compare;
pub mod config;
pub mod daemon;
pub mod doctor;
pub mod frames;
mod geo;
pub mod notify;
pub mod probelog;
pub mod report;
pub mod source;
mod vendor;
pub mod wire;
