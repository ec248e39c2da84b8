//! What is compared on: scenarios and captures, told apart and held against the labels before anything is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use earwitness_sim::plan::Plan;

use super::super::scenario;
use super::others::{Part, label_files as files_in};
use super::steps::Steps;
use crate::say;
use earwitness_compare::Subject;
use earwitness_compare::captured;
use earwitness_compare::labels::{self, Label};
use earwitness_compare::simulated::{self, Night};

/// Longest file of labels, octets.
const LONGEST: u64 = 64 << 20;

/// Homes that are compared unless others are named: every kind of device, and the three backgrounds; a matter of seconds.
const USUAL: [&str; 5] = ["demo", "every-kind", "quiet-home", "bursty-home", "video-home"];

/// Checked inputs.
#[derive(Debug)]
pub(super) struct Inputs {
    scenarios: Vec<Plan>,
    /// Captures, each with its labels.
    captures: Vec<(PathBuf, Vec<Label>)>,
    label_files: Vec<PathBuf>,
    notes: Vec<String>,
}

/// What was gathered.
pub(super) struct Material {
    pub(super) subjects: Vec<Subject>,
    pub(super) notes: Vec<String>,
    pub(super) names: Vec<String>,
}

/// What a file of labels says of one capture: where it would lie, and the entries about it.
type Labelled = BTreeMap<String, (PathBuf, Vec<Label>)>;

impl Inputs {
    /// Tells scenarios from captures, and reads the labels.
    ///
    /// # Errors
    /// When a scenario is unknown, a capture has no labels, or labels belong to no capture.
    pub(super) fn check(inputs: &[String], label_files: &[PathBuf], folders: &[PathBuf], part: Part) -> anyhow::Result<Self> {
        let shipped: BTreeSet<&str> = Plan::shipped().iter().map(|it| it.0).collect();
        let (names, captures): (Vec<&String>, Vec<&String>) =
            inputs.iter().partition(|it| shipped.contains(it.as_str()) || is_scenario(it));
        let mut scenarios = names.into_iter().map(|name| scenario::load(name)).collect::<anyhow::Result<Vec<_>>>()?;
        if inputs.is_empty() && label_files.is_empty() && folders.is_empty() {
            scenarios = USUAL
                .iter()
                .filter(|it| shipped.contains(*it))
                .map(|it| scenario::load(it))
                .collect::<anyhow::Result<Vec<_>>>()?;
        }
        let mut notes = Vec::new();
        let labelled = label_files.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut captures = if captures.is_empty() {
            beside(label_files, &labelled, &mut notes)?
        } else {
            matched(&captures, label_files, &labelled)?
        };
        let mut label_files = label_files.to_vec();
        for folder in folders {
            let files = files_in(folder)?;
            let labelled = files.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
            let all = beside(&files, &labelled, &mut notes)?;
            let (before, many) = (captures.len(), all.len());
            captures.extend(all.into_iter().filter(|it| it.1.iter().all(|label| part.has(label))));
            if captures.len() == before {
                bail!("--captures {}: none of its {many} captures has a seed of this part; see --split", folder.display());
            }
            if captures.iter().skip(before).any(|it| it.1.iter().any(|label| label.seed.is_none())) {
                notes.push(format!(
                    "{}: captures without a seed; nothing shows that no detector was tuned on them",
                    folder.display()
                ));
            }
            notes.push(format!("{}: {}", folder.display(), part.note()));
            label_files.extend(files);
        }
        let captures = captures.into_iter().filter_map(|it| with_truth(it, &mut notes)).collect::<Vec<_>>();
        if captures.is_empty() && scenarios.is_empty() {
            bail!(
                "in no capture is it known what was uploaded; labels need `uploads`, an empty list where there were none (null stands for not known)"
            );
        }
        Ok(Self { scenarios, captures, label_files, notes })
    }

