//! What a terminal can show, and the parts that its tables share.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle, Width};
use earwitness_core::findings::Role;

use super::labels;
use super::summary::Device;

/// Narrowest and widest table.
const WIDTHS: (u16, u16) = (60, 160);

/// From this width on, dates and addresses are kept in one piece.
pub const ROOMY: u16 = 80;
/// From this width on, most names of receivers are kept in one piece.
pub(super) const WIDE: u16 = 100;
/// The column of receivers.
pub(super) const RECEIVER: &str = "Sent to";
/// Its width then, and a blank.
const RECEIVER_WIDTH: u16 = 23;
/// Columns of a date and of an address, and a blank.
pub(super) const DATE: u16 = 11;
/// See [`DATE`].
pub(super) const MAC: u16 = 18;

/// What the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terminal {
    /// Columns.
    pub width: u16,
    /// Whether it shows colours.
    pub colours: bool,
}

impl Terminal {
    /// Standard output as it is: colours on a terminal unless `NO_COLOR` is set to anything; 100 columns where unknown.
    #[must_use]
    pub fn detect() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        let width = terminal_size::terminal_size().map_or(100, |(width, _)| width.0);
        Self { width, colours: io::stdout().is_terminal() && !plain }
    }

    /// Columns that a table may take.
    #[must_use]
    pub fn columns(self) -> u16 {
        self.width.clamp(WIDTHS.0, WIDTHS.1)
    }

    pub(super) fn bold(self, text: &str) -> String {
        if self.colours { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }
}

pub(super) fn write_table(out: &mut dyn Write, terminal: Terminal, title: &str, table: &Table) -> io::Result<()> {
    writeln!(out, "\n{}", terminal.bold(title))?;
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// An empty table as all of them look: rules below the header and at the end, no wider than the terminal.
#[must_use]
pub fn ruled(terminal: Terminal) -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let style = TableStyle::new()
        .header_lines(ContentLineStyle::none().junction(' '))
        .header_separator(rule)
        .content_lines(ContentLineStyle::none().junction(' '))
        .bottom_border(rule);
    let mut table = Table::new();
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic).set_width(terminal.columns());
    table
}

/// A table with columns of the names and least widths given.
pub(super) fn table(terminal: Terminal, header: &[(&str, u16)]) -> Table {
    let mut table = ruled(terminal);
    if terminal.colours {
        table.enforce_styling()
    } else {
        table.force_no_tty()
    };
    table.set_header(header.iter().map(|(name, _)| Cell::new(name).add_attribute(Attribute::Dim)));
    for (column, (name, least)) in table.column_iter_mut().zip(header) {
        column.set_padding((0, 1));
        if terminal.width >= ROOMY {
            let least = if terminal.width >= WIDE && *name == RECEIVER { RECEIVER_WIDTH } else { *least };
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    table
}

/// Name, maker, address, and what is special, each on its line.
pub(super) fn identity(device: &Device<'_>) -> String {
    let mut lines = vec![device.name.clone()];
    lines.extend(device.vendor.clone().filter(|vendor| !device.name.starts_with(vendor)));
    let id = labels::id(device.found.id);
    if !device.name.contains(&id) {
        lines.push(id);
    }
    if device.found.randomised {
        lines.push("random MAC".to_owned());
    }
    if device.found.role == Role::Gateway {
        lines.push("gateway".to_owned());
    }
    if !device.found.sender_signs.is_empty() {
        lines.push("several senders".to_owned());
    }
    lines.join("\n")
}

/// Lines of at most so many columns, broken at blanks.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let width = |it: &str| unicode_width::UnicodeWidthStr::width(it);
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
