#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
use std::io::Cursor;

use maki_domain::catalogue::catalogue;
use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{
    Absence, Content, ExternalId, FieldType, PartialDate, RecordKind, Slot, Value, WithheldReason, keys,
};
use proptest::prelude::*;

use super::*;
use crate::profile::{ReadOptions, RowOutcome, open, profile};

fn export(entries: &[Entry], format: Format, language: Option<Language>) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    let options = Options { language, ..Options::default() };
    let mut writer = Writer::new(format, &mut sink, options).unwrap();
    for entry in entries {
        writer.entry(entry).unwrap();
    }
    assert_eq!(writer.finish().unwrap(), Summary { entries: entries.len() as u64, cuts: Vec::new() });
    sink.into_inner()
}

fn import(bytes: Vec<u8>) -> Vec<Entry> {
    let own = profile("maki").unwrap();
    let reader = open(Cursor::new(bytes), "register", &own, ReadOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    reader
        .map(|outcome| match outcome.unwrap() {
            RowOutcome::Entry(row) => {
                assert_eq!(row.problems, []);
                row.entry
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

fn text(most: usize, several_lines: bool) -> BoxedStrategy<String> {
    let pattern = if several_lines {
        "[a-zäß€𝄞 ;,'\"=+@|\\\\\\[\\]\n\t\\-]{1,20}"
    } else {
        "[a-zäß€𝄞 ;,'\"=+@|\\\\\\[\\]\\-]{1,20}"
    };
    let words =
        prop::sample::select(vec!["[Keine Angabe]", "Unbekannt", "'=1+1", "n/a", "\\;", "_x0041_", "Trifft nicht zu"]);
    prop_oneof![4 => pattern.prop_map(|text: String| text), 1 => words.prop_map(str::to_owned)]
        .prop_map(move |text| text.trim().chars().take(most).collect::<String>().trim().to_owned())
        .prop_filter("blank", |text| !text.is_empty())
        .boxed()
}

fn value(id: FieldId) -> BoxedStrategy<Value> {
    let field = id.field();
    let most = field.max_length();
    let codes = || {
        let list = field.vocabulary().unwrap();
        let codes: Vec<_> = list.terms().iter().filter_map(|term| list.code(&term.code)).collect();
        prop::sample::subsequence(codes.clone(), 1..=codes.len().min(field.max_items()))
    };
    let digits = "[0-9]{1,8}";
    let url = "https://[a-z]{1,8}\\.example/[a-z;=,']{0,5}";
    match field.field_type {
        FieldType::Text => text(most, false).prop_map(Value::Text).boxed(),
        FieldType::LongText => text(most, true).prop_map(Value::Text).boxed(),
        FieldType::Code => codes().prop_map(|codes| Value::Code(*codes.first().unwrap())).boxed(),
        FieldType::Codes => codes().prop_map(Value::Codes).boxed(),
        FieldType::Date => (1900i16..2199, 1u8..=12, 1u8..=28, 0..3)
            .prop_map(|(year, month, day, exact)| {
                let month = (exact > 0).then_some(month);
                Value::Date(PartialDate::new(year, month, (exact > 1).then_some(day)).unwrap())
            })
            .boxed(),
        FieldType::Url => url.prop_map(Value::Text).boxed(),
        FieldType::UrlList => prop::collection::vec(url, 1..3).prop_map(Value::List).boxed(),
        FieldType::Email => "[a-z=+]{1,8}@[a-z]{1,8}\\.example".prop_map(Value::Text).boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        FieldType::Integer => (0i64..10_000_000).prop_map(Value::Integer).boxed(),
        FieldType::TextList => prop::collection::vec(text(most, false), 1..3).prop_map(Value::List).boxed(),
        FieldType::Key => digits.prop_map(Value::Text).boxed(),
        FieldType::KeyList => prop::collection::vec(digits, 1..3).prop_map(Value::List).boxed(),
    }
}

fn slot(id: FieldId) -> BoxedStrategy<Slot> {
    let absences = vec![
        Absence::NotStated,
        Absence::Unknown,
        Absence::NotApplicable,
        Absence::Withheld(WithheldReason::ItSecurity),
        Absence::Withheld(WithheldReason::TradeSecret),
    ];
    prop_oneof![5 => value(id).prop_map(Slot::Value), 1 => prop::sample::select(absences).prop_map(Slot::Absent)]
        .boxed()
}

fn content(record: RecordKind, name: &'static str) -> BoxedStrategy<Content> {
    let slots: Vec<_> = catalogue()
        .fields_of(record)
        .map(|(id, _)| prop::option::weighted(0.3, slot(id)).prop_map(move |slot| (id, slot)))
        .collect();
    (slots, text(60, false))
        .prop_map(move |(slots, title)| {
            let mut content = Content::new();
            for (id, slot) in slots {
                if let Some(slot) = slot {
                    content.set(id, slot);
                }
            }
            content.put(name, Value::Text(title));
            content
        })
        .boxed()
}

fn ids() -> BoxedStrategy<Vec<ExternalId>> {
    let id = ("[a-z=-]{1,6}", "[A-Z0-9:;<>\\\\|]{1,6}", prop::option::of("https://a\\.example/[a-z;]{0,4}"))
        .prop_map(|(scheme, value, url)| ExternalId { scheme, value, url });
    prop::collection::vec(id, 0..3).boxed()
}

fn entry() -> BoxedStrategy<Entry> {
    let organisation = (content(RecordKind::Organisation, keys::ORGANISATION_NAME), ids(), 0u64..3).prop_map(
        |(content, external_ids, number)| OrganisationPart {
            kennung: (number > 0).then(|| maki_domain::Kennung::new("MAKI", "B", number).unwrap()),
            external_ids,
            parent: (number > 1).then(|| "Stadt, Land; Fluss".to_owned()),
            content,
        },
    );
    let system =
        (content(RecordKind::System, keys::NAME), ids(), 0u64..3).prop_map(|(content, external_ids, number)| {
            SystemPart {
                kennung: (number > 0).then(|| maki_domain::Kennung::new("MAKI", "2026", number).unwrap()),
                external_ids,
                responsible: (number > 1).then(|| "IT-Verbund".to_owned()),
                content,
            }
        });
    let deployment = (content(RecordKind::Deployment, keys::DEPLOYMENT_PURPOSE), ids())
        .prop_map(|(content, external_ids)| DeploymentPart { kennung: None, external_ids, content });
    (organisation, system, prop::option::of(deployment), any::<bool>())
        .prop_map(|(organisation, system, deployment, alone)| {
            if alone && deployment.is_none() {
                return Entry { organisation, system: None, deployment: None };
            }
            Entry { organisation, system: Some(system), deployment }
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_exported_is_imported(entries in prop::collection::vec(entry(), 1..4)) {
        for language in [None, Some(Language::De), Some(Language::En)] {
            for format in [Format::Csv, Format::Xlsx, Format::JsonLines] {
                let read = import(export(&entries, format, language));
                prop_assert_eq!(&read, &entries, "{:?} {:?}", format, language);
            }
        }
    }
}

#[test]
fn formulas_are_defused_in_tables() {
    let mut entry = Entry::default();
    entry.organisation.content.put(keys::ORGANISATION_NAME, Value::Text("=cmd|'/c calc'!A1".to_owned()));
    let csv = String::from_utf8(export(std::slice::from_ref(&entry), Format::Csv, None)).unwrap();
    assert!(csv.contains("'=cmd"), "{csv}");
    assert!(!csv.contains(";=cmd"));
    assert_eq!(import(csv.into_bytes()), [entry]);
}

/// A field holds more than a cell when its characters need two UTF-16 units, and external ids when they are many.
#[test]
fn a_text_that_was_cut_for_a_workbook_is_not_taken_for_the_whole() {
    let fields = catalogue().fields_of(RecordKind::System).filter(|(_, f)| f.field_type == FieldType::LongText);
    let (long, field) = fields.max_by_key(|(_, f)| f.max_length()).unwrap();
    let mut entry = Entry::default();
    entry.organisation.content.put(keys::ORGANISATION_NAME, Value::Text("Stadt Talheide".to_owned()));
    let mut system = SystemPart::default();
    system.content.put(keys::NAME, Value::Text("Lotte".to_owned()));
    system.content.set(long, Slot::Value(Value::Text("𝄞".repeat(field.max_length()))));
    system.external_ids = (0..400).map(|n| ExternalId::new("list", format!("{n:0>100}"))).collect();
    entry.system = Some(system);

    for language in [None, Some(Language::De), Some(Language::En)] {
        let mut sink = Cursor::new(Vec::new());
        let options = Options { language, ..Options::default() };
        let mut writer = Writer::new(Format::Xlsx, &mut sink, options).unwrap();
        writer.entry(&entry).unwrap();
        assert_eq!(writer.finish().unwrap().cuts.len(), 2);
        let own = profile("maki").unwrap();
        let reader = open(Cursor::new(sink.into_inner()), "register", &own, ReadOptions::default()).unwrap();
        let outcomes: Vec<_> = reader.map(Result::unwrap).collect();
        let [RowOutcome::Entry(row)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
        let reasons: Vec<&str> = row.problems.iter().filter(|p| p.field.is_some()).map(|p| p.reason).collect();
        assert_eq!(reasons, ["field-cut-in-export"; 2]);
        let read = row.entry.system.as_ref().unwrap();
        assert_eq!(read.content.slot_of(long), None);
        assert_eq!((read.content.text(keys::NAME), read.external_ids.len()), (Some("Lotte"), 0));
    }
}
