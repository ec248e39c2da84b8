//! The description of the API, from the table that the router is made from.

use serde_json::{Map, Value, json};

use crate::routes::{API, Route};
use crate::slice::{MOST, USUAL};

/// The document, in `OpenAPI` 3.1. Its schemas are the written ones beside it in `docs/schema`.
#[must_use]
pub fn document() -> Value {
    let paths: Map<String, Value> = API.iter().map(|it| (it.path.to_owned(), json!({ "get": operation(it) }))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "earwitness",
            "version": "1",
            "description": "What `earwitness analyze --serve` and `earwitness demo --serve` answer to programs. Only reading is possible. Every request needs the token that the program prints when it starts.",
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
            "description": "Number of the device; it means nothing else, and holds as long as the program runs."
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
    let content = it.schema.map_or_else(
        || json!({ "text/plain": { "schema": { "type": "string" } } }),
        |schema| json!({ "application/json": { "schema": { "$ref": schema } } }),
    );
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
    json!({ "summary": it.summary, "parameters": parameters, "responses": responses })
}
