//! `earwitness evidence` as its users run it: a bundle from captures, signed, checked, forged and signed again by somebody else.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a program that does not run fails the test; what is skipped is said"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// An hour with a speaker, a lamp and a plug.
const HOME: &str = r#"
title = "An hour"
description = "Three devices."
start = 2026-03-02T22:00:00Z
hours = 0.8

[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]

[[device]]
name = "lamp"
kind = "lamp"
reacts_to = ["noise", "speech"]

[[device]]
name = "plug"
kind = "plug"
"#;

fn earwitness(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earwitness")).args(arguments).current_dir(folder).env("TZ", "UTC").output().unwrap()
}

/// Status, and all that was said, in one line.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = earwitness(folder, arguments);
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap()).join(" ");
    (output.status.code().unwrap(), said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A folder with the simulated home.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hour.toml"), HOME).unwrap();
    let (status, said) = run(folder.path(), &["simulate", "hour.toml", "--quiet", "--seed", "8", "-o", "home"]);
    assert_eq!(status, 0, "{said}");
    folder
}

const EXPORT: [&str; 6] = ["evidence", "export", "--capture", "home.pcapng", "--probes", "home.probes.jsonl"];

fn export(folder: &Path, name: &str, more: &[&str]) -> String {
    let (status, said) = run(folder, &[&EXPORT[..], &["-o", name], more].concat());
    assert_eq!(status, 0, "{said}");
    said
}

/// A key of SSH, and the line that allows it to sign; `None` where there is no ssh-keygen.
fn key(folder: &Path, name: &str) -> Option<()> {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]).current_dir(folder).status();
    if !made.is_ok_and(|it| it.success()) {
        eprintln!("skipped: signatures need ssh-keygen (openssh-client)");
        return None;
    }
    let public = fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap();
    fs::write(folder.join(format!("{name}.signers")), format!("{name}@example.org {public}")).unwrap();
    Some(())
}

/// The archive with a file changed, and its digests made again.
fn forged(folder: &Path, from: &str, to: &str, name: &str, change: impl Fn(String) -> String) {
    use earwitness_evidence::bag;
    use earwitness_evidence::names::{INFO, MANIFEST, SEALING, SEALS, TAG_MANIFEST, is_payload};
    let mut zip = zip::ZipArchive::new(fs::File::open(folder.join(from)).unwrap()).unwrap();
    let mut files = std::collections::BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let inner = String::from_utf8(file.name_raw().to_vec()).unwrap().split_once('/').unwrap().1.to_owned();
        let mut octets = Vec::new();
        file.read_to_end(&mut octets).unwrap();
        if inner != SEALS && !SEALING.contains(&inner.as_str()) {
            files.insert(inner, octets);
        }
    }
    let text = change(String::from_utf8(files[name].clone()).unwrap());
    assert_ne!(text.as_bytes(), files[name]);
    files.insert(name.to_owned(), text.into_bytes());
    let payload: Vec<u64> = files.iter().filter(|it| is_payload(it.0)).map(|it| it.1.len() as u64).collect();
    files.insert(INFO.to_owned(), bag::info(payload.iter().sum(), payload.len()).into_bytes());
    for manifest in [MANIFEST, TAG_MANIFEST] {
        let digests = files.iter().map(|(name, octets)| (name.clone(), bag::digest(octets))).collect();
        files.insert(manifest.to_owned(), bag::manifest(&bag::part(&digests, manifest)).into_bytes());
    }
    let mut out = zip::ZipWriter::new(fs::File::create(folder.join(to)).unwrap());
    for (inner, octets) in files {
        out.start_file(format!("home/{inner}"), zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&octets).unwrap();
    }
    out.finish().unwrap();
}

