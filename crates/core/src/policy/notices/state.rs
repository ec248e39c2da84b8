//! What is remembered.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::{Digest, one_more};
use super::heard::Room;
use super::{About, FIRST_DAY, Fact, LEAD, LEARNING, Notice, NoticeSettings, Told, Trouble, Upload};
use crate::findings::{DeviceId, Receiver, Sighting, SightingKind};
use crate::private::Private;
use crate::time::{SECOND, Timestamp};

/// Things that are remembered as told; of more, those that were not done for longest are forgotten.
pub(super) const THINGS: usize = 512;
/// Devices whose receivers are remembered, and receivers of each.
pub(super) const SENDERS: usize = 64;
pub(super) const RECEIVERS: usize = 16;
/// Uploads, devices and proofs that wait to be decided; a home has one or two.
pub(super) const PENDING: usize = 64;
/// Notices that are kept back at most.
pub(super) const KEPT: usize = 64;
/// Longest text of a stranger's that is kept, characters.
pub(super) const LONGEST: usize = 128;

/// An upload is judged so long after it was seen, nanoseconds: by then the microphone has reported what it heard.
const JUDGED_AFTER: i64 = 45 * SECOND;
/// One that was sent while nobody was at home, so long: who comes home is noticed by then.
pub(super) const AWAY_JUDGED_AFTER: i64 = 300 * SECOND;
/// A device has a name by then, and a proof its verdict.
const JOINED_AFTER: i64 = 300 * SECOND;
const PROVEN_AFTER: i64 = 600 * SECOND;

/// A thing that was told: what, of whom, and what tells it from other such things.
pub(super) type Thing = (About, DeviceId, String);

/// An upload that is not judged yet.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Pending {
    pub(super) device: DeviceId,
    pub(super) upload: Upload,
    /// Whether nobody was at home.
    pub(super) away: bool,
    /// Whom it went to, where that is news.
    pub(super) news: Option<String>,
    pub(super) at: Timestamp,
}

/// Whom a device sends sound to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sender {
    pub(super) since: Timestamp,
    pub(super) last: Timestamp,
    pub(super) named: BTreeSet<String>,
    pub(super) nameless: BTreeSet<String>,
}

/// Something that fails, or failed a moment ago.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Failing {
    pub(super) since: Timestamp,
    pub(super) said: String,
    /// From when on it works, where it does.
    pub(super) works: Option<Timestamp>,
    /// Whether that it fails was decided: told, or left to the digest.
    pub(super) decided: bool,
    pub(super) told: bool,
}

/// What a start must not forget.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct State {
    pub(super) number: u64,
    /// Until when everything is new, and the devices that joined until then.
    pub(super) learning: Option<(Timestamp, u32)>,
    pub(super) things: BTreeMap<Thing, Timestamp>,
    pub(super) senders: BTreeMap<DeviceId, Sender>,
    pub(super) pending: Vec<Pending>,
    pub(super) joined: Vec<(DeviceId, Timestamp)>,
    pub(super) proofs: Vec<(DeviceId, Timestamp)>,
    pub(super) failing: BTreeMap<Trouble, Failing>,
    /// When trouble was told last.
    pub(super) failed: BTreeMap<Trouble, Timestamp>,
    pub(super) kept: Vec<(Timestamp, Told)>,
    /// The day, and how many notices of a kind it had.
    pub(super) day: i64,
    pub(super) today: BTreeMap<About, u32>,
    pub(super) digest: Digest,
}

/// Decides what a household is told.
#[derive(Debug)]
pub struct Notices {
    pub(super) settings: NoticeSettings,
    pub(super) room: Room,
    /// Devices whose uploads a person does not want to be told of.
    pub(super) ignored: BTreeSet<DeviceId>,
    /// From when on nobody is at home.
    pub(super) away_since: Option<Timestamp>,
    pub(super) state: State,
    /// Whether it must be kept before anybody is told more, and whether there is anything to keep.
    pub(super) urgent_to_keep: bool,
    pub(super) changed: bool,
    pub(super) ready: Vec<Notice>,
}

impl Notices {
    /// Begins with a home that nobody knows: it learns for an hour.
    #[must_use]
    pub fn learning(settings: NoticeSettings, now: Timestamp) -> Self {
        let mut begun = Self::knowing(settings, now);
        begun.state.learning = Some((now.plus(LEARNING), 0));
        begun
    }

