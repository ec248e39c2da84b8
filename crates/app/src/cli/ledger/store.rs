//! Uploads and sounds of a store.

use std::path::Path;

use earwitness_core::findings::{DeviceId, SightingKind};
use earwitness_core::probe::Round;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_ledger::Upload;
use earwitness_report::labels;
use earwitness_store::{List, Of, Reader, SessionId, StoredSighting};

use super::seen::{Seen, SeenUpload, Sound, joined};

/// Reads all sessions, and what was seen between them.
pub(super) fn read(path: &Path) -> anyhow::Result<Seen> {
    let reader = Reader::open(path)?;
    reader.hold()?;
    let devices = reader.known()?.into_iter().map(|id| vec![labels::id(id)]).collect();
    let mut seen = Seen { devices, watched: joined(reader.watched()?), ..Seen::default() };
    let mut proofs = Vec::new();
    for session in reader.sessions()? {
        let rounds = reader.rounds(session.id)?;
        proofs.push(proof(&reader, session.id, &rounds)?);
        let sounded = rounds.into_iter().map(|round| round.played).filter(|played| played.length > 0);
        seen.sounds.extend(sounded.map(|played| Sound { at: played.onset, stimulus: Some(played.stimulus.name) }));
        let heard = reader.replies(session.id)?.into_iter().map(|reply| Sound { at: reply.window.from, stimulus: None });
        seen.sounds.extend(heard);
    }
    let all = Of::Window(Window { from: Timestamp::MIN, until: Timestamp::MAX });
    reader.sightings(all, |it| {
        let device = vec![labels::id(it.device)];
        match it.list {
            List::Internet => seen.uploads.push(SeenUpload {
                upload: Upload { start: it.sighting.window.from, seconds: it.sighting.audio_seconds },
                kind: kind(&it, &proofs),
                octets: it.sighting.octets_total,
                device,
            }),
            List::Continuous => seen.continuous.push(device),
            List::Local => {}
        }
        Ok(())
    })?;
    Ok(seen)
}

/// Which devices a session proved to stream what they hear, and the slots of its probes.
struct Proof {
    devices: Vec<DeviceId>,
    drawn: Vec<Window>,
}

/// The proof as the last verdicts of the session say it.
fn proof(reader: &Reader, session: SessionId, rounds: &[Round]) -> anyhow::Result<Proof> {
    let told = reader.verdicts(session)?.pop().map(|told| told.devices).unwrap_or_default();
    let devices = told.into_iter().filter(|it| it.outcome == Outcome::Streams).map(|it| it.device).collect();
    let counted = rounds.iter().filter(|round| round.void.is_none());
    Ok(Proof { devices, drawn: counted.filter_map(|round| round.windows().get(round.drawn).copied()).collect() })
}

/// A store calls large uploads what a proof makes recordings of, as `earwitness_core::verdict::name_recordings` does in a report.
fn kind(it: &StoredSighting, proofs: &[Proof]) -> SightingKind {
    let start = it.sighting.window.from;
    let caused = |proof: &Proof| proof.devices.contains(&it.device) && proof.drawn.iter().any(|slot| slot.contains(start));
    match it.sighting.kind {
        SightingKind::LargeUpload if proofs.iter().any(caused) => SightingKind::Recording,
        kind => kind,
    }
}
