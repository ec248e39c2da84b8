//! Live capture for real: veth pairs and bridges in network namespaces of our own, with every fault that is promised to be survived.
//!
//! Needs root and iproute2; says so and passes where they are missing.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what cannot be done fails the test, or says that it was skipped"
)]

mod exact;
mod faults;
mod intruder;
mod lab;
mod rights;
mod sources;
mod wire;
mod wireshark;
