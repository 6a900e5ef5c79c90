//! The OpenAPI 3.1 document. Paths are listed here; the schemas of contents come from the field catalogue.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::response::Response;
use maki_app::{Facet, QueryHint};
use maki_domain::catalogue::FieldType;
use maki_domain::{Field, RecordKind, catalogue};
use serde_json::{Map, Value, json};

use super::{ROOT, answer, eu_report, lists, systems, write};
use crate::context::Context;
use crate::error::WebError;
use crate::state::WebState;

/// `/openapi.json`
pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    Ok(answer(&state, &context, serde_json::to_vec(&document()).map_err(WebError::internal)?))
}

/// The document, the same in every instance of this build.
#[must_use]
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "MaKI API",
            "version": "1",
            "description": "The public register of the AI systems of German administrations. Reading needs no key. Programs of organisations write with a token.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" }
        },
        "servers": [{ "url": ROOT }],
        "paths": paths(),
        "components": { "schemas": schemas(), "responses": responses(), "securitySchemes": write::openapi::security_schemes() }
    })
}

/// A text in the query.
fn text(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "schema": { "type": "string" }, "description": description })
}

/// A whole number in the query; one out of its bounds is refused.
fn whole(name: &str, bounds: RangeInclusive<usize>, default: usize) -> Value {
    let schema = json!({ "type": "integer", "minimum": bounds.start(), "maximum": bounds.end(), "default": default });
    json!({ "name": name, "in": "query", "schema": schema })
}

/// How much of a list to skip.
fn offset(description: &str) -> Value {
    let mut parameter = whole("offset", 0..=systems::DEEPEST, 0);
    if let Some(members) = parameter.as_object_mut() {
        members.insert("description".to_owned(), description.into());
    }
    parameter
}

/// A code of a vocabulary in the query.
fn code(name: &str, list: &str) -> Value {
    let terms = maki_domain::vocabulary(list).map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let codes: Vec<&str> = terms.iter().map(|term| term.code.as_str()).collect();
    json!({ "name": name, "in": "query", "schema": { "enum": codes }, "description": format!("Code of {list}.") })
}

/// Something that the path must name.
fn in_path(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description })
}

/// The number of a version in the query.
fn version(name: &str) -> Value {
    json!({ "name": name, "in": "query", "required": true, "schema": { "type": "integer", "minimum": 1 } })
}

fn search_parameters() -> Vec<Value> {
    let names: Vec<&str> = Facet::ALL.iter().map(|facet| facet.name()).collect();
    let mut parameters = vec![
        text("q", "Words (all must match), \"phrases\", -excluded words; at most 1,000 characters."),
        json!({ "name": "sort", "in": "query", "schema": { "enum": ["relevance", "newest", "name"] },
            "description": "Without it: relevance with words, newest without." }),
        json!({ "name": "exact", "in": "query", "schema": { "enum": ["1"] }, "description": "No corrections." }),
        json!({ "name": "facets", "in": "query", "schema": { "type": "string", "default": "all" }, "description":
            format!("What to count: `all`, `none`, or names with commas between them, out of {}.", names.join(", ")) }),
        whole("limit", 0..=systems::MOST, systems::DEFAULT_LIMIT),
        offset("Hits to skip; beyond the last one the list is empty. By relevance at most 10,000, else 404."),
        text(
            "cursor",
            "From `next` of the page before; with the same query and filters. In the orders newest and name it names the last system of the page before, so that systems published in between neither repeat nor hide any; by relevance it is a number of hits.",
        ),
    ];
    parameters.extend(Facet::ALL.iter().map(|facet| {
        json!({ "name": facet.name(), "in": "query", "explode": true,
            "schema": { "type": "array", "items": { "type": "string" } },
            "description": "Filter; several values are alternatives." })
    }));
    parameters
}

fn organisation_parameters() -> Vec<Value> {
    vec![
        text("name", "Part of the name; at most 200 characters."),
        code("level", "administrative_level"),
        code("land", "land"),
        json!({ "name": "with_entries", "in": "query", "schema": { "type": "boolean", "default": false } }),
        whole("limit", 1..=lists::MOST, lists::DEFAULT_LIMIT),
        offset("Organisations to skip; beyond the last one the list is empty."),
        text("cursor", "From `next` of the page before; with the same filters. A number of organisations."),
    ]
}

