//! The description of the API, from the table that the router is made from.

use serde_json::{Map, Value, json};

use crate::routes::{API, Holds, Route};
use crate::slice::{MOST, USUAL};

/// The document, in `OpenAPI` 3.1. Its schemas are the written ones beside it in `docs/schema`.
#[must_use]
pub fn document() -> Value {
    let of = |it: &Route| (it.path.to_owned(), json!({ if it.takes.is_some() { "post" } else { "get" }: operation(it) }));
    let paths: Map<String, Value> = API.iter().map(of).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "earwitness",
            "version": "1",
            "description": "What `earwitness run`, `earwitness analyze --serve` and `earwitness demo --serve` answer to programs. Every request needs a token; what changes something needs one of scope control.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": "http://127.0.0.1:8646", "description": "This machine, where no other address was named." }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } }
    })
}

fn operation(it: &Route) -> Value {
    let mut parameters = Vec::new();
    if it.path.contains("{id}") {
        parameters.push(json!({
            "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 },
            "description": "Number of the device; it means nothing else. Where a home is watched it is always the same."
        }));
    }
    if it.path.contains("{name}") {
        parameters.push(json!({
            "name": "name", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 },
            "description": "Name of the experiment's folder, as it stands in the list; it is compared to those, and is no path."
        }));
    }
    if it.sliced {
        parameters.push(json!({
            "name": "offset", "in": "query", "schema": { "type": "integer", "minimum": 0, "maximum": u32::MAX, "default": 0 },
            "description": "How many items are left out first."
        }));
        parameters.push(json!({
            "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL },
            "description": "Most items of the answer."
        }));
    }
    let content = match it.holds {
        Holds::Json(schema) => json!({ "application/json": { "schema": { "$ref": schema } } }),
        Holds::Events(schema) => {
            json!({ "text/event-stream": { "schema": { "type": "string", "description": format!("Events whose data is an object of {schema}.") } } })
        }
        Holds::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "The answer.", "content": content }));
    responses.insert("401".to_owned(), json!({ "description": "The token is missing or wrong, or the host is not named by its address; the same page for every path." }));
    let trouble = json!({ "application/json": { "schema": { "$ref": "page-1.json#/$defs/error" } } });
    if it.sliced {
        responses.insert(
            "400".to_owned(),
            json!({ "description": "Offset or limit is not a number in its bounds.", "content": trouble }),
        );
    }
    if it.path.contains("{id}") {
        responses.insert("404".to_owned(), json!({ "description": "There is no such device.", "content": trouble }));
    }
    responses.insert("503".to_owned(), json!({ "description": "What was seen cannot be read yet.", "content": trouble }));
    if it.lives {
        responses.insert(
            "404".to_owned(),
            json!({ "description": if it.path.contains("{name}") { "There is none of that name." } else { "No home is watched: there is only what was found." }, "content": trouble }),
        );
    }
    let mut operation = json!({ "summary": it.summary, "parameters": parameters });
    if let Some(schema) = it.takes {
        for (status, why) in [
            ("400", "The body is not what it should be."),
            ("403", "The token is for reading."),
            ("408", "The body took too long to come."),
            ("409", "It was not done, and why."),
            ("413", "The body is too long."),
        ] {
            responses.insert(status.to_owned(), json!({ "description": why, "content": trouble }));
        }
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": { "$ref": schema } } } });
    }
    operation["responses"] = Value::Object(responses);
    operation
}
