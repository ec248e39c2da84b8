//! What was fixed before the first round, hidden until it is revealed.
//!
//! A commitment is the SHA-256 digest of a text: a salt of 256 random bits, the seed of all lots, and how the session is laid out. The digest can be published
//! before a session, since nobody can guess the salt; the text is revealed in the bundle, and `sha256sum commitment.txt` prints the digest again. Who
//! published it can have chosen neither seed nor layout after the traffic was seen.
//!
//! The text has these lines, each ended by a line feed, in this order; numbers are decimal, times are nanoseconds, names are JSON strings:
//!
//! ```text
//! earwitness commitment 1
//! salt 64 hexadecimal digits, lower case
//! seed N
//! alpha X              the shortest decimal number that is read as the same IEEE 754 double
//! slots N
//! slot_ns N
//! guard_ns N
//! rest_ns SHORTEST LONGEST
//! warm_up_ns N
//! only_when_away yes|no
//! lengths_ns N N ..
//! sound speech|noise|music "NAME"      a line for each
//! factor "NAME" "LEVEL" "LEVEL" ..     a line for each
//! quiet FROM UNTIL                     a line for each, minutes of the day
//! ```

use std::fmt::Write as _;

use earwitness_core::probe::{Round, SoundKind};
use earwitness_core::schedule::Design;
use earwitness_report::probelog::Header;

use crate::bag::{digest, hex};

/// The first line.
const FIRST: &str = "earwitness commitment 1";

/// Octets of a salt.
pub const SALT: usize = 32;

/// The text that a session of this layout commits to.
#[must_use]
pub fn text(salt: &[u8; SALT], design: &Design, alpha: f64) -> String {
    let Design { seed, slots, slot, guard, rest, stimuli, factors, lengths, quiet, only_when_away, local_offset: _, warm_up } =
        design;
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let kind = |kind| match kind {
        SoundKind::Speech => "speech",
        SoundKind::Noise => "noise",
        SoundKind::Music => "music",
    };
    let all = |lengths: &[i64]| lengths.iter().fold(String::new(), |line, it| format!("{line} {it}"));
    let mut text = format!("{FIRST}\nsalt {}\nseed {seed}\nalpha {alpha}\nslots {slots}\n", hex(salt));
    let _ = write!(text, "slot_ns {slot}\nguard_ns {guard}\nrest_ns {} {}\nwarm_up_ns {warm_up}\n", rest.0, rest.1);
    let _ = writeln!(text, "only_when_away {}", if *only_when_away { "yes" } else { "no" });
    let _ = writeln!(text, "lengths_ns{}", all(lengths));
    for it in stimuli {
        let _ = writeln!(text, "sound {} {}", kind(it.kind), quoted(&it.name));
    }
    for it in factors {
        let levels = it.levels().iter().fold(String::new(), |line, level| format!("{line} {}", quoted(level)));
        let _ = writeln!(text, "factor {}{levels}", quoted(it.name()));
    }
    for it in quiet {
        let _ = writeln!(text, "quiet {} {}", it.from, it.until);
    }
    text
}

/// The commitment to a text: what is published.
#[must_use]
pub fn of(text: &str) -> String {
    hex(&digest(text.as_bytes()))
}

/// What the text of a commitment fixes that rounds can be held against.
#[derive(Clone, PartialEq, Debug)]
pub struct Fixed {
    /// The seed of all lots.
    pub seed: u64,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Slots of a round.
    pub slots: u32,
    /// Length of a slot, nanoseconds.
    pub slot: i64,
    /// Silence between two slots, nanoseconds.
    pub guard: i64,
}

/// Reads what a text fixes.
///
/// # Errors
/// When it is no such text, in words.
pub fn read(text: &str) -> Result<Fixed, String> {
    let mut lines = text.lines();
    if lines.next() != Some(FIRST) {
        return Err(format!("its first line is not {FIRST:?}"));
    }
    let mut next = |key: &str| {
        let line = lines.next().unwrap_or_default();
        line.strip_prefix(key).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(|| format!("the line {key} is missing"))
    };
    let salt = next("salt")?;
    if salt.len() != 2 * SALT || !salt.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it)) {
        return Err(format!("its salt is not {SALT} octets in hexadecimal"));
    }
    let wrong = |key: &str| format!("the line {key} holds no number");
    let seed = next("seed")?.parse().map_err(|_| wrong("seed"))?;
    let alpha = next("alpha")?.parse().map_err(|_| wrong("alpha"))?;
    let slots = next("slots")?.parse().map_err(|_| wrong("slots"))?;
    let slot = next("slot_ns")?.parse().map_err(|_| wrong("slot_ns"))?;
    let guard = next("guard_ns")?.parse().map_err(|_| wrong("guard_ns"))?;
    Ok(Fixed { seed, alpha, slots, slot, guard })
}

impl Fixed {
    /// What a log says otherwise; a sentence each.
    #[must_use]
    pub fn contradictions(&self, header: Option<&Header>, rounds: &[Round]) -> Vec<String> {
        let Self { seed, alpha, slots, slot, guard } = *self;
        let header = header.cloned().unwrap_or_default();
        let pairs = [
            ("seed", Some(seed.to_string()), header.seed.map(|it| it.to_string())),
            ("alpha", Some(alpha.to_string()), header.alpha.map(|it| it.to_string())),
            ("number of slots", Some(slots.to_string()), header.slots.map(|it| it.to_string())),
            ("length of a slot (ns)", Some(slot.to_string()), header.slot.map(|it| it.to_string())),
            ("guard time (ns)", Some(guard.to_string()), header.guard.map(|it| it.to_string())),
        ];
        let differs =
            pairs.into_iter().filter(|(_, committed, written)| committed != written).map(|(what, committed, written)| {
                let [committed, written] = [committed, written].map(|it| it.unwrap_or_else(|| "nothing".to_owned()));
                format!("the {what} was fixed as {committed}, and the log says {written}")
            });
        let is_so = |round: &Round| {
            let lengths = round.slots.iter().all(|it| it.length() == slot);
            lengths && round.slots.windows(2).all(|pair| matches!(pair, [a, b] if b.from.since(a.until) == guard))
        };
        let other = rounds
            .iter()
            .find(|round| !is_so(round))
            .map(|round| format!("round {} has slots of another length or distance than was fixed", round.number));
        differs.chain(other).collect()
    }
}
