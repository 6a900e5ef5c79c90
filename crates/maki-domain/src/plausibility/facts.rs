//! The facts that rules of plausibility ask: every field of the catalogue, and what is derived from them.

use std::collections::BTreeSet;

use super::Surroundings;
use super::signs::{Said, Signs};
use super::wording;
use crate::catalogue::{FieldId, FieldType, catalogue};
use crate::content::Content;
use crate::entry::Parts;
use crate::keys;
use crate::record::RecordKind;
use crate::rules::{Answer, FactId, Facts, Kind};
use crate::value::{Slot, Value};
use crate::vocabulary::vocabulary;

/// Facts beside the fields, in the order in which [`Known::derive`] answers them.
const DERIVED: [(&str, Kind, &str); 21] = [
    ("today", Kind::Day, ""),
    ("class", Kind::Choice, "risk_class"),
    ("points", Kind::Codes, "annex_iii"),
    ("text.long_enough", Kind::Truth, ""),
    ("text.short", Kind::Truth, ""),
    ("text.repeats_name", Kind::Truth, ""),
    ("text.long_sentence", Kind::Truth, ""),
    ("text.abbreviation", Kind::Truth, ""),
    ("text.shouting", Kind::Truth, ""),
    ("text.placeholder", Kind::Truth, ""),
    ("organisation.federal_name", Kind::Truth, ""),
    ("organisation.municipal_name", Kind::Truth, ""),
    ("organisation.land_differs", Kind::Truth, ""),
    ("organisation.place_outside", Kind::Truth, ""),
    ("organisation.contact_person", Kind::Truth, ""),
    ("contact.person", Kind::Truth, ""),
    ("links.not_public", Kind::Truth, ""),
    ("links.dead", Kind::Truth, ""),
    ("register.near_duplicate", Kind::Truth, ""),
    ("entry.is_use", Kind::Truth, ""),
    ("entry.has_system", Kind::Truth, ""),
];

/// Fields whose prose is read for signs.
const PROSE: [&str; 13] = [
    keys::ORGANISATION_NAME,
    keys::NAME,
    keys::SHORT_DESCRIPTION,
    keys::DESCRIPTION,
    keys::PURPOSE,
    keys::PROBLEM,
    keys::COMPONENTS,
    keys::INFORMATION_USED,
    keys::RISK_REASONS,
    keys::DEPLOYMENT_PURPOSE,
    keys::INPUT_DATA,
    keys::HUMAN_OVERSIGHT,
    keys::BENEFIT,
];

const LINKS: [&str; 7] = [
    keys::LINKS,
    keys::INSTRUCTIONS_URL,
    keys::REPOSITORY_URL,
    keys::LAST_AUDIT_URL,
    keys::LEGAL_BASIS_URL,
    keys::PROVIDER_EU_URL,
    keys::DECLARATION_OF_CONFORMITY_URL,
];

/// Which facts there are.
#[derive(Debug)]
pub struct Directory {
    fields: usize,
    signs: Vec<String>,
}

impl Directory {
    pub fn new(signs: &Signs) -> Self {
        Self { fields: catalogue().fields().count(), signs: signs.names().map(str::to_owned).collect() }
    }

    pub fn fact(&self, name: &str) -> Option<(FactId, Kind)> {
        if let Some(sign) = name.strip_prefix("says.") {
            let place = self.signs.iter().position(|one| one == sign)?;
            return Some((3 * self.fields + DERIVED.len() + place, Kind::Truth));
        }
        if let Some(place) = DERIVED.iter().position(|(derived, ..)| *derived == name) {
            return DERIVED.get(place).map(|(_, kind, _)| (3 * self.fields + place, *kind));
        }
        let (key, form) = name.split_once('.').unwrap_or((name, ""));
        let id = catalogue().id(key)?;
        let kind = match id.field().field_type {
            FieldType::Code => Kind::Choice,
            FieldType::Codes => Kind::Codes,
            FieldType::Date => Kind::DayOrNot,
            _ => Kind::Truth,
        };
        match form {
            "" => Some((id.place(), kind)),
            "stated" => Some((self.fields + id.place(), Kind::Truth)),
            "denied" if id.field().field_type == FieldType::Boolean => {
                Some((2 * self.fields + id.place(), Kind::Truth))
            }
            _ => None,
        }
    }

