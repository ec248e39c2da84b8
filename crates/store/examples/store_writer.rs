//! The process that the tests of the store kill, and the writer of their fixtures.
//!
//! - `store_writer write FOLDER [BATCHES]`: writes into a store until it is killed, or so many batches, and says what was acknowledged;
//! - `store_writer plain FOLDER`: the same rows in a database that waits for nothing but the end of the file system's own delay;
//! - `store_writer fixture`: keeps a store of this version under `tests/store/fixtures`, once for each version.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what cannot be done ends the process, and what was acknowledged is its result"
)]

#[path = "../tests/store/calls.rs"]
mod calls;
#[path = "../tests/store/sample.rs"]
mod sample;

use std::fs;
use std::io::Write;
use std::path::Path;

use earwitness_store::{FILE, Store, VERSION};

use calls::batch;
use sample::begun;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder] => write(Path::new(folder), u32::MAX),
        ["write", folder, batches] => write(Path::new(folder), batches.parse().unwrap()),
        ["plain", folder] => plain(Path::new(folder)),
        ["fixture"] => fixture(),
        other => panic!("what to do with {other:?}? See the head of this file"),
    }
}

/// Says it at once: what stands in a buffer when the process is killed was never said.
fn say(text: &str) {
    println!("{text}");
    std::io::stdout().flush().unwrap();
}

fn write(folder: &Path, batches: u32) {
    let mut store = Store::open(folder).unwrap().0;
    say("opened");
    let sessions = store.reader().unwrap().sessions().unwrap();
    let mut number = 0;
    if let Some(last) = sessions.last() {
        store.resume(last.id).unwrap();
        number = store.reader().unwrap().trials(last.id).unwrap().last().map_or(0, |trial| trial.round.number + 1);
    } else {
        store.write(&[begun()]).unwrap();
    }
    for _ in 0..batches {
        match store.write(&batch(number)) {
            Ok(()) => {
                say(&format!("ack {number}"));
                number += 1;
            }
            Err(error) => say(&format!("failed {:?} {error}", error.kind)),
        }
    }
}

fn plain(folder: &Path) {
    let connection = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS a (n INTEGER)")
        .unwrap();
    for number in 0_u32..1_000_000 {
        connection.execute("INSERT INTO a VALUES (?1)", [number]).unwrap();
        say(&format!("ack {number}"));
    }
}

fn fixture() {
    let name = format!("{}/tests/store/fixtures/version-{VERSION}.db.gz", env!("CARGO_MANIFEST_DIR"));
    assert!(!fs::exists(&name).unwrap(), "{name} is there already, and must not change");
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap().0;
    calls::fill(&mut store);
    drop(store);
    let mut out = flate2::write::GzEncoder::new(fs::File::create(name).unwrap(), flate2::Compression::best());
    out.write_all(&fs::read(folder.path().join(FILE)).unwrap()).unwrap();
    out.finish().unwrap();
}
