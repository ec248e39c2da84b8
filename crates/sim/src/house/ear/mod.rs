//! What devices make of what they hear.

pub(super) mod speaker;
pub(super) mod wake;
