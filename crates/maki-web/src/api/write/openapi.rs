//! The part of the OpenAPI document that is about writing. It stands beside the routes it describes.

use maki_app::writing::{MAX_BATCH, MAX_KEY, MAX_ROWS, MAX_UPLOAD};
use serde_json::{Map, Value, json};

use super::{JSON, LINES, TABLE};

/// How programs say who they are.
pub fn security_schemes() -> Value {
    json!({ "token": { "type": "http", "scheme": "bearer", "bearerFormat": "maki_…",
        "description": "A token that an organisation makes on its page for tokens; with scopes read, draft, submit." } })
}

/// Problems that only these routes answer with.
pub const PROBLEMS: [(u16, &str); 8] = [
    (401, "The token is missing or does not count."),
    (403, "The scopes of the token, or whose record it is, do not allow this."),
    (409, "The same request is still running, or the entry is in a state in which this is not possible."),
    (412, "Somebody saved the entry since; ETag names what stands there now."),
    (413, "The body is larger than allowed."),
    (415, "The media type of the body is none that is read here."),
    (422, "Values that do not fit (`problems` says which), more rows than allowed, or a key used for something else."),
    (428, "If-Match is missing."),
];

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// An operation for programs with a token.
fn operation(summary: &str, description: &str, parameters: &[Value], answer: (u16, Value), problems: &[u16]) -> Value {
    let (status, answer) = answer;
    let mut responses = Map::new();
    responses.insert(status.to_string(), answer);
    for status in problems.iter().chain(&[401, 403, 429, 503]) {
        responses.insert(status.to_string(), reference("responses", &format!("Problem{status}")));
    }
    responses.insert("default".to_owned(), reference("responses", "Problem"));
    json!({ "summary": summary, "description": description, "security": [{ "token": [] }],
        "parameters": parameters, "responses": responses })
}

fn answer(schema: &str, description: &str) -> Value {
    json!({ "description": description, "content": { JSON: { "schema": reference("schemas", schema) } } })
}

fn with_body(mut operation: Value, content: Value, is_required: bool) -> Value {
    if let Some(members) = operation.as_object_mut() {
        members.insert("requestBody".to_owned(), json!({ "required": is_required, "content": content }));
    }
    operation
}

/// Every path with its operations.
pub fn paths() -> Map<String, Value> {
    let id = |name: &str, text: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": text });
    let record = id("record", "Id of the entry or of one of its records, or a Kennung.");
    let upload = id("id", "Id of the upload.");
    let mut all = Map::new();
    all.insert("/entries:batch".to_owned(), json!({ "post": batch() }));
    all.insert("/entries/{record}".to_owned(), entry(&record));
    all.insert("/entries/{record}/submit".to_owned(), json!({ "post": submit(&record) }));
    let reports = operation(
        "What of an entry is to be reported to the EU database",
        "Each report with its state and what has changed since it was made; drafts count.",
        std::slice::from_ref(&record),
        (200, answer("EuReports", "OK")),
        &[404],
    );
    all.insert("/entries/{record}/eu-report".to_owned(), json!({ "get": reports }));
    all.insert("/uploads".to_owned(), json!({ "post": take_upload() }));
    let show = operation(
        "One upload",
        "How far it is, and what came of it.",
        std::slice::from_ref(&upload),
        (200, answer("Upload", "OK")),
        &[404],
    );
    let cancel = operation(
        "Stop an upload",
        "What has been written stays.",
        &[upload],
        (204, json!({ "description": "Stopped" })),
        &[404, 409],
    );
    all.insert("/uploads/{id}".to_owned(), json!({ "get": show, "delete": cancel }));
    all
}

fn flag(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "schema": { "type": "boolean", "default": false },
        "description": description })
}

fn mode() -> Value {
    json!({ "name": "mode", "in": "query", "schema": { "enum": ["draft", "review"], "default": "draft" },
        "description": "`review` hands entries in for approval; it needs the scope submit and all required fields." })
}

/// Entries as they are written in examples.
fn example() -> Value {
    json!([{
        "system": { "external_ids": [{ "scheme": "it-inventory", "value": "4711" }], "name": "Lotte",
            "short_description": "Answers questions on opening hours.", "techniques": ["speech"] },
        "deployment": { "lifecycle": "operation", "in_operation_since": "2026-03" }
    }])
}

