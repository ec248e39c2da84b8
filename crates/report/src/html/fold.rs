//! What is folded, under what it is.

use maud::{Markup, html};

/// A part of the page that somebody unfolds who wants to know more.
pub(super) fn fold(title: &str, inside: &Markup) -> Markup {
    html! { details.fold { summary { h2 { (title) } } (inside) } }
}
