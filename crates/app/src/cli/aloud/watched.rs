//! The appliance that watches while something is played.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use earwitness_base::clock::{self, System};
use earwitness_base::text::clean;

use super::Speaker;
use crate::config::Config;
use crate::daemon::{self, Form, Goal, Request, Style};

/// What the daemon is told to wait for the first frame, where nothing else is said: in any home something is sent within a minute.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the daemon may take until it captures.
const STARTS: Duration = Duration::from_secs(90);
/// How often a daemon that does not listen yet is told to stop.
const LOOK: Duration = Duration::from_millis(200);
/// How long the thread that plays may take to leave.
const LEAVES: Duration = Duration::from_secs(3);

/// Watches in this thread and plays in another, until one of them is over. What the one that plays came to; `None` where it did not leave in time, because it was
/// in the middle of something when it was stopped.
pub(in crate::cli) fn conduct<T: Send + 'static>(
    config: Config,
    stop: &Arc<AtomicBool>,
    play: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<Option<T>> {
    let (state, stopping) = (config.state.clone(), Arc::clone(stop));
    let player = thread::Builder::new().name("player".to_owned()).spawn(move || {
        let result = play();
        // The daemon may not listen yet, and it may be gone already: it was that which stopped.
        while !stopping.load(Ordering::SeqCst) && daemon::ask(&state, Request::Stop).is_err() {
            clock::sleep(LOOK);
        }
        result
    });
    let player = player.context("no thread can be started")?;
    let style = Style { form: Form::Aside, quiet: true, rounds: false };
    let unchanged = || bail!("what is carried out keeps its configuration; stop it and go on with another one");
    let watched = daemon::run(config, Goal::Measure { timeout: PATIENCE }, style, &unchanged, &System, None);
    stop.store(true, Ordering::SeqCst);
    watched?;
    // A sound that is being played, or somebody who is asked something, is not waited for.
    let end = clock::since_boot() + LEAVES;
    while !player.is_finished() && clock::since_boot() < end {
        clock::sleep(Duration::from_millis(20));
    }
    if !player.is_finished() {
        return Ok(None);
    }
    let result = player.join().map_err(|_| anyhow::anyhow!("the thread that plays has failed; what is written down is kept"))?;
    Ok(Some(result))
}

/// Whether the devices are watched at this moment; one that has just been started is waited for.
///
/// # Errors
/// Why not.
pub(in crate::cli) fn watches(state: &Path, speaker: &mut Speaker) -> Result<(), String> {
    let begun = clock::since_boot();
    loop {
        let why = match daemon::ask(state, Request::Status) {
            Ok(status) => match watching(&status) {
                Ok(()) => return Ok(()),
                Err(why) => why,
            },
            Err(error) => format!("what watches does not answer: {error}"),
        };
        if speaker.stops() || clock::since_boot() > begun + STARTS {
            return Err(why);
        }
        speaker.pause();
    }
}

/// Whether the daemon's account of itself says that it captures.
fn watching(status: &str) -> Result<(), String> {
    let status: serde_json::Value =
        serde_json::from_str(status).map_err(|_| format!("what watches answers {:?}", clean(status, 200)))?;
    let empty = Vec::new();
    let sources = status.get("sources").and_then(|it| it.as_array()).unwrap_or(&empty);
    let runs = |it: &&serde_json::Value| it.get("runs").and_then(serde_json::Value::as_bool) == Some(true);
    if let Some(ended) = sources.iter().find(|it| !runs(it)) {
        let name = ended.get("name").and_then(|it| it.as_str()).unwrap_or_default();
        return Err(format!("{} does not capture", clean(name, 100)));
    }
    let frames = status.get("frames").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if sources.is_empty() || frames == 0 { Err("no frame has come yet".to_owned()) } else { Ok(()) }
}