fn rows() -> Value {
    let mut content = json!({
        JSON: { "schema": { "type": "array", "maxItems": MAX_ROWS, "items": reference("schemas", "Entry") },
            "example": example() },
        TABLE: { "schema": { "type": "string" } }
    });
    let [lines, ..] = LINES;
    if let Some(members) = content.as_object_mut() {
        members.insert(lines.to_owned(), json!({ "schema": { "type": "string" } }));
    }
    content
}

fn batch() -> Value {
    let description = format!(
        "At most {MAX_ROWS} entries of the own format, {} MiB. A row names a record by Kennung, by an external id of the \
         organisation's own, or as its only use of a system; otherwise it makes a new one. What it says is laid over \
         what stands there. Good rows are written and bad ones refused, in one transaction.",
        MAX_BATCH >> 20
    );
    let parameters = [
        mode(),
        flag("dry_run", "Says what would happen and writes nothing."),
        flag("atomic", "All rows or none; `written` says which."),
        json!({ "name": "Idempotency-Key", "in": "header",
            "schema": { "type": "string", "minLength": 1, "maxLength": MAX_KEY },
            "description": "The same request with the same key gets the same answer again for 24 hours." }),
    ];
    let operation = operation(
        "Write many entries",
        &description,
        &parameters,
        (200, answer("BatchAnswer", "What became of each row.")),
        &[400, 409, 413, 415, 422],
    );
    with_body(operation, rows(), true)
}

fn take_upload() -> Value {
    let description = format!("JSON Lines of at most {} MiB, written step by step as a job.", MAX_UPLOAD >> 20);
    let parameters = [mode(), flag("dry_run", "Says what would happen and writes nothing.")];
    let accepted = json!({ "description": "Taken", "content": { JSON: { "schema": reference("schemas", "Upload") } },
        "headers": { "Location": { "schema": { "type": "string", "format": "uri-reference" } } } });
    let operation = operation("Upload entries", &description, &parameters, (202, accepted), &[400, 413, 415]);
    let [lines, ..] = LINES;
    with_body(operation, json!({ lines: { "schema": { "type": "string" } } }), true)
}

fn entry(record: &Value) -> Value {
    let one = || {
        let mut answer = answer("WorkEntry", "OK");
        if let Some(members) = answer.as_object_mut() {
            let tag = json!({ "ETag": { "schema": { "type": "string" },
                "description": "Names the revisions of all parts." } });
            members.insert("headers".to_owned(), tag);
        }
        (200, answer)
    };
    let if_match = json!({ "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" },
        "description": "The ETag that was read, or `*`." });
    let show = operation(
        "One entry as its organisation sees it",
        "The draft where there is one, else what is public.",
        std::slice::from_ref(record),
        one(),
        &[404],
    );
    let problems = &[400, 404, 409, 412, 413, 415, 422, 428];
    let parameters = [record.clone(), if_match];
    let put = operation(
        "Replace parts of an entry",
        "Fields of a part that are not named are taken away.",
        &parameters,
        one(),
        problems,
    );
    let patch = operation(
        "Change parts of an entry",
        "As a merge patch (RFC 7396): null takes a field away.",
        &parameters,
        one(),
        problems,
    );
    let schema = || {
        json!({ "schema": reference("schemas", "EntryParts"),
        "example": { "deployment": { "lifecycle": "decommissioned" } } })
    };
    json!({
        "get": show,
        "put": with_body(put, json!({ JSON: schema() }), true),
        "patch": with_body(patch, json!({ JSON: schema(), "application/merge-patch+json": schema() }), true),
    })
}

fn submit(record: &Value) -> Value {
    let operation = operation(
        "Hand an entry in for approval",
        "Needs the scope submit.",
        std::slice::from_ref(record),
        (200, answer("WorkEntry", "OK")),
        &[400, 404, 409, 412, 415, 422],
    );
    let note = json!({ "type": "object", "additionalProperties": false, "properties": {
        "note": { "type": "string", "maxLength": maki_app::work::MAX_NOTE, "description": "What changed." } } });
    with_body(operation, json!({ JSON: { "schema": note } }), false)
}

/// What became of a row.
fn row_answer() -> Value {
    json!({ "type": "object", "required": ["row", "status", "problems", "findings"], "properties": {
        "row": { "type": "integer" }, "status": { "enum": ["created", "changed", "unchanged", "refused"] },
        "entry": { "type": ["string", "null"], "format": "uuid" }, "kennung": { "type": ["string", "null"] },
        "problems": { "type": "array", "items": reference("schemas", "FieldProblem") },
        "findings": { "type": "array", "items": reference("schemas", "Finding") } } })
}

