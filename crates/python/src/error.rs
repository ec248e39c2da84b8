//! The exception of the package.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(
    earwitness,
    EarwitnessError,
    PyException,
    "What could not be read, judged or written, and what to do; the words are those of the program `earwitness`."
);

/// What went wrong, with its causes, as the program says it.
pub(crate) fn of(error: &dyn std::error::Error) -> PyErr {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        let more = it.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = it.source();
    }
    said(text)
}

/// The same of words.
pub(crate) fn said(text: impl Into<String>) -> PyErr {
    EarwitnessError::new_err(text.into())
}
