//! `evidence seal`: a signature or a time stamp for a bundle that is there.

use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::ValueHint;
use earwitness_base::outfile::{self, Sink};
use earwitness_evidence::export::{self, Sealing};

use super::ssh;
use crate::cli::Outcome;
use crate::say;

/// Add a signature or a time stamp to a bundle.
///
/// All of them are of the tag manifest, whose digests cover every octet of the other files; `evidence export` prints its digest, which a time-stamping authority is asked
/// about.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness evidence seal kitchen.zip --sign ~/.ssh/id_ed25519 -o signed.zip
  earwitness evidence seal kitchen.zip --timestamp answer.tsr -o stamped.zip

Exit status: 0 done; 2 the seal does not fit the bundle, or something could not be read or written.")]
pub(super) struct Args {
    /// The bundle.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    bundle: PathBuf,
    /// Where to write the sealed bundle.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: PathBuf,
    #[command(flatten)]
    seals: Seals,
}

/// What a bundle is sealed with.
#[derive(clap::Args, Debug)]
pub(super) struct Seals {
    /// Sign with this key of SSH: a private key, or a public one whose private half an agent holds.
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    pub(super) sign: Option<PathBuf>,
    /// A time stamp of the tag manifest (RFC 3161) that an authority answered.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    timestamp: Option<PathBuf>,
    /// A signature of the tag manifest by minisign.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    minisign: Option<PathBuf>,
}

impl Seals {
    fn is_empty(&self) -> bool {
        self.sign.is_none() && self.timestamp.is_none() && self.minisign.is_none()
    }
}

/// Seals.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.seals.is_empty() {
        bail!("nothing to seal it with: name a key with --sign, or what an authority answered with --timestamp");
    }
    let from = File::open(&args.bundle).with_context(|| format!("the bundle {} cannot be opened", args.bundle.display()))?;
    let read = |path: &Option<PathBuf>| {
        path.as_ref().map(|path| fs::read(path).with_context(|| format!("{} cannot be read", path.display()))).transpose()
    };
    let mut sealing = Sealing { ssh: None, minisign: read(&args.seals.minisign)?, time_stamp: read(&args.seals.timestamp)? };
    let mut failed = None;
    let written = outfile::write_whole(&args.output, |out: &mut Sink<'_>| {
        let mut sign = |message: &[u8]| signed(args.seals.sign.as_deref(), message);
        let sign: Option<&mut export::Sign<'_>> = if args.seals.sign.is_some() { Some(&mut sign) } else { None };
        export::seal(from, &mut sealing, sign, out).map(drop).map_err(|error| {
            let text = error.to_string();
            failed = Some(error);
            std::io::Error::other(text)
        })
    });
    if let Some(error) = failed {
        bail!("{}: {error}", args.bundle.display());
    }
    written?;
    say::line(&format!("sealed: {}", args.output.display()));
    Ok(Outcome::Done)
}

/// Signs for a bundle.
pub(super) fn signed(key: Option<&std::path::Path>, message: &[u8]) -> Result<Vec<u8>, String> {
    let key = key.ok_or_else(|| "no key was named".to_owned())?;
    ssh::sign(key, message).map_err(|error| format!("{error:#}"))
}
