//! How long texts take, by saying each once.

use std::collections::BTreeMap;
use std::path::Path;

use earwitness_core::lot::Lot;
use earwitness_core::timeline::{Part, Script, Voice};
use earwitness_lab::experiment::Experiment;
use earwitness_sound::speak::sounds::{Library, SoundSettings};

/// Lengths in nanoseconds, by text and voice.
pub(super) type Said = BTreeMap<(String, Option<Voice>), i64>;

/// Says every text of an experiment that has no length of its own. A voice that is drawn by lot is drawn once.
pub(super) fn said(experiment: &Experiment, folder: &Path) -> anyhow::Result<Said> {
    let settings = SoundSettings { folder: Some(folder.to_owned()), ..SoundSettings::default() };
    let mut said = Said::new();
    for part in experiment.design().conditions.iter().flat_map(|it| it.course.parts()) {
        let Part::Utterance { text, voice, length: None } = part else { continue };
        let key = (text.clone(), voice.clone());
        if said.contains_key(&key) {
            continue;
        }
        let script = Script::new(vec![part.clone()])?;
        let library = Library::new(&settings)?.with_scripts([("one".to_owned(), script)].into());
        let stimulus = library.stimulus("script:one")?;
        said.insert(key, library.render(&stimulus, 0, &Lot::new(experiment.design().seed), 0)?.length());
    }
    Ok(said)
}
