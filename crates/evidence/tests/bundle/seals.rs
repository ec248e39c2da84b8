//! Signatures: which are read, and which are odd.

use earwitness_evidence::seal::{Signed, check_armor, minisign};

/// First and last line of an SSH signature.
const ARMOR: (&str, &str) = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----");

/// Key and signature of the file `test` from the documentation of `minisign-verify`.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
const SIGNATURE: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==";

#[test]
fn minisign_is_read_with_the_key_that_is_trusted() {
    let with_comment = format!("untrusted comment: a key\n{KEY}\n");
    for key in [KEY, &with_comment] {
        assert!(
            matches!(minisign(b"test", SIGNATURE, Some(key)), Signed::By(_)),
            "{:?}",
            minisign(b"test", SIGNATURE, Some(key))
        );
    }
    assert!(matches!(minisign(b"tess", SIGNATURE, Some(KEY)), Signed::Refused(_)));
    assert!(matches!(minisign(b"test", "nothing", Some(KEY)), Signed::Refused(_)));
    assert!(matches!(minisign(b"test", SIGNATURE, None), Signed::NotChecked(_)));
    assert!(matches!(minisign(b"test", SIGNATURE, Some("no key")), Signed::NotChecked(_)));
}

#[test]
fn only_what_ssh_keygen_writes_is_a_signature() {
    let good = format!("{}\n{}\n{}\n{}\n", ARMOR.0, "QUFB".repeat(17) + "QU", "FB", ARMOR.1);
    assert_eq!(check_armor(&good), Ok(()));
    for odd in [
        good.replace('\n', "\r\n"),
        good.replace("QU\nFB", "Q\nUFB"),
        good.trim_end().to_owned(),
        format!("\n{good}"),
        good.replace("FB\n", "FB\n\n"),
        good.replace("FB\n", "FC=\n"),
    ] {
        assert!(check_armor(&odd).is_err(), "{odd:?}");
    }
}
