//! Answers to verified requests.

use std::path::Path;

use earwitness_skill::{Reply, Request, meaning};

use crate::ask::{Home, carry_out};
use crate::daemon;

/// What is said where something fails here.
const TROUBLE: &str = "Something is wrong at home. The log of earwitness says what.";

/// Answers from the store, and does what was confirmed.
pub(super) fn reply(request: &Request, state: &Path) -> Reply {
    tried(request, state).unwrap_or_else(|error| {
        tracing::warn!(why = format!("{error:#}"), "a request of the skill cannot be answered");
        Reply::trouble(TROUBLE)
    })
}

fn tried(request: &Request, state: &Path) -> anyhow::Result<Reply> {
    let tell = |asked| daemon::ask(state, asked);
    let home = Home::open(state, &tell)?;
    Reply::new(request, meaning(request, home.names()), |asked| carry_out(asked, &home, state))
}
