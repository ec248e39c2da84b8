//! An experiment with real devices: the appliance watches and writes down what passes, a thread plays trial after trial, and what is told is measured on what was written down.

mod folder;
mod judging;
mod measured;
mod room;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::bail;
use earwitness_base::words::counted;
use earwitness_core::lot::Lot;
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::timeline::{Script, Voice};
use earwitness_lab::carry::{self, Ending};
use earwitness_lab::experiment::{Course, Experiment, Switching};
use earwitness_lab::plan::Plan;
use earwitness_sound::reply::Recogniser;
use earwitness_sound::speak::sounds::Library;

pub(in crate::cli) use self::folder::JOURNAL;
pub(super) use self::folder::{Folder, is_folder};
pub(super) use self::measured::{Measured, measured};

use self::judging::Means;
use self::room::Room;
use super::super::aloud;
use super::super::live::Live;
use super::{Asked, Opened, measure};
use crate::config::Config;
use crate::say;

/// Carries an experiment out, or what is left of it; says whether all of it is done.
/// Where `keep` is said, what was heard after each sound is kept as well.
pub(super) fn run(asked: &Asked, live: &Live, keep: bool) -> anyhow::Result<(Folder, bool)> {
    let opened = asked.open()?;
    let path = aloud::folder(live, &opened.experiment.design().name, "experiment");
    let mut config = config(live, &opened, &path)?;
    let mut means = means(&opened.experiment, &config, keep)?;
    let said = measure::said(&opened.experiment, &opened.folder)?;
    let lengths = |text: &str, voice: Option<&Voice>| said.get(&(text.to_owned(), voice.cloned())).copied();
    let mut folder = Folder::open(&path, asked, &opened)?;
    let plan = match folder.journal().blocks() {
        Some(blocks) => Plan::resumed(&opened.experiment, &lengths, blocks),
        None => Plan::new(&opened.experiment, &lengths),
    }
    .map_err(|error| anyhow::anyhow!("{}: {error}", asked.experiment))?;
    folder.begin(asked, &opened, &plan)?;
    folder.path().clone_into(&mut config.state);
    means.keep = keep.then(|| folder.path().to_owned());
    announce(&opened.experiment, &plan, &folder);
    if folder.journal().count() == plan.trials().len() {
        return Ok((folder, true));
    }
    let scripts = scripts(&opened.experiment);
    let library = Library::new(&config.sounds)?.with_scripts(scripts.clone());
    for name in scripts.keys() {
        let stimulus = Stimulus { name: format!("script:{name}"), kind: SoundKind::Speech };
        if library.longer(&stimulus, &Lot::new(opened.experiment.design().seed), 0)?.is_none() {
            library.stimulus(&stimulus.name)?;
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    let room = Room::open(&config, opened.experiment.clone(), plan.clone(), library, Arc::clone(&stop), (folder, means))?;
    conduct(config, room, opened.experiment, plan, &stop)
}

/// Plays while the devices are watched, until all is done or it is stopped.
fn conduct(
    config: Config,
    mut room: Room,
    experiment: Experiment,
    plan: Plan,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<(Folder, bool)> {
    let path = config.state.clone();
    let played = aloud::conduct(config, stop, move || {
        let mut journal = room.take_journal();
        let ending = carry::carry_out(&experiment, &plan, &mut journal, &mut room);
        (ending, room.into_folder(journal))
    })?;
    match played {
        Some((ending, folder)) => Ok((folder, ending? != Ending::Stopped)),
        None => Ok((Folder::read(&path)?, false)),
    }
}

/// The configuration with what an experiment needs: no probing, and nothing is deleted.
fn config(live: &Live, opened: &Opened, path: &Path) -> anyhow::Result<Config> {
    let mut config = aloud::config(live, path)?;
    // Files of a preset are looked for where the program was started.
    config.sounds.folder = Some(std::path::absolute(Path::new(".").join(&opened.folder))?);
    let sounds = opened.experiment.design().conditions.iter().any(|it| matches!(it.course, Course::Sounds(_)));
    if sounds {
        aloud::needs_loudspeaker(&config)?;
    }
    let asks = opened
        .experiment
        .design()
        .conditions
        .iter()
        .any(|it| it.setup.as_ref().is_some_and(|setup| matches!(setup.by, Switching::Person(_))));
    if asks && !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        bail!(
            "this experiment asks a person to change a setting, and nobody can answer here: run it in a terminal, or let a command \
             change it (setup = {{ command = \"./switch off\", seconds = 10 }})"
        );
    }
    if let Some(device) = opened.experiment.design().devices.iter().find(|it| it.mac.is_none()) {
        bail!("the device {:?} has no MAC address, by which it could be found: write mac = \"..\" ([[device]])", device.name);
    }
    Ok(config)
}

/// What judges answers, where any are expected.
fn means(experiment: &Experiment, config: &Config, keep: bool) -> anyhow::Result<Means> {
    let timeout = Duration::from_secs(config.recogniser.timeout_seconds);
    let expects = experiment.design().conditions.iter().any(|it| !it.answer.is_empty());
    if keep && !expects {
        bail!("--keep-replies keeps what devices answer, and no condition expects an answer: give it `answer`");
    }
    let recogniser = if expects { Recogniser::new(&config.recogniser).map_err(anyhow::Error::msg)? } else { None };
    Ok(Means { recogniser, timeout, keep: None })
}

/// The scripts of an experiment by name.
fn scripts(experiment: &Experiment) -> BTreeMap<String, Script> {
    let each = experiment.design().conditions.iter().enumerate();
    each.filter_map(|(number, it)| match &it.course {
        Course::Sounds(script) => Some((room::script(number), script.clone())),
        Course::Quiet(_) => None,
    })
    .collect()
}

fn announce(experiment: &Experiment, plan: &Plan, folder: &Folder) {
    let (all, done) = (plan.trials().len() as u64, folder.journal().count() as u64);
    let count = counted(all, "trial", "trials");
    let went = if done > 0 { format!(", {done} of them done") } else { String::new() };
    say::line(&format!(
        "{}: {count} in {}{went}; everything is kept in {}",
        experiment.design().name,
        counted(experiment.design().nights.into(), "night", "nights"),
        folder.path().display()
    ));
}
