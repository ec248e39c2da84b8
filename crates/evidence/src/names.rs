//! The files of a bundle.

/// Version of the format that is written and read.
pub const VERSION: u32 = 1;

/// The frames, as pcapng.
pub const FRAMES: &str = "data/frames.pcapng";
/// The log of the probes.
pub const PROBES: &str = "data/probes.jsonl";
/// What the verdicts are derived with.
pub const SETTINGS: &str = "data/settings.json";
/// The verdicts, with everything that they were derived from in between (`analyze --json`).
pub const VERDICTS: &str = "data/verdicts.json";
/// What was fixed before the first round, with the salt that hid it.
pub const COMMITMENT: &str = "data/commitment.txt";
/// What was tested, where and by whom.
pub const ABOUT: &str = "data/about.json";
/// What the session itself told, while it ran.
pub const TOLD: &str = "data/told.json";
/// What describes the bundle (RO-Crate 1.1).
pub const DOCUMENT: &str = "data/ro-crate-metadata.json";

/// What a bag is (RFC 8493, 2.1.1).
pub const BAGIT: &str = "bagit.txt";
/// What the bag is (RFC 8493, 2.2.2).
pub const INFO: &str = "bag-info.txt";
/// Digests of all files below `data/`.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Digests of the files beside it: what signatures and time stamps are of.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// Digests of the files that seal the tag manifest.
pub const SEALS: &str = "seals-sha256.txt";
/// A signature of the tag manifest by `ssh-keygen -Y sign`.
pub const SSH_SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
/// A signature of the tag manifest by minisign.
pub const MINISIGN: &str = "tagmanifest-sha256.txt.minisig";
/// A time stamp of the tag manifest (RFC 3161).
pub const TIME_STAMP: &str = "tagmanifest-sha256.txt.tsr";

/// Files that every bundle has, those below `data/` first.
pub const NEEDED: [&str; 10] = [FRAMES, PROBES, SETTINGS, VERDICTS, ABOUT, DOCUMENT, BAGIT, INFO, MANIFEST, TAG_MANIFEST];
/// Files that a bundle may have.
pub const OPTIONAL: [&str; 6] = [COMMITMENT, TOLD, SEALS, SSH_SIGNATURE, MINISIGN, TIME_STAMP];

/// Files that seal the tag manifest.
pub const SEALING: [&str; 3] = [SSH_SIGNATURE, MINISIGN, TIME_STAMP];

/// Whether a bundle may hold a file of this name. Nothing is found by another spelling of it.
#[must_use]
pub fn is_known(name: &str) -> bool {
    NEEDED.contains(&name) || OPTIONAL.contains(&name)
}

/// Whether it is what the bag carries, and not about the bag.
#[must_use]
pub fn is_payload(name: &str) -> bool {
    name.starts_with("data/")
}
