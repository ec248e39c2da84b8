//! From captured frames to evidence of uploaded audio.
//!
//! Pure: bytes, timestamps and a seed in; evidence out. No clock, file, thread or randomness of its own.
//! The rooms and what each may import are listed in `ARCHITECTURE.md` and checked by `tests/rooms`.

pub mod analysis;
pub mod bins;
pub mod detect;
pub mod dissect;
pub mod experiment;
pub mod findings;
pub mod frame;
pub mod lot;
pub mod mac;
pub mod measure;
pub mod meter;
pub mod names;
pub mod pcap;
pub mod plan;
pub mod policy;
pub mod private;
pub mod probe;
pub mod record;
pub mod roster;
pub mod samples;
pub mod schedule;
pub mod scope;
pub mod sound;
pub mod stream;
pub mod table;
pub mod time;
pub mod trial;
pub mod verdict;
pub mod visibility;
