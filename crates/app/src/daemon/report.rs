//! Reports what happens while it runs: a line each for people, or a JSON object a line for programs; letters to the household go to the
//! channels.

use earwitness_base::text;
use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::rc::Rc;
use std::time::Duration;

use earwitness_core::event::{Event, What};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;

use super::eve::{EveFile, Told};
use super::system::System;
use crate::appliance::Output;
use crate::board::Board;
use crate::say;
use earwitness_base::words;
use earwitness_notify::{Counts, Letter, Notifier};
use earwitness_report::eve;
use earwitness_report::json::{self, event::Topic};
use earwitness_report::sentence::{Namer, sentence};

/// How events are reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Where and in which form.
    pub form: Form,
    /// Only what is wrong, and what was found.
    pub quiet: bool,
    /// Every round as well.
    pub rounds: bool,
}

/// Where events are reported, and in which form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// Lines on standard output.
    #[default]
    Lines,
    /// An object a line on standard output, for programs.
    Objects,
    /// Lines on standard error: standard output is for a report.
    Aside,
}

/// Writes events to the terminal, and hands letters to the channels.
#[derive(Debug)]
pub(super) struct Reporter {
    style: Style,
    notifier: Notifier,
    line: ProgressBar,
    zone: TimeZone,
    board: Option<Board>,
    eve: Option<RefCell<EveFile>>,
}

impl Reporter {
    pub(super) fn new(style: Style, notifier: Notifier, board: Option<Board>, eve: Option<EveFile>) -> Self {
        let wanted = !style.quiet && style.form != Form::Objects && std::io::stderr().is_terminal();
        let target = if wanted { ProgressDrawTarget::stderr_with_hz(2) } else { ProgressDrawTarget::hidden() };
        let line = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(500));
        Self { style, notifier, line, zone: TimeZone::system(), board, eve: eve.map(RefCell::new) }
    }

    /// Adds what could not be added to a file before.
    pub(super) fn catch_up(&self) {
        if let Some(eve) = &self.eve {
            self.tell(eve.borrow_mut().flush());
        }
    }

    /// What became of the file for programs that gather logs.
    fn tell(&self, told: Option<Told>) {
        let Some(told) = told else { return };
        let text = match told {
            Told::Fails(why) => why,
            Told::Works(0) => "the file of --eve can be written again; no line was lost".to_owned(),
            Told::Works(lost) => {
                format!("the file of --eve can be written again; {} given up", words::counted(lost, "line was", "lines were"))
            }
        };
        self.line.suspend(|| say::line(&text));
    }

    /// How it stands, where a person looks at a terminal.
    pub(super) fn status(&self, text: &str) {
        self.line.set_message(text.to_owned());
    }

    /// How a session stands after a round: on the terminal it is part of [`Self::status`], elsewhere it is a line of its own.
    pub(super) fn round(&self, summary: &str) {
        if !self.style.quiet && self.style.form != Form::Objects && self.line.is_hidden() {
            let _ = writeln!(std::io::stderr().lock(), "earwitness: {}", text::clean(summary, 1_000));
        }
    }
}

/// Shared with the loop, which shows how it stands.
impl Output for Rc<Reporter> {
    fn report(&self, event: &Event, name: Namer<'_>, stored: bool) {
        if matches!(event.what, What::Started { .. }) {
            System::ready(&sentence(event, name));
        }
        if let Some(board) = &self.board {
            board.tell(|| json::event::event(event, name, stored));
        }
        if let Some(eve) = &self.eve
            && let Some(line) = eve::event(event, name, &self.zone)
        {
            self.tell(eve.borrow_mut().add(line));
        }
        let topic = Topic::of(&event.what);
        let shown = match topic {
            Topic::Note => !self.style.quiet,
            Topic::Played | Topic::Scored => self.style.rounds || self.style.form == Form::Objects,
            Topic::Trouble => true,
            // What was found is in the report.
            Topic::Upload | Topic::Proven | Topic::Verdict | Topic::Joined | Topic::Ended => {
                !(self.style.quiet && self.style.form == Form::Aside)
            }
        };
        if shown {
            let line = if self.style.form == Form::Objects {
                json::event::event(event, name, stored)
            } else {
                let text = text::clean(&sentence(event, name), 1_000);
                format!("{}  {text}", words::date_time(event.at, &self.zone))
            };
            self.line.suspend(|| {
                // Where nobody reads any more, the store still has it.
                let _ = if self.style.form == Form::Aside {
                    writeln!(std::io::stderr().lock(), "{line}")
                } else {
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{line}").and_then(|()| out.flush())
                };
            });
        }
    }

    fn send(&self, letter: Letter) {
        self.notifier.notify(letter);
    }

    fn last_letter(&self) -> u64 {
        self.notifier.last()
    }

    fn notices_lost(&self) -> (u64, u64) {
        let Counts { lost, failed } = self.notifier.counts();
        (lost, failed)
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        let unwritten = self.eve.as_ref().map_or(0, |eve| {
            let mut eve = eve.borrow_mut();
            eve.flush();
            eve.unwritten()
        });
        if unwritten > 0 {
            let lines = words::counted(unwritten, "line was", "lines were");
            say::line(&format!("{lines} not written to the file of --eve; the store has what they tell: `earwitness export`"));
        }
    }
}
