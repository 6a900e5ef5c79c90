//! Forms there and back: what controls show is read as what they were made from.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use askama::Template;
use maki_domain::{
    Absence, Content, Entry, FieldId, FieldType, Language, PartialDate, Slot, Value, Visibility, WithheldReason,
    catalogue, keys,
};
use proptest::prelude::*;

use super::*;

fn id(key: &str) -> FieldId {
    catalogue().id(key).unwrap()
}

fn rendered(field: FieldId, typed: &Typed, faults: &[FormFault], language: Language) -> String {
    FieldForm::of(Ask { field, language, needed: false }, typed, faults).render().unwrap()
}

/// What a browser would send of a form: the few elements that our own templates write.
fn sent(html: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = rest.split_at(start + 1).1;
        let (tag, after) = rest.split_once('>').unwrap();
        rest = after;
        let attribute = |name: &str| {
            let from = tag.split_once(&format!(" {name}=\""))?.1;
            Some(decoded(from.split_once('"')?.0))
        };
        match tag.split([' ', '>']).next().unwrap() {
            "input" => {
                let boxed = matches!(attribute("type").as_deref(), Some("radio" | "checkbox"));
                if !boxed || tag.ends_with(" checked") || tag.contains(" checked ") {
                    pairs.push((attribute("name").unwrap(), attribute("value").unwrap()));
                }
            }
            "textarea" => {
                let (text, after) = rest.split_once("</textarea>").unwrap();
                // The parser of HTML drops the first line break; browsers send CR LF.
                let text = decoded(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n");
                pairs.push((attribute("name").unwrap(), text));
                rest = after;
            }
            "select" => {
                let (options, after) = rest.split_once("</select>").unwrap();
                let chosen = options.split("<option").find(|option| option.contains(" selected"));
                let value = chosen.and_then(|o| o.split_once("value=\"")?.1.split_once('"')).map(|(value, _)| value);
                pairs.push((attribute("name").unwrap(), value.unwrap_or_default().to_owned()));
                rest = after;
            }
            _ => {}
        }
    }
    pairs
}

fn decoded(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}

/// What a field's own controls send, once shown for a content.
fn there_and_back(field: FieldId, content: &Content) -> Submitted {
    let html = rendered(field, &Typed::of(&[field], content), &[], Language::De);
    read(&[field], &sent(&html), content)
}

fn check_round_trip(field: FieldId, content: &Content) {
    let key = &field.field().key;
    let back = there_and_back(field, content);
    assert_eq!(back.faults, [], "{key}: {content:?}");
    let slot = content.slot_of(field);
    // Of a group of radio buttons or boxes nothing is sent when none is chosen: then nothing changes.
    let Some(change) = back.changes.first() else {
        assert_eq!(slot, None, "{key}");
        return;
    };
    assert_eq!(change.slot.as_ref(), slot, "{key}");
    assert_eq!(change.visibility, content.visibility(field), "{key}");
}

