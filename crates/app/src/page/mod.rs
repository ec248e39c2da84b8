//! The household's page of a home that is watched: served beside the daemon, which it knows by the store, the control socket and the board.

mod hidden;
mod household;
mod latest;
mod week;

use std::path::PathBuf;

use earwitness_web::{Content, Failure, Server as Web};

use self::household::Home;
use crate::board::Board;
use crate::config::{Config, Web as Settings};
use crate::say;

/// The server as the configuration wants it.
#[derive(Default)]
pub(crate) struct Server {
    running: Option<(Settings, PathBuf, Home)>,
    server: Option<Web>,
}

impl Server {
    /// Begins, ends, or begins anew, where the configuration wants something else than before.
    ///
    /// # Errors
    /// When it cannot begin where the configuration says: then none runs.
    pub(crate) fn follow(&mut self, config: &Config, board: &Board) -> anyhow::Result<()> {
        if let Some((settings, state, home)) = &self.running
            && *settings == config.web
            && *state == config.state
        {
            home.follow(config);
            return Ok(());
        }
        // The old one lets go of its port first.
        (self.running, self.server) = (None, None);
        if !config.web.enabled {
            return Ok(());
        }
        let home = Home::new(config, board.clone());
        let content = Content::Lives(Box::new(home.clone()));
        let server = Web::begin(config.web.listen, content, |link| {
            say::line(&format!("the link was used; the next one, for another browser: {link}"));
        });
        let server = match server {
            Ok(server) => server,
            // Nobody asked for that address.
            Err(Failure::Address { address, .. }) if !config.web.is_named => {
                say::line(&format!("no page is served: {address} is taken; name another one with `listen` under [web]"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        say::line(&format!("open in a browser, once: {}", server.link()));
        board.offer(server.links());
        self.running = Some((config.web.clone(), config.state.clone(), home));
        self.server = Some(server);
        Ok(())
    }
}
