//! Who answers for a bundle, and since when it is there.

use std::io::{Read, Seek};

use super::{Asked, Report, State};
use crate::archive::{Archive, Error};
use crate::names::{MINISIGN, SSH_SIGNATURE, TAG_MANIFEST, TIME_STAMP};
use crate::seal::{self, Signed};
use crate::time_stamp;

/// Checks the signatures; whether one is by somebody who may sign.
pub(super) fn signatures<R: Read + Seek>(
    archive: &mut Archive<R>,
    tag_manifest: &[u8],
    asked: &Asked<'_>,
    report: &mut Report,
) -> Result<bool, Error> {
    let mut all = Vec::new();
    if archive.has(SSH_SIGNATURE) {
        let text = archive.text(SSH_SIGNATURE)?;
        let signed = match seal::check_armor(&text) {
            Ok(()) => asked.signatures.ssh(tag_manifest, &text),
            Err(error) => Signed::Refused(error),
        };
        all.push(("SSH", signed));
    }
    if archive.has(MINISIGN) {
        let text = archive.text(MINISIGN)?;
        all.push(("minisign", seal::minisign(tag_manifest, &text, asked.signatures.minisign_key())));
    }
    let has_ssh = all.iter().any(|it| it.0 == "SSH");
    let is_signed = all.iter().any(|it| matches!(it.1, Signed::By(_)));
    let mut state = if is_signed { State::Holds } else { State::Open };
    let mut says = Vec::new();
    for (kind, signed) in all {
        says.push(match signed {
            Signed::By(who) => format!("{kind}: signed by {who}"),
            Signed::Anybody(key) => format!(
                "{kind}: a good signature of {key}, for whom nobody vouches: a bundle that was changed and signed again with another key would pass. Name who may sign with \
                 --allowed-signers"
            ),
            Signed::NotChecked(why) => format!("{kind}: not checked: {why}"),
            Signed::Refused(why) => {
                state = State::Fails;
                format!("{kind}: the signature does not hold: {why}")
            }
        });
    }
    if asked.must_be_signed && !has_ssh {
        state = State::Fails;
        says.push("it is not signed by SSH, and --allowed-signers asks for a signature".to_owned());
    }
    if says.is_empty() {
        says.push("it is not signed: whoever changed it could have made all of its digests again".to_owned());
    }
    report.add("signature", state, says);
    Ok(is_signed && state != State::Fails)
}

/// Checks of what the time stamp is.
pub(super) fn time_stamp<R: Read + Seek>(
    archive: &mut Archive<R>,
    tag_manifest: &[u8],
    report: &mut Report,
) -> Result<(), Error> {
    if !archive.has(TIME_STAMP) {
        report.add("time stamp", State::Open, vec!["it has none: nothing shows since when it is there".to_owned()]);
        return Ok(());
    }
    match time_stamp::read(&archive.octets(TIME_STAMP)?, tag_manifest) {
        Ok(stamp) => {
            let says = vec![
                format!(
                    "the token is of the tag manifest of this bundle, and says {} (serial number {})",
                    stamp.time, stamp.serial
                ),
                format!(
                    "who signed the token was not checked here; with the certificates of the authority: unzip the bundle, and openssl ts -verify -data {TAG_MANIFEST} \
                     -in {TIME_STAMP} -CAfile AUTHORITY.pem"
                ),
            ];
            // What it says is worth as much as its signature, which was not looked at.
            report.add("time stamp", State::Open, says);
        }
        Err(error) => report.add("time stamp", State::Fails, vec![format!("the time stamp does not hold: {error}")]),
    }
    Ok(())
}
