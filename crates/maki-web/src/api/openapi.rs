//! The OpenAPI 3.1 document. Paths are listed here; the schemas of contents come from the field catalogue.

use axum::extract::State;
use axum::response::Response;
use maki_app::Facet;
use maki_domain::catalogue::FieldType;
use maki_domain::{Field, RecordKind, catalogue};
use serde_json::{Map, Value, json};

use super::{ROOT, answer};
use crate::context::Context;
use crate::error::WebError;
use crate::state::WebState;

/// `/openapi.json`
pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    answer(&state, &context, serde_json::to_vec(&document()).map_err(WebError::internal)?)
}

/// The document, the same in every instance of this build.
#[must_use]
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "MaKI read API",
            "version": "1",
            "description": "The public register of the AI systems of German administrations. Everything is public; no key is needed.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" }
        },
        "servers": [{ "url": ROOT }],
        "paths": paths(),
        "components": { "schemas": schemas() }
    })
}

fn paths() -> Value {
    let kennung = json!({ "name": "kennung", "in": "path", "required": true, "schema": { "type": "string" }, "description": "As in MAKI-2026-000123." });
    let query = |name: &str, description: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" }, "description": description });
    let whole = |name: &str, most: u64| json!({ "name": name, "in": "query", "schema": { "type": "integer", "minimum": 0, "maximum": most } });
    let number = |name: &str| json!({ "name": name, "in": "query", "required": true, "schema": { "type": "integer", "minimum": 1 } });
    let mut search = vec![
        query("q", "Words (all must match), \"phrases\", -excluded words; at most 1,000 characters."),
        json!({ "name": "sort", "in": "query", "schema": { "enum": ["relevance", "newest", "name"] } }),
        whole("limit", 100),
        whole("offset", 99_999_999),
        query("cursor", "From `next` of the page before."),
    ];
    search.extend(Facet::ALL.iter().map(|facet| {
        json!({ "name": facet.name(), "in": "query", "explode": true, "schema": { "type": "array", "items": { "type": "string" } },
            "description": "Filter; several values are alternatives." })
    }));
    json!({
        "/systems": operation("Search systems", "Same query language, filters and counts as the search page.", &search, "SearchPage"),
        "/systems/{kennung}": operation("One system", "With deployments and versions.", std::slice::from_ref(&kennung), "System"),
        "/systems/{kennung}/versions": operation("Versions of a system", "And of its deployments, newest first.", std::slice::from_ref(&kennung), "Object"),
        "/systems/{kennung}/diff": operation("Two versions compared", "Every field that differs.",
            &[kennung.clone(), number("from"), number("to")], "Object"),
        "/systems/{kennung}/versions/{number}": operation("One version", "Of a system or a deployment.",
            &[kennung.clone(), json!({ "name": "number", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 } })], "Version"),
        "/organisations": operation("List organisations", "By name.", &[query("name", "Part of the name."), query("level", "Code of administrative_level."),
            query("land", "Two-digit key."), json!({ "name": "with_entries", "in": "query", "schema": { "type": "boolean" } }), whole("limit", 200), whole("offset", 99_999_999)], "Object"),
        "/organisations/{kennung}": operation("One organisation", "With its parts.", &[kennung], "Object"),
        "/vocabularies": operation("All vocabularies", "Codes, labels and definitions.", &[], "Object"),
        "/vocabularies/{name}": operation("One vocabulary", "Codes, labels and definitions.",
            &[json!({ "name": "name", "in": "path", "required": true, "schema": { "type": "string" } })], "Object"),
        "/fields": operation("The field catalogue", "Every field with labels, help, limits and requirement.", &[], "Object"),
        "/counts": operation("Counts of everything", "Kept ready.", &[], "Object"),
        "/suggest": operation("Suggestions while typing", "Names and words.", &[query("q", "The beginning."), whole("limit", 20)], "Object"),
        "/changes": operation("Change feed", "What became public or was withdrawn, oldest first.", &[query("after", "Cursor of the page before."), whole("limit", 1000)], "Object"),
    })
}

