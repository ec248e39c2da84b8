//! What a session writes, call by call.

use earwitness_core::event::What;
use earwitness_core::record::Entry;
use earwitness_core::time::Window;
use earwitness_store::{JournalLine, Record, Reply, Store};

use super::sample::{at, begun, id, minute, sighting, trial};

/// The entries of one call.
pub(crate) fn batch(number: u32) -> Vec<Entry> {
    let mut minute = minute(number, 10, |_| 20);
    if number.is_multiple_of(5) {
        minute.devices[7].sightings.push(sighting(at(i64::from(number) * 60)));
    }
    vec![Entry::Watched(Box::new(minute)), Entry::Trial(trial(number, 10))]
}

/// What is in the fixture of version 1.
pub(crate) fn fill(store: &mut Store) {
    store.write(&[begun()]).unwrap();
    (0..4).for_each(|number| store.write(&batch(number)).unwrap());
    let line = JournalLine {
        device: Some(id(3)),
        ..JournalLine::new(&What::FramesLost { frames: 3 }.at(at(5)), "eth0 was away for 3 s".into())
    };
    let reply = Reply { round: 2, window: Window { from: at(7), until: at(9) }, level_db: -30.25 };
    store.append(&[Record::Journal(&line), Record::Reply(&reply), Record::Setting("paused", "no")]).unwrap();
}
