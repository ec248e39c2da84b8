//! What the pages show, and that each is one that a screen reader can tell.

use crate::client::Site;
use crate::{crowded, home, sample};

#[test]
fn a_home_is_a_line_per_device_most_telling_first() {
    let site = Site::of(home(sample()));
    let body = site.get("/").body;
    assert!(
        body.contains("<h1>2 of 4 devices sent what looks like sound to the internet")
            || body.contains("<h1>1 of 4 devices sent"),
        "{body}"
    );
    let places: Vec<_> = ["<bdi>speaker", "<bdi>camera", "<bdi>plug"].iter().map(|it| body.find(it).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(body.contains("of sound, 3 times, to <bdi>") && body.contains("A sighting is not proof"), "{body}");
}

#[test]
fn nothing_unusual_is_an_answer() {
    let mut findings = sample();
    for it in &mut findings.devices {
        it.sightings.clear();
        it.continuous.clear();
        it.local_sightings.clear();
    }
    let body = Site::of(home(findings)).get("/").body;
    assert!(body.contains("Nothing unusual was seen.") && body.contains("That does not show that no device listens"), "{body}");
}

#[test]
fn a_device_leads_to_its_sightings_and_back() {
    let site = Site::of(home(sample()));
    let body = site.get("/").body;
    let path = body[..body.find("<bdi>speaker").unwrap()].rsplit_once("href=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let device = site.get(&path).body;
    assert!(
        device.contains("svg class=\"traffic\"") && device.matches(&format!("href=\"{path}/sighting/")).count() >= 3,
        "{device}"
    );
    let first =
        device.split("href=\"").find(|it| it.starts_with(&format!("{path}/sighting/"))).unwrap().split('"').next().unwrap();
    let sighting = site.get(first).body;
    for told in ["speaker</bdi>: ", "class=\"beat\"", "Sound sent", "It took", "Receiver", "Sighting 1 of 3"] {
        assert!(sighting.contains(told), "{told}");
    }
    assert!(sighting.contains(&format!("href=\"{path}\"")));
}

#[test]
fn a_picture_is_the_one_of_the_report() {
    let findings = sample();
    let context = earwitness_report::Context {
        inputs: &[],
        options: &[],
        troubles: &[],
        probing: None,
        published: None,
        vendor: &|_| None,
        zone: jiff::tz::TimeZone::UTC,
    };
    let mut report = Vec::new();
    earwitness_report::html::write(&findings, &context, &mut report).unwrap();
    let report = String::from_utf8(report).unwrap();
    let part = |body: &str, from: &str, until: &str| {
        let start = body.find(from).unwrap();
        body[start..start + body[start..].find(until).unwrap()].to_owned()
    };
    let site = Site::of(home(findings));
    let speaker = (1..=5).map(|it| format!("/device/{it}")).find(|it| site.get(it).body.contains("<h1><bdi>speaker")).unwrap();
    let picture = |body: &str| part(body, "aria-label=\"Traffic of speaker", "<a href");
    assert_eq!(picture(&site.get(&speaker).body), picture(&report));
    let beat = |body: &str| part(body, "<div class=\"beat\">", "</figure>");
    let device = site.get(&speaker).body;
    let first = device.split("href=\"").find(|it| it.contains("/sighting/")).unwrap().split('"').next().unwrap();
    assert_eq!(beat(&site.get(first).body), beat(&report));
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_its_landmarks() {
    let site = Site::of(home(crowded(3, 50, "Lamp ")));
    for path in ["/", "/device/2", "/device/2/sighting/1", "/health", "/nope", "/?limit=0"] {
        let body = site.get(path).body;
        assert!(body.starts_with("<!DOCTYPE html><html lang=\"en\">") && !body.contains("<title></title>"), "{path}");
        assert_eq!(body.matches("<h1").count(), 1, "{path}");
        assert_eq!(body.matches("<main").count(), 1, "{path}");
        assert!(body.contains("class=\"skip\" href=\"#main\"") && body.contains("<nav aria-label=\"Pages\">"), "{path}");
        assert!(body.contains("width=device-width") && body.contains("prefers-color-scheme:dark"), "{path}");
        // Each picture has a name, or is none to a screen reader.
        for tag in body.split("<svg").skip(1).map(|it| it.split('>').next().unwrap()) {
            let nested = tag.contains("viewBox") || tag.contains("preserveAspectRatio");
            assert!(nested || tag.contains("aria-label=") || tag.contains("aria-hidden="), "{path}: <svg{tag}>");
        }
    }
}
