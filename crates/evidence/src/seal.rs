//! What seals the tag manifest, and with it every octet of every file: signatures and a time stamp.

use data_encoding::BASE64;
use minisign_verify::{PublicKey, Signature};

/// The namespace in which `ssh-keygen -Y sign` signs bundles: a signature of something else does not pass for one.
pub const NAMESPACE: &str = "evidence@earwitness";

/// First and last line of an SSH signature (OpenSSH, `PROTOCOL.sshsig`), and how long its lines are.
const ARMOR: (&str, &str, usize) = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----", 70);

/// What came of a signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signed {
    /// It is by one who may sign.
    By(String),
    /// It is by a key that nobody vouched for: whoever has a key can make one.
    Anybody(String),
    /// It is not good.
    Refused(String),
    /// It could not be checked, and why.
    NotChecked(String),
}

/// Who can check signatures. Programs and lists of keys lie outside of this crate.
pub trait Signatures {
    /// Checks an SSH signature of a message in [`NAMESPACE`].
    fn ssh(&self, message: &[u8], signature: &str) -> Signed;

    /// The key of minisign that is trusted, if one is.
    fn minisign_key(&self) -> Option<&str>;
}

/// Whether a text is an SSH signature as `ssh-keygen` writes it, to the octet: else it could hold what nothing covers.
///
/// # Errors
/// What is odd about it.
pub fn check_armor(text: &str) -> Result<(), String> {
    let (first, last, width) = ARMOR;
    let wrong = |what: &str| Err(format!("the signature is not written as ssh-keygen writes one: {what}"));
    let Some(inner) = text.strip_prefix(first).and_then(|it| it.strip_prefix('\n')) else { return wrong("its first line") };
    let Some(inner) = inner.strip_suffix('\n').and_then(|it| it.strip_suffix(last)) else { return wrong("its last line") };
    let packed: String = inner.split('\n').collect();
    let Ok(octets) = BASE64.decode(packed.as_bytes()) else { return wrong("its octets") };
    let mut again = String::new();
    for (place, letter) in BASE64.encode(&octets).chars().enumerate() {
        if place > 0 && place % width == 0 {
            again.push('\n');
        }
        again.push(letter);
    }
    again.push('\n');
    if again == inner { Ok(()) } else { wrong("its lines") }
}

/// Checks a signature of minisign with the key that is trusted.
#[must_use]
pub fn minisign(message: &[u8], signature: &str, key: Option<&str>) -> Signed {
    let signature = match Signature::decode(signature) {
        Ok(signature) => signature,
        Err(error) => return Signed::Refused(format!("it is no signature of minisign: {error}")),
    };
    let Some(key) = key else {
        return Signed::NotChecked("name the key that you trust with --minisign-key".to_owned());
    };
    // A file with a comment, or its second line alone.
    let line = key.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    match PublicKey::from_base64(line) {
        Err(error) => Signed::NotChecked(format!("--minisign-key is no key of minisign: {error}")),
        Ok(key) => match key.verify(message, &signature, false) {
            Ok(()) => Signed::By(format!("the key {line} ({})", signature.trusted_comment())),
            Err(error) => Signed::Refused(error.to_string()),
        },
    }
}
