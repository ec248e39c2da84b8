//! `earwitness capture --list`.

use earwitness_base::text::clean;
use std::io::Write;

use comfy_table::{ContentLineStyle, Table, TableStyle};

use earwitness_traffic::live::{Link, offloads};

/// Columns of the longest name.
const WIDEST: usize = 40;

/// Prints one line for each interface.
pub(crate) fn print(links: &[Link]) -> anyhow::Result<()> {
    let mut table = Table::new();
    let blank = ContentLineStyle::none().junction(' ');
    table.load_style(TableStyle::new().header_lines(blank).content_lines(blank)).set_header([
        "interface",
        "state",
        "kind",
        "part of",
        "MTU",
        "offloads",
        "capture",
    ]);
    for link in links {
        let state = match (link.up, link.running) {
            (true, true) => "up",
            (true, false) => "up, no carrier",
            (false, _) => "down",
        };
        let over = link.master.or(link.below).and_then(|index| links.iter().find(|other| other.index == index));
        let offloads = offloads(&link.name).map_or_else(
            |_| "?".to_owned(),
            |it| {
                let on: Vec<&str> =
                    [(it.gro, "gro"), (it.tso, "tso"), (it.gso, "gso")].into_iter().filter(|it| it.0).map(|it| it.1).collect();
                if on.is_empty() { "-".to_owned() } else { on.join(" ") }
            },
        );
        table.add_row([
            clean(&link.name, WIDEST),
            state.to_owned(),
            if link.kind.is_empty() { "hardware".to_owned() } else { clean(&link.kind, WIDEST) },
            over.map_or_else(|| "-".to_owned(), |link| clean(&link.name, WIDEST)),
            link.mtu.to_string(),
            offloads,
            if link.link_type().is_some() { "yes" } else { "no" }.to_owned(),
        ]);
    }
    writeln!(std::io::stdout().lock(), "{}", table.trim_fmt())?;
    Ok(())
}
