//! The state as a text, and back.

use std::collections::BTreeSet;

use super::digest::{Digest, OfDevice};
use super::line::{Fields, Line};
use super::state::{Failing, Pending, Sender, State};
use super::{About, Told, Trouble, Upload};
use crate::private::Private;
use crate::time::Window;

/// The first line: what it is, and its version.
const HEAD: &str = "notices\t1";

impl State {
    pub(super) fn text(&self) -> String {
        let Self { number, learning, things, senders, pending, joined, proofs, failing, failed, kept, day, today, digest } = self;
        let mut out = format!("{HEAD}\n");
        let out = &mut out;
        Line::new(out, "number").put(number).put(day).end();
        if let Some((until, devices)) = learning {
            Line::new(out, "learning").at(*until).put(devices).end();
        }
        for ((about, device, detail), last) in things {
            Line::new(out, "thing").put(about.word()).device(*device).text(detail).at(*last).end();
        }
        for (device, Sender { since, last, named, nameless }) in senders {
            Line::new(out, "sender").device(*device).at(*since).at(*last).end();
            for (groups, is_named) in [(named, true), (nameless, false)] {
                for group in groups {
                    Line::new(out, "to").device(*device).put(is_named).text(group).end();
                }
            }
        }
        for Pending { device, upload: it, away, news, at } in pending {
            let line = upload(Line::new(out, "pending").device(*device), it).put(away).at(*at);
            news.iter().fold(line, |line, news| line.text(news)).end();
        }
        for (device, at) in joined {
            Line::new(out, "joined").device(*device).at(*at).end();
        }
        for (device, at) in proofs {
            Line::new(out, "proof").device(*device).at(*at).end();
        }
        for (of, Failing { since, said, works, decided, told }) in failing {
            let line = Line::new(out, "failing").put(of.word()).at(*since).text(said).put(decided).put(told);
            works.iter().fold(line, |line, works| line.at(*works)).end();
        }
        for (of, at) in failed {
            Line::new(out, "failed").put(of.word()).at(*at).end();
        }
        for (at, told) in kept {
            keep(out, *at, told);
        }
        for (about, count) in today {
            Line::new(out, "today").put(about.word()).put(count).end();
        }
        let Digest { from, until: _, told, left_out, devices, others, joined, failures, frames_lost } = digest;
        let line = Line::new(out, "digest").at(*from).put(told).put(left_out).put(others);
        line.put(joined).put(failures).put(frames_lost).end();
        for (device, OfDevice { explained, answers, unexplained, unknown, large, new_receivers }) in devices {
            let line = Line::new(out, "of").device(*device).put(explained).put(answers);
            line.put(unexplained).put(unknown).put(large).put(new_receivers).end();
        }
        std::mem::take(out)
    }

