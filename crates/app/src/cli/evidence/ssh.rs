//! Signatures by `ssh-keygen`: it knows every kind of key, also those on a token, and all that a list of allowed signers may say.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use earwitness_base::program::{self, Ended};
use earwitness_evidence::seal::{NAMESPACE, Signatures, Signed};

/// A person may have to type a passphrase, or to touch a token.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why nothing can be signed or checked.
const MISSING: &str = "ssh-keygen is not installed; install OpenSSH's client (openssh-client)";

/// Signs a message; the key may be a file, or a public key whose private half an agent holds.
pub(super) fn sign(key: &Path, message: &[u8]) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("a folder for the signature cannot be made")?;
    let file = folder.path().join("message");
    fs::write(&file, message)?;
    let ended =
        keygen(&[OsStr::new("sign"), "-f".as_ref(), key.as_ref(), "-n".as_ref(), NAMESPACE.as_ref(), file.as_ref()], None)?;
    if !ended.status.success() {
        bail!("{} does not sign: {}", key.display(), ended.complained.trim());
    }
    fs::read(folder.path().join("message.sig")).context("ssh-keygen left no signature")
}

/// Whom a person trusts.
pub(super) struct Trusted {
    pub(super) allowed_signers: Option<PathBuf>,
    pub(super) minisign_key: Option<String>,
}

impl Signatures for Trusted {
    fn ssh(&self, message: &[u8], signature: &str) -> Signed {
        checked(self.allowed_signers.as_deref(), message, signature)
            .unwrap_or_else(|error| Signed::NotChecked(format!("{error:#}")))
    }

    fn minisign_key(&self) -> Option<&str> {
        self.minisign_key.as_deref()
    }
}

fn checked(allowed: Option<&Path>, message: &[u8], signature: &str) -> anyhow::Result<Signed> {
    let folder = tempfile::tempdir()?;
    let (file, signed) = (folder.path().join("signature"), folder.path().join("message"));
    fs::write(&file, signature)?;
    fs::write(&signed, message)?;
    let said = |ended: &Ended| [&ended.said, &ended.complained].map(|it| it.trim()).join(" ").trim().to_owned();
    let common = |verb: &'static str| vec![OsStr::new(verb), "-n".as_ref(), NAMESPACE.as_ref(), "-s".as_ref(), file.as_ref()];
    let Some(allowed) = allowed else {
        let ended = keygen(&common("check-novalidate"), Some(&signed))?;
        let key = said(&ended);
        return Ok(if ended.status.success() { Signed::Anybody(key) } else { Signed::Refused(key) });
    };
    // By ssh-keygen's own words: who may have made it, and whether that is so for this message, name space and time.
    let found = keygen(&[OsStr::new("find-principals"), "-f".as_ref(), allowed.as_ref(), "-s".as_ref(), file.as_ref()], None)?;
    let Some(principal) = found.said.lines().next().map(str::trim).filter(|it| found.status.success() && !it.is_empty()) else {
        return Ok(Signed::Refused(format!("it is by no key that {} lists", allowed.display())));
    };
    let mut arguments = common("verify");
    arguments.extend(["-f".as_ref(), allowed.as_os_str(), "-I".as_ref(), OsStr::new(principal)]);
    let ended = keygen(&arguments, Some(&signed))?;
    Ok(if ended.status.success() { Signed::By(principal.to_owned()) } else { Signed::Refused(said(&ended)) })
}

fn keygen(arguments: &[&OsStr], input: Option<&Path>) -> anyhow::Result<Ended> {
    let path = program::find("ssh-keygen").context(MISSING)?;
    let mut command = Command::new(path);
    command.arg("-Y").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What is signed is binary to a program: nothing may be added to it, as a pipe of text would.
    command.stdin(match input {
        Some(path) => Stdio::from(fs::File::open(path)?),
        None => Stdio::null(),
    });
    program::run(&mut command, "", PATIENCE).map_err(|failure| anyhow::anyhow!("ssh-keygen {failure}"))
}