    /// The files that are read.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.captures.iter().map(|it| it.0.clone()).chain(self.label_files.iter().cloned()).collect()
    }

    /// Simulates the nights and reads the captures. `seeds` are the first seed, and how many.
    pub(super) fn gather(self, seeds: (u64, u32), quiet: bool) -> anyhow::Result<Material> {
        let Self { scenarios, captures, label_files, mut notes } = self;
        let nights = scenarios.len() as u64 * u64::from(seeds.1);
        let mut steps = Steps::new(nights + captures.len() as u64, quiet);
        let mut subjects = Vec::new();
        for plan in &scenarios {
            for (fold, number) in (0..seeds.1).enumerate() {
                let seed = seeds.0.wrapping_add(u64::from(number));
                steps.next(&format!("{}, seed {seed}", plan.name));
                let session = scenario::session(plan, seed)?;
                let (design, alpha, rounds) = (&session.design, session.alpha, session.rounds);
                subjects.extend(simulated::subjects(&Night { plan, seed, design, alpha, rounds, fold }));
            }
        }
        for (fold, (path, labels)) in captures.iter().enumerate() {
            steps.next(&path.to_string_lossy());
            let labels: Vec<&Label> = labels.iter().collect();
            let (found, troubles) = captured::subjects(path, &labels, fold)?;
            subjects.extend(found);
            for it in troubles.iter().filter(|_| !quiet) {
                say::line(it);
            }
            notes.extend(troubles);
        }
        steps.comparing();
        let files = label_files.iter().map(|it| it.to_string_lossy().into_owned());
        let captures = captures.iter().filter(|_| label_files.is_empty()).map(|it| it.0.to_string_lossy().into_owned());
        let names = scenarios.iter().map(|plan| plan.name.clone()).chain(files).chain(captures).collect();
        Ok(Material { subjects, notes, names })
    }
}

/// A name that looks like one of a scenario rather than of a capture: a .toml file, or no file at all.
fn is_scenario(name: &str) -> bool {
    let path = Path::new(name);
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("toml")) || !path.exists() && path.extension().is_none()
}

fn read(path: &Path) -> anyhow::Result<Labelled> {
    let name = path.display();
    let facts = fs::metadata(path).with_context(|| format!("the labels {name} cannot be opened"))?;
    if !facts.is_file() || facts.len() > LONGEST {
        bail!("{name} holds no labels: they are a JSON file of at most 64 MiB");
    }
    let text = fs::read_to_string(path).with_context(|| format!("the labels {name} cannot be read as text"))?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let mut found = Labelled::new();
    for label in labels::read(&text).with_context(|| format!("the labels {name} cannot be understood"))? {
        found.entry(label.file.clone()).or_insert_with(|| (folder.join(&label.file), Vec::new())).1.push(label);
    }
    Ok(found)
}

/// The captures that lie where their labels say.
fn beside(files: &[PathBuf], labelled: &[Labelled], notes: &mut Vec<String>) -> anyhow::Result<Vec<(PathBuf, Vec<Label>)>> {
    let mut captures = Vec::new();
    for (file, labelled) in files.iter().zip(labelled) {
        let (there, missing): (Vec<_>, Vec<_>) = labelled.values().partition(|it| it.0.is_file());
        if there.is_empty() {
            bail!("the labels {} match no capture: none of the files that they name lies beside them", file.display());
        }
        captures.extend(there.into_iter().cloned());
        let names: Vec<_> = missing.iter().map(|it| it.0.display().to_string()).collect();
        if !names.is_empty() {
            notes.push(format!("labelled, but not there: {}", names.join(", ")));
        }
    }
    Ok(captures)
}

/// The labels of each capture, found by its name.
fn matched(captures: &[&String], files: &[PathBuf], labelled: &[Labelled]) -> anyhow::Result<Vec<(PathBuf, Vec<Label>)>> {
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for capture in captures {
        let path = Path::new(capture.as_str());
        if !path.exists() {
            bail!("{capture} is neither a scenario that comes with the program nor a file");
        }
        let own = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut labels = Vec::new();
        for (number, it) in labelled.iter().enumerate() {
            if let Some((_, all)) = it.get(&own).or_else(|| it.get(capture.as_str())) {
                labels.extend(all.iter().cloned());
                used.insert(number);
            }
        }
        if labels.is_empty() {
            bail!(
                "{capture} has no labels, so nothing can be compared with it; add an entry with \"file\": {own:?} and give --labels FILE"
            );
        }
        found.push((path.to_owned(), labels));
    }
    if let Some((file, _)) =
        files.iter().enumerate().find(|(number, _)| !used.contains(number)).map(|(number, file)| (file, number))
    {
        bail!("the labels {} match none of the captures; they are found by the name of the file", file.display());
    }
    Ok(found)
}

/// A capture with the devices of which it is known what they uploaded, if there is one; notes those of which it is not.
fn with_truth((path, labels): (PathBuf, Vec<Label>), notes: &mut Vec<String>) -> Option<(PathBuf, Vec<Label>)> {
    let (known, unknown): (Vec<_>, Vec<_>) = labels.into_iter().partition(|it| it.uploads.is_some());
    match (known.len(), unknown.len()) {
        (_, 0) => {}
        (0, _) => notes.push(format!("{} is labelled without uploads, so it is left out", path.display())),
        (_, some) => notes.push(format!(
            "{}: of {some} of its labelled devices it is not known what they uploaded, so they are left out",
            path.display()
        )),
    }
    (!known.is_empty()).then_some((path, known))
}
