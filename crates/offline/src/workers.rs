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

/// Threads that one analysis keeps busy beside the one that reads: as many as there are other processors, up to three.
#[must_use]
pub fn spare() -> usize {
    thread::available_parallelism().map_or(0, |all| all.get() - 1).min(MOST)
}

/// Questions go to a thread together until they have so many slices: it costs more to wake a thread than to look at a short episode.
const TOGETHER: usize = 2_048;

/// What a thread sends back: answers, or what it panicked with.
type Outcome = Result<Vec<Answer>, Box<dyn Any + Send>>;

/// Threads that share one queue of questions.
#[derive(Debug)]
struct Threads {
    questions: Option<Sender<Vec<Question>>>,
    outcomes: Receiver<Outcome>,
    /// Questions that wait for others, and their slices.
    waiting: (Vec<Question>, usize),
    answers: Vec<Answer>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    /// So many threads, as far as they pay and can be started; `None` where that is none.
    fn start(count: usize) -> Option<Self> {
        let (ask, asked) = channel();
        let (tell, outcomes) = channel();
        let asked = Arc::new(Mutex::new(asked));
        let start = |_| {
            let (asked, tell) = (Arc::clone(&asked), tell.clone());
            // Without it, the others or the analysis itself look.
            thread::Builder::new().name("look".to_owned()).spawn(move || look(&asked, &tell)).ok()
        };
        let handles: Vec<_> = (0..count.min(MOST)).filter_map(start).collect();
        (!handles.is_empty()).then(|| Self {
            questions: Some(ask),
            outcomes,
            waiting: (Vec::new(), 0),
            answers: Vec::new(),
            handles,
        })
    }
}

/// So many threads that look for sound while frames go on, as far as they pay and can be started.
#[must_use]
pub fn helpers(count: usize) -> Option<Box<dyn Workers>> {
    Threads::start(count).map(|threads| Box::new(threads) as Box<dyn Workers>)
}

/// Answers questions until nobody asks any more.
fn look(asked: &Mutex<Receiver<Vec<Question>>>, tell: &Sender<Outcome>) {
    let mut scratch = Scratch::default();
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(questions) = next else { return };
        let answer = |question: Question| question.answer(&mut scratch);
        let outcome = catch_unwind(AssertUnwindSafe(|| questions.into_iter().map(answer).collect()));
        if outcome.is_err() {
            scratch = Scratch::default();
        }
        if tell.send(outcome).is_err() {
            return;
        }
    }
}

impl Threads {
    fn send(&mut self) {
        let (questions, slices) = std::mem::take(&mut self.waiting);
        if let Some(to) = self.questions.as_ref().filter(|_| slices > 0) {
            // The threads end only when the sender is gone.
            let _ = to.send(questions);
        }
    }
}

impl Workers for Threads {
    fn ask(&mut self, question: Question) {
        let (questions, slices) = &mut self.waiting;
        *slices += question.slices();
        questions.push(question);
        if *slices >= TOGETHER {
            self.send();
        }
    }

    fn poll(&mut self) -> Option<Answer> {
        if self.answers.is_empty() {
            self.answers = answers(self.outcomes.try_recv().ok()?);
        }
        self.answers.pop()
    }

    fn wait(&mut self) -> Answer {
        loop {
            if let Some(answer) = self.answers.pop() {
                return answer;
            }
            self.send();
            self.answers = answers(self.outcomes.recv().unwrap_or_else(|gone| Err(Box::new(gone))));
        }
    }
}

/// A fault in a detector ends the program wherever it happens.
fn answers(outcome: Outcome) -> Vec<Answer> {
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.questions = None;
        for thread in self.handles.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::analysis::{Analysis, AnalysisSettings};
    use earwitness_core::findings::Findings;
    use earwitness_core::pcap::each_frame;

    /// What is found in the capture that comes with the project.
    fn found(mut analysis: Analysis) -> Findings {
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sample.pcapng")).unwrap();
        each_frame(&sample, |frame| analysis.frame(frame)).unwrap();
        analysis.finish()
    }

    #[test]
    fn threads_find_what_is_found_without_them() {
        let alone = found(Analysis::new(AnalysisSettings::default()));
        assert!(alone.devices.iter().any(|device| !device.sightings.is_empty()), "there is something to be found");
        for count in 1..=3 {
            let mut analysis = Analysis::new(AnalysisSettings::default());
            analysis.hire(Box::new(Threads::start(count).expect("threads can be started")));
            assert!(found(analysis) == alone, "{count} threads find something else");
        }
        assert!(Threads::start(0).is_none());
    }
}
