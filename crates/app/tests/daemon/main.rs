//! The appliance as its users run it, fed by a simulated home in real time, with every fault that it is promised to survive.
//!
//! What needs root, a sound server or `faketime` says so, and passes where it is missing.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::unnecessary_debug_formatting,
    reason = "what cannot be done fails the test, or says that it was skipped; paths are quoted as TOML is"
)]

mod answered;
mod begins;
mod browser;
mod clocks;
mod devices;
mod disk;
mod eve;
mod events;
mod feed;
mod idle;
mod kills;
mod links;
mod measured;
#[path = "../../../notify/tests/channels/mosquitto.rs"]
mod mosquitto;
mod mqtt;
mod page;
mod quiet;
mod run;
mod searched;
mod settings;
mod skill;
mod sound;
mod sounded;
mod sources;
mod spoken;

// For the broker of other tests.
use self::run::until;
