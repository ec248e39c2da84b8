//! How long a session lasted.

use crate::time::Window;
use crate::trial::Trial;

/// From the first slot of the first round to the end of the last; nothing without a round.
pub(super) fn session_span(trials: &[Trial]) -> Option<Window> {
    let spans = || trials.iter().filter_map(|trial| trial.round.span());
    Some(Window { from: spans().map(|span| span.from).min()?, until: spans().map(|span| span.until).max()? })
}
