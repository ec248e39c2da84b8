//! Manifests of a bag (RFC 8493): a line for each file, digest and name, in the order of the names.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use earwitness_base::text::clean;
use sha2::{Digest as _, Sha256};

use crate::names::{self, BAGIT, INFO, MANIFEST, VERSION};

/// What says that a folder is a bag: these octets and no others.
pub const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The key of the version of the format in `bag-info.txt`.
const VERSION_KEY: &str = "Earwitness-Evidence-Version";

/// SHA-256 of some octets.
#[must_use]
pub fn digest(octets: &[u8]) -> [u8; 32] {
    Sha256::digest(octets).into()
}

/// Sixty-four hexadecimal digits.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    HEXLOWER.encode(digest)
}

/// A manifest of these files.
#[must_use]
pub fn manifest(files: &BTreeMap<String, [u8; 32]>) -> String {
    files.iter().fold(String::new(), |mut text, (name, digest)| {
        let _ = writeln!(text, "{}  {name}", hex(digest));
        text
    })
}

/// The part of the files that a manifest is of.
#[must_use]
pub fn part(files: &BTreeMap<String, [u8; 32]>, of: &str) -> BTreeMap<String, [u8; 32]> {
    let belongs = |name: &str| match of {
        MANIFEST => names::is_payload(name),
        names::SEALS => names::SEALING.contains(&name),
        _ => [BAGIT, INFO, MANIFEST].contains(&name),
    };
    files.iter().filter(|it| belongs(it.0)).map(|(name, digest)| (name.clone(), *digest)).collect()
}

/// What differs between a manifest as it is written and the files as they are; a sentence each, none where the manifest is to the octet what it should be.
#[must_use]
pub fn differences(written: &str, files: &BTreeMap<String, [u8; 32]>) -> Vec<String> {
    if written == manifest(files) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for line in written.lines() {
        let Some((digest, name)) = line.split_once("  ") else {
            wrong.push(format!("a line of it is no digest and name: {:?}", clean(line, 100)));
            continue;
        };
        match files.get(name) {
            Some(is) if hex(is) == digest => {}
            Some(_) => wrong.push(format!("{name} is not what was put into the bundle: its digest is another one")),
            None => wrong.push(format!("it lists {:?}, which it should not", clean(name, 100))),
        }
        seen.push(name);
    }
    wrong.extend(files.keys().filter(|name| !seen.contains(&name.as_str())).map(|name| format!("it does not list {name}")));
    if wrong.is_empty() {
        wrong.push("it is written in another way than manifests of bundles are".to_owned());
    }
    wrong
}

/// What `bag-info.txt` says: the version of the format, and how much the bag carries (octets and files).
#[must_use]
pub fn info(octets: u64, files: usize) -> String {
    format!("{VERSION_KEY}: {VERSION}\nPayload-Oxum: {octets}.{files}\n")
}

/// The version of the format, from `bag-info.txt`.
#[must_use]
pub fn version(info: &str) -> Option<u32> {
    let line = info.lines().find_map(|line| line.strip_prefix(VERSION_KEY))?;
    line.strip_prefix(':')?.trim().parse().ok()
}
