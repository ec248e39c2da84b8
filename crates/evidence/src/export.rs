//! Makes a bundle.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use earwitness_core::analysis::Workers;
use earwitness_core::time::Timestamp;
use earwitness_report::probelog::{self, Log, check_lots};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::about::About;
use crate::archive::{self, Archive, Summing};
use crate::bag::{self, BAGIT_TEXT};
use crate::derive::{Derived, derive};
use crate::document::{self, Parts};
use crate::names::{
    ABOUT, BAGIT, COMMITMENT, DOCUMENT, FRAMES, INFO, MANIFEST, MINISIGN, PROBES, SEALS, SETTINGS, SSH_SIGNATURE, TAG_MANIFEST,
    TIME_STAMP, TOLD, VERDICTS,
};
use crate::seal;
use crate::settings::Settings;
use crate::time_stamp;
use crate::told::Told;

/// Why a bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What should go into it contradicts itself.
    #[error("{0}")]
    Refused(String),
    /// It could not be written, or the frames not read.
    #[error("the bundle cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The archive could not be written.
    #[error("the bundle cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A bundle that should be sealed is none.
    #[error(transparent)]
    Archive(#[from] archive::Error),
}

/// What goes into a bundle besides the frames.
#[derive(Debug)]
pub struct Material {
    /// Its name: the folder in the archive.
    pub root: String,
    /// The log of the probes.
    pub log: Log,
    /// What the verdicts are derived with.
    pub settings: Settings,
    /// What was tested.
    pub about: About,
    /// What was fixed before the first round.
    pub commitment: Option<String>,
    /// What the session told.
    pub told: Option<Told>,
}

/// What seals a bundle.
#[derive(Clone, Default, Debug)]
pub struct Sealing {
    /// A signature by `ssh-keygen -Y sign`.
    pub ssh: Option<Vec<u8>>,
    /// A signature by minisign.
    pub minisign: Option<Vec<u8>>,
    /// A time stamp (RFC 3161).
    pub time_stamp: Option<Vec<u8>>,
}

/// Signs a message.
pub type Sign<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, String> + 'a;

/// A bundle that is ready to be written.
#[derive(Debug)]
pub struct Ready {
    material: Material,
    /// What follows from the frames.
    pub derived: Derived,
}

impl Material {
    /// Derives the verdicts from the frames that will be in the bundle.
    ///
    /// # Errors
    /// When the rounds are not what their seed draws, the frames are not whole, or parts contradict each other.
    pub fn derive(self, frames: impl Read, workers: Option<Box<dyn Workers>>) -> Result<Ready, Error> {
        check_lots(&self.log).map_err(|error| Error::Refused(format!("the probe log: {error}")))?;
        self.about.check().map_err(Error::Refused)?;
        if let Some(text) = &self.commitment {
            let wrong =
                crate::commitment::read(text).map(|fixed| fixed.contradictions(self.log.header.as_ref(), &self.log.rounds));
            let wrong = wrong.map_err(|error| Error::Refused(format!("the text of the commitment: {error}")))?;
            if let Some(first) = wrong.first() {
                return Err(Error::Refused(format!("the commitment is of another session: {first}")));
            }
        }
        let derived = derive(frames, &self.log, &self.settings, workers).map_err(Error::Refused)?;
        Ok(Ready { material: self, derived })
    }
}

impl Ready {
    /// What is in the bundle, gone back to: for frames to be kept otherwise.
    #[must_use]
    pub fn into_material(self) -> Material {
        self.material
    }

    /// Writes the bundle; gives the digest of its tag manifest, which time stamps are of.
    ///
    /// # Errors
    /// When it cannot be written, or not be signed.
    pub fn write(self, mut frames: impl Read, sign: Option<&mut Sign<'_>>, to: impl Write) -> Result<String, Error> {
        let Self { material, derived } = self;
        let Material { root, log, settings, about, commitment, told } = material;
        let told = told.map(|told| Told { differs: told.differing(&derived.outcomes()), ..told });
        let mut probes = Vec::new();
        probelog::write_jsonl(&log.header.clone().unwrap_or_default(), &log.rounds, &mut probes)?;
        let has = |name: &str| match name {
            COMMITMENT => commitment.is_some(),
            TOLD => told.is_some(),
            _ => true,
        };
        let answer = derived.probing.answer();
        let parts = Parts { root: &root, settings: &settings, about: &about, span: span(&log), answer: &answer, has: &has };
        let document = document::text(&parts);
        let mut bundle = Writing::new(to, root.clone());
        bundle.stream(FRAMES, &mut frames)?;
        bundle.file(PROBES, &probes)?;
        bundle.file(SETTINGS, &pretty(&settings)?)?;
        bundle.file(VERDICTS, &derived.report)?;
        bundle.file(ABOUT, &pretty(&about)?)?;
        if let Some(text) = &commitment {
            bundle.file(COMMITMENT, text.as_bytes())?;
        }
        if let Some(told) = &told {
            bundle.file(TOLD, &pretty(told)?)?;
        }
        bundle.file(DOCUMENT, document.as_bytes())?;
        bundle.bag(sign)
    }
}

/// When the first round began and the last one ended.
pub(crate) fn span(log: &Log) -> Option<(String, String)> {
    let spans = || log.rounds.iter().filter_map(earwitness_core::probe::Round::span);
    let text =
        |at: Timestamp| jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).map(|at| at.to_string()).unwrap_or_default();
    Some((text(spans().map(|it| it.from).min()?), text(spans().map(|it| it.until).max()?)))
}

