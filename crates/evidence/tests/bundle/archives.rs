//! Archives of strangers: what is no bundle is refused before anything in it is believed.

use std::io::{Cursor, Write as _};

use earwitness_evidence::names::{ABOUT, FRAMES, INFO, SETTINGS};
use earwitness_evidence::verify::{Asked, Conclusion, Report};
use earwitness_evidence::{bag, verify};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::home::{Nobody, archive, bundle, packed};
use crate::said;

fn looked_at(octets: Vec<u8>) -> Report {
    verify(Cursor::new(octets), &Asked { commitment: None, signatures: &Nobody, must_be_signed: false }, None).unwrap()
}

/// The files of the bundle, below their folder.
fn files() -> Vec<(String, Vec<u8>)> {
    bundle().files.iter().map(|(name, octets)| (format!("night/{name}"), octets.clone())).collect()
}

fn refused(octets: Vec<u8>, why: &str) {
    let report = looked_at(octets);
    let words = said(&report).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.conclusion == Conclusion::Refused && words.contains(why), "{why:?} in {words}");
}

#[test]
fn names_that_lead_elsewhere_or_are_not_a_bundles() {
    for (name, why) in [
        ("night/../../etc/passwd", "leads out of the bundle"),
        ("/etc/passwd", "leads out of the bundle"),
        ("night/data\\frames.pcapng", "leads out of the bundle"),
        ("C:/night/data", "leads out of the bundle"),
        ("night/data/note.txt", "is not a file of a bundle"),
        ("night/Data/frames.pcapng", "is not a file of a bundle"),
        ("night/data/FRAMES.pcapng", "is not a file of a bundle"),
        ("night/data/./about.json", "leads out of the bundle"),
        ("other/data/frames.pcapng", "is not a file of a bundle"),
        ("manifest-sha256.txt", "is not a file of a bundle"),
    ] {
        let mut all = files();
        all.push((name.to_owned(), b"x".to_vec()));
        refused(archive(all), why);
    }
}

#[test]
fn links_folders_and_two_files_of_one_name() {
    let with = |add: fn(&mut ZipWriter<Cursor<Vec<u8>>>)| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, octets) in files().into_iter().filter(|it| !it.0.ends_with(ABOUT)) {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&octets).unwrap();
        }
        add(&mut zip);
        zip.finish().unwrap().into_inner()
    };
    refused(
        with(|zip| zip.add_symlink(format!("night/{ABOUT}"), "/etc/passwd", SimpleFileOptions::default()).unwrap()),
        "is no plain file",
    );
    refused(with(|zip| zip.add_directory("night/data", SimpleFileOptions::default()).unwrap()), "is no");
    // A name of as many letters, made the same behind the writer's back, wherever it stands.
    let mut all = files();
    all.push(("night/data/abouT.json".to_owned(), b"{}".to_vec()));
    let mut octets = archive(all);
    let (from, to) = (b"night/data/abouT.json", b"night/data/about.json");
    for place in 0..octets.len() - from.len() {
        if octets[place..].starts_with(from) {
            octets[place..place + to.len()].copy_from_slice(to);
        }
    }
    refused(octets, "have one name");
}

#[test]
fn bombs() {
    let mut all = files();
    let place = all.iter().position(|it| it.0.ends_with(SETTINGS)).unwrap();
    all[place].1 = vec![b' '; 60 << 20];
    refused(archive(all), "would unpack to 62914560 octets");
    let mut many = files();
    many.extend((0..200).map(|number| (format!("night/data/{number}"), Vec::new())));
    refused(archive(many), "a bundle has at most 64");
}

#[test]
fn halves_and_what_is_no_archive() {
    let whole = packed(bundle());
    for length in [0, 1, 21, 100, whole.len() / 2, whole.len() - 1] {
        let report = looked_at(whole[..length].to_vec());
        assert_eq!(report.conclusion, Conclusion::Refused, "{length}");
    }
    refused(b"PK nothing of the kind".to_vec(), "no whole zip archive");
    let mut before = b"#!/bin/sh\n".to_vec();
    before.extend(&whole);
    assert_eq!(looked_at(before).conclusion, Conclusion::Refused);
    let missing: Vec<_> = files().into_iter().filter(|it| !it.0.ends_with(FRAMES)).collect();
    refused(archive(missing), "data/frames.pcapng is missing: this is a part of a bundle");
}

#[test]
fn a_bundle_of_a_newer_version_is_told_apart() {
    let mut all = files();
    let place = all.iter().position(|it| it.0.ends_with(INFO)).unwrap();
    all[place].1 = bag::info(1, 1).replacen(": 1", ": 2", 1).into_bytes();
    all.push(("night/data/unheard-of.json".to_owned(), b"{}".to_vec()));
    refused(archive(all), "version 2 of the format, and this program knows 1: verify it with a newer one");
}
