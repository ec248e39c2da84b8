//! SRT: a number, a line of times, lines of text, an empty line; again and again.

use earwitness_base::misread::Fault;

use super::moment::{clock, nanos};
use super::{Cue, MOST_CUES, cue};

/// Between the two times of a line.
const ARROW: &str = "-->";

pub(super) fn read(text: &str) -> Result<Vec<Cue>, Fault> {
    let mut cues = Vec::new();
    let mut open: Option<(i64, i64, String)> = None;
    let (mut offset, mut timed) = (0, false);
    for line in text.split_inclusive('\n') {
        let at = offset;
        offset += line.len();
        let line = line.trim();
        if line.contains(ARROW) {
            let (from, until) = times(line).ok_or_else(|| {
                Fault::at(at..offset, "these are no times: a cue has a line such as `00:01:02,500 --> 00:01:04,000`")
            })?;
            if until < from {
                return Err(Fault::at(at..offset, "this cue ends before it begins: correct its times"));
            }
            close(&mut cues, open.take());
            if cues.len() >= MOST_CUES {
                return Err(Fault::at(at..offset, format!("more than {MOST_CUES} cues: cut the file")));
            }
            (open, timed) = (Some((from, until, String::new())), true);
        } else if line.is_empty() {
            close(&mut cues, open.take());
        } else if let Some((_, _, text)) = &mut open {
            text.push(' ');
            text.push_str(&plain(line));
        } else if !line.bytes().all(|it| it.is_ascii_digit()) {
            // A text may hold an empty line: it goes on where no number of a cue follows.
            if !timed {
                let what = "this is neither SRT nor TTML: a cue begins with its number and a line such as `00:01:02,500 --> 00:01:04,000`";
                return Err(Fault::at(at..offset, what));
            }
            if let Some(last) = cues.last_mut() {
                last.text.push(' ');
                last.text.push_str(plain(line).trim());
            }
        }
    }
    close(&mut cues, open);
    Ok(cues)
}

fn close(cues: &mut Vec<Cue>, open: Option<(i64, i64, String)>) {
    cues.extend(open.and_then(|(from, until, text)| cue(from, until, &text)));
}

/// Both times of a line; what may follow them are places on the screen.
fn times(line: &str) -> Option<(i64, i64)> {
    let (from, rest) = line.split_once(ARROW)?;
    let until = rest.split_whitespace().next()?;
    Some((nanos(clock(from.trim())?)?, nanos(clock(until)?)?))
}

/// A line without marks such as `<i>` and `{\an8}`.
fn plain(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find(['<', '{']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = if from.starts_with('<') { from.find('>') } else { from.starts_with("{\\").then(|| from.find('}')).flatten() };
        let (kept, after) = match end {
            Some(end) => ("", from.get(end + 1..).unwrap_or_default()),
            None => from.split_at(1),
        };
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    out
}
