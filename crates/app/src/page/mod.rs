//! The household's page of a home that is watched: served beside the daemon, which it knows by the store, the control socket and the board.

mod frames;
mod household;
mod latest;
mod week;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use earwitness_web::{Access, Content, Export, Failure, Kept, Keys, Server as Web, Tls};

use self::household::Home;
use crate::board::Board;
use crate::config::{Config, Encrypted, Web as Settings};
use crate::say;

/// Experiments and searches for words that lie in folders of their own below that of the store.
pub(crate) trait Laboratory: Send + Sync {
    /// All of them, the latest first; of many the latest [`MOST_KEPT`](earwitness_web::MOST_KEPT).
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn all(&self, state: &Path) -> anyhow::Result<Vec<Kept>>;

    /// The one of this name, which is compared to those that there are.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn one(&self, state: &Path, name: &str) -> anyhow::Result<Option<Kept>>;

    /// A file of it; nothing where it cannot be had.
    ///
    /// # Errors
    /// When it cannot be made.
    fn export(&self, state: &Path, name: &str, export: Export) -> anyhow::Result<Option<Vec<u8>>>;
}

/// The server as the configuration wants it.
pub(crate) struct Server {
    laboratory: Arc<dyn Laboratory>,
    running: Option<(Settings, PathBuf, Home)>,
    serving: Option<Web>,
}

impl Server {
    /// One that does not serve yet.
    pub(crate) fn new(laboratory: impl Laboratory + 'static) -> Self {
        Self { laboratory: Arc::new(laboratory), running: None, serving: None }
    }

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
        (self.running, self.serving) = (None, None);
        if !config.web.enabled {
            return Ok(());
        }
        let home = Home::new(config, board.clone(), Arc::clone(&self.laboratory));
        let content = Content::Lives(Box::new(home.clone()));
        let keys = Keys::new(&config.state);
        let Settings { listen, names, tls, .. } = &config.web;
        if !listen.ip().is_loopback() && !keys.has_password()? {
            bail!("[web]: others on the network reach {listen}, so a password must be set first: `earwitness page password`");
        }
        let tls = match tls {
            Encrypted::No => None,
            Encrypted::Own => Some(Tls::SelfSigned(config.state.clone())),
            Encrypted::Given(certificate, key) => Some(Tls::Given { certificate: certificate.clone(), key: key.clone() }),
        };
        let access = Access { keys: Some(keys), names: names.clone(), tls };
        let server = Web::begin(*listen, access, content, |link| {
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
        match server.link() {
            Some(link) => say::line(&format!("open in a browser, once: {link}")),
            None => say::line(&format!("the page is at {}", server.url())),
        }
        if let Some(fingerprint) = server.fingerprint() {
            say::line(&format!("SHA-256 of its certificate: {fingerprint}"));
        }
        board.offer(server.links());
        self.running = Some((config.web.clone(), config.state.clone(), home));
        self.serving = Some(server);
        Ok(())
    }
}
