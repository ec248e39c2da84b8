//! Letters over starts, full queues, and files that are cut or damaged.

use std::fs;

use super::*;

const BOTH: [&str; 2] = ["mail", "ntfy"];

fn letter(number: u64, importance: u8) -> Letter {
    let text = || format!("letter {number}");
    Letter { number, importance, urgent: false, title: text(), text: text(), json: "{}".to_owned() }
}

/// What a channel sends until nothing waits; how many it says were dropped.
fn all(queue: &Queue, channel: &str) -> (Vec<u64>, u32) {
    let (mut numbers, mut dropped) = (Vec::new(), 0);
    loop {
        queue.flush();
        let idle = {
            let state = queue.state();
            state.model.next_of(channel).is_none() && state.model.lost_of(channel) == 0
        };
        if idle {
            return (numbers, dropped);
        }
        match queue.take(channel) {
            Some(Next::Letter(it)) => {
                queue.sent(channel, it.number);
                numbers.push(it.number);
            }
            Some(Next::Lost(lost)) => {
                queue.said_lost(channel);
                dropped += lost;
            }
            None => return (numbers, dropped),
        }
    }
}

#[test]
fn each_channel_sends_each_letter_once_also_over_starts() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), &BOTH).unwrap();
    (1..=3).for_each(|number| queue.put(letter(number, 1)));
    queue.put(letter(2, 1));
    assert_eq!(all(&queue, "mail"), (vec![1, 2, 3], 0));
    // It is killed: nothing is closed.
    let queue = Queue::open(folder.path(), &BOTH).unwrap();
    assert_eq!((queue.last(), all(&queue, "mail"), all(&queue, "ntfy")), (3, (vec![], 0), (vec![1, 2, 3], 0)));
    queue.put(letter(4, 1));
    queue.close();
    queue.put(letter(5, 1));
    let queue = Queue::open(folder.path(), &["mail", "webhook"]).unwrap();
    assert_eq!(all(&queue, "mail").0, [4], "what came when it was closed is not in the file");
    assert!(all(&queue, "webhook").0.is_empty(), "a new channel begins with what comes");
}

#[test]
fn what_matters_least_is_dropped_first_and_each_channel_says_how_many() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), &BOTH).unwrap();
    (1..=300).for_each(|number| queue.put(letter(number, if number % 3 == 0 { 0 } else { 2 })));
    queue.put(letter(301, 0));
    assert_eq!(queue.counts().lost, 45);
    let queue = {
        queue.close();
        Queue::open(folder.path(), &BOTH).unwrap()
    };
    for channel in BOTH {
        let (numbers, dropped) = all(&queue, channel);
        assert_eq!((numbers.len(), dropped), (MOST, 45));
        assert_eq!(numbers.iter().filter(|it| *it % 3 != 0).count(), 201, "those that matter are all there");
        assert!(numbers.is_sorted() && !numbers.contains(&3) && numbers.contains(&300));
    }
    let queue = Queue::open(folder.path(), &BOTH).unwrap();
    assert_eq!(all(&queue, "mail"), (vec![], 0));
}

#[test]
fn a_letter_that_matters_less_than_all_that_wait_is_not_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), &["mail"]).unwrap();
    (1..=256).for_each(|number| queue.put(letter(number, 2)));
    queue.put(letter(257, 0));
    let (numbers, dropped) = all(&queue, "mail");
    assert_eq!((numbers.len(), dropped, queue.counts().lost), (MOST, 1, 1));
}

#[test]
fn a_file_cut_or_damaged_anywhere_gives_what_is_sound_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), &["mail"]).unwrap();
    for number in 1..=3 {
        queue.put(letter(number, 1));
        queue.flush();
    }
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    let first = whole.iter().position(|it| *it == b'\n').unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let model = file::read(folder.path()).unwrap();
        let lines = whole[..cut].split(|it| *it == b'\n').count() - 1;
        assert!((lines.saturating_sub(1)..=lines).contains(&model.letters.len()), "cut at {cut}");
        let mut damaged = whole.clone();
        damaged[cut] ^= 4;
        fs::write(&path, &damaged).unwrap();
        let model = file::read(folder.path()).unwrap();
        assert!(cut <= first || !model.letters.is_empty(), "damaged at {cut}");
        assert!(model.letters.iter().all(|it| it.text == format!("letter {}", it.number)));
    }
    fs::write(&path, vec![0xff; 100_000]).unwrap();
    assert_eq!(file::read(folder.path()).unwrap(), Model::default());
}

#[test]
fn the_file_does_not_grow_without_end_and_is_for_its_owner_only() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), &["mail"]).unwrap();
    let mut longest = 0;
    for number in 1..=1_100 {
        queue.put(letter(number, 1));
        all(&queue, "mail");
        longest = longest.max(fs::metadata(folder.path().join(FILE)).unwrap().len());
    }
    let facts = fs::metadata(folder.path().join(FILE)).unwrap();
    assert!(longest < 600_000 && facts.len() < longest, "{longest}, {}", facts.len());
    assert_eq!(facts.mode() & 0o777, 0o600);
}
