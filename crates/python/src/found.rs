//! An analysis of captures, and what it found.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use earwitness_core::detect::ttest::TtestSettings;
use earwitness_offline::{Plan, Reading, spare};
use earwitness_report::geo::Geo;
use earwitness_report::published::Asked;
use earwitness_report::{borders, labels};
use earwitness_traffic::files::Order;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::apart::apart;
use crate::dataset::{Wanted, write};
use crate::error;
use crate::inner::{Inner, dict};
use crate::probes::{ProbeLog, Verdicts};
use crate::settings::{Settings, ids};
use crate::table::Table;
use crate::tables;

/// What an analysis found: tables as Arrow, and the report of the program.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct Found {
    pub(crate) inner: Arc<Inner>,
}

#[pymethods]
impl Found {
    /// Uploads that look like sound, to the internet, for longer than any utterance, or inside the home (column `list`): a row each.
    #[getter]
    fn sightings(&self) -> PyResult<Table> {
        tables::sightings(&self.inner)
    }

    /// What each device sent and received in each second in which it sent or received anything: a row each.
    #[getter]
    fn series(&self) -> PyResult<Table> {
        tables::series(&self.inner)
    }

    /// The devices and gateways that were seen: a row each.
    #[getter]
    fn devices(&self) -> PyResult<Table> {
        tables::devices(&self.inner)
    }

    /// What a person must know of the captures (damage, gaps, what was not read), a sentence each.
    #[getter]
    fn troubles(&self) -> Vec<String> {
        self.inner.troubles.clone()
    }

    /// The capture files that were read, as they were named.
    #[getter]
    fn captures(&self) -> Vec<String> {
        self.inner.plan.captures.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// The report of the program (`earwitness analyze --json --series FILE`, which counts whole seconds of UTC too) as a dict; `docs/schema/analyze-2.json` says what its keys mean.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict(py, &self.to_json(py)?)
    }

    /// The same as text.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.inner.json(&self.inner.findings, &self.inner.options(&[]), None))
    }

    /// What a log of probes says of each device.
    ///
    /// `alpha` is the highest chance that any device at all is accused falsely; without it that of the log, else 0.01. `controls` are devices that are
    /// known to react (MAC or IP addresses): then only their reaction shows that the probes could be heard. Reads the captures once more unless
    /// `analyze` was given the same log.
    ///
    /// Raises `EarwitnessError` when no round lies inside the captures, or a control was not seen.
    #[pyo3(signature = (log, *, alpha=None, controls=Vec::new(), progress=None))]
    fn judge(
        &self,
        py: Python<'_>,
        log: &ProbeLog,
        alpha: Option<f64>,
        controls: Vec<String>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Verdicts> {
        if alpha.is_some_and(|alpha| !(alpha > 0.0 && alpha < 1.0)) {
            return Err(PyValueError::new_err("alpha is a chance: a number above 0 and below 1, like 0.01"));
        }
        let controls = ids(&controls)?;
        let mut options = log.options.clone();
        let controlled = controls.iter().map(|id| format!("--control {}", labels::id(*id)));
        let judged: Vec<String> = alpha.map(|alpha| format!("--alpha {alpha}")).into_iter().chain(controlled).collect();
        // Behind the name of the log, where the program has them.
        options.splice(1..1, judged);
        let (inner, path) = (Arc::clone(&self.inner), log.path.clone());
        let log = log.log.judged_by(alpha, controls);
        apart(py, progress, move |going| {
            let again = match &inner.tested {
                Some((of, _)) if *of == path => None,
                _ => {
                    let stop = Arc::clone(going.stop());
                    Some(earwitness_offline::tested(&inner.plan, &log, &stop, going).map_err(|error| error::of(&error))?)
                }
            };
            let tested = again.as_ref().or(inner.tested.as_ref().map(|(_, tested)| tested));
            let probing = log.judge(&inner.findings, tested.unwrap_or(&BTreeMap::new())).map_err(|error| error::of(&error))?;
            PyResult::Ok(Verdicts::new(inner, probing, &options))
        })?
    }

    /// Writes what the captures hold into a dataset, `TABLE/home=HOME/date=YYYY-MM-DD/*.parquet` below `folder`, as `earwitness analyze --place --dataset`
    /// does. Reads them once more, in bounded memory; a home that is there already, made from the same files by the same settings, is not written again,
    /// and `replace` replaces one that was made otherwise. With a log (`probes`, or else the one that `analyze` was given) also `rounds` and
    /// `verdicts` are written.
    ///
    /// Returns a dict: `rows` of each table, `files`, `troubles` (a sentence each) and `was_there`.
    #[pyo3(signature = (folder, *, home, probes=None, replace=false))]
    fn write_dataset<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        home: String,
        probes: Option<&ProbeLog>,
        replace: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let Plan { captures, settings, probes: known, .. } = &self.inner.plan;
        let log = probes.map(|it| Arc::clone(&it.log)).or_else(|| known.clone().map(Arc::new));
        write(py, Wanted { captures: captures.clone(), folder, home, analysis: settings.clone(), replace }, log)
    }

    fn __repr__(&self) -> String {
        let findings = &self.inner.findings;
        let sightings: usize =
            findings.devices.iter().map(|it| it.sightings.len() + it.continuous.len() + it.local_sightings.len()).sum();
        let (devices, files) = (findings.devices.len(), self.inner.plan.captures.len());
        format!(
            "<earwitness.Found: {devices} devices, {sightings} sightings, {} frames of {files} files>",
            findings.capture.frames
        )
    }

    #[expect(clippy::unused_self, reason = "Python calls it on an object")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "what was found cannot be pickled: hand names of captures to other processes and analyse there, or write_dataset() and read it",
        ))
    }
}

/// Reads captures as one analysis, merged by time; `earwitness.Scan.analyze` is how people call it.
#[pyfunction]
#[pyo3(signature = (captures, settings, *, threads=None, probes=None, progress=None))]
pub(crate) fn analyze(
    py: Python<'_>,
    captures: Vec<PathBuf>,
    settings: &Settings,
    threads: Option<usize>,
    probes: Option<&ProbeLog>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Found> {
    let plan = Plan {
        captures,
        order: Order::Merged,
        follow: false,
        settings: settings.analysis.clone(),
        helpers: match threads {
            Some(0) => return Err(PyValueError::new_err("threads is at least 1: the one that reads")),
            Some(all) => all - 1,
            None => spare(),
        },
        probes: probes.map(|it| it.log.as_ref().clone()),
        published: Asked { settings: TtestSettings::default(), repeats: 1, step: None, shown: false },
    };
    let options = settings.options.clone();
    let path = probes.map(|it| it.path.clone());
    let inner = apart(py, progress, move |going| {
        let stop = Arc::clone(going.stop());
        let read = earwitness_offline::read(&plan, &stop, going).map_err(|error| error::of(&error))?;
        let Reading { mut findings, tested, troubles, .. } = read;
        Geo::open(&[]).map_err(|error| error::of(&error))?.locate(&mut findings);
        let troubles = troubles.iter().map(ToString::to_string).chain(borders::lines(&findings)).collect();
        PyResult::Ok(Inner { plan, findings, tested: path.map(|path| (path, tested)), troubles, options })
    })??;
    Ok(Found { inner: Arc::new(inner) })
}
