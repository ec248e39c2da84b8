//! Who was sent to, as JSON.

use earwitness_base::text::{WIDEST_EXACT, clean};
use earwitness_core::findings::{NameSource, Receiver};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Where {
    address: String,
    port: u16,
    name: Option<String>,
    name_source: Option<&'static str>,
    local: bool,
    country: Option<String>,
    asn: Option<u32>,
    as_name: Option<String>,
}

/// A receiver with all that is known of it.
pub(crate) fn details(it: &Receiver) -> Where {
    let name_source = it.name.as_ref().map(|(_, source)| match source {
        NameSource::Tls => "tls",
        NameSource::Quic => "quic",
        NameSource::Dns => "dns",
    });
    Where {
        address: it.address.to_string(),
        port: it.port,
        name: it.name.as_ref().map(|(name, _)| clean(name.reveal(), WIDEST_EXACT)),
        name_source,
        local: it.local,
        country: it.country.as_ref().map(|it| clean(it, WIDEST_EXACT)),
        asn: it.system.as_ref().map(|(number, _)| *number),
        as_name: it.system.as_ref().map(|(_, name)| clean(name, WIDEST_EXACT)),
    }
}