/// Values that a field may hold, made from a seed of any kind.
fn value_of(field: FieldId, text: &str, number: u32) -> Value {
    let field = field.field();
    let short: String = text.trim().chars().filter(|c| !c.is_control()).take(field.max_length().min(40)).collect();
    let short = Some(short.trim().to_owned()).filter(|s| !s.is_empty()).unwrap_or_else(|| "x".to_owned());
    let digits = number.to_string().chars().take(field.max_length()).collect::<String>();
    let terms = || field.vocabulary().unwrap();
    let code = |n: usize| terms().code(&terms().terms()[n % terms().terms().len()].code).unwrap();
    let place = number as usize;
    match field.field_type {
        FieldType::Text => Value::Text(short),
        FieldType::LongText => Value::Text(format!("{short}\n\n\t{short} <b>&amp;\"'")),
        FieldType::Code => Value::Code(code(place)),
        FieldType::Codes if place.is_multiple_of(2) => Value::Codes(vec![code(place)]),
        FieldType::Codes => Value::Codes(vec![code(place + 1), code(place)]),
        FieldType::Date => {
            let month = (number % 13) as u8;
            let day = (number % 29) as u8;
            let year = 1900 + (number % 300) as i16;
            let month = Some(month).filter(|m| *m > 0);
            Value::Date(PartialDate::new(year, month, month.and(Some(day).filter(|d| *d > 0))).unwrap())
        }
        FieldType::Url => Value::Text(format!("https://a.example/?n={number}&m='")),
        FieldType::Email => Value::Text(format!("a{number}@b.example")),
        FieldType::Boolean => Value::Boolean(place.is_multiple_of(2)),
        FieldType::Integer => Value::Integer(i64::from(number)),
        FieldType::TextList => Value::List(vec![short.clone(), format!("{short}2")]),
        FieldType::UrlList => Value::List(vec![format!("http://a.example/{number}"), "https://b.example".to_owned()]),
        FieldType::Key => Value::Text(digits),
        FieldType::KeyList => Value::List(vec![digits, "012345".to_owned()]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_field_comes_back_as_it_was_shown(text in "\\PC{0,60}", number in any::<u32>(), narrow in 0_usize..3) {
        for (field, source) in catalogue().fields() {
            let mut content = Content::new();
            content.set(field, Slot::Value(value_of(field, &text, number)));
            if may_be_absent(source) {
                content.narrow(field, [Visibility::Public, Visibility::Authorities, Visibility::OwnOrganisation][narrow]);
            }
            check_round_trip(field, &content);
        }
    }
}

#[test]
fn every_absence_and_nothing_come_back() {
    let withheld = WithheldReason::ALL.into_iter().map(Absence::Withheld);
    let absences: Vec<_> =
        [Absence::NotStated, Absence::Unknown, Absence::NotApplicable].into_iter().chain(withheld).collect();
    for (field, source) in catalogue().fields() {
        check_round_trip(field, &Content::new());
        for absence in absences.iter().filter(|_| may_be_absent(source)) {
            let mut content = Content::new();
            content.set(field, Slot::Absent(*absence));
            check_round_trip(field, &content);
        }
    }
}

#[test]
fn every_entry_of_the_demo_comes_back() {
    let register = include_str!("../../../../demo/register.jsonl");
    let mut slots = 0;
    for line in register.lines() {
        let entry: Entry = serde_json::from_str(line).unwrap();
        let parts = [
            Some(entry.organisation.content),
            entry.system.map(|system| system.content),
            entry.deployment.map(|deployment| deployment.content),
        ];
        for content in parts.into_iter().flatten() {
            for (field, _) in content.iter() {
                check_round_trip(field, &content);
                slots += 1;
            }
        }
    }
    assert!(slots > 1_000, "{slots} slots");
}

fn check(key: &str, pairs: &[(&str, &str)], expected: Result<Option<Slot>, &str>) {
    let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let read = read(&[id(key)], &pairs, &Content::new());
    let change = read.changes.into_iter().next().map(|change| change.slot);
    match expected {
        Ok(slot) => assert_eq!((change, read.faults), (Some(slot), vec![]), "{pairs:?}"),
        Err(fault) => {
            let faults: Vec<_> = read.faults.iter().map(|f| f.key).collect();
            assert_eq!(faults, [fault], "{pairs:?}");
            for (name, text) in &pairs {
                assert!(read.typed.all(name).contains(text) || fault == "field-foreign", "{name}");
            }
            for language in Language::ALL {
                let text = fault_text(&read.faults[0], language);
                assert!(!text.contains("field-"), "{text}");
            }
        }
    }
}

fn date(text: &str) -> Result<Option<Slot>, &'static str> {
    Ok(Some(Slot::Value(Value::Date(text.parse().unwrap()))))
}

fn text(text: &str) -> Result<Option<Slot>, &'static str> {
    Ok(Some(Slot::Value(Value::Text(text.to_owned()))))
}

#[test]
fn texts_that_do_not_fit_are_faults() {
    check("name", &[("name", "  Lotte\t ")], text("Lotte"));
    check("name", &[("name", "")], Ok(None));
    check("name", &[("name", "<script>alert(1)</script>")], text("<script>alert(1)</script>"));
    check("name", &[("name", "a\u{0}b")], Err("field-control-character"));
    check("name", &[("name", &"ä".repeat(201))], Err("field-too-long"));
    check("name", &[("name", &"x".repeat(1_000_000))], Err("field-too-long"));
    check("name", &[("name", "a"), ("name", "b")], Err("field-repeated"));
    check("name", &[("name", "a"), ("name.absence", "unknown")], Err("field-must-be-stated"));
    check("name", &[("name", "a"), ("name.visibility", "authorities")], Err("field-must-be-stated"));
    check("name", &[("name", "a"), ("problem", "b")], Err("field-foreign"));
    check("name", &[("name", "a"), ("form", "b"), ("name.more", "c")], text("a"));
    check("purpose", &[("purpose", "eins\r\n\r\nzwei")], text("eins\n\nzwei"));
    check("purpose", &[("purpose", "x"), ("purpose.absence", "unknown")], Err("field-value-and-absence"));
    check("purpose", &[("purpose", ""), ("purpose.absence", "unknown")], Ok(Some(Slot::Absent(Absence::Unknown))));
    check("purpose", &[("purpose", ""), ("purpose.absence", "withheld")], Err("field-reason-missing"));
    check("purpose", &[("purpose", ""), ("purpose.absence", "magic")], Err("field-not-a-choice"));
    check(
        "purpose",
        &[("purpose", ""), ("purpose.absence", "unknown"), ("purpose.reason", "classified")],
        Err("field-reason-alone"),
    );
    check(
        "contact_person",
        &[("contact_person", "x"), ("contact_person.visibility", "public")],
        Err("field-visibility-wider"),
    );
}

