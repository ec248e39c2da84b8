//! TTML: paragraphs and spans with the times at which they are shown (W3C, Timed Text Markup Language 2, sections 10 and 12.3).
//!
//! Times of an element count from the beginning of its parent, as `timeContainer="par"` has it, which is usual. No document type is read, so that no entity
//! can grow.

use std::collections::BTreeMap;
use std::ops::Range;

use earwitness_base::misread::Fault;
use roxmltree::{Document, Node, ParsingOptions};

use super::moment::{clock, nanos, number};
use super::{Cue, MOST_CUES, cue};

/// Most elements and texts of a document.
const MOST_NODES: u32 = 4_000_000;
/// Most elements in each other: lines are read in time that grows with their depth.
const MOST_DEPTH: usize = 32;
/// Frames a second where none are named (section 7.2.5).
const FRAMES: f64 = 30.0;

/// How frames and ticks count.
struct Clock {
    frames: f64,
    ticks: f64,
}

/// When an element is shown, seconds; for ever where no end is known.
#[derive(Clone, Copy)]
struct Shown {
    from: f64,
    until: f64,
    /// How many elements it lies in.
    depth: usize,
}

pub(super) fn read(text: &str) -> Result<Vec<Cue>, Fault> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let (row, column) = (error.pos().row as usize, error.pos().col as usize);
        let at = offset(text, row, column);
        Fault { at: Some(at..at), what: format!("this is no XML that can be read: {}", without_place(&error.to_string())) }
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "tt" {
        let what = format!("this is no TTML: its first element is <{}>, not <tt>", root.tag_name().name());
        return Err(Fault::at(root.range(), what));
    }
    let clock = Clock::of(root)?;
    let mut shown: BTreeMap<usize, Shown> = BTreeMap::new();
    let mut cues = Vec::new();
    // Elements come before those in them.
    for node in root.descendants().filter(Node::is_element) {
        let parent = node.parent().and_then(|it| shown.get(&it.id().get_usize()).copied());
        let own = clock.shown(node, parent.unwrap_or(Shown { from: 0.0, until: f64::INFINITY, depth: 0 }))?;
        shown.insert(node.id().get_usize(), own);
        if own.depth > MOST_DEPTH {
            return Err(Fault::at(
                node.range(),
                format!("more than {MOST_DEPTH} elements in each other: this is no TTML of a broadcast"),
            ));
        }
        let is_timed = |it: &Node<'_, '_>| ["begin", "end", "dur"].iter().any(|key| it.attribute(*key).is_some());
        let is_line = node.tag_name().name() == "p" || (node.tag_name().name() == "span" && is_timed(&node));
        if !is_line {
            continue;
        }
        let Some(text) = own_text(node, &is_timed) else { continue };
        if !own.until.is_finite() {
            return Err(Fault::at(node.range(), "it is not said when this text ends: give `end` or `dur`"));
        }
        if cues.len() >= MOST_CUES {
            return Err(Fault::at(node.range(), format!("more than {MOST_CUES} cues: cut the file")));
        }
        // What is cut off by the end of its parent is never shown.
        if own.until < own.from {
            continue;
        }
        let moment = |seconds: f64| nanos(seconds).ok_or_else(|| Fault::at(node.range(), "a time of more than 100 days"));
        cues.extend(cue(moment(own.from)?, moment(own.until)?, &text));
    }
    Ok(cues)
}

/// The text of a line, that of spans with times of their own aside; none where nothing is left.
fn own_text(line: Node<'_, '_>, is_timed: &dyn Fn(&Node<'_, '_>) -> bool) -> Option<String> {
    let mut text = String::new();
    for node in line.descendants() {
        let inner = node.ancestors().take_while(|it| it.id() != line.id());
        let mut inner = inner.filter(Node::is_element);
        let skipped = node.id() != line.id()
            && inner.any(|it| matches!(it.tag_name().name(), "metadata") || (it.tag_name().name() == "span" && is_timed(&it)));
        if skipped {
            continue;
        }
        if node.is_text() {
            text.push_str(node.text().unwrap_or_default());
        } else if node.tag_name().name() == "br" {
            text.push(' ');
        }
    }
    (!text.trim().is_empty()).then_some(text)
}

