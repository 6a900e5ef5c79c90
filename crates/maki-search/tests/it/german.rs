//! What German readers expect to find.

use super::{found, index_of, system, words};
use maki_search::{Lang, QueryHint, SystemDocument, Text};

fn register() -> Vec<SystemDocument> {
    let mut all = vec![
        system(1, "Wohngeldlotse", "Hilft bei der Prüfung von Anträgen auf Wohngeld."),
        system(2, "Bauportal", "Unterstützt die Bauantragsprüfung im Bauamt."),
        system(3, "Fahrerlaubnis digital", "Beantragung vom Führerschein, auch der Umtausch."),
        system(4, "Lotte", "Chatbot auf der Website der Stadt, beantwortet Fragen per E-Mail."),
        system(5, "Ampelsteuerung Nord", "Steuert Lichtsignalanlagen mit Verkehrsprognosen."),
        system(6, "Posteingang", "Verteilt Wohngeldanträge und andere Eingangspost; KI-gestützte Klassifikation."),
        system(7, "BAföG-Hilfe", "Vorprüfung zur Ausbildungsförderung."),
        system(8, "Protokollant", "Erstellt Niederschriften von Sitzungen des Rates."),
        system(9, "Sachbearbeiterin im Blick", "Die Bürgerinnen und Bürger erhalten Bescheide schneller."),
    ];
    let mut english = system(10, "Policy finder", "");
    english.lang = Lang::En;
    english.texts.medium = vec![Text::new(Lang::En, "Finds policies of municipalities for citizens.")];
    let mut dutch = system(11, "Vergunningen", "");
    dutch.lang = Lang::Nl;
    dutch.texts.medium = vec![Text::new(Lang::Nl, "Controleert aanvragen voor vergunningen in gemeenten.")];
    all.extend([english, dutch]);
    all
}

#[test]
fn the_right_entries_are_found() {
    let test = index_of(&register());
    let snapshot = test.index.snapshot();
    let has = |query: &str, name: &str| {
        let found = found(&snapshot, query);
        assert!(found.iter().any(|found| found == name), "{query}: {found:?}");
    };
    let lacks = |query: &str, name: &str| {
        let found = found(&snapshot, query);
        assert!(!found.iter().any(|found| found == name), "{query}: {found:?}");
    };
    // Compounds, both ways.
    has("Wohngeldantrag", "Wohngeldlotse");
    has("Antrag Wohngeld", "Posteingang");
    has("Antrag auf Wohngeld", "Posteingang");
    has("Prüfung von Bauanträgen", "Bauportal");
    has("Bauantrag", "Bauportal");
    has("Verkehrsprognose", "Ampelsteuerung Nord");
    has("Prognose", "Ampelsteuerung Nord");
    // Folding and inflection.
    has("Fuehrerschein", "Fahrerlaubnis digital");
    has("FÜHRERSCHEINE", "Fahrerlaubnis digital");
    has("Fu\u{308}hrerschein", "Fahrerlaubnis digital");
    has("Bescheid", "Sachbearbeiterin im Blick");
    has("Bürger", "Sachbearbeiterin im Blick");
    has("Sachbearbeiter", "Sachbearbeiterin im Blick");
    // Hyphens.
    has("Email", "Lotte");
    has("e-mail", "Lotte");
    has("KI-gestützt", "Posteingang");
    has("gestützte KI", "Posteingang");
    // Synonyms and abbreviations.
    has("Dialogsystem", "Lotte");
    has("virtuelle Assistenz", "Lotte");
    has("LSA", "Ampelsteuerung Nord");
    has("Bafög", "BAföG-Hilfe");
    has("Protokoll", "Protokollant");
    // Typos.
    has("wohngelt antrag", "Posteingang");
    has("Chatbott", "Lotte");
    has("Ampelstuerung", "Ampelsteuerung Nord");
    has("Fürherschein", "Fahrerlaubnis digital");
    // Phrases and exclusion.
    has("\"Prüfung von Anträgen\"", "Wohngeldlotse");
    lacks("\"Anträgen von Prüfung\"", "Wohngeldlotse");
    has("Wohngeld -Klassifikation", "Wohngeldlotse");
    lacks("Wohngeld -Klassifikation", "Posteingang");
    lacks("-\"Prüfung von Anträgen\"", "Wohngeldlotse");
    has("-\"Prüfung von Anträgen\"", "Lotte");
    // Other languages by their own rules.
    has("policy", "Policy finder");
    has("aanvraag vergunning", "Vergunningen");
    // Kennung and organisation.
    assert_eq!(found(&snapshot, "MAKI-2026-000005"), ["Ampelsteuerung Nord"]);
    assert_eq!(found(&snapshot, "Musterheide").len(), 11);
    assert_eq!(found(&snapshot, "").len(), 11);
}

#[test]
fn the_word_itself_ranks_above_compounds_and_synonyms() {
    let test = index_of(&[
        system(1, "Eins", "Ein Dialogsystem."),
        system(2, "Zwei", "Ein Chatbot."),
        system(3, "Drei", "Eine Chatbotplattform."),
        system(4, "Chatbot im Namen", "Ein Chatbot."),
    ]);
    let found = found(&test.index.snapshot(), "Chatbot");
    assert_eq!(found.first().unwrap(), "Chatbot im Namen");
    assert_eq!(found.get(1).unwrap(), "Zwei");
}