#[test]
fn choices_numbers_and_addresses_that_do_not_fit_are_faults() {
    check("kind", &[("kind", "magic")], Err("field-not-a-choice"));
    check("techniques", &[("techniques", "speech"), ("techniques", "magic")], Err("field-not-a-choice"));
    check("usage_per_year", &[("usage_per_year", "8.500")], Ok(Some(Slot::Value(Value::Integer(8500)))));
    check("usage_per_year", &[("usage_per_year", "-1")], Err("field-negative"));
    check("usage_per_year", &[("usage_per_year", "viele")], Err("field-not-a-number"));
    check("repository_url", &[("repository_url", "javascript:alert(1)")], Err("field-not-a-url"));
    check("contact_mailbox", &[("contact_mailbox", "ki@stadt")], Err("field-not-an-email"));
    check(
        "review_on",
        &[("review_on.day", "1"), ("review_on.month", "3"), ("review_on.year", "2027")],
        date("2027-03-01"),
    );
    check(
        "review_on",
        &[("review_on.day", ""), ("review_on.month", "März"), ("review_on.year", "2027")],
        date("2027-03"),
    );
}

#[test]
fn dates_are_three_fields() {
    check("review_on", &[("review_on.day", ""), ("review_on.month", ""), ("review_on.year", "2027")], date("2027"));
    check(
        "review_on",
        &[("review_on.day", ""), ("review_on.month", ""), ("review_on.year", "1.3.2027")],
        date("2027-03-01"),
    );
    check(
        "review_on",
        &[("review_on.day", "31"), ("review_on.month", "2"), ("review_on.year", "2027")],
        Err("field-not-a-date"),
    );
    check(
        "review_on",
        &[("review_on.day", "3"), ("review_on.month", ""), ("review_on.year", "2027")],
        Err("field-not-a-date"),
    );
    check(
        "review_on",
        &[("review_on.day", "3"), ("review_on.month", "4"), ("review_on.year", "27")],
        Err("field-not-a-date"),
    );
    check(
        "places",
        &[("places", "010010000000\r\n\r\n 03351 ")],
        Ok(Some(Slot::Value(Value::List(vec!["010010000000".into(), "03351".into()])))),
    );
}

#[test]
fn what_means_the_same_keeps_its_writing() {
    let list = maki_domain::vocabulary("technique").unwrap();
    let codes: Vec<_> = list.terms().iter().take(2).rev().map(|term| list.code(&term.code).unwrap()).collect();
    let mut content = Content::new();
    content.set(id(keys::TECHNIQUES), Slot::Value(Value::Codes(codes)));
    check_round_trip(id(keys::TECHNIQUES), &content);
    content.set(id(keys::PURPOSE), Slot::Value(Value::Text(" mit Rand ".to_owned())));
    check_round_trip(id(keys::PURPOSE), &content);
}

/// One field of each type, as people see it.
#[test]
fn controls_of_every_type() {
    let shown = [
        (keys::NAME, "text"),
        (keys::PURPOSE, "long_text"),
        (keys::HOSTING, "code_radios"),
        (keys::LIFECYCLE, "code_select"),
        (keys::AFFECTED, "codes"),
        (keys::REVIEW_ON, "date"),
        (keys::REPOSITORY_URL, "url"),
        (keys::LINKS, "url_list"),
        (keys::CONTACT_MAILBOX, "email"),
        (keys::USED_ON_REAL_CASES, "boolean"),
        (keys::USAGE_PER_YEAR, "integer"),
        (keys::ORGANISATION_ARS, "key"),
        (keys::PLACES, "key_list"),
    ];
    for (key, name) in shown {
        let mut content = Content::new();
        content.set(id(key), Slot::Value(value_of(id(key), "Wert <mit> \"Zeichen\"", 7)));
        let html = rendered(id(key), &Typed::of(&[id(key)], &content), &[], Language::De);
        insta::assert_snapshot!(format!("control_{name}"), html);
    }
    let mut content = Content::new();
    content.set(id(keys::PURPOSE), Slot::Absent(Absence::Withheld(WithheldReason::Classified)));
    content.narrow(id(keys::PURPOSE), Visibility::Authorities);
    let fault = FormFault { field: id(keys::PURPOSE), key: "field-too-long", limit: Some(5_000) };
    let html = rendered(id(keys::PURPOSE), &Typed::of(&[id(keys::PURPOSE)], &content), &[fault], Language::En);
    insta::assert_snapshot!("control_absent_with_fault", html);
    insta::assert_snapshot!("fault_summary", FaultSummary::of(&[fault], Language::De).render().unwrap());
}

#[test]
fn every_fault_has_its_words() {
    use maki_domain::check::Fault;
    let faults = [
        Fault::TooLong { limit: 3 },
        Fault::TooManyItems { limit: 3 },
        Fault::WrongRecord,
        Fault::NotAUrl,
        Fault::NotAnEmail,
        Fault::NotDigits,
        Fault::Negative,
        Fault::ControlCharacter,
    ];
    for fault in faults {
        for language in Language::ALL {
            let found = maki_domain::check::FieldFault { field: id(keys::NAME), fault };
            let text = fault_text(&found.into(), language);
            assert!(!text.contains("field-"), "{text}");
        }
    }
}
