//! A thread that publishes what is shown, and hands over orders.

mod inbox;
mod link;

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use earwitness_notify::{Broker, Fault};
use rumqttc::{AsyncClient, ClientError, EventLoop, LastWill, QoS};
use tokio::time::timeout;

pub use self::link::Report;

use self::inbox::{Heard, Inbox, Waiting};
use crate::command::{self, Command};
use crate::mirror::Mirror;
use crate::settings::Settings;
use crate::snapshot::{Snapshot, Upload};
use crate::{state, topics};

/// After so much silence the broker is asked whether it is there, and the broker lets the last will take effect after half as much again.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Requests to the half that holds the connection.
const REQUESTS: usize = 32;
/// How long the end waits for the good-bye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What publishes how it stands. Its end says that it is away.
#[derive(Debug)]
pub struct Client {
    inbox: Arc<Inbox>,
    /// Behind a lock, so that several threads may share a client.
    ended: Mutex<Receiver<()>>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.inbox.close();
        // One that hangs is left to itself: the last will says what is so.
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(GOODBYE + GOODBYE);
    }
}

impl Client {
    /// Begins. `report` is told how the connection is, and `order` what a person wants; neither may wait for long, since both are called by the thread that publishes.
    ///
    /// # Errors
    /// When the settings cannot be used, or no thread can be made.
    pub fn start(
        broker: &Broker,
        settings: &Settings,
        report: impl Fn(Report) + Send + 'static,
        order: impl Fn(Command) + Send + 'static,
    ) -> Result<Self, Fault> {
        // The broker names a client that brings no name (3.1.3.1 of the standard): two of ours do not push each other out.
        let mut options = broker.options("")?;
        options.set_keep_alive(KEEP_ALIVE);
        options.set_last_will(LastWill::new(topics::availability(&settings.base), state::OFFLINE, QoS::AtLeastOnce, true));
        let inbox = Arc::new(Inbox::default());
        let (say_ended, ended) = channel();
        let client = Self { inbox: Arc::clone(&inbox), ended: Mutex::new(ended) };
        let (requests, events) = AsyncClient::new(options, REQUESTS);
        let talk = Talk { requests, inbox, mirror: Mirror::new(settings.clone()), settings: settings.clone(), connection: None };
        let broker = broker.clone();
        let work = move || {
            serve(talk, events, broker, report, order);
            // Whoever waits for the end is told by its absence.
            drop(say_ended);
        };
        let begun = thread::Builder::new().name("mqtt".to_owned()).spawn(work);
        begun.map_err(|error| Fault::new(format!("nothing can be published by MQTT: {error}")))?;
        Ok(client)
    }

    /// Shows how it stands, without waiting.
    pub fn show(&self, snapshot: Snapshot) {
        self.inbox.show(snapshot);
    }

    /// Tells of an upload, without waiting. Nobody is told while the broker is away: what happened then is in the store.
    pub fn upload(&self, upload: Upload) {
        self.inbox.upload(upload);
    }
}

fn serve(mut talk: Talk, events: EventLoop, broker: Broker, report: impl Fn(Report) + Send + 'static, order: impl Fn(Command)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        tracing::error!("nothing can be published by MQTT: no event loop");
        return;
    };
    runtime.block_on(async {
        let link = tokio::spawn(link::hold(events, broker, Arc::clone(&talk.inbox), report));
        // Requests fail only where nobody takes them any more.
        let _ = talk.go_on(&order).await;
        let _ = timeout(GOODBYE, link).await;
    });
}

/// The half that knows what is to be published.
struct Talk {
    requests: AsyncClient,
    inbox: Arc<Inbox>,
    settings: Settings,
    mirror: Mirror,
    /// The number of the connection that has been greeted.
    connection: Option<u64>,
}

impl Talk {
    async fn go_on(&mut self, order: &impl Fn(Command)) -> Result<(), ClientError> {
        loop {
            let Waiting { snapshot, uploads, heard, connection, is_closed } = self.inbox.next().await;
            if is_closed {
                return if connection.is_some() { self.leave().await } else { Ok(()) };
            }
            if let Some(snapshot) = snapshot {
                self.mirror.show(snapshot);
            }
            if connection.is_some() && connection != self.connection {
                self.greet().await?;
                self.connection = connection;
            }
            for it in heard {
                self.hear(&it, order);
            }
            if connection.is_some() {
                self.publish(uploads).await?;
            }
        }
    }

    /// Asks a broker for what concerns us.
    async fn greet(&mut self) -> Result<(), ClientError> {
        self.mirror.forget();
        let birth = topics::birth(&self.settings);
        let announced = topics::all_announced(&self.settings.base);
        for topic in command::topics(&self.settings).into_iter().chain([birth, announced]) {
            self.requests.subscribe(topic, QoS::AtLeastOnce).await?;
        }
        Ok(())
    }

    fn hear(&mut self, heard: &Heard, order: &impl Fn(Command)) {
        let Heard { topic, payload, is_kept } = heard;
        if let Some(mac) = topics::who_was_announced(&self.settings.base, topic) {
            // What is not kept is the echo of what we say now.
            if let (true, Ok(payload)) = (is_kept, std::str::from_utf8(payload)) {
                self.mirror.found(mac, payload);
            }
        } else if *topic == topics::birth(&self.settings) {
            if payload == state::ONLINE.as_bytes() && !is_kept {
                self.mirror.forget();
            }
        } else if let Some(command) = command::parse(&self.settings, topic, payload)
            && !is_kept
        {
            order(command);
        }
    }

    /// Publishes what has changed, as long as the connection lasts.
    async fn publish(&mut self, uploads: impl IntoIterator<Item = Upload>) -> Result<(), ClientError> {
        for (topic, payload) in self.mirror.due() {
            if self.inbox.connection() != self.connection {
                return Ok(());
            }
            self.requests.publish(topic.as_str(), QoS::AtLeastOnce, true, payload.as_str()).await?;
            self.mirror.published(topic, payload);
        }
        for upload in uploads {
            if self.mirror.shows(upload.mac) {
                let topic = state::upload_topic(&self.settings, upload.mac);
                self.requests.publish(topic, QoS::AtLeastOnce, false, state::upload(&upload)).await?;
            }
        }
        Ok(())
    }

    /// Says that we are away: a broker publishes no last will of those who say good-bye.
    async fn leave(&mut self) -> Result<(), ClientError> {
        let topic = topics::availability(&self.settings.base);
        self.requests.publish(topic, QoS::AtLeastOnce, true, state::OFFLINE).await?;
        self.requests.disconnect().await
    }
}