#[test]
fn a_bundle_of_captures_holds_and_its_report_fits_its_schema() {
    let folder = folder();
    let about = "[device]\nmake = \"Example Ltd\"\n[test]\nclaim = \"It is deaf.\"\n";
    fs::write(folder.path().join("about.toml"), about).unwrap();
    fs::write(folder.path().join("photo.jpg"), "a picture").unwrap();
    let said = export(folder.path(), "home.zip", &["--about", "about.toml", "--serial", "A1", "--photo", "photo.jpg"]);
    assert!(said.contains("home.zip:") && said.contains("SHA-256 of its tagmanifest-sha256.txt"), "{said}");
    let (status, said) = run(folder.path(), &["evidence", "verify", "home.zip", "--html", "page.html"]);
    assert_eq!(status, 0, "{said}");
    for part in [
        "The bundle holds",
        "the lots: holds",
        "the verdicts: holds",
        "the signature: not checked it is not signed",
        "with another signature, would pass as well",
        "make: Example Ltd",
        "serial number: A1",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    assert!(fs::read_to_string(folder.path().join("page.html")).unwrap().contains("It is deaf."));
    let output = earwitness(folder.path(), &["evidence", "verify", "home.zip", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/evidence-1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&report), "{:?}", validator.iter_errors(&report).map(|it| it.to_string()).collect::<Vec<_>>());
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert!(keys.iter().all(|key| report.get(key.as_str()).is_some()), "{keys:?}");
    // The verdicts are those of the captures themselves.
    let output = earwitness(folder.path(), &["analyze", "home.pcapng", "--probes", "home.probes.jsonl", "--json", "--quiet"]);
    let analyzed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut before: Vec<_> = analyzed["devices"].as_array().unwrap().iter().filter_map(|it| it["verdict"].as_str()).collect();
    let mut after: Vec<_> = report["verdicts"].as_array().unwrap().iter().filter_map(|it| it["verdict"].as_str()).collect();
    before.sort_unstable();
    after.sort_unstable();
    assert_eq!(before, after);
}

#[test]
fn who_signs_another_bundle_with_another_key_passes_only_where_nobody_was_named() {
    let folder = folder();
    let path = folder.path();
    if key(path, "lab").and_then(|()| key(path, "forger")).is_none() {
        return;
    }
    export(path, "home.zip", &["--sign", "lab"]);
    let (status, said) = run(path, &["evidence", "verify", "home.zip", "--allowed-signers", "lab.signers"]);
    assert!(status == 0 && said.contains("signed by lab@example.org"), "{said}");
    let (status, said) = run(path, &["evidence", "verify", "home.zip", "--allowed-signers", "forger.signers"]);
    assert!(status == 2 && said.contains("the signature does not hold: it is by no key that"), "{said}");
    // Another claim, with the document that repeats it, and all digests made again.
    let other = |text: String| text.replace("\"claim\": \"\"", "\"claim\": \"deaf\"");
    forged(path, "home.zip", "claim.zip", "data/about.json", other);
    forged(path, "claim.zip", "forged.zip", "data/ro-crate-metadata.json", |text| {
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let action = document["@graph"].as_array_mut().unwrap().iter_mut().find(|it| it["@id"] == "#derivation").unwrap();
        action["description"] = "deaf".into();
        format!("{}\n", serde_json::to_string_pretty(&document).unwrap())
    });
    let (status, said) = run(path, &["evidence", "seal", "forged.zip", "--sign", "forger", "-o", "signed.zip"]);
    assert_eq!(status, 0, "{said}");
    let (status, said) = run(path, &["evidence", "verify", "signed.zip"]);
    assert!(status == 0 && said.contains("for whom nobody vouches"), "{said}");
    let (status, said) = run(path, &["evidence", "verify", "signed.zip", "--allowed-signers", "lab.signers"]);
    assert!(status == 2 && said.contains("the signature: does not hold"), "{said}");
    let (status, said) = run(path, &["evidence", "verify", "forged.zip", "--allowed-signers", "lab.signers"]);
    assert!(status == 2 && said.contains("asks for a signature"), "{said}");
}

#[test]
fn what_contradicts_itself_is_no_bundle_and_says_what_to_do() {
    let folder = folder();
    let path = folder.path();
    let log = fs::read_to_string(path.join("home.probes.jsonl")).unwrap().replacen("\"seed\":8", "\"seed\":9", 1);
    fs::write(path.join("other.jsonl"), log).unwrap();
    for (arguments, parts) in [
        (vec!["--capture", "home.pcapng", "--probes", "other.jsonl", "-o", "a.zip"], ["not what the seed 9 draws", "no verdict"]),
        (vec!["--capture", "home.pcapng", "-o", "a.zip"], ["--probes", "required"]),
        (vec!["-o", "a.zip"], ["<SESSION>", "required"]),
        (vec!["7", "--state", "nowhere", "-o", "a.zip"], ["nowhere", "read the store"]),
        (
            vec!["--capture", "home.pcapng", "--probes", "home.probes.jsonl", "--about", "hour.toml", "-o", "a.zip"],
            ["hour.toml", "unknown field"],
        ),
        (
            vec!["--capture", "home.pcapng", "--probes", "home.probes.jsonl", "--sign", "nokey", "-o", "a.zip"],
            ["nokey", "does not sign"],
        ),
    ] {
        let (status, said) = run(path, &[&["evidence", "export"][..], &arguments].concat());
        assert!(status == 2 && parts.iter().all(|part| said.contains(part)), "{arguments:?}: {said}");
        assert!(!path.join("a.zip").exists(), "nothing half-made is left");
    }
    fs::write(path.join("no.zip"), "no archive").unwrap();
    let (status, said) = run(path, &["evidence", "verify", "no.zip"]);
    assert!(status == 2 && said.contains("The bundle is refused. What does not hold: the archive."), "{said}");
    let (status, said) = run(path, &["evidence", "verify", "no.zip", "--commitment", "abc"]);
    assert!(status == 2 && said.contains("64 hexadecimal digits"), "{said}");
}
