//! The rules themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::source::{Source, sources};

/// Which crates of the house a crate may name. Dependencies run one way.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("maki-domain", &[]),
    ("maki-formats", &["maki-domain"]),
    ("maki-store", &["maki-domain"]),
    ("maki-search", &["maki-domain"]),
    ("maki-app", &["maki-domain", "maki-formats", "maki-store", "maki-search"]),
    ("maki-web", &["maki-domain", "maki-formats", "maki-app"]),
    ("maki", &["maki-domain", "maki-formats", "maki-store", "maki-search", "maki-app", "maki-web"]),
    ("maki-bench", &["maki-domain", "maki-formats", "maki-store", "maki-search", "maki-app", "maki-web"]),
    ("xtask", &[]),
];

/// Libraries that only the crates named may depend on.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["maki-store", "maki-bench"]),
    ("tantivy", &["maki-search", "maki-bench"]),
    ("axum", &["maki-web", "maki-bench"]),
    ("tokio", &["maki-store", "maki-app", "maki-web", "maki", "maki-bench"]),
    ("anyhow", &["maki", "maki-bench", "xtask"]),
];

/// What the source of a crate must not name: a domain without clock, randomness, files and network.
const MUST_NOT_NAME: &[(&str, &[&str])] = &[
    (
        "maki-domain",
        &["SystemTime", "Instant::now", "std::fs", "std::net", "std::env", "::now_v7()", "::now()", "async fn"],
    ),
    ("maki-formats", &["SystemTime", "Instant::now", "std::net", "std::env", "::now()", "async fn"]),
    ("maki-search", &["std::net", "SystemTime", "::now_v7()"]),
    ("maki-web", &["sqlx", "tantivy", "maki_store", "maki_search"]),
];

/// A file longer than this holds more than one thing.
const MOST_LINES: usize = 600;

