//! Checks a bundle as one who believes nothing in it.

mod contents;
mod sealed;
mod shape;

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use earwitness_core::analysis::Workers;

pub use self::shape::{Check, Conclusion, Report, State, Verdict};

use crate::archive::{Archive, Error};
use crate::bag::{self, BAGIT_TEXT};
use crate::names::{BAGIT, INFO, MANIFEST, SEALS, TAG_MANIFEST};
use crate::seal::Signatures;

/// What a person brings along to hold a bundle against.
pub struct Asked<'a> {
    /// The commitment that was published before the session: 64 hexadecimal digits.
    pub commitment: Option<&'a str>,
    /// Who can check signatures.
    pub signatures: &'a dyn Signatures,
    /// Whether a signature of SSH must be there, by one who may sign.
    pub must_be_signed: bool,
}

/// Checks a bundle. What is refused is in the report, as a check that does not hold.
///
/// # Errors
/// Only where the archive cannot be read at all for another reason than what is in it.
pub fn verify<R: Read + Seek>(from: R, asked: &Asked<'_>, workers: Option<Box<dyn Workers>>) -> std::io::Result<Report> {
    let mut report = Report::default();
    let mut archive = match Archive::open(from) {
        Ok(archive) => archive,
        Err(Error::Io(error)) => return Err(error),
        Err(error) => {
            report.add("archive", State::Fails, vec![error.to_string()]);
            return Ok(report.concluded());
        }
    };
    archive.root().clone_into(&mut report.bundle);
    report.add("archive", State::Holds, vec![format!("{} files, each with a name that bundles have", archive.names().count())]);
    match check(&mut archive, asked, workers, &mut report) {
        Ok(()) => {}
        Err(Error::Io(error)) => return Err(error),
        Err(error) => report.add("archive", State::Fails, vec![error.to_string()]),
    }
    Ok(report.concluded())
}

fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    asked: &Asked<'_>,
    workers: Option<Box<dyn Workers>>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut digests = BTreeMap::new();
    let (mut octets, mut files) = (0_u64, 0);
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    for name in names {
        let (digest, length) = archive.digest(&name)?;
        if crate::names::is_payload(&name) {
            (octets, files) = (octets.saturating_add(length), files + 1);
        }
        digests.insert(name, digest);
    }
    manifests(archive, &digests, (octets, files), report)?;
    let tag_manifest = archive.octets(TAG_MANIFEST)?;
    report.tag_manifest = bag::hex(&bag::digest(&tag_manifest));
    let who = sealed::signatures(archive, &tag_manifest, asked, report)?;
    sealed::time_stamp(archive, &tag_manifest, report)?;
    let contents = contents::Contents::read(archive, report)?;
    let compared = contents::commitment(archive, contents.as_ref(), asked, report)?;
    if report.of("files").is_some_and(|it| it.state == State::Fails) {
        // It is refused already, and what does not belong in it need not be analysed.
        report.add(
            "verdicts",
            State::Open,
            vec!["not derived again, since the files are not those that were put into the bundle".to_owned()],
        );
    } else if let Some(contents) = contents {
        contents.derive(archive, workers, report)?;
    }
    report.open(who, compared);
    Ok(())
}

/// Whether every file is what the manifests say, and the bag is one.
fn manifests<R: Read + Seek>(
    archive: &mut Archive<R>,
    digests: &BTreeMap<String, [u8; 32]>,
    (octets, files): (u64, usize),
    report: &mut Report,
) -> Result<(), Error> {
    let mut wrong = Vec::new();
    for manifest in [MANIFEST, TAG_MANIFEST, SEALS] {
        let part = bag::part(digests, manifest);
        if !archive.has(manifest) {
            wrong.extend(part.keys().map(|name| format!("{manifest} is missing, which should list {name}")));
            continue;
        }
        let written = archive.text(manifest)?;
        wrong.extend(bag::differences(&written, &part).into_iter().map(|what| format!("{manifest}: {what}")));
    }
    if archive.text(BAGIT)? != BAGIT_TEXT {
        wrong.push(format!("{BAGIT} is not that of a bag (RFC 8493, 2.1.1)"));
    }
    if archive.text(INFO)? != bag::info(octets, files) {
        wrong.push(format!("{INFO} does not say what the bag carries: {octets} octets in {files} files"));
    }
    let good = format!("each of {} files has the digest that the manifests say (SHA-256)", digests.len());
    report.take("files", wrong, good);
    Ok(())
}
