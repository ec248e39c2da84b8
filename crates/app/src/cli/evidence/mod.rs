//! `earwitness evidence`: a session as a bundle that a stranger can check, and checking one.

mod captures;
mod export;
mod seal;
mod source;
mod ssh;
mod stored;
mod verify;

use clap::Subcommand;

use super::Outcome;

/// Make a bundle of evidence from a session, seal it, or check one.
///
/// A bundle holds the frames, the rounds, the settings and the verdicts of a session. Whoever gets it can draw every lot again and derive every verdict again, offline.
/// docs/guide/evidence.md says what that shows, and what it does not.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness evidence export 3 -o kitchen.zip --sign ~/.ssh/id_ed25519
  earwitness evidence export --capture night.pcapng --probes night.probes.jsonl -o night.zip
  earwitness evidence verify kitchen.zip --allowed-signers signers --commitment 5f3c..

Exit status: 0 done, and a bundle that was checked holds; 2 it does not, or something could not be done.")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Export(Box<export::Args>),
    Seal(seal::Args),
    Verify(verify::Args),
}

/// Does what was asked for.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.what {
        What::Export(args) => export::run(args),
        What::Seal(args) => seal::run(args),
        What::Verify(args) => verify::run(args),
    }
}
