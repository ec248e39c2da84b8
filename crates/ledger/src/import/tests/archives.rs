//! Zip archives: the history in them is found, and nothing in them can do harm.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::import::archive;

/// An archive of files, each by its name with what it holds.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn of_archive(bytes: &[u8], member: Option<&str>) -> Result<History, String> {
    let how = Reading { member: member.map(str::to_owned), ..Reading::default() };
    read(bytes, "takeout.zip", &how).map_err(|fault| fault.to_string())
}

const INDEX: (&str, &str) = ("Takeout/archive_browser.html", "<html>a list of all files</html>");
const ASSISTANT: &str = "Takeout/My Activity/Assistant/MyActivity.json";
const SEARCH: &str = "Takeout/My Activity/Search/MyActivity.json";

#[test]
fn the_one_history_of_an_archive_is_found() {
    let history = of_archive(&zip(&[INDEX, ("Takeout/a.mp3", "sound"), (ASSISTANT, ACTIVITY)]), None).unwrap();
    assert_eq!(history.records, plain(ACTIVITY).unwrap().records);
    assert_eq!(history.warnings, [format!("{ASSISTANT} was read, the history in this archive")]);
}

#[test]
fn of_several_histories_one_must_be_named() {
    let two = zip(&[INDEX, (ASSISTANT, ACTIVITY), (SEARCH, ACTIVITY)]);
    let refused = of_archive(&two, None).unwrap_err();
    assert!([ASSISTANT, SEARCH, "--member"].iter().all(|part| refused.contains(part)), "{refused}");
    for name in [ASSISTANT, "Assistant/MyActivity.json"] {
        assert_eq!(of_archive(&two, Some(name)).unwrap().records.len(), 3, "{name}");
    }
    let refused = of_archive(&two, Some("MyActivity.json")).unwrap_err();
    assert!(refused.contains("more than one file is meant"), "{refused}");
    let refused = of_archive(&two, Some("sistant/MyActivity.json")).unwrap_err();
    assert!(refused.contains("is not in this archive") && refused.contains(ASSISTANT), "{refused}");
    assert!(of_archive(ACTIVITY.as_bytes(), Some(ASSISTANT)).unwrap_err().contains("no zip archive"));
}

#[test]
fn a_fault_in_an_archive_is_told_with_the_file_and_its_place() {
    let refused = of_archive(&zip(&[(ASSISTANT, "[\n{\"title\":\"x\"}]")]), None).unwrap_err();
    assert!(refused.starts_with(&format!("takeout.zip: {ASSISTANT}:2:1: ")), "{refused}");
    let refused = of_archive(&zip(&[INDEX, ("a.csv", "Date,Words\n"), ("b.csv", "Day\n")]), None).unwrap_err();
    assert!(refused.contains("none of 3 files") && refused.contains("a.csv") && refused.contains("--member"), "{refused}");
    let refused = of_archive(&zip(&[("photo.jpg", "")]), None).unwrap_err();
    assert!(refused.contains("no history") && refused.contains("photo.jpg"), "{refused}");
    let refused = of_archive(&zip(&[("inner.csv", "PK\u{3}\u{4}")]), None).unwrap_err();
    assert!(refused.contains("within another"), "{refused}");
    assert!(of_archive(&[0x1f, 0x8b, 8], None).unwrap_err().contains("packed with gzip; unpack it"));
}

#[test]
fn names_that_climb_out_of_the_folder_are_texts() {
    for name in ["../../../../tmp/MyActivity.json", "/etc/MyActivity.json", "..\\..\\MyActivity.json"] {
        let history = of_archive(&zip(&[(name, ACTIVITY)]), None).unwrap();
        assert_eq!(history.records.len(), 3, "{name}");
    }
    let odd = of_archive(&zip(&[("a\u{1b}[2J\n.csv", "time\n")]), None).unwrap_err();
    assert!(!odd.contains(['\u{1b}', '\n']), "{odd:?}");
}

#[test]
fn a_broken_archive_is_refused_wherever_it_breaks() {
    let whole = zip(&[(ASSISTANT, ACTIVITY)]);
    for cut in 4..whole.len() - 1 {
        let refused = of_archive(&whole[..cut], None).unwrap_err();
        assert!(refused.contains("damaged") && refused.contains("download it again"), "{cut}: {refused}");
    }
    // An octet of what is packed: either it cannot be unpacked, or its checksum is another one.
    let mut flipped = whole;
    let inside = 30 + ASSISTANT.len() + 40;
    flipped[inside] ^= 0x10;
    let refused = of_archive(&flipped, None).unwrap_err();
    assert!(refused.contains("damaged"), "{refused}");
}

#[test]
fn two_files_of_one_name_are_refused() {
    let two = zip(&[("a.json", ACTIVITY), ("b.json", ACTIVITY)]);
    let places: Vec<usize> = (0..two.len() - 6).filter(|at| two[*at..].starts_with(b"b.json")).collect();
    assert_eq!(places.len(), 2, "before the file and in the directory");
    let mut twice = two;
    for at in places {
        twice[at] = b'a';
    }
    let refused = of_archive(&twice, None).unwrap_err();
    assert!(refused.contains("have one name") && refused.contains("unpack it"), "{refused}");
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let zeros = "0".repeat(3_000_000);
    let bomb = zip(&[("a.json", &zeros), ("b.json", &zeros)]);
    assert!(bomb.len() < 20_000, "{} octets", bomb.len());
    for most in [2_999_999, 5_999_999] {
        let refused = archive::members(&bomb, None, most).err().unwrap();
        assert!(refused.contains("larger than"), "{refused}");
    }
    assert_eq!(archive::members(&bomb, None, 6_000_000).map_or(0, |all| all.len()), 2);
    // A directory of very many files.
    let crowd = [b"PK\x05\x06".as_slice(), &b"PK\x01\x02".repeat(100_001)].concat();
    let refused = of_archive(&crowd, None).unwrap_err();
    assert!(refused.contains("more than 100000 files"), "{refused}");
}