fn operation(summary: &str, description: &str, parameters: &[Value], schema: &str) -> Value {
    let problem = json!({ "description": "Problem (RFC 9457)", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    json!({ "get": {
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": {
            "200": { "description": "OK", "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } },
            "304": { "description": "Not modified" },
            "default": problem,
        }
    }})
}

fn schemas() -> Value {
    let mut all = Map::new();
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    for kind in RecordKind::ALL {
        let properties: Map<String, Value> =
            catalogue().fields_of(kind).map(|(_, field)| (field.key.clone(), slot(field))).collect();
        let name = match kind {
            RecordKind::Organisation => "OrganisationContent",
            RecordKind::System => "SystemContent",
            RecordKind::Deployment => "DeploymentContent",
        };
        all.insert(
            name.to_owned(),
            json!({ "type": "object", "properties": properties, "additionalProperties": false }),
        );
    }
    let absence = json!({ "type": "object", "required": ["absent"], "properties": {
        "absent": { "enum": ["not_stated", "unknown", "not_applicable", "withheld"] },
        "reason": { "type": "string", "description": "Code of withheld_reason; only with withheld." } } });
    let record = |content: &str| {
        json!({ "type": "object", "required": ["kennung", "version", "content"], "properties": {
        "kennung": { "type": "string" }, "version": { "type": "integer" }, "withdrawn": { "type": "boolean" },
        "published_at": { "type": "string", "format": "date-time" }, "changed_at": { "type": "string", "format": "date-time" },
        "external_ids": { "type": "array", "items": { "type": "object" } }, "content": of(content) } })
    };
    all.insert("Absence".to_owned(), absence);
    all.insert("Deployment".to_owned(), record("DeploymentContent"));
    all.insert("System".to_owned(), json!({ "allOf": [record("SystemContent"), { "type": "object", "properties": {
        "deployments": { "type": "array", "items": of("Deployment") }, "versions": { "type": "array", "items": { "type": "object" } } } }] }));
    all.insert("Version".to_owned(), json!({ "type": "object", "required": ["kennung", "number", "content"] }));
    all.insert(
        "SearchPage".to_owned(),
        json!({ "type": "object", "required": ["total", "systems", "facets", "next"], "properties": {
        "total": { "type": "integer" }, "systems": { "type": "array", "items": { "type": "object" } },
        "facets": { "type": "object" }, "next": { "type": ["string", "null"] } } }),
    );
    all.insert("Problem".to_owned(), json!({ "type": "object", "required": ["title", "status"], "properties": {
        "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" } } }));
    all.insert("Object".to_owned(), json!({ "type": "object" }));
    Value::Object(all)
}

/// A value of the field, or an absence.
fn slot(field: &Field) -> Value {
    let text = |format: Option<&str>| {
        let mut schema = json!({ "type": "string", "maxLength": field.max_length() });
        if let (Some(format), Some(object)) = (format, schema.as_object_mut()) {
            object.insert("format".to_owned(), Value::from(format));
        }
        schema
    };
    let codes = || {
        let terms = field.vocabulary().map(maki_domain::Vocabulary::terms).unwrap_or_default();
        json!({ "enum": terms.iter().map(|t| t.code.as_str()).collect::<Vec<_>>() })
    };
    let list = |items: Value| json!({ "type": "array", "items": items, "maxItems": field.max_items() });
    let value = match field.field_type {
        FieldType::Text | FieldType::LongText => text(None),
        FieldType::Key => json!({ "type": "string", "pattern": "^[0-9]+$", "maxLength": field.max_length() }),
        FieldType::Url => text(Some("uri")),
        FieldType::Email => text(Some("email")),
        FieldType::Code => codes(),
        FieldType::Codes => list(codes()),
        FieldType::Date => json!({ "type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" }),
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::Integer => json!({ "type": "integer", "minimum": 0 }),
        FieldType::TextList => list(text(None)),
        FieldType::UrlList => list(text(Some("uri"))),
        FieldType::KeyList => list(json!({ "type": "string", "pattern": "^[0-9]+$" })),
    };
    json!({ "title": field.en.label, "description": field.en.help, "anyOf": [value, { "$ref": "#/components/schemas/Absence" }] })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The document is kept in the repository, so that a change of the API is seen in review.
    #[test]
    fn the_document_is_the_one_in_the_repository() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let now = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == now, "the API changed: run this test with UPDATE_OPENAPI=1 and look at the difference");
    }

    #[test]
    fn every_reference_exists() {
        let document = document();
        let text = document.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document.pointer(&format!("/components/schemas/{name}")).is_some(), "{name}");
        }
    }
}
