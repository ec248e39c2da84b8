//! What lets people and programs in, as it is kept in the folder of the state: a hash of the password, and digests of tokens, in files that nobody else reads.

mod password;
mod token;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use earwitness_base::trust;
use rustix::fs::{Gid, Uid, fchown};
use rustix::process::geteuid;

pub(super) use self::password::Hash;
pub(crate) use self::password::{LONGEST, SHORTEST};
pub use self::password::{Password, Unfit};
pub use self::token::Token;
use super::change::Scope;
use super::secret::Secret;

/// File with the hash of the password.
const PASSWORD: &str = "web-password";
/// File with a line per token.
const TOKENS: &str = "web-tokens";
/// Most tokens.
const MOST: usize = 64;
/// A file longer than this is none of ours, octets.
const LONGEST_FILE: u64 = 16 << 10;

/// Why a key cannot be kept, or what is kept cannot be used.
#[derive(thiserror::Error, Debug)]
pub enum Fault {
    /// A file cannot be read or written.
    #[error("{} cannot be {what}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Read or written.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Others may read a file.
    #[error("{0} can be read by others: `chmod 600 {0}`, and change what is in it")]
    Open(String),
    /// A file is not one that this program wrote.
    #[error("{0} is not understood: remove it, and set anew what it held")]
    Odd(String),
    /// A name that no line holds.
    #[error("a token's name has 1 to 32 letters, digits, '-', '_' and '.'")]
    Name,
    /// There is one of that name.
    #[error("there is a token {0} already: remove it, or choose another name")]
    Taken(String),
    /// There is none of that name.
    #[error("there is no token {0}")]
    Missing(String),
    /// There are as many as there may be.
    #[error("there are {MOST} tokens: remove one that is not used")]
    Many,
}

/// The files in one folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys {
    folder: PathBuf,
}

/// By what a file is told to be another one than before.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Stamp([Option<(u64, i64, i64, u64)>; 2]);

