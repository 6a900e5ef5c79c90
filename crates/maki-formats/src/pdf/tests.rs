//! Whole documents: what a reader of PDF files finds in them, what they refuse, and that no text breaks them.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn of(blocks: Vec<Block>) -> Document {
    Document {
        language: Language::De,
        title: "Ergebnis: Hochrisiko (Anhang III)".into(),
        kicker: "KI-VO-Check".into(),
        publisher: "Stadt Talheide".into(),
        day: "2026-11-25".parse().unwrap(),
        blocks,
    }
}

fn label(page: usize, of: usize) -> String {
    format!("Seite {page} von {of}")
}

fn pdf(blocks: Vec<Block>) -> Vec<u8> {
    write(&of(blocks), &label).unwrap()
}

fn table(rows: usize) -> Table {
    let column = |label: &str, share| Column { label: label.into(), share };
    let row = |number: usize| {
        let text = "Eine Grundrechte-Folgenabschätzung durchführen und der Marktüberwachungsbehörde mitteilen, ";
        vec![format!("Art. {number}"), text.repeat(1 + number % 3), "Betreiber".into(), "02.08.2026".into()]
    };
    let columns = vec![column("Artikel", 2), column("Pflicht", 6), column("Wer", 2), column("Ab", 2)];
    Table { columns, rows: (1..=rows).map(row).collect() }
}

/// Every kind of block.
fn everything() -> Vec<Block> {
    let fact =
        |term: &str, texts: &[&str]| Fact { term: term.into(), texts: texts.iter().map(|t| (*t).into()).collect() };
    vec![
        Block::Lead("Das System dient einem Zweck aus Anhang III. Es ist deshalb hochriskant.".into()),
        Block::Small("Bewertet am 25.11.2026. Keine Rechtsberatung.".into()),
        Block::Note { title: "Bitte beachten".into(), texts: vec!["Zwei Antworten passen nicht zusammen.".into()] },
        Block::Facts(vec![
            fact("Registrierung", &["EU-Datenbank, Abschnitt C.", "Nationales Register."]),
            fact("Grundrechte-Folgenabschätzung", &["Eine ist nötig (Art. 27)."]),
        ]),
        Block::Heading("Was daraus folgt".into()),
        Block::Table(table(12)),
        Block::Heading("Hinweise".into()),
        Block::Subheading("Für Betreiber".into()),
        Block::List(vec!["Menschen informieren".into(), "Aufsicht einrichten".into()]),
        Block::Paragraph(
            "Übergroße Straßenbeleuchtungsanlagensteuerungssoftware für Žižkov, Łódź und Târgu Mureș.".into(),
        ),
    ]
}

/// The text of a file by a foreign reader, page by page. Words that were broken are whole again.
fn read(bytes: &[u8]) -> Vec<String> {
    let file = lopdf::Document::load_mem(bytes).unwrap();
    let pages = file.get_pages().keys().copied().collect::<Vec<u32>>();
    let text = |page: u32| {
        let text = file.extract_text(&[page]).unwrap();
        text.split('\u{ad}').map(str::trim_start).collect::<String>()
    };
    pages.into_iter().map(text).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn what_was_written_can_be_read_again() {
    let pages = read(&pdf(everything()));
    assert!(pages.len() > 1, "{pages:?}");
    let all = pages.join(" ");
    for words in [
        "KI-VO-Check",
        "Ergebnis: Hochrisiko (Anhang III)",
        "Es ist deshalb hochriskant.",
        "Grundrechte-Folgenabschätzung durchführen und der Marktüberwachungsbehörde mitteilen,",
        "Übergroße Straßenbeleuchtungsanlagensteuerungssoftware für Žižkov, Łódź und Târgu Mureș.",
        "Aufsicht einrichten",
    ] {
        assert!(all.contains(words), "{words}: {all}");
    }
    for (page, text) in pages.iter().enumerate() {
        assert!(text.contains(&label(page + 1, pages.len())), "{text}");
    }
}

#[test]
fn a_file_says_what_it_is() {
    let bytes = pdf(everything());
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let file = lopdf::Document::load_mem(&bytes).unwrap();
    let catalog = file.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"de");
    let marks = file.get_dictionary(catalog.get(b"MarkInfo").unwrap().as_reference().unwrap_or_default());
    let marks = marks.or_else(|_| catalog.get(b"MarkInfo").unwrap().as_dict()).unwrap();
    assert!(marks.get(b"Marked").unwrap().as_bool().unwrap());
    assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines") && catalog.has(b"Metadata"));
    let metadata = catalog.get(b"Metadata").unwrap().as_reference().unwrap();
    let metadata = file.get_object(metadata).unwrap().as_stream().unwrap();
    let metadata = String::from_utf8_lossy(&metadata.content);
    for words in
        ["Ergebnis: Hochrisiko (Anhang III)", "Stadt Talheide", "2026-11-25", "<pdfuaid:part>1<", "<pdfaid:part>2<"]
    {
        assert!(metadata.contains(words), "{words}: {metadata}");
    }
    // No clock and no chance: the same document is the same file.
    assert_eq!(bytes, pdf(everything()));
}

/// The kinds of all elements, in the order of reading.
fn roles(file: &lopdf::Document, node: &lopdf::Object, found: &mut Vec<String>) {
    let node = match node {
        lopdf::Object::Reference(id) => file.get_object(*id).unwrap(),
        node => node,
    };
    if let Ok(children) = node.as_array() {
        children.iter().for_each(|child| roles(file, child, found));
    } else if let Ok(element) = node.as_dict() {
        if let Ok(role) = element.get(b"S") {
            found.push(String::from_utf8_lossy(role.as_name().unwrap()).into_owned());
        }
        if let Ok(children) = element.get(b"K") {
            roles(file, children, found);
        }
    }
}

