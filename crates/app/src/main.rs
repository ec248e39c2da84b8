//! `earwitness`: which of your devices send what they hear, to whom, and how many seconds of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    earwitness::cli::main()
}