    /// Begins with a home that was watched before, without a state of notices; see [`Notices::know`].
    #[must_use]
    pub fn knowing(settings: NoticeSettings, now: Timestamp) -> Self {
        Self::with(settings, State { digest: Digest::new(now), ..State::default() }, now)
    }

    /// Goes on where a process before this one was; `None` where the text is no state.
    #[must_use]
    pub fn resumed(settings: NoticeSettings, text: &str, now: Timestamp) -> Option<Self> {
        let mut state = State::parse(text)?;
        // What failed may work by now; who finds that it does not says so again.
        for failing in state.failing.values_mut() {
            failing.works = Some(now);
        }
        Some(Self::with(settings, state, now))
    }

    fn with(settings: NoticeSettings, state: State, now: Timestamp) -> Self {
        let room = Room::new(settings.hears, now);
        Self {
            settings,
            room,
            ignored: BTreeSet::new(),
            away_since: None,
            state,
            urgent_to_keep: true,
            changed: true,
            ready: Vec::new(),
        }
    }

    /// The state as a text, if a start could tell something twice or not at all without it; with `all`, also if only counts have changed.
    pub fn to_keep(&mut self, all: bool) -> Option<String> {
        let wanted = self.urgent_to_keep || (all && self.changed);
        if !wanted {
            return None;
        }
        (self.urgent_to_keep, self.changed) = (false, false);
        Some(self.state.text())
    }

    /// Uploads of these devices, and of no others, are not told of; proofs are.
    pub fn ignore(&mut self, devices: BTreeSet<DeviceId>) {
        self.ignored = devices;
    }

    /// Numbers go on after this one.
    pub fn after(&mut self, number: u64) {
        self.state.number = self.state.number.max(number);
    }

    /// A device is known to have sent sound to somebody.
    pub fn know(&mut self, device: DeviceId, receiver: &Receiver, at: Timestamp) {
        self.met(device, receiver, at);
        if let Some(sender) = self.state.senders.get_mut(&device) {
            sender.since = sender.since.min(at);
        }
    }

    /// Takes a fact. What follows from it comes from [`Notices::due`].
    pub fn take(&mut self, fact: Fact<'_>, now: Timestamp) {
        match fact {
            Fact::Joined(device) => self.joined(device, now),
            Fact::Sighted(device, sighting) => self.sighted(device, sighting, now),
            Fact::Proven(device) => {
                if self.state.proofs.len() < PENDING {
                    self.state.proofs.push((device, now.plus(PROVEN_AFTER)));
                    self.urgent_to_keep = true;
                }
            }
            Fact::Verdict { device, sends } => self.proven(device, sends, now),
            Fact::Heard(window) => self.room.heard(window, now),
            Fact::Probe(window) => self.room.probe(window, now),
            Fact::Hears(hears) => self.room.hears(hears && self.settings.hears, now),
            Fact::Presence(somebody) => self.away_since = if somebody { None } else { self.away_since.or(Some(now)) },
            Fact::Trouble(of, Some(said)) => self.fails(of, &said, now),
            Fact::Trouble(of, None) => {
                if let Some(failing) = self.state.failing.get_mut(&of) {
                    failing.works.get_or_insert(now);
                    self.changed = true;
                }
            }
            Fact::Accident(of, said) => self.accident(of, &said, now),
            Fact::Lost(frames) => {
                let lost = &mut self.state.digest.frames_lost;
                *lost = lost.saturating_add(frames);
                self.changed = true;
            }
        }
    }

    fn joined(&mut self, device: DeviceId, now: Timestamp) {
        self.urgent_to_keep = true;
        if let Some((_, devices)) = &mut self.state.learning {
            one_more(devices);
            return;
        }
        one_more(&mut self.state.digest.joined);
        if self.state.joined.len() < PENDING {
            self.state.joined.push((device, now.plus(JOINED_AFTER)));
        } else {
            one_more(&mut self.state.digest.left_out);
        }
    }