#[test]
fn the_structure_says_what_is_heading_table_and_list() {
    let table = Table { columns: table(0).columns, rows: vec![vec!["Art. 4".into(), String::new()]] };
    let bytes = pdf(vec![Block::Subheading("Zuerst".into()), Block::Table(table), Block::List(vec!["Punkt".into()])]);
    let file = lopdf::Document::load_mem(&bytes).unwrap();
    let mut found = Vec::new();
    roles(&file, file.catalog().unwrap().get(b"StructTreeRoot").unwrap(), &mut found);
    let expected = "Document P H1 H2 Table THead TR TH TH TH TH TBody TR TH TD TD TD L LI Lbl LBody";
    assert_eq!(found.join(" "), expected, "no level is left out, and each row has all cells");
}

#[test]
fn a_table_repeats_its_head_on_each_page_for_the_eye_alone() {
    let bytes = pdf(vec![Block::Table(table(80))]);
    let pages = read(&bytes);
    assert!(pages.len() >= 3);
    for page in &pages {
        assert!(page.contains("Artikel Pflicht Wer Ab"), "{page}");
    }
    let file = lopdf::Document::load_mem(&bytes).unwrap();
    let mut found = Vec::new();
    roles(&file, file.catalog().unwrap().get(b"StructTreeRoot").unwrap(), &mut found);
    assert_eq!(found.iter().filter(|role| *role == "THead").count(), 1);
    assert_eq!(found.iter().filter(|role| *role == "TR").count(), 81);
}

#[test]
fn what_a_font_lacks_is_seen_to_be_missing() {
    let text = "KI \u{1f916} 東京 a\u{0}b\u{feff}c\u{e000}d \u{202e}rtl";
    let fonts = text::Fonts::get().unwrap();
    let shaped = fonts.regular.shape(&text::clean(text));
    assert_eq!(shaped.text, "KI \u{1f916} 東京 a\u{fffd}bc\u{fffd}d rtl", "marks go, the rest stays for who copies it");
    assert!(shaped.glyphs.iter().all(|glyph| glyph.id != 0), "no glyph of the font for what it lacks");
    assert_eq!(shaped.glyphs.len(), shaped.text.chars().count());
    pdf(vec![Block::Paragraph(text.into()), Block::Heading(text.into())]);
}

#[test]
fn limits_are_told() {
    let check = |document: Document, expected: PdfError| assert_eq!(write(&document, &label), Err(expected));
    check(Document { title: " \u{200d}\n".into(), ..of(vec![]) }, PdfError::NoTitle);
    let long = "a".repeat(MOST_CHARACTERS);
    let head = "Ergebnis: Hochrisiko (Anhang III)KI-VO-CheckStadt Talheide".len();
    check(of(vec![Block::Small(long)]), PdfError::TooLong(MOST_CHARACTERS + head));
    check(of(vec![Block::Paragraph("a\n".repeat(60 * MOST_PAGES))]), PdfError::TooManyPages);
    check(of(vec![Block::Table(Table { columns: vec![], rows: vec![] })]), PdfError::Columns(0));
    let wide = Table { columns: table(0).columns, rows: vec![vec![String::new(); 5]] };
    check(of(vec![Block::Table(wide)]), PdfError::Columns(5));
}

#[test]
fn what_is_empty_leaves_nothing() {
    let empty = vec![
        Block::Heading(String::new()),
        Block::List(vec![" ".into()]),
        Block::Facts(vec![Fact { term: String::new(), texts: vec![] }]),
        Block::Note { title: String::new(), texts: vec![] },
        Block::Table(Table { columns: vec![Column { label: String::new(), share: 0 }], rows: vec![] }),
    ];
    assert_eq!(read(&pdf(empty)).len(), 1);
    let bare = Document { kicker: String::new(), publisher: String::new(), ..of(vec![]) };
    assert!(read(&write(&bare, &label).unwrap()).join("").contains("Ergebnis"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_file(texts in prop::collection::vec("(\\PC|\\p{C}|\\p{M}|[\\n\\u{ad}\\u{200b} -]){0,160}", 8), long in "[a-z\\p{L}]{0,900}") {
        let [a, b, c, d, e, f, g, h] = <[String; 8]>::try_from(texts).unwrap();
        let column = |label: &String, share| Column { label: label.clone(), share };
        let blocks = vec![
            Block::Lead(a.clone()),
            Block::Subheading(b.clone()),
            Block::Paragraph(long.clone()),
            Block::List(vec![c.clone(), long.clone()]),
            Block::Note { title: d.clone(), texts: vec![e.clone()] },
            Block::Facts(vec![Fact { term: long.clone(), texts: vec![f.clone(), long.clone()] }]),
            Block::Heading(g.clone()),
            Block::Table(Table {
                columns: vec![column(&h, 0), column(&a, 1), column(&b, u16::MAX)],
                rows: vec![vec![c, long.clone(), d], vec![long, e]],
            }),
        ];
        let document = Document { title: format!("T{f}"), kicker: g, publisher: h, ..of(blocks) };
        let fonts = text::Fonts::get().unwrap();
        let laid = layout::lay_out(&document, fonts).unwrap();
        for piece in &laid.pieces {
            prop_assert!(piece.page < laid.pages);
            prop_assert!(piece.y > layout::TOP && piece.y <= layout::BOTTOM + 1.0, "{}", piece.y);
            prop_assert!(piece.x >= layout::LEFT);
            prop_assert!(piece.x + piece.line.width <= layout::LEFT + layout::WIDTH + 24.0);
        }
        let bytes = write(&document, &label);
        prop_assert!(bytes.is_ok(), "{:?}", bytes);
    }
}