impl Clock {
    fn of(root: Node<'_, '_>) -> Result<Self, Fault> {
        let attribute = |name: &str| root.attributes().find(|it| it.name() == name).map(|it| (it.value().to_owned(), it.range()));
        let positive = |(text, at): (String, Range<usize>)| {
            let wrong = || Fault::at(at.clone(), format!("{text:?} is no rate: write a number of more than 0"));
            number(&text).filter(|it| *it > 0.0).ok_or_else(wrong)
        };
        let given = attribute("frameRate").map(positive).transpose()?;
        let multiplier = match attribute("frameRateMultiplier") {
            None => 1.0,
            Some((text, at)) => {
                let parts: Vec<f64> = text.split_whitespace().filter_map(number).collect();
                match parts.as_slice() {
                    [numerator, denominator] if *numerator > 0.0 && *denominator > 0.0 => numerator / denominator,
                    _ => return Err(Fault::at(at, "a multiplier of frames is two numbers, such as `1000 1001`")),
                }
            }
        };
        let frames = given.unwrap_or(FRAMES) * multiplier;
        // Section 7.2.12: the frame rate where one is named, else one tick a second.
        let usual = if given.is_some() { frames } else { 1.0 };
        let ticks = attribute("tickRate").map(positive).transpose()?.unwrap_or(usual);
        Ok(Self { frames, ticks })
    }

    fn shown(&self, node: Node<'_, '_>, parent: Shown) -> Result<Shown, Fault> {
        let attribute = |name: &str| node.attributes().find(|it| it.name() == name && it.namespace().is_none());
        if let Some(container) = attribute("timeContainer").filter(|it| it.value() == "seq") {
            return Err(Fault::at(container.range(), "`timeContainer=\"seq\"` is not read: give each line its own `begin`"));
        }
        let time = |name: &str| {
            let Some(it) = attribute(name) else { return Ok(None) };
            let wrong = || {
                let what = format!("{:?} is no time: write one such as 00:01:02.5, 62.5s or 1550f", it.value());
                Fault::at(it.range(), what)
            };
            self.time(it.value().trim()).map(Some).ok_or_else(wrong)
        };
        let from = parent.from + time("begin")?.unwrap_or(0.0);
        let by_end = time("end")?.map(|end| parent.from + end);
        let by_length = time("dur")?.map(|length| from + length);
        if by_end.is_some_and(|end| end < from) {
            return Err(Fault::at(node.range(), "this ends before it begins: correct its times"));
        }
        let until = [by_end, by_length].into_iter().flatten().fold(parent.until, f64::min);
        Ok(Shown { from, until, depth: parent.depth + 1 })
    }

    /// A time expression (section 12.3.1), seconds.
    fn time(&self, text: &str) -> Option<f64> {
        if text.contains(':') {
            let parts: Vec<&str> = text.split(':').collect();
            return match parts.as_slice() {
                // Frames within the second, the fourth part.
                [hours, minutes, seconds, frames] => {
                    Some(clock(&format!("{hours}:{minutes}:{seconds}"))? + number(frames)? / self.frames)
                }
                [_, _, _] => clock(text),
                _ => None,
            };
        }
        let unit = text.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (value, unit) = text.split_at(unit);
        let value = number(value)?;
        match unit {
            "h" => Some(value * 3_600.0),
            "m" => Some(value * 60.0),
            "s" => Some(value),
            "ms" => Some(value / 1_000.0),
            "f" => Some(value / self.frames),
            "t" => Some(value / self.ticks),
            _ => None,
        }
    }
}

/// The place of a row and a column, both from 1, in octets.
fn offset(text: &str, row: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum();
    let line = text.get(before..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
    before + line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |it| it.0)
}

/// A sentence of the reader of XML without the place at its end.
fn without_place(sentence: &str) -> &str {
    sentence.rsplit_once(" at ").map_or(sentence, |it| it.0)
}
