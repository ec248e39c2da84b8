//! A place into a dataset, as `earwitness analyze --place --dataset` writes it.

use std::path::PathBuf;
use std::sync::Arc;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_dataset::{Dataset, Written};
use earwitness_place::{Ended, How, Meter, Place};
use earwitness_report::geo::Geo;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::apart::apart;
use crate::error;
use crate::probes::ProbeLog;
use crate::settings::Settings;

/// The files of a place, those of folders in it as well.
#[pyfunction]
pub(crate) fn captures_in(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<PathBuf>> {
    let found = py.detach(|| earwitness_place::files(&folder)).map_err(|error| error::of(&error))?;
    Ok(found.into_iter().map(|it| it.path).collect())
}

/// Analyses the captures of one place into a dataset, in bounded memory; `earwitness.Scan.write_dataset` is how people call it.
#[pyfunction]
#[pyo3(signature = (captures, folder, home, settings, *, probes=None, replace=false))]
pub(crate) fn write_place<'py>(
    py: Python<'py>,
    captures: Vec<PathBuf>,
    folder: PathBuf,
    home: String,
    settings: &Settings,
    probes: Option<&ProbeLog>,
    replace: bool,
) -> PyResult<Bound<'py, PyDict>> {
    write(
        py,
        Wanted { captures, folder, home, analysis: settings.analysis.clone(), replace },
        probes.map(|it| Arc::clone(&it.log)),
    )
}

/// What is written where.
pub(crate) struct Wanted {
    pub(crate) captures: Vec<PathBuf>,
    pub(crate) folder: PathBuf,
    pub(crate) home: String,
    pub(crate) analysis: AnalysisSettings,
    pub(crate) replace: bool,
}

/// # Errors
/// When the dataset or the log refuses, nothing can be read, or a signal arrives.
pub(crate) fn write(
    py: Python<'_>,
    wanted: Wanted,
    log: Option<Arc<earwitness_offline::ProbeLog>>,
) -> PyResult<Bound<'_, PyDict>> {
    let ended = apart(py, None, move |going| {
        let Wanted { captures, folder, home, analysis, replace } = wanted;
        let probes = log.as_deref();
        let digest = earwitness_place::settings(&analysis, probes);
        let dataset = Dataset::open(&folder, digest, replace).map_err(|error| error::of(&error))?;
        let files = earwitness_place::named(&captures).map_err(|error| error::of(&error))?;
        let geo = Geo::open(&[]).map_err(|error| error::of(&error))?;
        let how = How { settings: analysis, helpers: 0, geo: &geo, probes };
        let place = Place { home, files };
        earwitness_place::write(&place, &dataset, &how, going.stop(), &Meter::default()).map_err(|error| error::of(&error))
    })??;
    let (there, Written { rows, files, troubles }) = match ended {
        Ended::Written(written) => (false, written),
        Ended::There(written) => (true, written),
        // Only a signal stops it, and that has been raised.
        Ended::Stopped => (false, Written::default()),
    };
    let about = PyDict::new(py);
    about.set_item("rows", rows)?;
    about.set_item("files", files)?;
    about.set_item("troubles", troubles)?;
    about.set_item("was_there", there)?;
    Ok(about)
}