#[test]
fn corrections_are_told_and_can_be_refused() {
    let test = index_of(&register());
    let snapshot = test.index.snapshot();
    let hits = snapshot.search(&words("Chatbott")).unwrap();
    assert_eq!(hits.corrected.len(), 1);
    assert_eq!((hits.corrected[0].word.as_str(), hits.corrected[0].replaced_by[0].as_str()), ("Chatbott", "chatbot"));
    let mut exact = words("Chatbott");
    exact.correct = false;
    assert_eq!(snapshot.search(&exact).unwrap().total, 0);
    assert!(snapshot.search(&words("Chatbot")).unwrap().corrected.is_empty());
}

#[test]
fn most_words_are_enough_when_no_entry_has_all() {
    let test = index_of(&register());
    let hits = test.index.snapshot().search(&words("Wohngeld Klassifikation Niederschrift")).unwrap();
    assert_eq!(hits.hints, [QueryHint::SomeWordsMissing]);
    assert_eq!(hits.hits[0].name, "Posteingang");
}

#[test]
fn matched_words_are_marked() {
    let test = index_of(&register());
    let hits = test.index.snapshot().search(&words("Antrag")).unwrap();
    let text = "Verteilt Wohngeldanträge";
    let spans = hits.matcher.spans(text);
    assert_eq!(&text[spans[0].start..spans[0].end], "Wohngeldanträge");
}

#[test]
fn suggestions_while_typing() {
    let test = index_of(&register());
    let texts = |typed: &str| -> Vec<String> {
        test.index.snapshot().suggest(typed, 8).unwrap().into_iter().map(|suggestion| suggestion.text).collect()
    };
    assert_eq!(texts("wohng").first().unwrap(), "Wohngeldlotse");
    assert!(texts("Nord").contains(&"Ampelsteuerung Nord".to_owned()), "{:?}", texts("Nord"));
    assert!(texts("muster").contains(&"Stadt Musterheide".to_owned()), "{:?}", texts("muster"));
    assert!(texts("Hilfe wohngeldan").contains(&"Hilfe Wohngeldanträge".to_owned()), "{:?}", texts("Hilfe wohngeldan"));
    assert!(texts("x").is_empty());
    assert!(texts("").is_empty());
}

#[test]
fn names_of_facet_values_find_what_has_them() {
    let mut all = register();
    let facts = |system: &mut SystemDocument, land: &str, stage: &str| {
        system.deployments[0].land = Some(land.into());
        system.deployments[0].lifecycle = Some(stage.into());
        system.deployments[0].level = Some("municipal".into());
    };
    facts(&mut all[0], "09", "operation");
    facts(&mut all[1], "05", "pilot");
    all[2].facts.risk_class = Some("high_risk_annex_iii".into());
    all.push(system(12, "Hof", "Beratung für Bauern und dessen Familien."));
    let test = index_of(&all);
    let snapshot = test.index.snapshot();
    let check = |query: &str, expected: &[&str]| assert_eq!(found(&snapshot, query), expected, "{query}");
    check("Bayern", &["Wohngeldlotse"]);
    check("Bavaria", &["Wohngeldlotse"]);
    check("Wohngeld Bayern", &["Wohngeldlotse"]);
    check("NRW", &["Bauportal"]);
    check("Nordrhein-Westfalen", &["Bauportal"]);
    check("Nordrhein Westfalen", &["Bauportal"]);
    check("Wohngeld -Bayern", &["Posteingang"]);
    check("in Betrieb", &["Wohngeldlotse"]);
    check("Hochrisiko", &["Fahrerlaubnis digital"]);
    // A known name is never taken for a slip of the pen.
    let hits = snapshot.search(&words("Hessen")).unwrap();
    assert_eq!((hits.total, hits.corrected.len(), hits.suggestions.len()), (0, 0, 0));
    assert!(snapshot.suggest("ǀland", 5).unwrap().is_empty(), "nobody sees the signs");
}

#[test]
fn one_entry_with_all_words_is_an_answer() {
    let test = index_of(&register());
    let hits = test.index.snapshot().search(&words("Wohngeld Klassifikation")).unwrap();
    assert_eq!((hits.total, hits.hints), (1, vec![]));
}

#[test]
fn a_corrected_word_is_found_as_if_it_had_been_typed() {
    let mut all = register();
    all.push(system(12, "Auskunft", "Ein Dialogsystem für Gäste."));
    let test = index_of(&all);
    let snapshot = test.index.snapshot();
    let total = |query: &str| snapshot.search(&words(query)).unwrap().total;
    assert_eq!(total("Chatbot"), 2);
    assert_eq!((total("Chatbott"), total("Chat-Bot")), (2, 2));
    assert!(snapshot.search(&words("Chatbott")).unwrap().suggestions.is_empty());
}

#[test]
fn words_are_shown_as_people_spell_them() {
    let test = index_of(&register());
    let snapshot = test.index.snapshot();
    let hits = snapshot.search(&words("Bürgerinen")).unwrap();
    assert_eq!(hits.corrected[0].replaced_by, ["Bürgerinnen"]);
    let texts: Vec<_> = snapshot.suggest("gestue", 5).unwrap().into_iter().map(|suggestion| suggestion.text).collect();
    assert_eq!(texts, ["gestützte"]);
}

#[test]
fn what_cannot_be_searched_is_told() {
    let hits = index_of(&register()).index.snapshot().search(&words("👍")).unwrap();
    assert_eq!((hits.total, hits.hints), (11, vec![QueryHint::NothingSearchable]));
}

#[test]
fn exclusion_reaches_into_compounds() {
    let test = index_of(&register());
    assert_eq!(found(&test.index.snapshot(), "Bauantrag"), ["Bauportal"]);
    assert!(found(&test.index.snapshot(), "Bauantrag -Prüfung").is_empty());
}
