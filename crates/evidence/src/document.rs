//! The document that describes a bundle to archives and search engines (RO-Crate 1.1): made from the other files, so that it can say nothing else.

use serde_json::{Value, json};

use crate::about::About;
use crate::names::{ABOUT, COMMITMENT, FRAMES, PROBES, SETTINGS, TOLD, VERDICTS};
use crate::settings::Settings;

/// What the document is made from.
pub struct Parts<'a> {
    /// The name of the bundle.
    pub root: &'a str,
    /// The settings.
    pub settings: &'a Settings,
    /// What was tested.
    pub about: &'a About,
    /// When the first round began and the last one ended.
    pub span: Option<(String, String)>,
    /// The answer, as reports begin.
    pub answer: &'a str,
    /// Files that are there besides the needed ones.
    pub has: &'a dyn Fn(&str) -> bool,
}

/// The document, to the octet.
#[must_use]
pub fn text(parts: &Parts<'_>) -> String {
    let files = [
        (FRAMES, "Frames of the session (pcapng)", "application/x-pcapng"),
        (PROBES, "What was played when: the rounds with their slots (JSON Lines)", "application/jsonl"),
        (SETTINGS, "What the verdicts are derived with", "application/json"),
        (VERDICTS, "The verdicts, and what they were derived from", "application/json"),
        (ABOUT, "What was tested, where and by whom", "application/json"),
        (COMMITMENT, "What was fixed before the first round", "text/plain"),
        (TOLD, "What the session told while it ran", "application/json"),
    ];
    let files: Vec<_> = files.into_iter().filter(|it| (parts.has)(it.0)).collect();
    let id = |name: &str| name.strip_prefix("data/").unwrap_or(name).to_owned();
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}, "about": {"@id": "./"},
        }),
        json!({
            "@id": "./", "@type": "Dataset", "name": format!("Evidence of earwitness: {}", parts.root), "description": parts.answer,
            "datePublished": parts.span.as_ref().map_or("1970-01-01T00:00:00Z", |it| &it.1), "license": "not stated",
            "temporalCoverage": parts.span.as_ref().map(|it| format!("{}/{}", it.0, it.1)),
            "hasPart": files.iter().map(|it| json!({"@id": id(it.0)})).collect::<Vec<Value>>(),
            "mentions": [{"@id": "#device-under-test"}, {"@id": "#derivation"}],
        }),
    ];
    graph.extend(
        files
            .iter()
            .map(|(name, what, format)| json!({"@id": id(name), "@type": "File", "name": what, "encodingFormat": format})),
    );
    let About { device, test, .. } = parts.about;
    graph.push(json!({
        "@id": "#device-under-test", "@type": "Product", "brand": device.make, "model": device.model, "serialNumber": device.serial,
        "softwareVersion": device.firmware, "identifier": device.mac,
    }));
    graph.push(json!({
        "@id": "#derivation", "@type": "CreateAction", "name": "Verdicts from frames and rounds", "description": test.claim,
        "instrument": {"@id": "#program"}, "object": [{"@id": id(FRAMES)}, {"@id": id(PROBES)}, {"@id": id(SETTINGS)}], "result": {"@id": id(VERDICTS)},
        "location": test.place, "agent": test.operator,
    }));
    graph.push(json!({
        "@id": "#program", "@type": "SoftwareApplication", "name": parts.settings.program, "softwareVersion": parts.settings.commit,
    }));
    let document = json!({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
