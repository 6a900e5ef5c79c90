//! What is exported is imported as the same public register, in every format and across engines.

use maki_domain::{View, keys};
use maki_formats::export::{Format, Options, Writer};

use crate::support::{Register, demo, line};

/// Texts that formats like to spoil.
fn nasty() -> String {
    let long = "Überlänge; \\\"zitiert\\\"\\nzweite Zeile ".repeat(500);
    let texts =
        ["'quoted", "=1+1", "+49 30", "-5", "@home", "[Entwurf]", "a;b", "\\\"Zitat\\\"", "Unbekannt", "ÄÖÜß €"];
    let mut lines = vec![
        r#"{"organisation":{"organisation_name":"Land Auental","organisation_land":"03"}}"#.to_owned(),
        r#"{"organisation":{"external_ids":[{"scheme":"test","value":"part"}],"organisation_name":"Amt Auental","organisation_land":"03","parent":"Land Auental"}}"#.to_owned(),
        r#"{"organisation":{"organisation_name":"Verbund Auental","organisation_land":"03"}}"#.to_owned(),
    ];
    for (number, text) in texts.iter().enumerate() {
        let more = format!(
            r#""responsible":"Verbund Auental","description":"{text}\n{}","techniques":["speech"],"hosting_":0,"#,
            if number == 0 { long.as_str() } else { "zwei\\n\\nZeilen" }
        );
        let more = more.replace(r#""hosting_":0,"#, r#""licence":{"absent":"withheld","reason":"trade_secret"},"links":["https://a.example/x;y"],"interface_languages":["Deutsch; leicht","\\ zurück"],"#);
        let row = line(&number.to_string(), text, "A").replace("\"kind\"", &format!("{more}\"kind\""));
        let row = row.replace("\"lifecycle\"", "\"used_on_real_cases\":false,\"usage_per_year\":2400,\"in_operation_since\":\"2025-03\",\"hosting\":{\"absent\":\"unknown\"},\"lifecycle\"");
        lines.push(row);
    }
    let alone = line("x", "Ohne Einsatz", "B");
    let (before, _) = alone.split_once(",\"deployment\"").unwrap();
    lines.push(format!("{before}}}").replace("\"Sx\"", "\"Sx\",\"url\":\"https://a.example/Sx?a=1\""));
    lines.join("\n")
}

async fn check(from: &Register, to: &Register, format: Format) {
    let file = from.file(format).await;
    let name = format!("register.{}", format.extension());
    let report = to.try_import(file.clone(), &name, |_| {}).await.unwrap();
    assert_eq!((report.rows_with_errors, report.warnings_total), (0, 0), "{format:?}: {:?}", report.errors.first());
    let (before, after) = (from.entries(View::Public).await, to.entries(View::Public).await);
    assert_eq!(before.len(), after.len(), "{format:?}");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "{format:?}");
    }
    if format != Format::Xlsx {
        assert!(file == to.file(format).await, "{format:?}: the files differ");
    }
}

async fn travels(source: Vec<u8>) {
    let from = Register::sqlite().await;
    let report = from.try_import(source, "source.jsonl", |_| {}).await.unwrap();
    assert_eq!(report.rows_with_errors, 0, "{:?}", report.errors.first());
    for format in [Format::JsonLines, Format::Csv, Format::Xlsx] {
        check(&from, &Register::sqlite().await, format).await;
        let Some(postgres) = Register::postgres().await else { continue };
        check(&from, &postgres, format).await;
        check(&postgres, &Register::sqlite().await, format).await;
        postgres.drop_database().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_register_travels() {
    travels(demo("register.jsonl")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nasty_register_travels() {
    travels(nasty().into_bytes()).await;
}

/// A text that a workbook cannot hold comes back as a warning and stays what it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_too_long_for_a_cell_stays_whole() {
    let r = Register::sqlite().await;
    let whole = "𝄞".repeat(20_000);
    let row = line("1", "Lotte", "A").replace("\"kind\"", &format!(r#""description":"{whole}","kind""#));
    assert_eq!(r.import(&row).await.rows_with_errors, 0);
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = Writer::new(Format::Xlsx, &mut file, Options::default()).unwrap();
    for entry in r.entries(View::Public).await {
        writer.entry(&entry).unwrap();
    }
    assert_eq!(writer.finish().unwrap().cuts.len(), 1);
    let report = r.try_import(file.into_inner(), "register.xlsx", |_| {}).await.unwrap();
    assert_eq!((report.rows_with_errors, report.warnings_total, report.changed_anything()), (0, 1, false));
    let warning = &report.warnings[0];
    assert_eq!((warning.field.as_str(), warning.reason.as_str()), ("description", "field-cut-in-export"));
    assert_eq!(r.record("S1").await.content.text(keys::DESCRIPTION), Some(whole.as_str()));
}
