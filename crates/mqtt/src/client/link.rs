//! The half that holds the connection: connects, and connects again after growing pauses.

use std::sync::Arc;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_notify::{Broker, Failure};
use rumqttc::{Event, EventLoop, Outgoing, Packet};

use super::inbox::{Heard, Inbox};

/// The first pause, and the longest: a broker that starts again with its machine is back within minutes.
const FIRST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(60);
/// A connection that held for so long begins with the first pause again.
const STEADY: Duration = Duration::from_secs(10);

/// What a client says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// The broker cannot be reached, or lets nobody in: told once, until it works again. It is tried again meanwhile.
    Fails(Failure),
    /// It works again.
    Works,
}

/// Holds the connection until it was closed on purpose.
pub(super) async fn hold(mut events: EventLoop, broker: Broker, inbox: Arc<Inbox>, report: impl Fn(Report)) {
    let (mut failures, mut is_told, mut since) = (0_u32, false, None);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                since = Some(clock::since_boot());
                inbox.connected();
                if std::mem::take(&mut is_told) {
                    report(Report::Works);
                }
            }
            Ok(Event::Incoming(Packet::Publish(it))) => {
                inbox.heard(Heard { topic: it.topic, payload: it.payload.to_vec(), is_kept: it.retain });
            }
            Ok(Event::Outgoing(Outgoing::Disconnect)) => return,
            Ok(_) => {}
            Err(error) => {
                inbox.lost();
                if inbox.is_closed() {
                    return;
                }
                let held = since.take().map(|since| clock::since_boot().saturating_sub(since));
                failures = if held.is_some_and(|it| it >= STEADY) { 1 } else { failures.saturating_add(1) };
                if !std::mem::replace(&mut is_told, true) {
                    report(Report::Fails(broker.failure(&error)));
                }
                tracing::debug!(failures, %error, "the broker of MQTT is away");
                tokio::time::sleep(pause(failures)).await;
            }
        }
    }
}

/// The pause after so many failures in a row.
fn pause(failures: u32) -> Duration {
    FIRST.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        assert_eq!([0, 1, 2, 3, 7, 40].map(|failures| pause(failures).as_secs()), [1, 1, 2, 4, 60, 60]);
    }
}
