//! What Wireshark is told: interfaces, link types, and what its dialog asks for.
//!
//! Each line is a sentence of the grammar of extcap(4): a word, then values in braces, which therefore hold no brace themselves.

use std::io::{self, Write as _};
use std::iter;

use earwitness_base::text::clean;
use earwitness_traffic::live::Link;

use super::PREFIX;

/// Where the guide is read.
const HELP: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/guide/wireshark.md");

/// Why a capture filter is not taken.
pub(super) const NO_FILTER: &str = "earwitness knows no capture filters: capture everything, and use a display filter such as frame.comment contains \"earwitness\"";

/// A regular expression of an address or of nothing, without the braces that the grammar does not allow.
const ADDRESS: &str = "^([0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f])?$";

/// The interfaces that can be captured.
pub(super) fn interfaces(links: &[Link]) -> io::Result<()> {
    let offered = links.iter().filter(|it| it.link_type().is_some() && !it.name.contains(['{', '}'])).map(|link| {
        let state = if link.up { "" } else { ", down" };
        let name = clean(&link.name, 40);
        format!("interface {{value={PREFIX}{name}}}{{display={name}{state}: who sends sound (earwitness)}}\n")
    });
    let first = format!("extcap {{version={}}}{{help={HELP}}}\n", env!("CARGO_PKG_VERSION"));
    say(&iter::once(first).chain(offered).collect::<String>())
}

/// The link type of an interface; one that is gone is taken for Ethernet, since it may come back.
pub(super) fn link_types(links: &[Link], name: &str) -> io::Result<()> {
    let number = links.iter().find(|it| it.name == name).and_then(Link::link_type).unwrap_or(1);
    let (word, display) = match number {
        101 => ("RAW", "Raw IP"),
        105 => ("IEEE802_11", "802.11"),
        127 => ("IEEE802_11_RADIO", "802.11 with radiotap header"),
        _ => ("EN10MB", "Ethernet"),
    };
    say(&format!("dlt {{number={number}}}{{name={word}}}{{display={display}}}\n"))
}

/// What the dialog asks for.
pub(super) fn config() -> io::Result<()> {
    let arguments = [
        "{call=--comments}{display=Comments in packets of uploads}{type=boolean}{default=true}{tooltip=Who sends what looks like sound, to whom, and since when}".to_owned(),
        "{call=--delay}{display=Hold frames back (milliseconds)}{type=unsigned}{range=0,10000}{default=1000}{tooltip=An upload is known about a second after it began: what is held back until then gets its comment from the first packet on}".to_owned(),
        "{call=--only-senders}{display=Only frames of devices that send sound}{type=boolflag}{default=false}{tooltip=Frames of a device are shown once it has sent what looks like sound in this capture}".to_owned(),
        format!("{{call=--gateway}}{{display=MAC address of the router}}{{type=string}}{{required=false}}{{validation={ADDRESS}}}{{tooltip=Only where it is not recognised by what it forwards}}"),
        "{call=--snaplen}{display=Octets kept of a frame}{type=unsigned}{range=192,262144}{default=262144}{tooltip=192 hold all headers; seconds of sound are then known less well}".to_owned(),
    ];
    let line = |(number, it): (usize, &String)| format!("arg {{number={number}}}{it}\n");
    say(&arguments.iter().enumerate().map(line).collect::<String>())
}

/// Why a capture filter is not taken, where Wireshark looks for it.
pub(super) fn refuse_filter() -> io::Result<()> {
    say(&format!("{NO_FILTER}\n"))
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
