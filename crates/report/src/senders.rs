//! That a device is not the only one that sends under its MAC address, in words.

use earwitness_core::findings::{DeviceFindings, SenderSign};

use earwitness_base::words;

/// A sign in a word or two, for programs.
#[must_use]
pub const fn word(sign: SenderSign) -> &'static str {
    match sign {
        SenderSign::Forwards => "lowered hop limits",
        SenderSign::Addresses => "several addresses",
        SenderSign::HopLimits => "several hop limits",
        SenderSign::TcpOptions => "several orders of TCP options",
        SenderSign::Identification => "several sequences of IP identification",
        SenderSign::AfterReset => "goes on after its own reset",
        SenderSign::Ports => "several ports at once",
    }
}

/// What shows it, in a few words each.
const fn in_words(sign: SenderSign) -> &'static str {
    match sign {
        SenderSign::Forwards => "hop limits that a router has lowered",
        SenderSign::Addresses => "several IPv4 addresses that take turns",
        SenderSign::HopLimits => "different hop limits at the same time",
        SenderSign::TcpOptions => "connections that begin with different TCP options",
        SenderSign::Identification => "packets numbered in two ways at the same time",
        SenderSign::AfterReset => "connections that went on after it had reset or refused them",
        SenderSign::Ports => "frames that come in by several ports of a bridge, or interfaces, in turns",
    }
}

/// What sends under a MAC address beside its device, as part of a sentence; `None` if nothing shows that.
#[must_use]
pub(crate) fn clause(signs: &[SenderSign]) -> Option<String> {
    let listed = words::listed(&signs.iter().map(|it| in_words(*it)).collect::<Vec<_>>())?;
    let who = if signs.iter().any(|it| it.is_of_forwarding()) {
        "several devices seem to send under this MAC address, as behind a repeater, a second router or a computer with virtual machines"
    } else {
        "more than one machine, or more than one system on one machine, sends under this MAC address"
    };
    Some(format!("{who}: {listed}"))
}

/// The same of a device, as a sentence of its own.
#[must_use]
pub(crate) fn sentence(found: &DeviceFindings) -> Option<String> {
    let clause = clause(&found.sender_signs)?;
    let mut letters = clause.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn several_devices_behind_an_address_are_told_from_two_systems() {
        let mut found = sample::device(1);
        assert_eq!(sentence(&found), None);
        found.sender_signs = vec![SenderSign::HopLimits, SenderSign::AfterReset];
        let text = sentence(&found).unwrap();
        assert!(
            text.starts_with("More than one machine") && text.contains("hop limits at the same time and connections"),
            "{text}"
        );
        found.sender_signs.insert(0, SenderSign::Addresses);
        assert!(sentence(&found).unwrap().starts_with("Several devices"));
    }
}
