//! How soon a reaction is proven, how often a deaf device is accused, and who escapes: from octets on the wire to the verdict, in simulated
//! homes.
//!
//! All chance comes from seeds that are printed (`cargo test --test probing -- --nocapture`). What a person has looked at is kept: the power table
//! under `tests/snapshots`, the evasions in `docs/evasion.md`. An ordinary run plays a part of the homes again; `FULL_RUN=1` all of them, and
//! `UPDATE_SNAPSHOTS=1` keeps what they give.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says what it measured, and fails where a kept table is missing"
)]

#[path = "probing/alarms.rs"]
mod alarms;
#[path = "probing/evasion.rs"]
mod evasion;
#[path = "../../core/tests/lottery/exact.rs"]
mod exact;
#[path = "probing/home.rs"]
mod home;
#[path = "probing/household.rs"]
mod household;
#[path = "probing/power.rs"]
mod power;

/// Whether everything is to be played again.
fn full_run() -> bool {
    std::env::var_os("FULL_RUN").is_some() || update()
}

/// Whether what it gives is to be kept.
fn update() -> bool {
    std::env::var_os("UPDATE_SNAPSHOTS").is_some()
}
