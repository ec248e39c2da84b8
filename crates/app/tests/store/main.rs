//! The commands that read a store.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test")]

mod commands;
mod dataset;
#[path = "../../../store/tests/store/sample.rs"]
mod sample;
