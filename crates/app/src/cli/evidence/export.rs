//! `evidence export`.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueHint;
use earwitness_base::outfile::{self, Sink};
use earwitness_evidence::about::{About, Photograph};
use earwitness_evidence::bag::hex;
use earwitness_evidence::export::{self, Ready};
use earwitness_evidence::names::TAG_MANIFEST;
use earwitness_offline::{helpers, spare};
use earwitness_report::labels;

use super::seal::signed;
use super::source::Source;
use super::{captures, stored};
use crate::cli::Outcome;
use crate::say;

/// Make a bundle of evidence: a stored session with the frames that were kept of it, or captures with a probe log.
///
/// The verdicts in the bundle are derived from the frames in it, so that whoever has it can derive them again. Of captures, frames farther than two minutes from a
/// round are cut to their headers, unless that changes a verdict.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness evidence export 3 -o kitchen.zip --sign ~/.ssh/id_ed25519
  sudo earwitness evidence export 3 --state /var/lib/earwitness --about test.toml -o kitchen.zip
  earwitness evidence export --capture night.pcapng --probes night.probes.jsonl -o night.zip

Exit status: 0 done; 2 it could not be made.")]
pub(super) struct Args {
    /// The session's number (`earwitness export sessions`).
    #[arg(value_name = "SESSION", required_unless_present = "capture", conflicts_with = "capture")]
    session: Option<i64>,
    /// The folder of the store, or without it the one that the configuration names.
    #[arg(long, value_name = "STORE", value_hint = ValueHint::AnyPath, conflicts_with = "capture")]
    state: Option<PathBuf>,
    /// The configuration that names the store.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["state", "capture"])]
    config: Option<PathBuf>,
    /// Captures instead of a stored session; may be repeated.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "probes")]
    capture: Vec<PathBuf>,
    /// The probe log that belongs to the captures.
    #[arg(long, value_name = "LOG", value_hint = ValueHint::FilePath, requires = "capture")]
    probes: Option<PathBuf>,
    /// The text that a commitment is of, where it was made before the captures (docs/guide/evidence.md).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "capture")]
    reveal: Option<PathBuf>,
    /// A device that is known to react (captures only); may be repeated.
    #[arg(long, value_name = "DEVICE", requires = "capture", value_parser = device)]
    control: Vec<String>,
    /// The gateway (captures only), where it is not found by itself; may be repeated.
    #[arg(long, value_name = "DEVICE", requires = "capture", value_parser = device)]
    gateway: Vec<String>,
    /// Keep all frames as they are in the captures.
    #[arg(long, requires = "capture")]
    whole: bool,
    /// Where to write the bundle.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: PathBuf,
    /// Sign with this key of SSH: a private key, or a public one whose private half an agent holds.
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    sign: Option<PathBuf>,
    #[command(flatten)]
    about: AboutArgs,
}

/// What a test house writes down.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "What was tested")]
struct AboutArgs {
    /// A TOML file with [device], [test] and [[photograph]]; the options below go over it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    about: Option<PathBuf>,
    /// Who makes the device under test.
    #[arg(long, value_name = "TEXT")]
    make: Option<String>,
    /// Which model it is.
    #[arg(long, value_name = "TEXT")]
    model: Option<String>,
    /// Its serial number.
    #[arg(long, value_name = "TEXT")]
    serial: Option<String>,
    /// Version of its firmware.
    #[arg(long, value_name = "TEXT")]
    firmware: Option<String>,
    /// The claim that was tested.
    #[arg(long, value_name = "TEXT")]
    claim: Option<String>,
    /// Where it was tested.
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// Who tested it.
    #[arg(long, value_name = "TEXT")]
    operator: Option<String>,
    /// A picture of the set-up: its digest goes into the bundle, not the picture; may be repeated.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    photo: Vec<PathBuf>,
}

/// Longest file with what was tested, octets.
const LONGEST: u64 = 1 << 20;

