//! A bundle of a session in a small simulated home, and its files one by one.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::sync::OnceLock;

use data_encoding::BASE64;
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::experiment::Experiment;
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::SECOND;
use earwitness_evidence::about::{About, Test};
use earwitness_evidence::commitment;
use earwitness_evidence::export::Material;
use earwitness_evidence::frames::{Keeper, Kept};
use earwitness_evidence::names::{self, BAGIT, INFO, MANIFEST, SEALS, TAG_MANIFEST};
use earwitness_evidence::seal::{Signatures, Signed};
use earwitness_evidence::settings::{Bins, Settings};
use earwitness_evidence::verify::{Asked, Report};
use earwitness_evidence::{bag, verify};
use earwitness_report::probelog::{Header, Log};
use earwitness_sim::house::House;
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const HOME: &str = r#"
title = "A quarter of an hour"
description = "Three devices."
start = 2026-03-02T22:00:00Z
hours = 0.3

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

/// How sessions of these tests are laid out: short rounds.
pub(crate) fn design(plan: &Plan) -> Design {
    Design { seed: 8, slot: 10 * SECOND, guard: 2 * SECOND, stimuli: plan.sounds.clone(), ..Design::default() }
}

/// Octets of a bundle, made anew.
pub(crate) fn made() -> Vec<u8> {
    let plan = Plan::from_toml(HOME, "quarter").unwrap();
    let design = design(&plan);
    let mut house = House::new(&plan, 8);
    let mut machine = Experiment::new(design.clone(), Campaign::new(8, Mode::Balanced), 0.01, AnalysisSettings::default());
    let (mut rounds, mut frames) = (Vec::new(), Vec::new());
    let mut keeper = Keeper::new(&mut frames, &[], None);
    let ended = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) => keeper.frame(0, frame).unwrap(),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        _ => {}
    });
    keeper.finish(0).unwrap();
    rounds.extend(machine.finish(ended).trials.into_iter().map(|trial| trial.round));
    assert!(rounds.len() >= 4, "{}", rounds.len());
    let kept = Kept { from: "captures".to_owned(), cut_outside_rounds: None, cut_before: None };
    let begun = rounds[0].slots[0].from.nanos() - SECOND;
    let settings = Settings { begun_ns: Some(begun), ..Settings::new(0.01, Bins::Utc, kept) };
    let about = About { test: Test { claim: "<b>claim</b>".to_owned(), ..Test::default() }, ..About::default() };
    let material = Material {
        root: "night".to_owned(),
        commitment: Some(commitment::text(&[7; commitment::SALT], &design, 0.01)),
        log: Log { header: Some(Header::of(&design, 0.01)), rounds, warnings: Vec::new() },
        settings,
        about,
        told: None,
    };
    let ready = material.derive(frames.as_slice(), None).unwrap();
    let mut out = Vec::new();
    ready.write(frames.as_slice(), None, &mut out).unwrap();
    out
}

/// The files of a bundle by their names.
#[derive(Clone, PartialEq)]
pub(crate) struct Bundle {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// The bundle of these tests.
pub(crate) fn bundle() -> &'static Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Bundle::of(&made()))
}

impl Bundle {
    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut zip = ZipArchive::new(Cursor::new(octets)).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..zip.len() {
            let mut file = zip.by_index(place).unwrap();
            let name = file.name().unwrap().split_once('/').unwrap().1.to_owned();
            let mut octets = Vec::new();
            file.read_to_end(&mut octets).unwrap();
            files.insert(name, octets);
        }
        Self { files }
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.files.remove(name).unwrap();
        other
    }

    /// With other text in the place of one that is in a file.
    pub(crate) fn with(&self, name: &str, change: impl FnOnce(String) -> String) -> Self {
        let mut other = self.clone();
        let before = self.text(name);
        let after = change(before.clone());
        assert_ne!(before, after, "nothing was changed in {name}");
        other.files.insert(name.to_owned(), after.into_bytes());
        other
    }

    /// With all digests as a forger would make them again.
    pub(crate) fn made_anew(mut self) -> Self {
        let digests = |files: &BTreeMap<String, Vec<u8>>| {
            files.iter().map(|(name, octets)| (name.clone(), bag::digest(octets))).collect::<BTreeMap<_, _>>()
        };
        let payload: Vec<&Vec<u8>> = self.files.iter().filter(|it| names::is_payload(it.0)).map(|it| it.1).collect();
        let info = bag::info(payload.iter().map(|it| it.len() as u64).sum(), payload.len());
        self.files.insert(INFO.to_owned(), info.into_bytes());
        self.files.insert(BAGIT.to_owned(), bag::BAGIT_TEXT.into());
        for manifest in [MANIFEST, TAG_MANIFEST, SEALS] {
            let part = bag::part(&digests(&self.files), manifest);
            if !part.is_empty() {
                self.files.insert(manifest.to_owned(), bag::manifest(&part).into_bytes());
            }
        }
        self
    }
}

/// An archive of the files.
pub(crate) fn packed(bundle: &Bundle) -> Vec<u8> {
    archive(bundle.files.iter().map(|(name, octets)| (format!("night/{name}"), octets.clone())))
}

/// An archive of these files.
pub(crate) fn archive(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in files {
        // Packing what is small would take longer than the check of what is packed.
        let method = if octets.len() < 1 << 20 { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(&octets).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Octets as `ssh-keygen` would write a signature.
pub(crate) fn armor(octets: &[u8]) -> String {
    let lines = BASE64.encode(octets);
    let lines: Vec<&str> = lines.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

/// Nobody who could check a signature.
pub(crate) struct Nobody;

impl Signatures for Nobody {
    fn ssh(&self, _: &[u8], _: &str) -> Signed {
        Signed::NotChecked("nobody is there".to_owned())
    }

    fn minisign_key(&self) -> Option<&str> {
        None
    }
}

/// Somebody who finds every signature to be by one who may sign.
pub(crate) struct Says(pub(crate) &'static str);

impl Signatures for Says {
    fn ssh(&self, _: &[u8], _: &str) -> Signed {
        Signed::By(self.0.to_owned())
    }

    fn minisign_key(&self) -> Option<&str> {
        None
    }
}

/// Somebody who finds no signature good.
pub(crate) struct Refuses;

impl Signatures for Refuses {
    fn ssh(&self, _: &[u8], _: &str) -> Signed {
        Signed::Refused("another message".to_owned())
    }

    fn minisign_key(&self) -> Option<&str> {
        None
    }
}

pub(crate) fn check(bundle: &Bundle) -> Report {
    checked_with(bundle, &Nobody, None)
}

pub(crate) fn checked_with(bundle: &Bundle, signatures: &dyn Signatures, commitment: Option<&str>) -> Report {
    let asked = Asked { commitment, signatures, must_be_signed: false };
    verify(Cursor::new(packed(bundle)), &asked, None).unwrap()
}
