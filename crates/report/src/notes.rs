//! What a reader must know about the capture before trusting what was found in it.

use earwitness_base::text::{WIDEST, clean};
use earwitness_core::findings::CaptureFacts;

use super::Context;
use earwitness_base::words::{count, counted};

/// Reasons that are listed by name.
const REASONS: usize = 8;
/// Columns of the longest trouble line.
const WIDEST_LINE: usize = 400;

/// One sentence for each thing; nothing when the capture was flawless.
#[must_use]
pub(crate) fn notes(facts: &CaptureFacts, context: &Context<'_>) -> Vec<String> {
    let mut out: Vec<String> = context.troubles.iter().map(|it| clean(it, WIDEST_LINE)).collect();
    let mut note = |number: u64, (one, many): (&str, &str), text: &dyn Fn(String) -> String| {
        if number > 0 {
            out.push(text(counted(number, one, many)));
        }
    };
    let (plain, past, are) = (("frame", "frames"), ("frame was", "frames were"), ("frame is", "frames are"));
    note(facts.dropped, plain, &|n| {
        format!("The capture itself says that it lost {n}: sound may have been sent that is not in it.")
    });
    note(facts.cut, past, &|n| format!("{n} cut short when captured: lengths are those in the headers, names may be missing."));
    note(facts.oversized, are, &|n| {
        format!("{n} longer than a wire allows (captured before segmentation): sizes are not those on the wire.")
    });
    let stopped = facts.stopped.values().fold(0_u64, |sum, it| sum.saturating_add(*it));
    note(stopped, past, &|n| format!("{n} not read to the end: {}.", reasons(facts)));
    note(facts.others, plain, &|n| {
        format!("{n} came from senders beyond the number that is kept apart: they are not in this report.")
    });
    let mut happened = |number: u64, text: &str| {
        if number > 0 {
            out.push(format!("{text} {}.", counted(number, "time", "times")));
        }
    };
    happened(facts.clock_back, "The clock of the capture went backwards by more than a second,");
    happened(facts.clock_ahead, "The clock of the capture jumped ahead by more than a day,");
    if facts.sightings_left_out > 0 {
        let sightings = counted(facts.sightings_left_out, "more sighting was", "more sightings were");
        out.push(format!("{sightings} found than are kept: they are not in this report."));
    }
    if facts.flows_not_followed > 0 {
        let flows = counted(facts.flows_not_followed, "connection", "connections");
        out.push(format!("{flows} could not be followed because there were too many at once: sound in them is not seen."));
    }
    out
}

/// Why frames were not read to the end, the most frequent reason first.
pub(super) fn reasons(facts: &CaptureFacts) -> String {
    let mut reasons: Vec<_> = facts.stopped.iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut listed: Vec<_> =
        reasons.iter().take(REASONS).map(|(why, number)| format!("{} ({})", clean(why, WIDEST), count(**number))).collect();
    if let Some(more) = reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
        listed.push(format!("{more} more reasons"));
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_flawless_capture_has_no_notes() {
        let facts = CaptureFacts { frames: 10, wire_octets: 1_000, ..CaptureFacts::default() };
        assert_eq!(notes(&facts, &sample::context(&[])), Vec::<String>::new());
    }

    #[test]
    fn each_flaw_is_told_once_with_its_number() {
        let facts = CaptureFacts {
            dropped: 1,
            cut: 1_234,
            clock_ahead: 1,
            stopped: (0..10).map(|it| (format!("reason {it}"), it + 1)).collect(),
            ..CaptureFacts::default()
        };
        let notes_of = notes(&facts, &sample::context(&["a.pcap: breaks\x1b[2J off".to_owned()]));
        assert_eq!(notes_of.len(), 5, "{notes_of:#?}");
        assert_eq!(notes_of[0], "a.pcap: breaks\u{fffd}[2J off");
        assert!(notes_of[1].contains("lost 1 frame:"));
        assert!(notes_of[2].starts_with("1,234 frames were cut"));
        assert!(
            notes_of[3].contains("55 frames")
                && notes_of[3].contains("reason 9 (10)")
                && notes_of[3].ends_with("2 more reasons.")
        );
        assert!(notes_of[4].ends_with("1 time."));
    }
}
