//! The compiled part of the Python package `earwitness`: what `python/earwitness` puts into classes and functions that people call.
//!
//! Whatever takes long runs in a thread of its own, while the interpreter goes on (`apart`). No panic reaches Python as anything but an
//! exception.

mod apart;
mod dataset;
mod error;
mod found;
mod frames;
mod inner;
mod probes;
mod settings;
mod table;
mod tables;

use pyo3::pymodule;

/// The compiled part of the package.
#[pymodule]
mod _earwitness {
    #[pymodule_export]
    use super::dataset::{captures_in, write_place};
    #[pymodule_export]
    use super::error::EarwitnessError;
    #[pymodule_export]
    use super::found::{Found, analyze};
    #[pymodule_export]
    use super::frames::Frames;
    #[pymodule_export]
    use super::probes::{ProbeLog, Verdicts};
    #[pymodule_export]
    use super::settings::Settings;
    #[pymodule_export]
    use super::table::Table;

    #[cfg(feature = "fault")]
    #[pymodule_export]
    use super::apart::fault;

    /// The version of the package and of the program in it.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