fn paths() -> Value {
    let kennung = in_path("kennung", &json!({ "type": "string" }), "As in MAKI-2026-000123.");
    let number = in_path("number", &json!({ "type": "integer", "minimum": 1 }), "Number of the version.");
    let name = in_path("name", &json!({ "type": "string" }), "As in `risk_class`.");
    let one = std::slice::from_ref(&kennung);
    let mut all = json!({
        "/systems": page("Search systems", "Same query language, filters and counts as the search page.",
            &search_parameters(), "SearchPage", &[400, 404]),
        "/systems/{kennung}": operation("One system", "With deployments and versions, as public now or at the end of a day.",
            &[kennung.clone(), text("at", "A day in Berlin, as in 2026-03-01; now without it.")], "System", &[400, 404]),
        "/systems/{kennung}/versions": operation("Versions of a system", "And of its deployments, newest first, with note and the organisation that published them.",
            one, "Object", &[404]),
        "/systems/{kennung}/diff": operation("Two versions compared", "Every field that differs.",
            &[kennung.clone(), version("from"), version("to")], "Object", &[400, 404]),
        "/systems/{kennung}/versions/{number}": operation("One version", "Of a system or a deployment.",
            &[kennung.clone(), number], "Version", &[400, 404]),
        "/organisations": page("List organisations", "By name.", &organisation_parameters(), "OrganisationPage", &[400]),
        "/organisations/{kennung}": operation("One organisation", "With its parts.", one, "Object", &[404]),
        "/vocabularies": operation("All vocabularies", "Codes, labels and definitions.", &[], "Object", &[]),
        "/vocabularies/{name}": operation("One vocabulary", "Codes, labels and definitions.", &[name], "Object", &[404]),
        "/fields": operation("The field catalogue", "Every field with labels, help, limits and requirement.",
            &[], "Object", &[]),
        "/counts": operation("Counts of everything", "Kept ready.", &[], "Object", &[]),
        "/confidential-counts": operation("Counts of confidential entries", "All that is public of them: by level of administration and by legal ground, never both together, as of the first day of the month. `null` stands for a count too small to be told.",
            &[], "Object", &[400]),
        "/suggest": operation("Suggestions while typing", "Names and words.",
            &[text("q", "The beginning."), whole("limit", 1..=lists::MOST_SUGGESTED, lists::SUGGESTED)], "Object", &[400]),
        "/schema/eu-report": schema_operation(),
        "/changes": page("Change feed", "What became public or was withdrawn, oldest first, by which organisation and with which note.",
            &[text("after", "Cursor of the page before."), whole("limit", 1..=lists::MOST_CHANGES, lists::DEFAULT_LIMIT)],
            "ChangePage", &[400, 410]),
    });
    if let Some(paths) = all.as_object_mut() {
        paths.extend(write::openapi::paths());
    }
    all
}

/// The schema has a media type of its own.
fn schema_operation() -> Value {
    let mut operation = operation(
        "The JSON Schema of a report to the EU database",
        "Of one section of Annex VIII, or Annex IX.",
        &[],
        "Object",
        &[],
    );
    if let Some(content) = operation.pointer_mut("/get/responses/200/content") {
        *content = json!({ "application/schema+json": { "schema": { "type": "object" } } });
    }
    operation
}

/// A list that comes page by page.
fn page(summary: &str, description: &str, parameters: &[Value], schema: &str, problems: &[u16]) -> Value {
    let mut operation = operation(summary, description, parameters, schema, problems);
    if let Some(Value::Object(answer)) = operation.pointer_mut("/get/responses/200") {
        let link = json!({ "Link": { "schema": { "type": "string" },
            "description": "The next page as in `next`, rel=\"next\" (RFC 8288); absent on the last page." } });
        answer.insert("headers".to_owned(), link);
    }
    operation
}

/// Problems that every address may answer with.
const EVERYWHERE: [u16; 2] = [429, 503];
/// The problems that this API answers with, and what they say.
const PROBLEMS: [(u16, &str); 5] = [
    (400, "An unknown parameter, one that stands twice, or a value that cannot be read or is out of its bounds."),
    (404, "Nothing has this name, or the list does not go that far."),
    (410, "The register was restored; read the changes from the beginning."),
    (429, "More requests than one address may send within a minute. Retry-After says how many seconds to wait."),
    (503, "The index is being built, or the database does not answer. Retry-After says how many seconds to wait."),
];

