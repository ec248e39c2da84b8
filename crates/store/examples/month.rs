//! Writes a store of sixty devices that were watched for thirty days until now, to measure what reads it: how long its page takes, how large it is.
//!
//!   cargo run --release -p earwitness-store --example month -- FOLDER

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program of a developer, which ends where it cannot go on")]
#![expect(dead_code, reason = "what tests need of the sample")]

use earwitness_core::record::Entry;
use earwitness_store::{FILE, Store};

#[path = "../tests/store/sample.rs"]
mod sample;

use sample::{at, begun, minute, sighting};

const DEVICES: u8 = 60;
const MINUTES: u32 = 30 * 1_440;

fn main() {
    let folder = std::path::PathBuf::from(std::env::args_os().nth(1).unwrap());
    let (mut store, _) = Store::open(&folder).unwrap();
    store.write(&[begun()]).unwrap();
    let until = u32::try_from((earwitness_base::clock::now().nanos() - at(0).nanos()) / 60_000_000_000).unwrap();
    for number in until - MINUTES..until {
        // Three send all the time, the others every twenty seconds; one an upload every half hour.
        let mut minute = minute(number, DEVICES, |device| if device < 3 { 1 } else { 20 });
        if number % 33 == 0 {
            minute.devices[7].sightings.push(sighting(at(i64::from(number) * 60)));
        }
        store.write(&[Entry::Watched(Box::new(minute))]).unwrap();
    }
    drop(store);
    println!("{}: {} kB", folder.display(), std::fs::metadata(folder.join(FILE)).unwrap().len() / 1_000);
}
