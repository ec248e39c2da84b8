//! The modules of the `earwitness` program: everything that touches files, terminals and time zones.

pub mod appliance;
mod ask;
pub mod board;
pub mod cli;
mod commitments;
pub mod config;
pub mod daemon;
mod doctor;
mod hidden;
mod log;
mod mqtt;
mod names;
mod page;
mod pronounced;
mod skill;
mod stored;
pub mod talk;

use earwitness_base::say;
