//! What a bundle is made from, wherever it comes from.

use std::fs::File;

use earwitness_evidence::export::Material;

/// A bundle to be, with its frames.
pub(super) struct Source {
    pub(super) material: Material,
    pub(super) frames: File,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}