/// Exports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let about = args.about.read()?;
    let root = name(&args.output)?;
    let (ready, mut frames, notes) = match args.session {
        Some(session) => {
            let source = stored::source(args.state.as_deref(), args.config.as_deref(), session, (root, about))?;
            derived(source)?
        }
        None => of_captures(args, root, about)?,
    };
    for note in &notes {
        say::line(note);
    }
    let tell = ready.derived.probing.answer();
    frames.rewind()?;
    let (mut failed, mut digest) = (None, String::new());
    let written = outfile::write_whole(&args.output, |out: &mut Sink<'_>| {
        let mut sign = |message: &[u8]| signed(args.sign.as_deref(), message);
        let sign: Option<&mut export::Sign<'_>> = if args.sign.is_some() { Some(&mut sign) } else { None };
        digest = ready.write(&frames, sign, out).map_err(|error| {
            let text = error.to_string();
            failed = Some(error);
            std::io::Error::other(text)
        })?;
        Ok(())
    });
    if let Some(error) = failed {
        bail!("{error}");
    }
    written?;
    say::line(&format!("{}: {tell}", args.output.display()));
    say::line(&format!("SHA-256 of its {TAG_MANIFEST}, which a time-stamping authority is asked about: {digest}"));
    Ok(Outcome::Done)
}

/// Derives the verdicts of a bundle.
fn derived(source: Source) -> anyhow::Result<(Ready, File, Vec<String>)> {
    let Source { material, mut frames, notes } = source;
    frames.rewind()?;
    let ready = material.derive(&frames, helpers(spare()))?;
    Ok((ready, frames, notes))
}

/// Of captures: with headers only of what is far from all rounds, where that shows the same.
fn of_captures(args: &Args, root: String, about: About) -> anyhow::Result<(Ready, File, Vec<String>)> {
    let asked = captures::Asked {
        captures: &args.capture,
        probes: args.probes.as_deref().context("--probes is missing")?,
        reveal: args.reveal.as_deref(),
        controls: &args.control,
        gateways: &args.gateway,
    };
    let material = asked.material(root, about)?;
    let (ready, frames, mut notes) = derived(asked.frames(material, true)?)?;
    let whole_outcomes = ready.derived.outcomes();
    if args.whole {
        return Ok((ready, frames, notes));
    }
    let cut = derived(asked.frames(ready.into_material(), false)?)?;
    if cut.0.derived.outcomes() == whole_outcomes {
        return Ok(cut);
    }
    notes.push(
        "all frames were kept whole: with the headers alone of those far from all rounds, a verdict would be another one"
            .to_owned(),
    );
    let (ready, frames, _) = derived(asked.frames(cut.0.into_material(), true)?)?;
    Ok((ready, frames, notes))
}

/// The name of a bundle: that of its file, in letters that every system takes.
fn name(path: &Path) -> anyhow::Result<String> {
    let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String =
        stem.chars().map(|it| if it.is_ascii_alphanumeric() || "-_".contains(it) { it } else { '-' }).take(100).collect();
    if name.is_empty() {
        bail!("--output {}: name a file, such as kitchen.zip", path.display());
    }
    Ok(name)
}

impl AboutArgs {
    fn read(&self) -> anyhow::Result<About> {
        let mut about = match &self.about {
            None => About::default(),
            Some(path) => {
                let mut text = String::new();
                let file = File::open(path).with_context(|| format!("--about {} cannot be opened", path.display()))?;
                file.take(LONGEST)
                    .read_to_string(&mut text)
                    .with_context(|| format!("--about {} cannot be read", path.display()))?;
                About::from_toml(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?
            }
        };
        let About { device, test, photograph } = &mut about;
        for (given, place) in [
            (&self.make, &mut device.make),
            (&self.model, &mut device.model),
            (&self.serial, &mut device.serial),
            (&self.firmware, &mut device.firmware),
            (&self.claim, &mut test.claim),
            (&self.place, &mut test.place),
            (&self.operator, &mut test.operator),
        ] {
            if let Some(text) = given {
                place.clone_from(text);
            }
        }
        for path in &self.photo {
            let octets = fs::read(path).with_context(|| format!("--photo {} cannot be read", path.display()))?;
            let caption = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
            photograph.push(Photograph { sha256: hex(&earwitness_evidence::bag::digest(&octets)), caption });
        }
        about.check().map_err(|error| anyhow::anyhow!("what was tested: {error}"))?;
        Ok(about)
    }
}

/// A device as settings name it.
fn device(text: &str) -> Result<String, String> {
    earwitness_evidence::settings::device(text).map(labels::id)
}
