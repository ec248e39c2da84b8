//! A record of a JSON history, with its place in the text.

use earwitness_base::misread::Fault;
use serde_json::Value;

/// A record before it is understood.
pub(crate) struct Raw {
    /// Place in the text, octets.
    pub(crate) at: usize,
    pub(crate) value: Value,
}

impl Raw {
    /// The text below a path of keys; of a list, its first item.
    pub(crate) fn text(&self, path: &[&str]) -> Option<String> {
        let found = path.iter().try_fold(&self.value, |value, key| first(value).get(key))?;
        first(found).as_str().map(str::to_owned).filter(|text| !text.is_empty())
    }

    /// A fault of this record.
    pub(crate) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault::at(self.at..self.at, what)
    }
}

fn first(value: &Value) -> &Value {
    value.as_array().and_then(|list| list.first()).unwrap_or(value)
}
