//! Uploads and sounds of a store.

use std::path::Path;

use earwitness_core::findings::SightingKind;
use earwitness_core::time::{Timestamp, Window};
use earwitness_ledger::Upload;
use earwitness_report::labels;
use earwitness_store::{List, Of, Reader};

use super::seen::{Seen, SeenUpload, Sound};

/// Reads all sessions.
pub(super) fn read(path: &Path) -> anyhow::Result<Seen> {
    let reader = Reader::open(path)?;
    reader.hold()?;
    let mut seen = Seen { devices: reader.known()?.into_iter().map(|id| vec![labels::id(id)]).collect(), ..Seen::default() };
    for session in reader.sessions()? {
        let until = session.ended.map_or(Timestamp::MAX, |ended| ended.0);
        seen.watched.push(Window { from: session.begun, until });
        let sounded = reader.rounds(session.id)?.into_iter().map(|round| round.played).filter(|played| played.length > 0);
        seen.sounds.extend(sounded.map(|played| Sound { at: played.onset, name: played.stimulus.name }));
    }
    let all = Of::Window(Window { from: Timestamp::MIN, until: Timestamp::MAX });
    reader.sightings(all, |it| {
        if it.list == List::Internet && it.sighting.kind == SightingKind::Audio {
            let upload = Upload { start: it.sighting.window.from, seconds: it.sighting.audio_seconds };
            seen.uploads.push(SeenUpload { upload, device: vec![labels::id(it.device)] });
        }
        Ok(())
    })?;
    Ok(seen)
}
