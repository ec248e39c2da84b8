//! What was found, apart from Python's classes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use earwitness_core::findings::Findings;
use earwitness_core::samples::Tested;
use earwitness_offline::Plan;
use earwitness_report::vendor::vendor;
use earwitness_report::verdicts::Probing;
use earwitness_report::{Context, json};
use jiff::tz::TimeZone;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error;

/// What was found, apart from Python: shared with the threads that work on it.
pub(crate) struct Inner {
    pub(crate) plan: Plan,
    pub(crate) findings: Findings,
    /// What the published two-sample test said, and of which log.
    pub(crate) tested: Option<(PathBuf, BTreeMap<u32, Tested>)>,
    pub(crate) troubles: Vec<String>,
    /// The options that changed the analysis, as the program would be given them: those before and those behind the ones of probes.
    pub(crate) options: (Vec<String>, Vec<String>),
}

impl Inner {
    /// The report for programs, as `earwitness analyze --json` writes it.
    pub(crate) fn json(&self, findings: &Findings, options: &[String], probing: Option<&Probing>) -> PyResult<String> {
        let inputs: Vec<String> = self.plan.captures.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let context = Context {
            inputs: &inputs,
            options,
            troubles: &self.troubles,
            probing,
            published: None,
            vendor: &|mac| vendor(mac).map(str::to_owned),
            zone: TimeZone::UTC,
        };
        let mut out = Vec::new();
        json::write(findings, &context, &mut out).map_err(|error| error::of(&error))?;
        String::from_utf8(out).map_err(|error| error::of(&error))
    }

    /// All options, those of probes between the others.
    pub(crate) fn options(&self, of_probes: &[String]) -> Vec<String> {
        self.options.0.iter().chain(of_probes).chain(&self.options.1).cloned().collect()
    }
}

/// JSON as Python has it.
pub(crate) fn dict<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyDict>> {
    let loaded = py.import("json")?.call_method1("loads", (PyString::new(py, json),))?;
    Ok(loaded.cast_into::<PyDict>()?)
}