    fn sighted(&mut self, device: DeviceId, sighting: &Sighting, now: Timestamp) {
        self.changed = true;
        let digest = &mut self.state.digest;
        if sighting.kind == SightingKind::LargeUpload {
            digest.count(device, |it| &mut it.large);
            return;
        }
        // What stays in the home is told to nobody.
        if sighting.receiver.local || self.settings.phones.contains(&device) || self.ignored.contains(&device) {
            return;
        }
        let news = self.is_news(device, &sighting.receiver, now);
        if self.room.is_answer(sighting.window) {
            if news.is_none() {
                self.met(device, &sighting.receiver, now);
            }
            self.answers(device, news.is_some());
            return;
        }
        self.met(device, &sighting.receiver, now);
        self.urgent_to_keep = true;
        if self.state.pending.len() >= PENDING {
            one_more(&mut self.state.digest.left_out);
            return;
        }
        let away = self.away_since.is_some_and(|since| since <= sighting.window.from);
        let at = now.plus(if away { AWAY_JUDGED_AFTER } else { JUDGED_AFTER });
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        let milliseconds = sighting.audio_seconds.map(|it| (it.value * 1e3).round() as i64);
        let upload = Upload { window: sighting.window, milliseconds, to: Private::new(whom(&sighting.receiver)) };
        self.state.pending.push(Pending { device, upload, away, news, at });
    }

    /// Whom an upload went to, if that is news: a name where the device had others, or a network where it never had a name.
    fn is_news(&self, device: DeviceId, receiver: &Receiver, now: Timestamp) -> Option<String> {
        let sender = self.state.senders.get(&device)?;
        let (group, named) = group(receiver);
        let news = if named {
            !sender.named.is_empty() && !sender.named.contains(&group)
        } else {
            sender.named.is_empty() && !sender.nameless.contains(&group)
        };
        let room = sender.named.len().max(sender.nameless.len()) < RECEIVERS;
        (news && room && now.since(sender.since) > FIRST_DAY).then_some(group)
    }

    fn met(&mut self, device: DeviceId, receiver: &Receiver, now: Timestamp) {
        let senders = &mut self.state.senders;
        if senders.len() >= SENDERS && !senders.contains_key(&device) {
            let oldest = senders.iter().min_by_key(|it| it.1.last).map(|it| *it.0);
            oldest.map(|oldest| senders.remove(&oldest));
        }
        let new = Sender { since: now, last: now, named: BTreeSet::new(), nameless: BTreeSet::new() };
        let sender = senders.entry(device).or_insert(new);
        sender.last = sender.last.max(now);
        let (group, named) = group(receiver);
        let groups = if named { &mut sender.named } else { &mut sender.nameless };
        if groups.len() < RECEIVERS {
            groups.insert(group);
        }
    }

    fn fails(&mut self, of: Trouble, said: &str, now: Timestamp) {
        let new = || Failing { since: now, said: String::new(), works: None, decided: false, told: false };
        if !self.state.failing.contains_key(&of) {
            one_more(&mut self.state.digest.failures);
        }
        let failing = self.state.failing.entry(of).or_insert_with(new);
        // What is said first says why; what follows from it says less.
        if failing.said.is_empty() || failing.works.is_some() {
            failing.said = short(said);
        }
        failing.works = None;
        self.changed = true;
    }

    /// Whether the microphone had listened since before an upload began.
    pub(super) fn listened(&self, upload: &Upload) -> bool {
        self.room.listened(upload.window)
    }
}

// What is said of a sound that was heard rests on it.
const _: () = assert!(LEAD < JUDGED_AFTER);

/// Whom something was sent to, as it is told.
fn whom(receiver: &Receiver) -> String {
    receiver.name.as_ref().map_or_else(|| receiver.address.to_string(), |name| short(name.0.reveal()))
}

/// What receivers have in common that belong to one: the end of their name that somebody registered, or else their network; and whether it is a name.
fn group(receiver: &Receiver) -> (String, bool) {
    if let Some((name, _)) = &receiver.name {
        let name = name.reveal().trim_end_matches('.').to_ascii_lowercase();
        let labels: Vec<&str> = name.rsplit('.').collect();
        // `co.uk` and the like are nobody's.
        let kept = if labels.len() > 2 && labels.get(1).is_some_and(|it| it.len() <= 3) { 3 } else { 2 };
        let mut kept: Vec<&str> = labels.into_iter().take(kept).collect();
        kept.reverse();
        return (short(&kept.join(".")), true);
    }
    let network = match receiver.address {
        std::net::IpAddr::V4(it) => {
            let [a, b, ..] = it.octets();
            format!("{a}.{b}")
        }
        std::net::IpAddr::V6(it) => {
            let [a, b, ..] = it.segments();
            format!("{a:x}:{b:x}")
        }
    };
    (network, false)
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