#[test]
fn dependencies_run_one_way() {
    let manifests = manifests();
    for (name, manifest) in &manifests {
        let allowed =
            MAY_KNOW.iter().find_map(|(crate_name, may)| (crate_name == name).then_some(*may)).unwrap_or_else(|| {
                panic!("{name} is new: say in MAY_KNOW what it may know, and in ARCHITECTURE.md what it is")
            });
        for dependency in dependencies(manifest, "dependencies") {
            assert!(
                !manifests.contains_key(&dependency) || allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn libraries_stay_in_their_rooms() {
    for (name, manifest) in manifests() {
        for dependency in dependencies(&manifest, "dependencies") {
            let rooms = ONLY_IN.iter().find(|(library, _)| *library == dependency);
            assert!(
                rooms.is_none_or(|(_, rooms)| rooms.contains(&name.as_str())),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn versions_stand_in_the_root_manifest() {
    for (name, manifest) in manifests() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (dependency, value) in manifest
                .get(section)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flatten()
                // A crate that switches on its own features for its tests names itself by path.
                .filter(|(dependency, _)| **dependency != name)
            {
                let workspace = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(workspace, Some(true), "{name}: {dependency} must say workspace = true");
            }
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(lints.and_then(toml::Value::as_bool), Some(true), "{name} must take the workspace's lints");
    }
}

#[test]
fn crates_do_not_name_what_they_must_not_know() {
    let mut found = Vec::new();
    for (name, words) in MUST_NOT_NAME {
        for source in crate_sources(name) {
            for (line, code) in &source.code {
                for word in words.iter().filter(|word| code.contains(**word)) {
                    found.push(format!("{}:{line}: {word}", show(&source.path)));
                }
            }
        }
    }
    report("a crate names what it must not know", &found);
}

#[test]
fn only_the_store_speaks_sql() {
    let mut found = Vec::new();
    for name in crate_names().iter().filter(|name| !matches!(name.as_str(), "maki-store" | "maki-bench" | "xtask")) {
        for_texts(name, &mut found, looks_like_sql);
    }
    report("SQL stands outside maki-store", &found);
}

#[test]
fn german_sentences_stand_in_data_files() {
    let mut found = Vec::new();
    for name in crate_names() {
        for_texts(&name, &mut found, looks_like_german);
    }
    report("German text stands in Rust code and not in a data file", &found);
}

/// A route that is not in the table would have no rule. The listener for metrics is not the site.
#[test]
fn every_route_stands_in_the_table() {
    let mut found = Vec::new();
    for source in crate_sources("maki-web") {
        let name = show(&source.path);
        if name.ends_with("maki-web/src/routes.rs") || name.ends_with("maki-web/src/serve.rs") {
            continue;
        }
        let added = source
            .code
            .iter()
            .filter(|(_, code)| [".route(", ".nest(", "nest_service("].iter().any(|add| code.contains(add)));
        found.extend(added.map(|(line, _)| format!("{name}:{line}")));
    }
    report("routes that are not in the table of routes", &found);
}

#[test]
fn files_hold_one_thing() {
    let mut found = Vec::new();
    for name in crate_names() {
        for source in crate_sources(&name).iter().filter(|source| source.lines > MOST_LINES) {
            found.push(format!("{}: {} lines", show(&source.path), source.lines));
        }
    }
    report(&format!("files over {MOST_LINES} lines, to be split by noun"), &found);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut found = Vec::new();
    for name in crate_names() {
        for source in crate_sources(&name) {
            let text = std::fs::read_to_string(&source.path).unwrap();
            if !text.starts_with("//!") {
                found.push(show(&source.path));
            }
        }
    }
    report("files without a head comment (//!)", &found);
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        std::fs::read_dir(root().join("migrations").join(engine))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty(), "no migration found");
    assert_eq!(sqlite, names("postgres"));
}

#[test]
fn lock_files_name_no_host() {
    for folder in ["frontend", "e2e"] {
        let lock = std::fs::read_to_string(root().join(folder).join("package-lock.json")).unwrap();
        assert!(!lock.contains("\"resolved\""), "{folder}/package-lock.json names where packages come from");
    }
}

#[test]
fn the_rules_find_what_they_look_for() {
    for (text, expected) in [
        ("SELECT id FROM record WHERE id = $1", true),
        ("\n  INSERT INTO event (seq) VALUES ($1)", true),
        ("DELETE FROM draft", true),
        ("Select a row from the list", false),
        ("select", false),
        ("delete from the list", false),
    ] {
        assert_eq!(looks_like_sql(text), expected, "{text}");
    }
    for (text, expected) in [
        ("Die Behörde ist nicht bekannt", true),
        ("Bitte wählen Sie eine Datei aus", true),
        ("kurzbeschreibung", false),
        ("the authority is not known", false),
        ("an der Stelle {n}", false),
    ] {
        assert_eq!(looks_like_german(text), expected, "{text}");
    }
}

fn looks_like_sql(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| text.split_whitespace().any(|found| found == *word));
    [
        &["SELECT", "FROM"][..],
        &["INSERT", "INTO"],
        &["DELETE", "FROM"],
        &["UPDATE", "SET"],
        &["CREATE", "TABLE"],
        &["ALTER", "TABLE"],
    ]
    .iter()
    .any(|words| has(words))
}

/// Two different function words of German that are not words of English.
fn looks_like_german(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "der", "das", "und", "nicht", "eine", "einen", "ist", "sind", "wird", "werden", "wurde", "mit", "für", "auf",
        "bitte", "sie", "kann", "kein", "keine", "oder", "dem", "den", "ein", "zu", "zum", "zur", "von", "im",
    ];
    let lower = text.to_lowercase();
    let found: BTreeSet<&str> =
        lower.split(|character: char| !character.is_alphabetic()).filter(|word| WORDS.contains(word)).collect();
    found.len() >= 2
}

fn for_texts(name: &str, found: &mut Vec<String>, is_wrong: fn(&str) -> bool) {
    for source in crate_sources(name) {
        for (line, text) in source.texts.iter().filter(|(_, text)| is_wrong(text)) {
            let start: String = text.chars().take(70).collect();
            found.push(format!("{}:{line}: {start}", show(&source.path)));
        }
    }
}

fn report(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn crate_sources(name: &str) -> Vec<Source> {
    sources(&root().join("crates").join(name).join("src"))
}

fn crate_names() -> Vec<String> {
    manifests().into_keys().collect()
}

fn manifests() -> BTreeMap<String, toml::Value> {
    let mut manifests = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path().join("Cargo.toml")) else {
            continue;
        };
        let manifest: toml::Value = text.parse::<toml::Table>().expect("a manifest").into();
        manifests.insert(entry.file_name().to_string_lossy().into_owned(), manifest);
    }
    assert!(manifests.len() >= 8, "the crates were not found");
    manifests
}

fn dependencies(manifest: &toml::Value, section: &str) -> Vec<String> {
    manifest
        .get(section)
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn show(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
