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
    assert!(
        texts("Hilfe wohngeldan").contains(&"hilfe wohngeldantraege".to_owned()),
        "{:?}",
        texts("Hilfe wohngeldan")
    );
    assert!(texts("x").is_empty());
    assert!(texts("").is_empty());
}