    /// `None` where the text is none of a state, or one of another version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == HEAD).then_some(())?;
        let mut state = Self::default();
        for line in lines {
            let (key, mut fields) = Fields::of(line);
            state.line(key, &mut fields)?;
        }
        Some(state)
    }

    fn line(&mut self, key: &str, it: &mut Fields<'_>) -> Option<()> {
        match key {
            "number" => (self.number, self.day) = (it.get()?, it.get()?),
            "learning" => self.learning = Some((it.at()?, it.get()?)),
            "thing" => {
                let thing = (about(it)?, it.device()?, it.text()?);
                self.things.insert(thing, it.at()?);
            }
            "sender" => {
                let (device, since, last) = (it.device()?, it.at()?, it.at()?);
                self.senders.insert(device, Sender { since, last, named: BTreeSet::new(), nameless: BTreeSet::new() });
            }
            "to" => {
                let sender = self.senders.get_mut(&it.device()?)?;
                let groups = if it.get()? { &mut sender.named } else { &mut sender.nameless };
                groups.insert(it.text()?);
            }
            "pending" => {
                let (device, upload, away, at) = (it.device()?, read_upload(it)?, it.get()?, it.at()?);
                self.pending.push(Pending { device, upload, away, news: it.text(), at });
            }
            "joined" => self.joined.push((it.device()?, it.at()?)),
            "proof" => self.proofs.push((it.device()?, it.at()?)),
            "failing" => {
                let (of, since, said) = (trouble(it)?, it.at()?, it.text()?);
                let (decided, told, works) = (it.get()?, it.get()?, it.at());
                self.failing.insert(of, Failing { since, said, works, decided, told });
            }
            "failed" => {
                let of = trouble(it)?;
                self.failed.insert(of, it.at()?);
            }
            "kept" => self.kept.push((it.at()?, read_kept(it)?)),
            "today" => {
                let about = about(it)?;
                self.today.insert(about, it.get()?);
            }
            "digest" => {
                let digest = &mut self.digest;
                (digest.from, digest.told, digest.left_out, digest.others) = (it.at()?, it.get()?, it.get()?, it.get()?);
                (digest.joined, digest.failures, digest.frames_lost) = (it.get()?, it.get()?, it.get()?);
            }
            "of" => {
                let device = it.device()?;
                let (explained, answers, unexplained) = (it.get()?, it.get()?, it.get()?);
                let (unknown, large, new_receivers) = (it.get()?, it.get()?, it.get()?);
                let of = OfDevice { explained, answers, unexplained, unknown, large, new_receivers };
                self.digest.devices.insert(device, of);
            }
            _ => return None,
        }
        Some(())
    }
}

fn about(it: &mut Fields<'_>) -> Option<About> {
    it.word().and_then(About::parse)
}

fn trouble(it: &mut Fields<'_>) -> Option<Trouble> {
    let word = it.word()?;
    Trouble::WORDS.iter().find(|it| it.1 == word).map(|it| it.0)
}

fn upload<'a>(line: Line<'a>, it: &Upload) -> Line<'a> {
    line.at(it.window.from).at(it.window.until).put(it.milliseconds.unwrap_or(-1)).text(it.to.reveal())
}

fn read_upload(it: &mut Fields<'_>) -> Option<Upload> {
    let window = Window { from: it.at()?, until: it.at()? };
    let milliseconds = it.get::<i64>()?;
    Some(Upload { window, milliseconds: (milliseconds >= 0).then_some(milliseconds), to: Private::new(it.text()?) })
}

fn keep(out: &mut String, at: crate::time::Timestamp, told: &Told) {
    let line = Line::new(out, "kept").at(at);
    match told {
        Told::Proven { device, sends } => line.put("proven").device(*device).put(sends),
        Told::Sound { why, device, upload: it, listened } => {
            upload(line.put("sound").put(why.word()).device(*device).put(listened), it)
        }
        Told::Receiver { device, upload: it } => upload(line.put("receiver").device(*device), it),
        Told::Device { device } => line.put("device").device(*device),
        Told::Trouble { of, since, said } => line.put("trouble").put(of.word()).at(*since).text(said),
        Told::Works { of, since } => line.put("works").put(of.word()).at(*since),
        // Neither is decided while it may not be told.
        Told::Learnt { devices } => line.put("learnt").put(devices),
        Told::Digest(_) => line.put("nothing"),
    }
    .end();
}

fn read_kept(it: &mut Fields<'_>) -> Option<Told> {
    Some(match it.word()? {
        "proven" => Told::Proven { device: it.device()?, sends: it.get()? },
        "sound" => {
            let (why, device, listened) = (about(it)?, it.device()?, it.get()?);
            Told::Sound { why, device, upload: read_upload(it)?, listened }
        }
        "receiver" => Told::Receiver { device: it.device()?, upload: read_upload(it)? },
        "device" => Told::Device { device: it.device()? },
        "trouble" => Told::Trouble { of: trouble(it)?, since: it.at()?, said: it.text()? },
        "works" => Told::Works { of: trouble(it)?, since: it.at()? },
        "learnt" => Told::Learnt { devices: it.get()? },
        _ => return None,
    })
}