/// What a rule of plausibility says.
fn finding() -> Value {
    json!({ "type": "object", "required": ["rule", "severity", "field", "text"],
        "description": "What a rule of plausibility says of the entry as it stands. Errors stop it from being handed in, \
            warnings need a reason then, hints are advice; no row is refused for one.",
        "properties": {
            "rule": { "type": "string", "description": "Key of the rule." },
            "severity": { "enum": ["error", "warning", "hint"] },
            "field": { "type": "string", "description": "Key of the field." },
            "text": { "type": "string", "description": "What is wrong and how to mend it, in the language of the answer." },
            "article": { "type": ["string", "null"], "description": "Where the law says it." },
            "due": { "type": ["string", "null"], "format": "date", "description": "From when the duty is due." } } })
}

/// What these routes take and answer.
pub fn schemas() -> Map<String, Value> {
    let ids = json!({ "type": "array", "items": { "type": "object", "required": ["scheme", "value"], "properties": {
        "scheme": { "type": "string" }, "value": { "type": "string" }, "url": { "type": "string", "format": "uri" } } } });
    let part = |content: &str| {
        json!({ "type": "object", "description": format!("Fields of {content} beside the names of the record."),
            "properties": { "kennung": { "type": "string" }, "external_ids": ids } })
    };
    let parts = json!({ "system": reference("schemas", "SystemContent"),
        "deployment": reference("schemas", "DeploymentContent") });
    let entry = json!({ "type": "object", "required": ["system"], "description": "One use of one system.",
        "properties": {
            "organisation": { "type": "object", "description": "Missing: the token's own.", "properties": {
                "kennung": { "type": "string" }, "organisation_name": { "type": "string" } } },
            "system": reference("schemas", "SystemPart"), "deployment": reference("schemas", "DeploymentPart") } });
    let problem = json!({ "type": "object", "required": ["field", "key", "text"], "properties": {
        "field": { "type": "string", "description": "Key of the field; empty when it concerns the row." },
        "key": { "type": "string", "description": "Stable." },
        "text": { "type": "string", "description": "In German, or in English when Accept-Language prefers it." },
        "value": { "type": "string" }, "limit": { "type": "integer" } } });
    let counts =
        ["created", "changed", "unchanged", "refused"].map(|name| (name.to_owned(), json!({ "type": "integer" })));
    let counts: Map<String, Value> = counts.into_iter().collect();
    let batch = json!({ "type": "object", "required": ["dry_run", "written", "counts", "rows"], "properties": {
        "dry_run": { "type": "boolean" }, "written": { "type": "boolean" },
        "counts": { "type": "object", "properties": counts },
        "rows": { "type": "array", "items": reference("schemas", "RowAnswer") } } });
    let upload = json!({ "type": "object", "required": ["id", "href", "state", "progress", "total"], "properties": {
        "id": { "type": "string", "format": "uuid" }, "href": { "type": "string", "format": "uri-reference" },
        "state": { "enum": ["waiting", "running", "done", "failed", "cancelled"] },
        "is_tried_again": { "type": "boolean" },
        "error": { "type": ["string", "null"], "description": "Why it failed, for who runs the program." }, "progress": { "type": "integer" }, "total": { "type": "integer" },
        "result": { "description": "Counts, and at most 1,000 refused rows.",
            "anyOf": [reference("schemas", "BatchAnswer"), { "type": "null" }] } } });
    let work = json!({ "type": "object", "required": ["entry", "state", "content"], "properties": {
        "entry": { "type": "string", "format": "uuid" }, "kennung": { "type": ["string", "null"] },
        "state": { "enum": ["draft", "in_review", "returned", "published", "withdrawn"] },
        "organisation": { "type": ["object", "null"] }, "changed_at": { "type": ["string", "null"], "format": "date-time" },
        "note": { "type": "string" }, "answer": { "type": "string" },
        "missing": { "type": "array", "items": { "type": "string" }, "description": "Fields to state before it can be handed in." },
        "findings": { "type": "array", "items": reference("schemas", "Finding") },
        "shared_system": { "type": ["object", "null"], "description": "A system that others look after." },
        "parts": { "type": "object" }, "content": reference("schemas", "EntryParts") } });
    [
        ("Entry", entry),
        ("EntryParts", json!({ "type": "object", "properties": parts })),
        ("SystemPart", part("SystemContent")),
        ("DeploymentPart", part("DeploymentContent")),
        ("FieldProblem", problem),
        ("Finding", finding()),
        ("RowAnswer", row_answer()),
        ("BatchAnswer", batch),
        ("Upload", upload),
        ("WorkEntry", work),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}
