//! A process that writes, tells what was acknowledged, and is killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Once};

use earwitness_core::findings::Findings;
use earwitness_core::record::Entry;
use earwitness_store::{Kind, Reader, SessionId};

use crate::calls::batch;

static BUILT: Once = Once::new();

/// `examples/store_writer.rs`, beside the tests: `cargo test --workspace` has built it, else it is built now. Of the whole workspace, since
/// the package alone has fewer features, with which everything would be built again.
fn program() -> PathBuf {
    BUILT.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        assert!(cargo.args(["build", "--quiet", "--workspace", "--example", "store_writer"]).status().unwrap().success());
    });
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).unwrap().join("examples/store_writer")
}

/// What the writer says of each call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    Acknowledged(u32),
    Failed(String),
    Opened,
}

/// A writer in a process of its own; dies with its owner.
pub(crate) struct Writer {
    pub(crate) child: Child,
    said: Arc<Mutex<Vec<Said>>>,
    reading: Option<std::thread::JoinHandle<()>>,
}

impl Writer {
    /// Writes into a folder until it is killed, or so many batches.
    pub(crate) fn start(folder: &Path, batches: Option<u32>) -> Self {
        Self::under(&[], folder, batches, false)
    }

    /// The same with another program around it.
    pub(crate) fn under(around: &[String], folder: &Path, batches: Option<u32>, plain: bool) -> Self {
        let own = program().to_str().unwrap().to_owned();
        let words: Vec<String> = around.iter().cloned().chain([own]).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg(if plain { "plain" } else { "write" }).arg(folder);
        command.args(batches.map(|batches| batches.to_string())).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let said = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&said);
        let reading = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let one = match line.split_once(' ') {
                    Some(("ack", number)) => number.parse().ok().map(Said::Acknowledged),
                    Some(("failed", why)) => Some(Said::Failed(why.to_owned())),
                    _ => (line == "opened").then_some(Said::Opened),
                };
                into.lock().unwrap().extend(one);
            }
        });
        Self { child, said, reading: Some(reading) }
    }

    pub(crate) fn said(&self) -> Vec<Said> {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn acknowledged(&self) -> Vec<u32> {
        self.said().iter().filter_map(|it| if let Said::Acknowledged(number) = it { Some(*number) } else { None }).collect()
    }

    /// Waits until so many batches are acknowledged.
    pub(crate) fn wait_for(&self, batches: usize) {
        for _ in 0..6_000 {
            if self.acknowledged().len() >= batches {
                return;
            }
            earwitness_base::clock::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the writer acknowledged only {:?} in a minute", self.said());
    }

    pub(crate) fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Kills it, as a power cut does to a process; says what had been acknowledged.
    pub(crate) fn kill(mut self) -> Vec<u32> {
        self.child.kill().unwrap();
        self.ended();
        self.acknowledged()
    }

    /// Waits for its end; says all that it said.
    pub(crate) fn finish(mut self) -> Vec<Said> {
        self.ended();
        self.said()
    }

    fn ended(&mut self) {
        self.child.wait().unwrap();
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // A process that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether everything that was acknowledged is there, as it was handed over; says how many rounds are.
pub(crate) fn all_there(reader: &Reader, acknowledged: &[u32]) -> u32 {
    let session = SessionId(1);
    let trials = reader.trials(session).unwrap();
    for number in acknowledged {
        let Entry::Trial(expected) = &batch(*number)[1] else { unreachable!() };
        let found = trials.iter().find(|trial| trial.round.number == *number);
        assert!(
            found == Some(expected),
            "round {number} was acknowledged: {} rounds are there, {} were acknowledged",
            trials.len(),
            acknowledged.len()
        );
    }
    let mut stretches: Vec<Findings> = Vec::new();
    reader
        .stretches(earwitness_store::Of::Session(session), |part| {
            stretches.push(part);
            Ok(())
        })
        .unwrap();
    assert_eq!(stretches.len(), trials.len(), "a call is written whole or not at all");
    for (number, part) in stretches.iter_mut().enumerate() {
        let Entry::Watched(expected) = &batch(u32::try_from(number).unwrap())[0] else { unreachable!() };
        fill_in(part, expected);
        assert_eq!(part, &**expected);
    }
    u32::try_from(trials.len()).unwrap()
}

/// The first version of the store kept no intervals of pre-roll and tail, and neither what passed nor to whom: what it does not say is taken from what was
/// written.
fn fill_in(part: &mut Findings, written: &Findings) {
    for (device, written) in part.devices.iter_mut().zip(&written.devices) {
        if device.passage.is_none() {
            (device.passage, device.contacts) = (written.passage.clone(), written.contacts.clone());
        }
        for (it, written) in device.sightings.iter_mut().zip(&written.sightings) {
            if it.pre_roll_seconds.low.is_nan() {
                (it.pre_roll_seconds.low, it.pre_roll_seconds.high) =
                    (written.pre_roll_seconds.low, written.pre_roll_seconds.high);
                (it.tail_seconds.low, it.tail_seconds.high) = (written.tail_seconds.low, written.tail_seconds.high);
            }
        }
    }
}

/// The kinds of trouble in what was said.
pub(crate) fn failures(said: &[Said], kind: &Kind) -> usize {
    let start = format!("{kind:?} ");
    said.iter().filter(|it| matches!(it, Said::Failed(why) if why.starts_with(&start))).count()
}