fn operation(summary: &str, description: &str, parameters: &[Value], schema: &str, problems: &[u16]) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({ "description": "OK", "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } }),
    );
    responses.insert("304".to_owned(), json!({ "description": "Not modified" }));
    for status in problems.iter().chain(&EVERYWHERE) {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/Problem{status}") }));
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    json!({ "get": { "summary": summary, "description": description, "parameters": parameters, "responses": responses } })
}

/// Every problem by its status, and any other.
fn responses() -> Value {
    let problem = |description: &str, waits: bool| {
        let mut headers = json!({ "Content-Language": { "schema": { "enum": ["de", "en"] } } });
        if let Some(headers) = headers.as_object_mut().filter(|_| waits) {
            headers.insert("Retry-After".to_owned(), json!({ "schema": { "type": "integer" } }));
        }
        let words = "Title and detail in German, or in English when Accept-Language prefers it.";
        json!({ "description": format!("{description} Problem (RFC 9457). {words}"), "headers": headers,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } })
    };
    let mut all: Map<String, Value> = PROBLEMS
        .iter()
        .chain(&write::openapi::PROBLEMS)
        .map(|(status, text)| (format!("Problem{status}"), problem(text, EVERYWHERE.contains(status))))
        .collect();
    all.insert("Problem".to_owned(), problem("Anything else.", false));
    Value::Object(all)
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
        "withdrawal": { "type": "object", "description": "Only where it was withdrawn.", "properties": {
            "reason": { "type": "string" }, "at": { "type": "string", "format": "date-time" } } },
        "deployments": { "type": "array", "items": of("Deployment") }, "versions": { "type": "array", "items": { "type": "object" } } } }] }));
    all.insert("Version".to_owned(), json!({ "type": "object", "required": ["kennung", "number", "content"] }));
    all.extend(pages());
    all.insert("Problem".to_owned(), json!({ "type": "object", "required": ["type", "title", "status"], "properties": {
        "type": { "type": "string", "format": "uri-reference",
            "description": "Stable; a page of the instance explains it. Relative to the address of the instance, as in /api/problems/bad-parameter." },
        "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" },
        "instance": { "type": "string", "format": "uri", "description": "The request, for a report." },
        "parameter": { "type": "string", "description": "Which parameter is meant, where it is one." },
        "similar": { "type": "array", "description": "Near ones of a Kennung that nobody has.", "items": {
            "type": "object", "required": ["kennung", "href", "html"], "properties": {
            "kennung": { "type": "string" }, "href": { "type": "string", "format": "uri-reference" },
            "html": { "type": "string", "format": "uri-reference" } } } } } }));
    all.extend(write::openapi::schemas());
    all.extend(eu_report::schemas());
    all.insert("Object".to_owned(), json!({ "type": "object" }));
    Value::Object(all)
}

/// What the pages of lists hold.
fn pages() -> Map<String, Value> {
    let objects = || json!({ "type": "array", "items": { "type": "object" } });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let next = || json!({ "type": ["string", "null"], "description": "Address of the next page." });
    let hints = [
        QueryHint::UnbalancedQuote,
        QueryHint::OnlyExclusions,
        QueryHint::SomeWordsMissing,
        QueryHint::OnlyStopWords,
        QueryHint::NothingSearchable,
    ];
    let search = json!({ "type": "object", "required": ["total", "systems", "facets", "next"], "properties": {
        "total": { "type": "integer" },
        "incomplete": { "type": "boolean", "description": "The index is being built; hits may be missing." },
        "systems": objects(),
        "facets": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "object",
            "properties": { "code": { "type": "string" }, "count": { "type": "integer" }, "label": { "type": "string" } } } } },
        "corrected": { "type": "array", "description": "Unknown words, and what was searched instead.", "items": {
            "type": "object", "properties": { "word": { "type": "string" }, "replaced_by": texts() } } },
        "suggestions": { "type": "array", "items": { "type": "string" }, "description": "Queries that may have been meant." },
        "hints": { "type": "array", "items": { "enum": hints.map(systems::hint_code) },
            "description": "How the query was understood." },
        "next": next() } });
    let organisations = json!({ "type": "object", "required": ["total", "organisations", "next"], "properties": {
        "total": { "type": "integer" }, "organisations": objects(), "next": next() } });
    let changes = json!({ "type": "object", "required": ["changes", "cursor", "more", "next"], "properties": {
        "changes": objects(), "cursor": { "type": "string", "description": "Where to go on, now or later." },
        "more": { "type": "boolean" }, "next": next() } });
    [("SearchPage", search), ("OrganisationPage", organisations), ("ChangePage", changes)]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
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
        for part in text.split("\"#/components/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document.pointer(&format!("/components/{name}")).is_some(), "{name}");
        }
    }
}
