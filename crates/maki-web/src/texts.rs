//! The texts of the interface, from the Fluent files in `texts/`.
//!
//! Texts without variables are resolved once at start, so that most of a page costs one hash lookup per text. Both
//! languages have the same keys, and every key that code or templates name exists; tests prove both. Numbers get the
//! separators of the language wherever they stand in a text.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use maki_domain::Language;
use unic_langid::LanguageIdentifier;

use crate::format::{self, Count};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// The texts of one language.
pub struct Texts {
    language: Language,
    plain: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Texts({})", self.language.tag())
    }
}

static DE: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::De));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::En));

/// The texts of a language.
#[must_use]
pub fn texts(language: Language) -> &'static Texts {
    match language {
        Language::De => &DE,
        Language::En => &EN,
    }
}

/// The editable page of this name that comes with the binary, as Markdown.
#[must_use]
pub fn embedded_page(language: Language, name: &str) -> Option<&'static str> {
    let pages = match language {
        Language::De => embedded::PAGES_DE,
        Language::En => embedded::PAGES_EN,
    };
    pages.iter().find(|(stem, _)| *stem == name).map(|(_, text)| *text)
}

impl Texts {
    #[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
    fn load(language: Language) -> Self {
        let (files, id, formatter): (_, _, fn(&FluentValue, &_) -> _) = match language {
            Language::De => {
                (embedded::FLUENT_DE, LanguageIdentifier::from_bytes(b"de-DE"), |v, _| number_in(Language::De, v))
            }
            Language::En => {
                (embedded::FLUENT_EN, LanguageIdentifier::from_bytes(b"en-GB"), |v, _| number_in(Language::En, v))
            }
        };
        let mut bundle = FluentBundle::new_concurrent(vec![id.unwrap_or_default()]);
        // Isolation marks would break attributes and copied text.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(formatter));
        let mut keys = Vec::new();
        for (name, source) in files {
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    tracing::error!(file = name, ?errors, "a text file has faults");
                    resource
                }
            };
            keys.extend(message_keys(&resource));
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(file = name, ?errors, "a text exists twice");
            }
        }
        let mut texts = Self { language, plain: HashMap::with_capacity(keys.len()), bundle };
        for key in keys {
            if let Some(text) = texts.resolve(&key, None) {
                texts.plain.insert(key, text);
            }
        }
        texts
    }

    /// A text without variables; the key itself when there is none, which a test rules out.
    #[must_use]
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.plain.get(key).map_or(key, String::as_str)
    }

    /// A text without variables, if there is one of this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&str> {
        self.plain.get(key).map(String::as_str)
    }

    /// A text with the variable `count`, which also chooses singular or plural.
    #[must_use]
    pub fn count(&self, key: &str, count: impl Count) -> String {
        self.with(key, &[("count", count.as_count().into())])
    }

    /// A text with one variable.
    #[must_use]
    pub fn one<'a>(&self, key: &str, name: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        self.with(key, &[(name, value.into())])
    }

    /// A text with variables.
    #[must_use]
    pub fn with(&self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = variables.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.resolve(key, Some(&arguments)).unwrap_or_else(|| key.to_owned())
    }

    /// The language of these texts.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    fn resolve(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, arguments, &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

fn number_in(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "counts; a fraction would be formatted by its caller")]
        FluentValue::Number(number) => Some(format::number(language, number.value as i64)),
        _ => None,
    }
}

fn message_keys(resource: &FluentResource) -> Vec<String> {
    // Keys are read from the source: the syntax tree is not part of the public interface of the bundle.
    resource
        .source()
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    fn sources(language: Language) -> BTreeMap<String, String> {
        let files = match language {
            Language::De => embedded::FLUENT_DE,
            Language::En => embedded::FLUENT_EN,
        };
        let mut found = BTreeMap::new();
        for (file, source) in files {
            let resource = FluentResource::try_new((*source).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{file}.ftl ({language:?}): {errors:?}"));
            let keys = message_keys(&resource);
            for (place, key) in keys.iter().enumerate() {
                let start = source.find(&format!("\n{key} =")).map_or(0, |s| s + 1);
                let end =
                    keys.get(place + 1).and_then(|next| source.find(&format!("\n{next} ="))).unwrap_or(source.len());
                let body = source.get(start..end).unwrap().to_owned();
                assert!(found.insert(key.clone(), body).is_none(), "{key} exists twice ({language:?})");
            }
        }
        found
    }

    fn variables(source: &str) -> BTreeSet<&str> {
        source
            .split('$')
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap())
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_variables() {
        let (de, en) = (sources(Language::De), sources(Language::En));
        let keys = |m: &BTreeMap<String, String>| m.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&de).symmetric_difference(&keys(&en)).collect::<Vec<_>>(), Vec::<&String>::new());
        for (key, source) in &de {
            assert_eq!(variables(source), variables(en.get(key).unwrap()), "{key}");
        }
    }

    /// Calls such as `get("key")` in templates and code.
    fn used_keys(text: &str) -> BTreeSet<String> {
        ["get(\"", "count(\"", "one(\"", "with(\"", "find(\"", "text!(\""]
            .iter()
            .flat_map(|call| text.split(call).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .filter(|key| {
                key.contains('-') && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            })
            .map(str::to_owned)
            .collect()
    }

    fn walk(folder: &Path, visit: &mut impl FnMut(&str)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, visit);
            } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
                visit(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_text_that_is_named_exists() {
        let known = sources(Language::De);
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut missing = BTreeSet::new();
        for folder in ["src", "templates"] {
            walk(&here.join(folder), &mut |text| {
                missing.extend(used_keys(text).into_iter().filter(|key| !known.contains_key(key)));
            });
        }
        missing.retain(|key| !key.starts_with("content-") && !key.starts_with("accept-"));
        assert!(missing.is_empty(), "texts that do not exist: {missing:#?}");
    }

    #[test]
    fn numbers_stand_in_texts_with_the_separators_of_the_language() {
        assert_eq!(texts(Language::De).count("systems-count", 12_345_i64), "12.345 KI-Systeme");
        assert_eq!(texts(Language::De).count("systems-count", 1_i64), "1 KI-System");
        assert_eq!(texts(Language::En).count("systems-count", 12_345_i64), "12,345 AI systems");
    }
}
