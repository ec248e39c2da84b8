//! `--serve`: what was found, as pages in a browser, until the program is told to stop.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use earwitness_web::{Access, Home, Material, PORT, Server};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::say;

/// Whether pages are served, and where.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct Serve {
    /// Then show it in a browser, until Ctrl-C: prints a link that lets one browser in. Without =ADDR only this machine reaches it
    /// [default address: 127.0.0.1:8646; port 0 is any free one].
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true, default_missing_value = "127.0.0.1:8646", value_parser = address)]
    serve: Option<SocketAddr>,
}

/// Where this machine serves itself.
pub(super) const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT);

impl Serve {
    /// Whether it was asked for.
    pub(super) const fn is_wanted(self) -> bool {
        self.serve.is_some()
    }

    /// Serves, where that was asked for, until somebody wants the program to stop.
    pub(super) fn until_stopped(self, material: impl FnOnce() -> Material) -> anyhow::Result<()> {
        let Some(address) = self.serve else { return Ok(()) };
        // Before the link is printed: who has read it may ask to stop.
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let server = Server::begin(address, Access::default(), Home::new(material()), |link| {
            say::line(&format!("the link was used; the next one, for another browser: {link}"));
        })?;
        if let Some(link) = server.link() {
            say::line(&format!("open in a browser, once: {link}"));
        }
        if !address.ip().is_loopback() {
            say::line(
                "others on the network reach it too, at this machine's address: without a link they see nothing, but what you read passes unencrypted",
            );
        }
        if let Some(token) = server.token() {
            say::line(&format!("programs: curl -H 'Authorization: Bearer {token}' {}api/v1/home", server.url()));
        }
        say::line("Ctrl-C ends it");
        signals.forever().next();
        drop(server);
        Ok(())
    }
}

/// An address with a port, or without one.
fn address(text: &str) -> Result<SocketAddr, String> {
    let whole = text.parse::<SocketAddr>().ok();
    whole.or_else(|| text.parse::<IpAddr>().ok().map(|it| SocketAddr::new(it, PORT))).ok_or_else(|| {
        format!("{text:?} is no address of this machine; write it like {HERE}, 192.168.1.20:{PORT} or 0.0.0.0 for all of them")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_port_and_a_name_is_none() {
        assert_eq!(address("192.168.1.5"), Ok(SocketAddr::from(([192, 168, 1, 5], PORT))));
        assert_eq!(address("[::1]:80").map(|it| it.port()), Ok(80));
        assert_eq!(address("127.0.0.1:8646"), Ok(HERE));
        for wrong in ["home.example", "8646", ":8646", "127.0.0.1:70000", ""] {
            assert!(address(wrong).is_err_and(|it| it.contains("127.0.0.1:8646")), "{wrong}");
        }
    }
}
