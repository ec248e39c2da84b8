//! MQTT: the notice as JSON, published to a topic; it counts as sent when the broker has acknowledged it, as quality of service 1 is.

use std::time::Duration;

use rumqttc::{AsyncClient, ConnectionError, Event, MqttOptions, Outgoing, Packet, QoS};
use tokio::time::timeout;

use crate::Letter;
use crate::broker::Broker;
use crate::failure::Failure;
use crate::settings::{Fault, Mqtt};

/// How long all of it may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Longest topic, octets: the standard's are strings of up to 65,535.
const LONGEST: usize = 200;

/// A topic of a broker.
pub(super) struct Publisher {
    broker: Broker,
    options: MqttOptions,
    topic: String,
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The options have the password.
        out.debug_struct("Publisher").field("host", &self.broker.host).finish_non_exhaustive()
    }
}

impl Publisher {
    pub(super) fn new(settings: &Mqtt) -> Result<Self, Fault> {
        let Mqtt { topic, host, port, tls, ca_file, user, password_file, password_in_plain_text } = settings.clone();
        let odd = topic.is_empty() || topic.len() > LONGEST || topic.starts_with('$');
        if odd || topic.contains(|it: char| it.is_control() || matches!(it, '+' | '#')) {
            return Err(Fault("topic under [notify.mqtt] is one to publish to, such as earwitness/notices".to_owned()));
        }
        let section = "notify.mqtt";
        let broker = Broker { section, host, port, tls, ca_file, user, password_file, password_in_plain_text };
        // The broker names a client that brings no name (3.1.3.1 of the standard): nobody else is pushed out.
        let options = broker.options("")?;
        Ok(Self { broker, options, topic })
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::new(format!("nothing can be sent: {error}"), "it is tried again"))?;
        let published = runtime.block_on(async { timeout(TIMEOUT, self.published(letter)).await });
        let in_time = published.unwrap_or(Err(ConnectionError::NetworkTimeout));
        in_time.map_err(|error| self.broker.failure(&error))
    }

    async fn published(&self, letter: &Letter) -> Result<(), ConnectionError> {
        // It has room for both requests, so that neither waits for the connection.
        let (client, mut events) = AsyncClient::new(self.options.clone(), 2);
        let requested = client.publish(self.topic.as_str(), QoS::AtLeastOnce, false, letter.json.as_bytes()).await;
        requested.map_err(|_| ConnectionError::RequestsDone)?;
        while !matches!(events.poll().await?, Event::Incoming(Packet::PubAck(_))) {}
        // It was taken: whether the good-bye arrives is all the same.
        if client.disconnect().await.is_ok() {
            while !matches!(events.poll().await, Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_)) {}
        }
        Ok(())
    }
}
