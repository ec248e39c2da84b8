//! The diagnostic log: what the program does inside, for whoever looks for a fault. Nothing is logged unless it is asked for.

use std::io::{self, IsTerminal};

use anyhow::Context;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The environment variable with the filter: a level, or a level for a crate and what is below it, such as `debug` or
/// `earwitness_store=debug,info`. The filter that also reads names of spans brings regular expressions with it, which nothing else here needs.
const VARIABLE: &str = "RUST_LOG";

/// What `-vv` asks for.
const DETAILED: &str =
    "earwitness=debug,earwitness_traffic=debug,earwitness_store=debug,earwitness_sound=debug,earwitness_gateway=debug";

/// Begins to log to standard error, if [`VARIABLE`] or `detailed` asks for it; under systemd that is the journal, which knows the time itself.
///
/// # Errors
/// When the directives cannot be understood.
pub(crate) fn begin(detailed: bool) -> anyhow::Result<()> {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.is_empty());
    let Some(wanted) = wanted.or_else(|| detailed.then(|| DETAILED.to_owned())) else { return Ok(()) };
    let filter: Targets = wanted.parse().with_context(|| {
        format!("{VARIABLE} is {wanted:?}; write a level (error, warn, info, debug, trace), or crate=level,...")
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = if std::env::var_os("JOURNAL_STREAM").is_some() { lines.without_time().boxed() } else { lines.boxed() };
    let begun = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
    begun.map_err(|error| anyhow::anyhow!("the diagnostic log cannot begin: {error}"))
}