    pub fn knows(&self, fact: FactId, code: &str) -> bool {
        let of_field = || catalogue().fields().nth(fact).and_then(|(_, field)| field.vocabulary());
        let derived = || fact.checked_sub(3 * self.fields).and_then(|place| DERIVED.get(place));
        let vocabulary = match derived() {
            Some((_, _, name)) => vocabulary(name),
            None => of_field(),
        };
        vocabulary.is_some_and(|vocabulary| vocabulary.position(code).is_some())
    }

    /// The sign that a fact asks for.
    pub fn sign(&self, fact: FactId) -> Option<usize> {
        fact.checked_sub(3 * self.fields + DERIVED.len()).filter(|place| *place < self.signs.len())
    }

    /// Answers to all facts of an entry.
    pub fn known(&self, signs: &Signs, parts: Parts<'_>, around: &Surroundings<'_>) -> Known {
        let mut answers: Vec<Answer> = Vec::with_capacity(3 * self.fields + DERIVED.len() + self.signs.len());
        let slot = |id: FieldId| parts.of(id.field().record).and_then(|content| content.slot_of(id));
        answers.extend(catalogue().fields().map(|(id, field)| answer(field.field_type, slot(id))));
        answers.extend(catalogue().fields().map(|(id, _)| Answer::Truth(slot(id).is_some())));
        let is_no = |id| matches!(slot(id), Some(Slot::Value(Value::Boolean(false))));
        answers.extend(catalogue().fields().map(|(id, _)| Answer::Truth(is_no(id))));
        let texts = prose(parts);
        let said = signs.said(&texts);
        derive(&mut answers, parts, around, &texts, self.says(&said, "placeholder_text"));
        answers.extend(said.iter().map(|word| Answer::Truth(word.is_some())));
        Known { answers, said }
    }

    fn says(&self, said: &Said, sign: &str) -> bool {
        let place = self.signs.iter().position(|one| one == sign);
        place.and_then(|place| said.get(place)).is_some_and(Option::is_some)
    }
}

/// All facts of one entry.
#[derive(Debug)]
pub struct Known {
    answers: Vec<Answer>,
    pub said: Said,
}

impl Facts for Known {
    fn ask(&self, fact: FactId) -> Result<&Answer, FactId> {
        self.answers.get(fact).ok_or(fact)
    }
}

fn answer(kind: FieldType, slot: Option<&Slot>) -> Answer {
    let value = slot.and_then(Slot::value);
    match (kind, value) {
        (FieldType::Code | FieldType::Codes, value) => {
            let codes = value.map(Value::codes).unwrap_or_default();
            Answer::Codes(codes.iter().map(|code| code.as_str().to_owned()).collect())
        }
        (FieldType::Date, Some(Value::Date(date))) => Answer::Day(Some(*date)),
        (FieldType::Date, _) => Answer::Day(None),
        (FieldType::Boolean, Some(Value::Boolean(yes))) => Answer::Truth(*yes),
        (FieldType::Integer, Some(Value::Integer(number))) => Answer::Truth(*number > 0),
        (_, value) => Answer::Truth(value.is_some_and(|value| !value.is_blank())),
    }
}

fn text<'a>(parts: Parts<'a>, key: &str) -> Option<&'a str> {
    let id = catalogue().id(key)?;
    match parts.of(id.field().record)?.slot_of(id)?.value()? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn prose(parts: Parts<'_>) -> Vec<&str> {
    PROSE.iter().filter_map(|key| text(parts, key)).collect()
}

fn derive(answers: &mut Vec<Answer>, parts: Parts<'_>, around: &Surroundings<'_>, texts: &[&str], placeholder: bool) {
    let name = text(parts, keys::NAME).unwrap_or_default();
    let short = text(parts, keys::SHORT_DESCRIPTION);
    let class = parts.class();
    let organisation = Organisation::of(parts);
    let links = links(parts);
    let codes = |codes: BTreeSet<String>| Answer::Codes(codes);
    answers.push(Answer::Day(Some(around.today)));
    answers.push(codes(Some(class).filter(|class| !class.is_empty()).map(str::to_owned).into_iter().collect()));
    answers.push(codes(parts.points().map(str::to_owned).collect()));
    let truths = [
        wording::is_long_enough(texts),
        parts.system.is_some()
            && wording::is_short(&[short, text(parts, keys::DESCRIPTION), text(parts, keys::DEPLOYMENT_PURPOSE)]),
        short.is_some_and(|short| wording::repeats(name, short)),
        [short, text(parts, keys::PURPOSE)].into_iter().flatten().any(wording::has_long_sentence),
        short.is_some_and(|short| wording::unexplained(short).is_some()),
        wording::is_shouting(name),
        placeholder,
        organisation.has_federal_name(),
        organisation.has_municipal_name(),
        organisation.land_differs(),
        organisation.has_place_outside(parts),
        text(parts, keys::ORGANISATION_MAILBOX).is_some_and(wording::is_personal),
        text(parts, keys::CONTACT_MAILBOX).is_some_and(wording::is_personal),
        links.iter().any(|link| wording::is_private_link(link)),
        links.iter().any(|link| around.dead_links.contains(link)),
        around.is_near_duplicate,
        parts.deployment.is_some(),
        parts.system.is_some(),
    ];
    answers.extend(truths.map(Answer::Truth));
}

