use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, atomic::AtomicBool};
use std::time::Duration;

use super::super::{Captures, Follow, Order};
use super::{RECORD, capture, frames, save};

/// Follows a file; each look that finds nothing new does the next of the given deeds, and after them nothing.
fn follow(path: &Path, deeds: Vec<Box<dyn Fn() + Send + Sync>>, stop: &Arc<AtomicBool>) -> (Vec<i64>, Vec<String>) {
    let next = AtomicUsize::new(0);
    let sleep = Arc::new(move |_| {
        if let Some(deed) = deeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            deed();
        }
    });
    let (idle, poll) = (Some(Duration::from_secs(10)), Duration::from_secs(1));
    let follow = Follow { stop: Arc::clone(stop), idle, poll, sleep };
    let mut captures = Captures::open(&[path.to_owned()], Order::Merged, Some(follow)).unwrap();
    let seen = frames(&mut captures).into_iter().map(|(_, at)| at).collect();
    (seen, captures.troubles().iter().map(ToString::to_string).collect())
}

fn append(path: &Path, octets: &[u8]) -> Box<dyn Fn() + Send + Sync> {
    let (path, octets) = (path.to_owned(), octets.to_vec());
    Box::new(move || OpenOptions::new().append(true).open(&path).unwrap().write_all(&octets).unwrap())
}

#[test]
fn frames_written_later_are_seen_even_when_they_come_in_halves() {
    let folder = tempfile::tempdir().unwrap();
    let octets = capture([1, 2, 3]);
    let path = save(folder.path(), "growing", &octets[..10]);
    let deeds = vec![
        append(&path, &octets[10..30]),
        append(&path, &octets[30..30 + RECORD]),
        append(&path, &octets[30 + RECORD..]),
        append(&path, &octets[24..60]),
    ];
    let (seen, troubles) = follow(&path, deeds, &Arc::default());
    assert_eq!(seen, [1, 2, 3]);
    assert_eq!(troubles, [""; 0], "the half frame at the end is still being written");
}

#[test]
fn a_growing_gzip_is_unpacked_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    packer.write_all(&capture([1, 2])).unwrap();
    packer.flush().unwrap();
    let front = packer.get_ref().len();
    packer.write_all(&capture([3])[24..]).unwrap();
    let octets = packer.finish().unwrap();
    let path = save(folder.path(), "growing", &octets[..front]);
    let (seen, troubles) = follow(&path, vec![append(&path, &octets[front..])], &Arc::default());
    assert_eq!((seen, troubles), (vec![1, 2, 3], vec![]));
}

#[test]
fn it_ends_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "growing", &capture([1]));
    let stop = Arc::new(AtomicBool::new(false));
    let stop_reader = Arc::clone(&stop);
    let more = append(&path, &capture([2])[24..]);
    let deeds: Vec<Box<dyn Fn() + Send + Sync>> = vec![Box::new(move || stop_reader.store(true, Ordering::Relaxed)), more];
    assert_eq!(follow(&path, deeds, &stop), (vec![1], vec![]));
}

/// Puts another file in the place of one.
fn replace(path: &Path, octets: &[u8]) {
    fs::write(path.with_extension("new"), octets).unwrap();
    fs::rename(path.with_extension("new"), path).unwrap();
}

#[test]
fn a_file_that_was_rotated_is_followed_by_the_one_that_took_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "growing", &capture([1, 2])[..24 + RECORD + 100]);
    let (old, new) = (path.clone(), path.clone());
    let deeds: Vec<Box<dyn Fn() + Send + Sync>> = vec![
        Box::new(move || replace(&old, &capture([8, 9]))),
        append(&path, &capture([10])[24..]),
        Box::new(move || replace(&new, &[])),
        append(&path, &capture([11])),
    ];
    let (seen, troubles) = follow(&path, deeds, &Arc::default());
    assert_eq!(seen, [1, 8, 9, 10, 11], "half a frame at the end of the old file is nobody's");
    assert!(troubles.len() == 1 && troubles[0].contains("reading went on with that one"), "{troubles:?}");
}

#[test]
fn what_the_old_file_still_got_is_read_before_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "growing", &capture([1]));
    let named = path.clone();
    let rotate = move || {
        let aside = named.with_extension("1");
        fs::rename(&named, &aside).unwrap();
        OpenOptions::new().append(true).open(&aside).unwrap().write_all(&capture([2])[24..]).unwrap();
        fs::write(&named, capture([3])).unwrap();
    };
    let (seen, _) = follow(&path, vec![Box::new(rotate)], &Arc::default());
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn a_file_that_is_written_anew_is_read_anew_and_that_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    // Shorter than before, and as long as before.
    for again in [capture([9]), capture([8, 9])] {
        let path = save(folder.path(), "growing", &capture([1, 2]));
        let (named, octets) = (path.clone(), again.clone());
        let (seen, troubles) = follow(&path, vec![Box::new(move || fs::write(&named, &octets).unwrap())], &Arc::default());
        assert_eq!(seen[..2], [1, 2]);
        assert_eq!(seen.last(), Some(&9));
        assert!(troubles.len() == 1 && troubles[0].contains("written anew in its place"), "{troubles:?}");
    }
}

#[test]
fn a_file_that_is_removed_is_waited_for_and_missed_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    for back in [false, true] {
        let path = save(folder.path(), "growing", &capture([1, 2]));
        let named = path.clone();
        let mut deeds: Vec<Box<dyn Fn() + Send + Sync>> = vec![Box::new(move || fs::remove_file(&named).unwrap())];
        let named = path.clone();
        if back {
            deeds.push(Box::new(|| {}));
            deeds.push(Box::new(move || fs::write(&named, capture([3])).unwrap()));
        }
        let (seen, troubles) = follow(&path, deeds, &Arc::default());
        assert_eq!(seen, if back { vec![1, 2, 3] } else { vec![1, 2] });
        let words = if back { "reading went on with that one" } else { "no other took its name" };
        assert!(troubles.len() == 1 && troubles[0].contains(words), "{troubles:?}");
    }
}

#[test]
fn a_packed_file_that_was_rotated_ends_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    packer.write_all(&capture([1, 2])).unwrap();
    packer.flush().unwrap();
    let path = save(folder.path(), "growing", packer.get_ref());
    let named = path.clone();
    let (seen, troubles) = follow(&path, vec![Box::new(move || replace(&named, &capture([9])))], &Arc::default());
    assert_eq!(seen, [1, 2]);
    assert!(troubles.len() == 1 && troubles[0].contains("start again"), "{troubles:?}");
}

#[test]
fn two_files_cannot_be_followed_at_once() {
    let follow = Follow::until(Arc::default());
    let error = Captures::open(&["a".into(), "b".into()], Order::Merged, Some(follow)).err().unwrap();
    assert!(error.to_string().contains("only one file can be followed"));
}
