//! What Home Assistant is shown by MQTT while the program runs, and what a person orders there.
//!
//! It follows the [`Board`] and publishes with `earwitness_mqtt`, in threads of its own; orders go through the control socket, as those of `earwitness tell`.

mod orders;
mod shown;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use earwitness_base::clock::{self, Clock as _, System};
use earwitness_core::time::Timestamp;
use earwitness_mqtt::{Client, Command, Report};
use earwitness_report::json::status::Status;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, oneshot, watch};

use self::orders::Orders;
use crate::appliance::Request;
use crate::board::Board;
use crate::config::{Config, Mqtt};
use crate::daemon::ask;
use crate::hidden::Hidden;
use crate::say;

/// An hour, nanoseconds.
const HOUR: i64 = 3_600 * earwitness_core::time::SECOND;

/// What is published, as the configuration wants it.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    running: Option<(Mqtt, PathBuf, Running)>,
}

impl Bridge {
    /// Begins, ends, or begins anew, where the configuration wants something else than before.
    ///
    /// # Errors
    /// When it cannot begin: then nothing is published.
    pub(crate) fn follow(&mut self, config: &Config, board: &Board) -> anyhow::Result<()> {
        let is_so = |it: &(Mqtt, PathBuf, Running)| config.mqtt.as_ref() == Some(&it.0) && config.state == it.1;
        if self.running.as_ref().is_some_and(is_so) {
            return Ok(());
        }
        // The old one says good-bye first.
        self.running = None;
        if let Some(mqtt) = &config.mqtt {
            let running = Running::start(mqtt, &config.state, board)?;
            self.running = Some((mqtt.clone(), config.state.clone(), running));
        }
        Ok(())
    }
}

/// The thread that shows, until it is dropped.
#[derive(Debug)]
struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The end of a client waits a few seconds for the broker at most.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Running {
    fn start(mqtt: &Mqtt, state: &Path, board: &Board) -> anyhow::Result<Self> {
        let (status, events) = (board.status(), board.events());
        let (state, kept) = (state.to_owned(), state.to_owned());
        let orders = Orders::start(move |command| answered(&state, command)).context("no thread can be made for orders")?;
        let hand_in = orders.clone();
        let client = Client::start(&mqtt.broker, &mqtt.settings, report, move |command| hand_in.give(command))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let work = move || {
            runtime.block_on(async {
                let client = Arc::new(client);
                tokio::spawn(tell(Arc::clone(&client), events));
                tokio::spawn(show(client, status, orders, kept));
                // Nothing is sent: the other end goes.
                let _ = stopped.await;
            });
        };
        let thread = thread::Builder::new().name("mqtt-show".to_owned()).spawn(work)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// Shows each status as it comes.
async fn show(client: Arc<Client>, mut status: watch::Receiver<Arc<Status>>, orders: Orders, state: PathBuf) {
    // What was put up before counts as well.
    status.mark_changed();
    while status.changed().await.is_ok() {
        let now = Arc::clone(&status.borrow_and_update());
        // One that nobody has put up yet says nothing.
        if now.at_ns != 0 {
            let ahead = System.ahead(Timestamp::from_nanos(now.at_ns));
            let forgotten = Hidden::read(&state).forgotten();
            client.show(shown::snapshot(&now, ahead, orders.answer(), &forgotten));
        }
    }
}

/// Tells of uploads.
async fn tell(client: Arc<Client>, mut events: broadcast::Receiver<Arc<str>>) {
    loop {
        match events.recv().await {
            Ok(event) => {
                if let Some(upload) = shown::upload(&event) {
                    client.upload(upload);
                }
            }
            // What was missed is in the store.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Gives an order to the program that runs on this folder; what came of it.
fn answered(state: &Path, command: Command) -> String {
    let request = match command {
        Command::Resume => Request::Resume,
        Command::Pause => Request::Pause,
        Command::PauseForAnHour => Request::PauseUntil(clock::now().plus(HOUR)),
        Command::TestNow => Request::Test,
    };
    ask(state, request).unwrap_or_else(|error| format!("it could not be told: {error}"))
}

fn report(report: Report) {
    match report {
        Report::Fails(why) => say::line(&format!("nothing is published by MQTT: {why}")),
        Report::Works => say::line("it is published by MQTT again"),
    }
}
