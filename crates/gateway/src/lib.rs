//! Turns this machine into the gateway of the home that it watches, and back.
//!
//! [`GatewaySettings`] (what is wanted) and [`Observed`] (how the machine is) make a [`plan::Plan`]: every file, kernel setting and command in order,
//! each with what undoes it. `up` carries out exactly that; a step is written to the [`journal`] before it is done, so that
//! whoever comes later can undo it. Two processes hold a gateway: the *supervisor* (messages and the status call it keeper) runs hostapd
//! and dnsmasq, and the *watchdog* (guardian) waits for the
//! supervisor's end and undoes what is left. Either replaces or outlives the other; `down` does the same when both were killed, and a reboot forgets
//! everything. A bridge needs no daemon, so nothing has to be alive for it.

mod carry;
mod check;
mod command;
mod exec;
pub mod journal;
mod network;
mod observe;
mod place;
pub mod plan;
mod process;
mod read;
mod service;
mod settings;
mod supervisor;
mod up;

pub use self::carry::Leftover;
pub use self::check::Contradiction;
pub use self::command::Failed;
pub use self::exec::exec_daemon;
pub use self::network::{Ipv4Network, UlaPrefix};
pub use self::observe::{Link, Observed, Route};
pub use self::place::Place;
pub use self::read::{Written, read};
pub use self::settings::{Band, GatewaySettings, Ipv6, Mode, Passphrase, Security};
pub use self::supervisor::{Notify, guard, keep};
pub use self::up::{FAILED, Status, down, status, up};