impl Keys {
    /// Those in a folder, which need not be there.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Sets the password. It takes a moment, and 19 MiB.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_password(&self, password: &Password) -> Result<(), Fault> {
        let hash = password.hashed().map_err(|source| self.fault(PASSWORD, "written", source))?;
        self.write(PASSWORD, &format!("{}\n", hash.text()))
    }

    /// What is kept of the password, if one is set.
    pub(super) fn password(&self) -> Result<Option<Hash>, Fault> {
        let Some(text) = self.read(PASSWORD)? else { return Ok(None) };
        Hash::read(&text).map(Some).ok_or_else(|| self.odd(PASSWORD))
    }

    /// Whether a password is set.
    ///
    /// # Errors
    /// When its file cannot be read or understood.
    pub fn has_password(&self) -> Result<bool, Fault> {
        self.password().map(|it| it.is_some())
    }

    /// The tokens of programs.
    ///
    /// # Errors
    /// When their file cannot be read or understood.
    pub fn tokens(&self) -> Result<Vec<Token>, Fault> {
        let text = self.read(TOKENS)?.unwrap_or_default();
        text.lines().take(MOST).map(|line| Token::read(line).ok_or_else(|| self.odd(TOKENS))).collect()
    }

    /// Makes a token, and returns what the program is to send: it is not kept, and cannot be told again.
    ///
    /// # Errors
    /// When the name is taken or none, there are too many, or it cannot be written.
    pub fn add_token(&self, name: &str, scope: Scope) -> Result<String, Fault> {
        let mut tokens = self.tokens()?;
        let text = Secret::new().map_err(|source| self.fault(TOKENS, "written", source))?.reveal();
        let token = Token::new(name, scope, &text).ok_or(Fault::Name)?;
        if tokens.iter().any(|it| it.name == name) {
            return Err(Fault::Taken(name.to_owned()));
        }
        if tokens.len() >= MOST {
            return Err(Fault::Many);
        }
        tokens.push(token);
        self.write(TOKENS, &tokens.iter().map(Token::line).collect::<String>())?;
        Ok(text)
    }

    /// Takes a token's right away.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be written.
    pub fn remove_token(&self, name: &str) -> Result<(), Fault> {
        let mut tokens = self.tokens()?;
        let before = tokens.len();
        tokens.retain(|it| it.name != name);
        if tokens.len() == before {
            return Err(Fault::Missing(name.to_owned()));
        }
        self.write(TOKENS, &tokens.iter().map(Token::line).collect::<String>())
    }

    /// What changes when a file does.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp([PASSWORD, TOKENS].map(|name| {
            let facts = fs::symlink_metadata(self.folder.join(name)).ok()?;
            Some((facts.ino(), facts.mtime(), facts.mtime_nsec(), facts.size()))
        }))
    }

    /// A text that was kept; none where there is no file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>, Fault> {
        let path = self.folder.join(name);
        let unreadable = |source| self.fault(name, "read", source);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(unreadable)?,
        };
        // Of the file that is open, so that nobody can put another one in its place in between.
        if file.metadata().map_err(unreadable)?.mode() & 0o077 != 0 {
            return Err(Fault::Open(path.display().to_string()));
        }
        let mut text = String::new();
        file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
        Ok(Some(text))
    }

    /// Keeps a text in a file that nobody else reads: whole, or what was there before.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Fault> {
        self.replace(name, text).map_err(|source| self.fault(name, "written", source))
    }

    fn replace(&self, name: &str, text: &str) -> io::Result<()> {
        if !self.folder.exists() {
            trust::folder(&self.folder)?;
        }
        let target = trust::in_folder(&self.folder, name)?;
        let part = target.beside(&format!(".{name}.part"))?;
        // A crash may have left one.
        let _ = part.remove();
        let mut file = part.create_new(0o600)?;
        if geteuid().is_root() {
            // The service has a user of its own, to which the folder belongs.
            let owner = fs::metadata(&self.folder)?;
            fchown(&file, Some(Uid::from_raw(owner.uid())), Some(Gid::from_raw(owner.gid())))?;
        }
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| part.rename(&target));
        if written.is_err() {
            let _ = part.remove();
        }
        written?;
        File::open(&self.folder)?.sync_all()
    }

    fn fault(&self, name: &str, what: &'static str, source: io::Error) -> Fault {
        Fault::File { path: self.folder.join(name), what, source }
    }

    fn odd(&self, name: &str) -> Fault {
        Fault::Odd(self.folder.join(name).display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_kept_is_read_by_its_owner_only() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("state");
        let keys = Keys::new(&folder);
        assert!(keys.password().unwrap().is_none() && keys.tokens().unwrap().is_empty());
        let before = keys.stamp();
        keys.set_password(&Password::new("correct horse".to_owned()).unwrap()).unwrap();
        let text = keys.add_token("grafana", Scope::Read).unwrap();
        assert_ne!(before, keys.stamp());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(PASSWORD)), mode(&folder.join(TOKENS))), (0o700, 0o600, 0o600));
        assert!(keys.password().unwrap().unwrap().is_of("correct horse"));
        assert!(keys.tokens().unwrap()[0].is(text.as_bytes()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::set_permissions(folder.join(PASSWORD), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(keys.password().unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_token_has_one_name_and_is_gone_when_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::new(folder.path());
        let text = keys.add_token("a", Scope::Read).unwrap();
        assert!(matches!(keys.add_token("a", Scope::Control), Err(Fault::Taken(_))));
        assert!(matches!(keys.add_token("a b", Scope::Control), Err(Fault::Name)));
        assert!(matches!(keys.remove_token("b"), Err(Fault::Missing(_))));
        keys.remove_token("a").unwrap();
        let again = keys.add_token("a", Scope::Control).unwrap();
        assert!(!keys.tokens().unwrap()[0].is(text.as_bytes()) && keys.tokens().unwrap()[0].is(again.as_bytes()));
        (1..MOST).for_each(|it| drop(keys.add_token(&it.to_string(), Scope::Read).unwrap()));
        assert!(matches!(keys.add_token("more", Scope::Read), Err(Fault::Many)));
    }

    #[test]
    fn a_link_in_place_of_a_file_is_replaced_and_what_it_leads_to_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        fs::write(&precious, "old").unwrap();
        std::os::unix::fs::symlink(&precious, folder.path().join(TOKENS)).unwrap();
        let keys = Keys::new(folder.path());
        assert!(matches!(keys.tokens(), Err(Fault::Open(_))));
        keys.write(TOKENS, "").unwrap();
        assert_eq!(fs::read_to_string(&precious).unwrap(), "old");
        fs::write(folder.path().join("web-password"), "not a hash").unwrap();
        fs::set_permissions(folder.path().join("web-password"), fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(keys.password(), Err(Fault::Odd(_))));
    }
}
