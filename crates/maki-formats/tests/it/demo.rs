//! The demo register and its sample tables in the own format.
use std::fs::File;
use std::path::Path;

use maki_domain::{Entry, keys};
use maki_formats::export::{Format, Options, Writer};
use maki_formats::profile::{EntryReader, ReadOptions, RowOutcome, open, profile};

fn entries(reader: EntryReader) -> Vec<Entry> {
    reader
        .map(|outcome| match outcome.unwrap_or_else(|error| panic!("{error}")) {
            RowOutcome::Entry(row) => row.entry,
            other => panic!("{other:?}"),
        })
        .collect()
}

fn read(file: &str) -> Vec<Entry> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file);
    let own = profile("maki").unwrap();
    let reader = open(File::open(path).unwrap(), file, &own, ReadOptions::default());
    entries(reader.unwrap_or_else(|error| panic!("{file}: {error}")))
}

#[test]
fn the_demo_register_survives_every_format() {
    let demo = read("register.jsonl");
    assert!(demo.len() > 250);
    for format in [Format::Csv, Format::Xlsx, Format::JsonLines] {
        let mut file = tempfile::tempfile().unwrap();
        let options = Options { language: Some(maki_domain::Language::De), ..Options::default() };
        let mut writer = Writer::new(format, file.try_clone().unwrap(), options).unwrap();
        for entry in &demo {
            writer.entry(entry).unwrap();
        }
        assert!(writer.finish().unwrap().cuts.is_empty());
        std::io::Seek::rewind(&mut file).unwrap();
        let own = profile("maki").unwrap();
        let again = entries(open(file, "register", &own, ReadOptions::default()).unwrap_or_else(|e| panic!("{e}")));
        assert_eq!(again, demo, "{format:?}");
    }
}

#[test]
fn the_sample_tables_are_read_as_people_wrote_them() {
    let utf8 = read("samples/vorlage.csv");
    assert_eq!(utf8.len(), 3);
    assert_eq!(read("samples/vorlage-windows-1252.csv"), utf8);
    assert!(read("samples/vorlage-leer.csv").is_empty());
    let first = utf8.first().unwrap();
    assert_eq!(first.organisation.content.text(keys::ORGANISATION_NAME), Some("Stadt Hainbrück"));
    let deployment = first.deployment.as_ref().unwrap();
    assert_eq!(deployment.content.code(keys::LIFECYCLE).map(|code| code.as_str()), Some("operation"));
}
