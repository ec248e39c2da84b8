use std::process::Command;

use proptest::prelude::*;

use super::super::{Captures, Order};
use super::{capture, frames, save};

#[test]
fn equal_times_keep_the_order_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [save(folder.path(), "a", &capture([1, 5, 5, 9])), save(folder.path(), "b", &capture([0, 5, 9, 9]))];
    let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
    assert_eq!(frames(&mut captures), [(1, 0), (0, 1), (0, 5), (0, 5), (1, 5), (0, 9), (1, 9), (1, 9)]);
    assert_eq!(captures.files().iter().map(|file| file.frames).collect::<Vec<_>>(), [4, 4]);
}

#[test]
fn one_after_another_is_as_named() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [save(folder.path(), "a", &capture([5, 6])), save(folder.path(), "b", &capture([1, 2]))];
    let mut captures = Captures::open(&paths, Order::Sequential, None).unwrap();
    assert_eq!(frames(&mut captures), [(0, 5), (0, 6), (1, 1), (1, 2)]);
}

#[test]
fn a_clock_that_runs_backwards_loses_no_frame() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [save(folder.path(), "a", &capture([9, 1, 8])), save(folder.path(), "b", &capture([2, 3]))];
    let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
    assert_eq!(frames(&mut captures), [(1, 2), (1, 3), (0, 9), (0, 1), (0, 8)]);
}

#[test]
fn more_files_than_are_kept_open_merge_alike() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..60_i64)
        .map(|n| {
            // Some follow each other, some overlap, some have nothing.
            let octets = match n % 3 {
                0 => capture((0..40).map(|frame| n * 1_000 + frame)),
                1 => capture((0..40).map(|frame| frame * 1_500 + n)),
                _ => capture([]),
            };
            save(folder.path(), &format!("{n}"), &octets)
        })
        .collect();
    let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
    let seen = frames(&mut captures);
    let mut sorted = seen.clone();
    sorted.sort_by_key(|(file, at)| (*at, *file));
    assert_eq!(seen.len(), 1_600);
    assert_eq!(seen, sorted);
    assert_eq!(captures.troubles(), []);
}

#[test]
fn a_named_pipe_is_read_once_and_merged_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let paths = [pipe.clone(), save(folder.path(), "file", &capture([2, 4]))];
    let writer = std::thread::spawn(move || std::fs::write(pipe, capture([1, 3, 5])).unwrap());
    let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
    assert_eq!(captures.total(), None);
    assert_eq!(frames(&mut captures), [(0, 1), (1, 2), (0, 3), (1, 4), (0, 5)]);
    writer.join().unwrap();
    assert_eq!(captures.troubles(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn merging_sorted_files_is_a_stable_sort(mut times in prop::collection::vec(prop::collection::vec(0_i64..60, 0..40), 1..20)) {
        let folder = tempfile::tempdir().unwrap();
        let mut paths = vec![];
        let mut all = vec![];
        for (n, times) in times.iter_mut().enumerate() {
            times.sort_unstable();
            paths.push(save(folder.path(), &n.to_string(), &capture(times.iter().copied())));
            all.extend(times.iter().map(|at| (u32::try_from(n).unwrap(), *at)));
        }
        all.sort_by_key(|(_, at)| *at);
        let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
        prop_assert_eq!(frames(&mut captures), all);
    }
}
