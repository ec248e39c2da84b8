//! `evidence verify`.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueHint;
use earwitness_base::outfile::{self, Sink};
use earwitness_evidence::verify::{Asked, Conclusion};
use earwitness_evidence::{page, verify};
use earwitness_offline::{helpers, spare};

use super::ssh::Trusted;
use crate::cli::Outcome;

/// Check a bundle of evidence offline: digests, signature, lots, commitment, and every verdict, derived again from the frames.
///
/// Without --allowed-signers and --commitment, a bundle that somebody changed, made anew and signed with another key would pass; the page says so.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness evidence verify kitchen.zip
  earwitness evidence verify kitchen.zip --allowed-signers signers --html page.html
  earwitness evidence verify kitchen.zip --commitment \"$(cat published.txt)\" --json

Exit status: 0 what can be checked holds, and every verdict was derived again; 2 something does not hold, or could not be read.")]
pub(super) struct Args {
    /// The bundle.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    bundle: PathBuf,
    /// Who may sign, as ssh-keygen reads it: a line `NAME ssh-ed25519 AAAA..` for each (see ALLOWED SIGNERS in ssh-keygen(1)). The bundle must then be signed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    allowed_signers: Option<PathBuf>,
    /// The commitment that was published before the session: 64 hexadecimal digits.
    #[arg(long, value_name = "TEXT")]
    commitment: Option<String>,
    /// The public key of minisign that you trust: its text, or a file.
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    minisign_key: Option<String>,
    /// Report for programs instead of the text, or beside it with =FILE (see docs/schema/evidence-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write a page for people, complete in one file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Checks and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let commitment = args.commitment.as_deref().map(commitment).transpose()?;
    let file = File::open(&args.bundle).with_context(|| format!("the bundle {} cannot be opened", args.bundle.display()))?;
    if let Some(path) = args.allowed_signers.as_ref().filter(|path| !path.is_file()) {
        bail!("--allowed-signers {}: there is no such file", path.display());
    }
    let minisign_key = args.minisign_key.as_ref().map(|key| {
        if Path::new(key).is_file() {
            std::fs::read_to_string(key).with_context(|| format!("--minisign-key {key} cannot be read"))
        } else {
            Ok(key.clone())
        }
    });
    let trusted = Trusted { allowed_signers: args.allowed_signers.clone(), minisign_key: minisign_key.transpose()? };
    let asked = Asked { commitment: commitment.as_deref(), signatures: &trusted, must_be_signed: args.allowed_signers.is_some() };
    let report =
        verify(file, &asked, helpers(spare())).with_context(|| format!("the bundle {} cannot be read", args.bundle.display()))?;
    if let Some(path) = &args.html {
        outfile::write_whole(path, |out: &mut Sink<'_>| page::page(&report, out))?;
    }
    if let Some(path) = &args.json {
        outfile::write_whole(path, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        })?;
    }
    let to_stdout = [&args.json, &args.html].into_iter().flatten().any(|path| path == Path::new("-"));
    if !to_stdout {
        outfile::write_whole(Path::new("-"), |out: &mut Sink<'_>| page::text(&report, out))?;
    }
    Ok(if report.conclusion == Conclusion::Holds { Outcome::Done } else { Outcome::Trouble })
}

/// A commitment as it was published.
fn commitment(text: &str) -> anyhow::Result<String> {
    let digits = text.trim().to_lowercase();
    if digits.len() != 64 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        bail!("--commitment {text:?}: a commitment is 64 hexadecimal digits, as the session told it before its first round");
    }
    Ok(digits)
}