fn links(parts: Parts<'_>) -> Vec<&str> {
    let of = |key: &str| {
        let id = catalogue().id(key)?;
        parts.of(id.field().record)?.slot_of(id)?.value()
    };
    let values = LINKS.iter().filter_map(|key| of(key));
    values
        .flat_map(|value| match value {
            Value::Text(text) => std::slice::from_ref(text),
            Value::List(items) => items.as_slice(),
            _ => &[],
        })
        .map(String::as_str)
        .collect()
}

/// What is known of the authority of an entry.
struct Organisation<'a> {
    content: Option<&'a Content>,
    name: String,
}

/// Beginnings of words in names of bodies of the federation, and of municipal ones.
const FEDERAL: [&str; 4] = ["bundes", "deutsche rentenversicherung bund", "auswärtiges amt", "generalzolldirektion"];
const MUNICIPAL: [&str; 16] = [
    "stadt",
    "gemeinde",
    "landkreis",
    "kreis",
    "markt",
    "samtgemeinde",
    "verbandsgemeinde",
    "bezirksamt",
    "landratsamt",
    "kreisstadt",
    "landeshauptstadt",
    "universitätsstadt",
    "hansestadt",
    "ortsgemeinde",
    "einheitsgemeinde",
    "kreisverwaltung",
];

impl<'a> Organisation<'a> {
    fn of(parts: Parts<'a>) -> Self {
        let name = text(parts, keys::ORGANISATION_NAME).unwrap_or_default().to_lowercase();
        Self { content: parts.organisation, name }
    }

    fn key(&self, key: &str) -> Option<&'a str> {
        self.content?.text(key)
    }

    fn code(&self, key: &str) -> Option<&'static str> {
        self.content?.code(key).map(crate::Code::as_str)
    }

    fn has_federal_name(&self) -> bool {
        let has = |start: &str| self.name.starts_with(start) || self.name.contains(&format!(" des {start}"));
        FEDERAL.iter().any(|start| has(start))
            || self.name.ends_with(" des bundes")
            || self.name.contains("bundesgericht")
    }

    fn has_municipal_name(&self) -> bool {
        let first = self.name.split([' ', ',']).next().unwrap_or_default();
        MUNICIPAL.contains(&first)
    }

    /// The first two digits of both keys are the Land.
    fn land_differs(&self) -> bool {
        let Some(land) = self.code(keys::ORGANISATION_LAND) else { return false };
        [keys::ORGANISATION_ARS, keys::ORGANISATION_AGS]
            .into_iter()
            .filter_map(|key| self.key(key))
            .any(|key| key.len() >= 2 && !key.starts_with(land))
    }

    /// A municipality works in its district, a Land in itself; others may work anywhere.
    fn has_place_outside(&self, parts: Parts<'_>) -> bool {
        let land = self.code(keys::ORGANISATION_LAND).unwrap_or_default();
        let district = self.key(keys::ORGANISATION_ARS).and_then(|ars| ars.get(..5));
        let territory = match self.code(keys::ORGANISATION_LEVEL) {
            Some("municipal") => district.unwrap_or(land),
            Some("state") => land,
            _ => "",
        };
        let Some(Value::List(places)) = parts.deployment.and_then(|content| content.value(keys::PLACES)) else {
            return false;
        };
        places.iter().any(|place| !place.starts_with(territory) && !territory.starts_with(place.as_str()))
    }
}

/// Whether a field belongs to a part that the entry has.
pub fn is_present(parts: Parts<'_>, kind: RecordKind) -> bool {
    parts.of(kind).is_some()
}
