//! Detectors: numbers in, evidence out. This room knows no packet, no device and no address.

pub mod bulk;
pub mod burst;
pub mod clock;
pub mod dose;
pub mod line;
pub mod ttest;
