//! Processes die at any moment.

use std::time::Duration;

use earwitness_store::{Kind, Reader, Store};

use crate::sample::Chance;
use crate::writer::{Writer, all_there};

#[test]
fn two_hundred_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let seed = std::env::var("EARWITNESS_TEST_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(u64::from(std::process::id()));
    println!("EARWITNESS_TEST_SEED={seed}");
    let mut chance = Chance(seed);
    let (mut acknowledged, mut before_the_first) = (Vec::new(), 0);
    for kill in 0..200 {
        let mut writer = Writer::start(folder.path(), None);
        if chance.below(4) > 0 {
            writer.wait_for(1);
        }
        earwitness_base::clock::sleep(Duration::from_micros(chance.below(40_000)));
        assert!(writer.child.try_wait().unwrap().is_none(), "the writer gave up before kill {kill}: {:?}", writer.said());
        let more = writer.kill();
        before_the_first += u32::from(more.is_empty());
        acknowledged.extend(more);
        // What the file holds is looked at whole now and then, the latest each time.
        if kill % 20 == 19 {
            let (store, notice) = Store::open(folder.path()).unwrap();
            assert_eq!(notice, None, "after kill {kill}");
            let reader = store.reader().unwrap();
            all_there(reader, &acknowledged);
            assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
        }
    }
    let (store, _) = Store::open(folder.path()).unwrap();
    let rounds = all_there(store.reader().unwrap(), &acknowledged);
    println!("200 kills, {} batches acknowledged, {rounds} found, {before_the_first} kills before the first", acknowledged.len());
    assert!(acknowledged.len() >= 150, "{}", acknowledged.len());
}

#[test]
fn a_second_instance_is_told_who_writes_and_a_dead_one_blocks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::start(folder.path(), None);
    writer.wait_for(1);
    let error = Store::open(folder.path()).unwrap_err();
    let Kind::Held(holder) = &error.kind else { panic!("{error}") };
    assert_eq!(holder.process, Some(writer.child.id()));
    assert!(holder.since.is_some() && error.to_string().contains(&format!("process {} (since ", writer.child.id())), "{error}");
    let reader = Reader::open(folder.path()).unwrap();
    let seen = reader.sessions().unwrap().len();
    assert_eq!(seen, 1, "reading is allowed");
    let acknowledged = writer.kill();
    let (store, notice) = Store::open(folder.path()).unwrap();
    assert_eq!(notice, None);
    all_there(store.reader().unwrap(), &acknowledged);
}

#[test]
fn a_reader_that_holds_sees_one_moment_while_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::start(folder.path(), None);
    writer.wait_for(3);
    let reader = Reader::open(folder.path()).unwrap();
    reader.hold().unwrap();
    let before = all_there(&reader, &[]);
    writer.wait_for(before as usize + 20);
    assert_eq!(all_there(&reader, &[]), before);
    let later = Reader::open(folder.path()).unwrap();
    // The writer goes on between two questions.
    later.hold().unwrap();
    assert!(all_there(&later, &[]) > before);
}
