//! The store under what a home does to it: power cuts, kills, full and failing disks, damaged files, two instances, upgrades.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a store that does not keep its word fails the test; what was measured and what is skipped is said"
)]

mod calls;
mod cuts;
mod damage;
mod day;
mod disk;
mod kills;
mod reported;
mod sample;
mod sounded;
mod versions;
mod writer;
