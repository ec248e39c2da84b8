//! One interface, followed by its name: down, up, gone, made again.

use std::io;
use std::time::Duration;

use earwitness_core::pcap::Description;
use earwitness_ring::{Offloads, Ring, Shape};

use super::encode;
use super::links::{Link, shadowed};

/// Octets of an Ethernet header and two tags, which an interface's MTU does not count.
const LINK_HEADER: u32 = 14 + 8;

/// How things stand with the interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Not looked for yet.
    Unknown,
    /// There is none of this name.
    Missing,
    /// It is part of another one that is captured.
    LeftOut,
    /// Its frames have no form that capture files know.
    Unfit,
    /// Switched off.
    Down,
    /// Frames come.
    Up,
}

/// What a look at the interface gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    /// For a person, and as a comment in the capture.
    pub(super) said: String,
    /// It has to be described (again) in the capture.
    pub(super) describe: bool,
}

/// What has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    /// Frames that reached the ring's socket, lost ones included, as the kernel counts.
    pub(super) received: u64,
    /// Those of them that found no room.
    pub(super) dropped: u64,
    /// Frames that were taken out of the ring.
    pub(super) taken: u64,
}

/// An interface being captured.
#[derive(Debug)]
pub struct Port {
    name: String,
    ring: Ring,
    snap: u32,
    promiscuous: bool,
    bound: Option<u32>,
    state: State,
    /// When the state began.
    since: Duration,
    link_type: u32,
    offloads: Option<Offloads>,
    /// Its number in the capture, once it is described there.
    pub(super) number: Option<u32>,
    pub(super) counts: Counts,
    /// Longest frame that can be on the wire.
    longest: u32,
    /// The longest frame that was longer, until it was said; then nothing more is.
    too_long: Option<u32>,
}

impl Port {
    /// Opens a ring for an interface that may come later.
    ///
    /// # Errors
    /// `PermissionDenied` without `CAP_NET_RAW`; what the ring's kernel side says about its size.
    pub fn open(name: &str, shape: Shape, promiscuous: bool) -> io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            ring: Ring::open(shape)?,
            snap: shape.snap,
            promiscuous,
            bound: None,
            state: State::Unknown,
            since: Duration::ZERO,
            link_type: 1,
            offloads: earwitness_ring::offloads(name).ok(),
            number: None,
            counts: Counts::default(),
            longest: u32::MAX,
            too_long: Some(0),
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Looks where the interface of this name is now; returns what has changed.
    pub(super) fn follow(&mut self, links: &[Link], names: &[&str], now: Duration) -> Option<Change> {
        let link = links.iter().find(|link| link.name == self.name);
        let over = shadowed(links, names, &self.name);
        let before = (self.state, self.bound, self.link_type);
        self.state = match link {
            None => State::Missing,
            Some(_) if over.is_some() => State::LeftOut,
            Some(link) => self.bind(link),
        };
        if !matches!(self.state, State::Up | State::Down) && self.bound.take().is_some() {
            // Under another name it is another interface.
            let _ = self.ring.close_entrance();
        }
        if before == (self.state, self.bound, self.link_type) {
            return None;
        }
        let lasted = now.saturating_sub(std::mem::replace(&mut self.since, now)).as_secs_f64();
        let describe = self.bound.is_some() && (self.number.is_none() || before.2 != self.link_type);
        let name = &self.name;
        let said = match (before.0, self.state) {
            (_, State::Missing) => {
                format!("{name} is not there; waiting for it (`earwitness capture --list` shows what is there)")
            }
            (_, State::LeftOut) => {
                let over = over.map(|link| link.name.as_str()).unwrap_or_default();
                format!("{name} is left out: its frames pass {over} too, and are counted once, there")
            }
            (_, State::Unfit) => {
                format!("{name} has frames of a kind that is not read here; try a source such as `tcpdump -i {name} -U -w -`")
            }
            (_, State::Down) => format!("{name} is down; nothing can be heard until it is up"),
            (State::Unknown, _) => return Some(Change { said: String::new(), describe }),
            (State::Up, _) => format!("{name} was made again; going on with it"),
            _ => format!("{name} is up, after {lasted:.1} s"),
        };
        Some(Change { said, describe })
    }

