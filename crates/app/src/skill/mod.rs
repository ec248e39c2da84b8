//! The server of an Alexa skill: takes requests from a reverse proxy, verifies them, answers from the store, and tells the program that runs what was confirmed.
//!
//! It has a thread of its own, and talks to the rest of the program as `earwitness ask` does: through the store and the control socket. Its only connections are those of the reverse
//! proxy, and one to Amazon's certificates, where a request that is otherwise right names some that are not known yet.

mod answer;
mod fetch;
mod listen;
mod roots;
mod service;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use earwitness_base::clock;

use self::fetch::Fetcher;
use earwitness_web::Listener;

use self::listen::listen;
use self::roots::Roots;
use self::service::Service;
use crate::config::{Config, Skill};

/// The server as the configuration wants it.
#[derive(Debug, Default)]
pub(crate) struct Server {
    running: Option<(Skill, PathBuf, Listener)>,
}

impl Server {
    /// Begins, ends, or begins anew, where the configuration wants something else than before.
    ///
    /// # Errors
    /// When it cannot begin: then none runs.
    pub(crate) fn follow(&mut self, config: &Config) -> anyhow::Result<()> {
        let is_so = |it: &(Skill, PathBuf, Listener)| config.skill.as_ref() == Some(&it.0) && config.state == it.1;
        if self.running.as_ref().is_some_and(is_so) {
            return Ok(());
        }
        // The old one lets go of its port first.
        self.running = None;
        if let Some(skill) = &config.skill {
            let listener = listen(skill.listen, service(skill, &config.state)?)?;
            self.running = Some((skill.clone(), config.state.clone(), listener));
        }
        Ok(())
    }
}

fn service(skill: &Skill, state: &Path) -> anyhow::Result<Service> {
    let roots = Roots::of_this_machine()?;
    let state = state.to_owned();
    let reply = move |request: &_| answer::reply(request, &state);
    Ok(Service::new(skill.application_id.clone(), roots.anchors(), Fetcher::new(&roots)?, clock::now, Arc::new(reply)))
}
