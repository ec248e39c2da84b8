//! From a plan to a device that lives.

use earwitness_core::time::SECOND;

use super::chatter::Heartbeat;
use super::ear::speaker::SpeakerEar;
use super::outbox::Outbox;
use super::resident::{Body, Chatter, Ear, Neighbours, Resident};
use super::room::{HOUR, nanos};
use super::standing::Noise;
use crate::air::Air;
use crate::chance::Chance;
use crate::host::Host;
use crate::plan::{DeviceKind, DevicePlan, Plan};

/// Builds the device number `number` (from 1) of a plan that lasts over `begins..ends`.
pub(super) fn resident(
    plan: &Plan,
    device: &DevicePlan,
    number: u8,
    (begins, ends): (i64, i64),
    noise: &Noise,
    chance: Chance,
) -> Resident {
    let mut own = chance.fork("host");
    let air = Air::new(begins, ends, nanos(plan.network.stall_every_seconds, SECOND), &mut own);
    let mut host = Host::new(number, &device.name, air, own);
    let one_lost_in = u64::from(plan.network.one_lost_in);
    host.loss.air = one_lost_in;
    host.loss.wire = one_lost_in;
    let mut draw = chance.fork("build");
    // Nobody joins at the very beginning, and not all at once.
    let ready = host.join(begins + draw.between(0, 20 * SECOND), service(&device.kind));
    let mut body = Body {
        host,
        out: Outbox::default(),
        noise: noise.clone(),
        one_lost_in,
        begins,
        ends,
        offset_seconds: plan.offset_seconds,
        uploads: Vec::new(),
    };
    let mut builder = Builder { device, number, ready, body: &mut body, chance: &chance, chatter: Vec::new() };
    let ear = builder.furnish();
    let Builder { mut chatter, .. } = builder;
    chatter
        .push(Box::new(Neighbours { next: ready + draw.between(30 * SECOND, 200 * SECOND), chance: chance.fork("neighbours") }));
    let ear = ear.filter(|_| device.common.microphone != Some(false));
    let listens_from = begins + nanos(device.common.active_from_hours, HOUR);
    Resident { body, chatter, ear, common: device.common.clone(), listens_from, chance }
}

/// What the device offers to the home, if anything.
fn service(kind: &DeviceKind) -> Option<&'static str> {
    match kind {
        DeviceKind::Speaker(_) => Some("_assistant._tcp"),
        DeviceKind::Plug(_) => Some("_http._tcp"),
    }
}

struct Builder<'a> {
    device: &'a DevicePlan,
    number: u8,
    ready: i64,
    body: &'a mut Body,
    chance: &'a Chance,
    chatter: Vec<Box<dyn Chatter>>,
}

impl Builder<'_> {
    /// Gives the device what it says by itself, and its ear.
    fn furnish(&mut self) -> Option<Box<dyn Ear>> {
        match &self.device.kind {
            DeviceKind::Speaker(plan) => {
                self.heartbeat(45.0, (26, 26), 0.0);
                let address = [198, 51, 100, 20 + self.number % 200];
                Some(Box::new(SpeakerEar::new(plan, (format!("voice.{}.example", self.device.name), address.into()))))
            }
            DeviceKind::Plug(plan) => {
                self.heartbeat(60.0, (2, 2), plan.switched_every_minutes);
                None
            }
        }
    }

    /// A standing connection with a heartbeat every `usual` seconds unless the plan says otherwise.
    fn heartbeat(&mut self, usual: f64, octets: (usize, usize), orders_minutes: f64) {
        let every = self.device.common.heartbeat_seconds.unwrap_or(usual);
        if every <= 0.0 {
            return;
        }
        let server = (format!("mqtt.{}.example", self.device.name), [192, 0, 2, 20 + self.number % 200], 8_883);
        let chance = self.chance.fork("heartbeat");
        let orders = nanos(orders_minutes, 60 * SECOND);
        self.chatter.push(Box::new(Heartbeat::new(server, self.ready, nanos(every, SECOND), octets, orders, chance)));
    }
}