    fn bind(&mut self, link: &Link) -> State {
        let Some(link_type) = link.link_type() else { return State::Unfit };
        if self.bound != Some(link.index) {
            if self.ring.bind(link.index).is_err() {
                // It went while we looked.
                return State::Missing;
            }
            if self.promiscuous {
                // Interfaces without hardware filters may refuse: they have nothing to switch off.
                let _ = self.ring.listen_to_all(link.index);
            }
            self.bound = Some(link.index);
        }
        (self.link_type, self.longest) = (link_type, link.mtu.saturating_add(LINK_HEADER));
        if link.up { State::Up } else { State::Down }
    }

    /// What the capture says about it.
    pub(super) fn description(&self) -> Description {
        let mut description = String::from("live on this machine");
        if let Some(Offloads { gro, tso, gso }) = self.offloads {
            let on = |switch| if switch { "on" } else { "off" };
            description = format!("{description}; gro {}, tso {}, gso {}", on(gro), on(tso), on(gso));
            if gro || tso || gso {
                description.push_str(": frames may be longer than any on the wire");
            }
        }
        Description { link_type: self.link_type, snaplen: self.snap, name: self.name.clone(), description }
    }

    /// Adds what the kernel has counted; says whether frames were lost since the last time.
    pub(super) fn count(&mut self) -> io::Result<bool> {
        let news = self.ring.statistics()?;
        self.counts.received = self.counts.received.saturating_add(u64::from(news.received));
        self.counts.dropped = self.counts.dropped.saturating_add(u64::from(news.dropped));
        Ok(news.dropped > 0)
    }

    /// Whether every frame that the kernel counted was taken or lost.
    pub(super) const fn is_settled(&self) -> bool {
        let Counts { received, dropped, taken } = self.counts;
        taken.saturating_add(dropped) >= received
    }

    /// Appends the frames of the next block, at most `left` of them; says how many, none where there is no block.
    pub(super) fn take(&mut self, out: &mut Vec<u8>, left: u64) -> Option<u64> {
        let block = self.ring.block()?;
        let number = self.number.unwrap_or(0);
        let (mut frames, mut written, mut longest) = (0_u64, 0_u64, 0);
        for frame in block.frames() {
            frames = frames.wrapping_add(1);
            longest = longest.max(frame.wire_len);
            if written < left {
                encode::packet(out, number, &frame, self.snap);
                written = written.wrapping_add(1);
            }
        }
        drop(block);
        self.counts.taken = self.counts.taken.saturating_add(frames);
        if longest > self.longest {
            self.too_long = self.too_long.map(|before| before.max(longest));
        }
        Some(written)
    }

    /// Says once that there are frames longer than any on the wire.
    pub(super) fn long_frames(&mut self) -> Option<String> {
        let longest = self.too_long.filter(|&longest| longest > 0)?;
        self.too_long = None;
        let name = &self.name;
        Some(format!(
            "{name} carries frames of up to {longest} octets, more than its MTU allows: joined by the card or the kernel, or not split yet. \
             Octets are counted right, single packets are not those of the wire; `ethtool -K {name} gro off tso off gso off` shows them"
        ))
    }

    /// What became of it, for a person.
    pub(super) fn summary(&self) -> String {
        let Counts { received, dropped, .. } = self.counts;
        format!("{}: {received} frames, {dropped} of them lost", self.name)
    }

    /// Lets nothing more in.
    pub(super) fn close(&mut self) {
        // A socket that cannot be closed to frames gives more of them than asked for, no less.
        let _ = self.ring.close_entrance();
    }
}
