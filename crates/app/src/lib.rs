//! What the program does with files, processes and screens; the thinking is in `earwitness_core`.

pub mod capture;
pub mod clock;
