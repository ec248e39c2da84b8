//! From the octets of a POST to the reply.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use earwitness_core::time::Timestamp;
use earwitness_skill::{Anchors, Chain, ChainUrl, Chains, Headers, Refusal, Replays, Reply, Request, Unverified};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::fetch::Fetcher;

/// How long an answer may take: Alexa waits for eight seconds in all.
const PATIENCE: Duration = Duration::from_secs(6);

/// What is said where it takes longer.
const TOO_LONG: &str = "That takes too long to look up. Please ask again.";

/// What answers a verified request. It may read files, and is called by a thread that may wait.
pub(super) type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// What a request got.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The JSON of a reply.
    Replied(String),
    /// It is none of Amazon's, or none that may be taken.
    Refused(Refusal),
    /// Its certificates could not be had.
    Unavailable(anyhow::Error),
}

/// Verifies and answers.
pub(super) struct Service {
    application_id: String,
    anchors: Anchors,
    fetcher: Fetcher,
    now: fn() -> Timestamp,
    answer: Answer,
    chains: Mutex<Chains>,
    replays: Mutex<Replays>,
    /// Held while certificates are fetched: one at a time, so that whoever waited finds them.
    fetching: tokio::sync::Mutex<()>,
    /// Held while something is answered: one at a time, as people ask.
    answering: Mutex<()>,
}

impl Service {
    pub(super) fn new(
        application_id: String,
        anchors: Anchors,
        fetcher: Fetcher,
        now: fn() -> Timestamp,
        answer: Answer,
    ) -> Self {
        Self {
            application_id,
            anchors,
            fetcher,
            now,
            answer,
            chains: Mutex::new(Chains::default()),
            replays: Mutex::new(Replays::new(now())),
            fetching: tokio::sync::Mutex::new(()),
            answering: Mutex::new(()),
        }
    }

    /// What a POST gets.
    pub(super) async fn take(self: Arc<Self>, headers: Headers<'_>, body: &[u8]) -> Outcome {
        let now = (self.now)();
        let unverified = match Unverified::read(headers, body, &self.application_id, now) {
            Ok(unverified) => unverified,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let chain = match self.chain(unverified.chain_url(), now).await {
            Ok(chain) => chain,
            Err(outcome) => return outcome,
        };
        let verified = unverified.verify(&chain, &self.anchors, now);
        match verified.and_then(|request| held(&self.replays).take(&request, now).map(|()| request)) {
            Ok(request) => self.replied(request).await,
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    /// The certificates that lie there: those that are known, or else fetched, and trusted before they are kept.
    async fn chain(&self, url: &ChainUrl, now: Timestamp) -> Result<Arc<Chain>, Outcome> {
        let known = || held(&self.chains).get(url, &self.anchors, now);
        if let Some(chain) = known() {
            return Ok(chain);
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(chain) = known() {
            return Ok(chain);
        }
        let pem = self.fetcher.fetch(url).await.map_err(Outcome::Unavailable)?;
        let trusted = Chain::read(&pem).and_then(|chain| chain.trust(&self.anchors, now).map(|()| Arc::new(chain)));
        let chain = trusted.map_err(Outcome::Refused)?;
        held(&self.chains).keep(url.clone(), Arc::clone(&chain), now);
        Ok(chain)
    }

    async fn replied(self: Arc<Self>, request: Request) -> Outcome {
        let answered = spawn_blocking(move || {
            let _one_at_a_time = held(&self.answering);
            (self.answer)(&request).json()
        });
        let in_time = timeout(PATIENCE, answered).await.ok().and_then(Result::ok);
        Outcome::Replied(in_time.unwrap_or_else(|| Reply::trouble(TOO_LONG).json()))
    }
}

/// What a lock holds, also where somebody ended while holding it: nothing is left half done under these.
fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
