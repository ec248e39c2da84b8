//! Logs of what was played, and verdicts.

use std::path::PathBuf;
use std::sync::Arc;

use earwitness_base::moment;
use earwitness_base::words::as_f64;
use earwitness_core::findings::Findings;
use earwitness_core::verdict::name_recordings;
use earwitness_offline::{How, JudgeError};
use earwitness_report::probelog::{Columns, duration};
use earwitness_report::verdicts::Probing;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error;
use crate::inner::{Inner, dict};
use crate::table::Table;
use crate::tables;

/// A log of sounds that were played during a capture.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct ProbeLog {
    pub(crate) path: PathBuf,
    pub(crate) log: Arc<earwitness_offline::ProbeLog>,
    /// The options that say how it was read, as the program would be given them.
    pub(crate) options: Vec<String>,
}

#[pymethods]
impl ProbeLog {
    /// Reads a log: CSV or JSON Lines, as `docs/guide/analyze.md` describes them.
    ///
    /// `columns` maps names of the log's columns to those that are known, like `{"start": "time"}`. `time_zone` says where clocks showed times
    /// that have no offset, like "Europe/Berlin". `offset` is added to all times: "2h", "-30min", "1.5s".
    #[staticmethod]
    #[pyo3(signature = (path, *, columns=Vec::new(), time_zone=None, offset=None))]
    fn read(path: PathBuf, columns: Vec<(String, String)>, time_zone: Option<&str>, offset: Option<&str>) -> PyResult<Self> {
        let wrong = PyValueError::new_err::<String>;
        let mut options = vec![format!("--probes {}", path.display())];
        let mut how = How::default();
        if let Some(text) = offset {
            how.offset = Some(duration(text).map_err(wrong)?);
            options.push(format!("--probe-offset {}s", as_f64(how.offset.unwrap_or_default()) / 1e9));
        }
        for (theirs, ours) in columns {
            let columns: Columns = format!("{theirs}={ours}").parse().map_err(wrong)?;
            options.push(format!("--map {columns}"));
            how.reading.columns.push(columns);
        }
        if let Some(name) = time_zone {
            how.reading.zone = Some(moment::zone(name).map_err(wrong)?);
            options.push(format!("--time-zone {name}"));
        }
        let log = earwitness_offline::ProbeLog::read(&path, how).map_err(|error| error::of(&error))?;
        Ok(Self { path, log: Arc::new(log), options })
    }

    /// The file that it was read from.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// The highest chance that any device at all is accused falsely, as the log says or by default.
    #[getter]
    fn alpha(&self) -> f64 {
        self.log.settings().alpha
    }

    /// Draws the lots of the rounds again from the seed that the log names: the numbers of the rounds that the seed did not draw, for which
    /// `Found.judge` refuses the log; `None` where it names no seed, so that its lots are on trust.
    fn check_lots(&self) -> PyResult<Option<Vec<u32>>> {
        match self.log.check_lots() {
            Ok(drawn) => Ok(drawn.map(|_| Vec::new())),
            Err(JudgeError::NotAsDrawn { rounds, .. }) => Ok(Some(rounds.lots.not_drawn.iter().map(|it| it.round).collect())),
            Err(other) => Err(error::of(&other)),
        }
    }
}

/// What a log of probes says of the devices of captures.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct Verdicts {
    pub(crate) inner: Arc<Inner>,
    /// As found, with recordings called so where a verdict says that sound caused them.
    pub(crate) findings: Findings,
    pub(crate) probing: Probing,
    options: Vec<String>,
}

impl Verdicts {
    pub(crate) fn new(inner: Arc<Inner>, probing: Probing, of_probes: &[String]) -> Self {
        let mut findings = inner.findings.clone();
        name_recordings(&mut findings, &probing.verdicts);
        let options = inner.options(of_probes);
        Self { inner, findings, probing, options }
    }
}

#[pymethods]
impl Verdicts {
    /// The rounds of the log, with what became of each: a row each.
    #[getter]
    fn rounds(&self) -> PyResult<Table> {
        tables::rounds(&self.probing.verdicts)
    }

    /// What the rounds say of each device: a row each.
    #[getter]
    fn table(&self) -> PyResult<Table> {
        tables::verdicts(&self.probing.verdicts)
    }

    /// What was odd about the log, a sentence each.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.probing.warnings.clone()
    }

    /// The report of the program (`earwitness analyze --probes --json --series FILE`) as a dict; `docs/schema/analyze-2.json` says what its keys mean.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict(py, &self.to_json(py)?)
    }

    /// The same as text.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.inner.json(&self.findings, &self.options, Some(&self.probing)))
    }

    fn __repr__(&self) -> String {
        let verdicts = &self.probing.verdicts;
        let said: Vec<String> = verdicts
            .devices
            .iter()
            .map(|it| format!("{} {}", earwitness_report::labels::id(it.device), it.outcome.key()))
            .collect();
        format!("<earwitness.Verdicts of {} rounds: {}>", self.probing.counted(), said.join(", "))
    }

    #[expect(clippy::unused_self, reason = "Python calls it on an object")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("verdicts cannot be pickled: to_dict() can, and so can names of captures and logs"))
    }
}
