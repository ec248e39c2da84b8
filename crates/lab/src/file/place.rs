//! Where something in a file is wrong.

use earwitness_base::misread::Fault;
use toml::Spanned;

/// A fault at a value; without a place where the value is not of the file.
pub(super) fn fault<T>(at: &Spanned<T>, what: impl Into<String>) -> Fault {
    let span = at.span();
    Fault { at: (!span.is_empty()).then_some(span), what: what.into() }
}