/// JSON as it stands in bundles.
pub(crate) fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    let mut octets = serde_json::to_vec_pretty(value).map_err(io::Error::other)?;
    octets.push(b'\n');
    Ok(octets)
}

/// A bundle that is being written.
struct Writing<W: Write> {
    zip: ZipWriter<zip::write::StreamWriter<W>>,
    root: String,
    digests: BTreeMap<String, [u8; 32]>,
    octets: u64,
}

/// How files are packed: the same octets for the same content, whenever that is.
fn options(large: bool) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(large).unix_permissions(0o644)
}

impl<W: Write> Writing<W> {
    fn new(to: W, root: String) -> Self {
        Self { zip: ZipWriter::new_stream(to), root, digests: BTreeMap::new(), octets: 0 }
    }

    fn file(&mut self, name: &str, octets: &[u8]) -> Result<(), Error> {
        self.add(name, false, &mut &*octets)
    }

    fn stream(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Error> {
        self.add(name, true, from)
    }

    fn add(&mut self, name: &str, large: bool, from: &mut dyn Read) -> Result<(), Error> {
        self.zip.start_file(format!("{}/{name}", self.root), options(large))?;
        let mut sum = Summing::new(&mut self.zip);
        io::copy(from, &mut sum)?;
        let (digest, octets) = sum.finish();
        self.digests.insert(name.to_owned(), digest);
        if crate::names::is_payload(name) {
            self.octets = self.octets.saturating_add(octets);
        }
        Ok(())
    }

    /// Writes what is about the bag, and its seal.
    fn bag(mut self, sign: Option<&mut Sign<'_>>) -> Result<String, Error> {
        let files = self.digests.len();
        self.file(BAGIT, BAGIT_TEXT.as_bytes())?;
        self.file(INFO, bag::info(self.octets, files).as_bytes())?;
        self.file(MANIFEST, bag::manifest(&bag::part(&self.digests, MANIFEST)).as_bytes())?;
        let tag_manifest = bag::manifest(&bag::part(&self.digests, TAG_MANIFEST));
        self.file(TAG_MANIFEST, tag_manifest.as_bytes())?;
        if let Some(sign) = sign {
            let ssh = Some(sign(tag_manifest.as_bytes()).map_err(Error::Refused)?);
            self.seal(&Sealing { ssh, ..Sealing::default() }, tag_manifest.as_bytes())?;
        }
        self.zip.finish()?.into_inner().flush()?;
        Ok(bag::hex(&bag::digest(tag_manifest.as_bytes())))
    }

    fn seal(&mut self, sealing: &Sealing, tag_manifest: &[u8]) -> Result<(), Error> {
        let Sealing { ssh, minisign, time_stamp } = sealing;
        if let Some(signature) = ssh {
            let text = std::str::from_utf8(signature).map_err(|_| Error::Refused("the signature is no text".to_owned()))?;
            seal::check_armor(text).map_err(Error::Refused)?;
            self.file(SSH_SIGNATURE, signature)?;
        }
        if let Some(signature) = minisign {
            self.file(MINISIGN, signature)?;
        }
        if let Some(token) = time_stamp {
            time_stamp::read(token, tag_manifest).map_err(|error| Error::Refused(format!("the time stamp: {error}")))?;
            self.file(TIME_STAMP, token)?;
        }
        let seals = bag::manifest(&bag::part(&self.digests, SEALS));
        if !seals.is_empty() {
            self.file(SEALS, seals.as_bytes())?;
        }
        Ok(())
    }
}

/// Adds what seals a bundle that is there; what is given replaces what it had of the kind.
///
/// # Errors
/// When it is no bundle, or the seal does not fit it.
pub fn seal<R: Read + Seek>(
    mut from: R,
    sealing: &mut Sealing,
    sign: Option<&mut Sign<'_>>,
    to: impl Write,
) -> Result<String, Error> {
    let mut archive = Archive::open(&mut from)?;
    let tag_manifest = archive.octets(TAG_MANIFEST)?;
    if let Some(sign) = sign {
        sealing.ssh = Some(sign(&tag_manifest).map_err(Error::Refused)?);
    }
    for (name, place) in
        [(SSH_SIGNATURE, &mut sealing.ssh), (MINISIGN, &mut sealing.minisign), (TIME_STAMP, &mut sealing.time_stamp)]
    {
        if place.is_none() && archive.has(name) {
            *place = Some(archive.octets(name)?);
        }
    }
    let root = archive.root().to_owned();
    let kept: Vec<String> = archive.names().filter(|name| !is_sealing(name)).map(str::to_owned).collect();
    drop(archive);
    let mut zip = ZipArchive::new(&mut from)?;
    let mut bundle = Writing::new(to, root.clone());
    for name in &kept {
        bundle.zip.raw_copy_file(zip.by_name(&format!("{root}/{name}"))?)?;
    }
    bundle.seal(sealing, &tag_manifest)?;
    bundle.zip.finish()?.into_inner().flush()?;
    Ok(bag::hex(&bag::digest(&tag_manifest)))
}

fn is_sealing(name: &str) -> bool {
    name == SEALS || crate::names::SEALING.contains(&name)
}
