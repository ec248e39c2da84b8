//! Threads that look for sound in episodes while the capture is read on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use earwitness_core::analysis::{Answer, Question, Workers};
use earwitness_core::detect::clock::Scratch;

/// Most threads: looking takes about as long as reading, so that more would have little to do.
const MOST: usize = 3;

/// What a thread sends back: an answer, or what it panicked with.
type Outcome = Result<Answer, Box<dyn Any + Send>>;

/// Threads that share one queue of questions.
#[derive(Debug)]
pub(super) struct Threads {
    questions: Option<Sender<Question>>,
    outcomes: Receiver<Outcome>,
    threads: Vec<JoinHandle<()>>,
}

impl Threads {
    /// One for each processor beside the one that reads; `None` where there is no other.
    pub(super) fn start() -> Option<Self> {
        let others = thread::available_parallelism().map_or(0, |all| all.get() - 1).min(MOST);
        Self::of(others)
    }

    fn of(count: usize) -> Option<Self> {
        let (ask, asked) = channel();
        let (tell, outcomes) = channel();
        let asked = Arc::new(Mutex::new(asked));
        let start = |_| {
            let (asked, tell) = (Arc::clone(&asked), tell.clone());
            // Without it, the others or the analysis itself look.
            thread::Builder::new().name("look".to_owned()).spawn(move || look(&asked, &tell)).ok()
        };
        let threads: Vec<_> = (0..count).filter_map(start).collect();
        (!threads.is_empty()).then_some(Self { questions: Some(ask), outcomes, threads })
    }
}

/// Answers questions until nobody asks any more.
fn look(asked: &Mutex<Receiver<Question>>, tell: &Sender<Outcome>) {
    let mut scratch = Scratch::default();
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = next else { return };
        let outcome = catch_unwind(AssertUnwindSafe(|| question.answer(&mut scratch)));
        if outcome.is_err() {
            scratch = Scratch::default();
        }
        if tell.send(outcome).is_err() {
            return;
        }
    }
}

impl Workers for Threads {
    fn ask(&mut self, question: Question) {
        if let Some(questions) = &self.questions {
            // The threads end only when the sender is gone.
            let _ = questions.send(question);
        }
    }

    fn answer(&mut self, wait: bool) -> Option<Answer> {
        let outcome = if wait { self.outcomes.recv().ok() } else { self.outcomes.try_recv().ok() };
        // A fault in a detector ends the program wherever it happens.
        outcome.map(|outcome| outcome.unwrap_or_else(|panic| resume_unwind(panic)))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.questions = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
