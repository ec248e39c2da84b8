//! The API against its schema and its description.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Site;
use crate::watched::Stub;
use crate::{crowded, home, sample};

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(name)
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(document(name)).unwrap();
    serde_json::from_str(&text.replace("\"analyze-2.json#/$defs/", "\"#/$defs/")).unwrap()
}

/// A validator of one definition of `page-1.json`, which may refer to those of the report.
fn validator(name: &str) -> jsonschema::Validator {
    let mut schema = read("page-1.json");
    let report = read("analyze-2.json");
    for (name, it) in report["$defs"].as_object().unwrap() {
        assert!(schema["$defs"].get(name).is_none(), "{name} would be two things");
        schema["$defs"][name] = it.clone();
    }
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn the_description_is_current() {
    let written = fs::read_to_string(document("openapi-1.json")).unwrap();
    let now = format!("{:#}\n", earwitness_web::openapi());
    assert!(written == now, "cargo run -p earwitness-web --example openapi > docs/schema/openapi-1.json");
}

#[test]
fn every_path_that_is_described_answers_as_its_schema_says() {
    let site = Stub::new(5).serve();
    let described = earwitness_web::openapi();
    for (path, methods) in described["paths"].as_object().unwrap() {
        // Events go on without an end; what changes something is tried with its forms.
        if methods.get("get").is_none() || path.ends_with("/events") {
            continue;
        }
        let answer = site.get(&path.replace("{id}", "12").replace("{name}", "prefix-experiment"));
        assert_eq!(answer.status, 200, "{path}");
        let content = methods["get"]["responses"]["200"]["content"].as_object().unwrap();
        assert!(answer.header("content-type").unwrap().starts_with(content.keys().next().unwrap().as_str()), "{path}");
        let Some(name) = content.get("application/json").and_then(|it| it["schema"]["$ref"].as_str()) else { continue };
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let Some(definition) = name.strip_prefix("page-1.json#/$defs/") else {
            let validator = jsonschema::validator_for(&read(name)).unwrap();
            assert!(validator.is_valid(&body), "{path}: {body}");
            continue;
        };
        let validator = validator(definition);
        let wrong: Vec<_> = validator.iter_errors(&body).map(|it| it.to_string()).collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?}");
        // The other way round: nothing is described that is never there.
        let page = read("page-1.json");
        for key in page["$defs"][definition]["properties"].as_object().unwrap().keys() {
            assert!(body.get(key).is_some(), "{path}: {key}");
        }
    }
    let error = site.get("/api/v1/devices/99");
    let body: Value = serde_json::from_str(&error.body).unwrap();
    assert!(error.status == 404 && validator("error").is_valid(&body), "{body}");
}

#[test]
fn a_device_and_its_sightings_are_those_of_the_report() {
    let site = Site::of(home(sample()));
    let mut body: Value = serde_json::from_str(&site.get("/api/v1/devices/2").body).unwrap();
    for list in earwitness_report::json::LISTS {
        assert!(body["device"].get(list).is_none());
        body["device"][list] = json!([]);
    }
    let wrong: Vec<_> = validator("device").iter_errors(&body["device"]).map(|it| it.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_list_is_given_in_parts_of_bounded_length() {
    let site = Site::of(home(crowded(60, 30, "Lamp ")));
    let get = |path: &str| -> Value { serde_json::from_str(&site.get(path).body).unwrap() };
    let count = |it: &Value, key: &str| it[key].as_array().unwrap().len();
    let first = get("/api/v1/devices");
    assert_eq!((count(&first, "devices"), &first["total"]), (20, &json!(60)));
    let last = get("/api/v1/devices?offset=50&limit=100");
    assert_eq!((count(&last, "devices"), &last["offset"]), (10, &json!(50)));
    let id = first["devices"][0]["id"].as_u64().unwrap();
    assert_eq!(count(&get(&format!("/api/v1/devices/{id}/sightings?limit=5&offset=2")), "sightings"), 5);
    assert_eq!(count(&get("/api/v1/devices?offset=4294967295"), "devices"), 0);
    for wrong in ["limit=101", "limit=0", "offset=-1", "limit=ten", "offset=99999999999999999999"] {
        let answer = site.get(&format!("/api/v1/devices?{wrong}"));
        assert!(answer.status == 400 && answer.body.contains("limit one from 1 to 100"), "{wrong}: {}", answer.body);
    }
}
