//! The simulated home: frames built octet by octet, devices, and virtual time.
//!
//! Everything follows from a seed: no clock, no file, no chance of its own. [`home::home`] gives a capture and the truth
//! about it, for codecs and transports of which there is no recording; it imitates how sound is sent, not any detector.

pub mod air;
pub mod chance;
pub mod device;
pub mod discovery;
pub mod file;
pub mod home;
pub mod host;
pub mod house;
pub mod lab;
pub mod night;
pub mod packet;
pub mod plan;
pub mod quic;
pub mod scenario;
pub mod session;
pub mod tcp;
pub mod tls;
pub mod truth;

pub use home::home;
pub use house::{House, Sound};
pub use lab::{LabHome, LabNight};
pub use plan::Plan;
pub use scenario::Scenario;
