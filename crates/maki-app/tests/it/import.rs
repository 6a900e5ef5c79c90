//! What an import writes, keeps and refuses.

use std::io::Cursor;

use maki_app::{AppError, FileError, ImportOptions, Tally};
use maki_domain::{Entry, View, keys};
use maki_formats::profile::{ReadOptions, open, profile};
use maki_store::Store;

use crate::support::{Register, both_engines, demo, line, text};

both_engines!(
    the_demo_register_is_imported_once,
    a_changed_row_makes_one_version,
    local_edits_stay,
    heavy_rows_are_kept_as_they_came,
    strict_and_dry_runs_write_nothing,
    rows_of_one_file_agree,
    what_the_database_cannot_hold_is_a_fault_of_its_row,
    a_kennung_that_comes_along_is_kept,
    a_kennung_that_differs_is_a_fault,
    references_may_be_external_ids,
    the_official_list_brings_its_tree,
    keys_of_the_register_are_no_ids,
    a_file_cut_in_the_middle_gives_what_it_held,
    sample_tables_give_the_same_register,
);

async fn the_demo_register_is_imported_once(r: &Register) {
    let rows = String::from_utf8(demo("register.jsonl")).unwrap();
    let first = r.import(&rows).await;
    assert_eq!((first.rows_with_errors, first.rows), (0, rows.lines().count() as u64), "{:?}", first.errors.first());
    let (head, found) = (r.head().await, |t: Tally| (t.new, t.changed, t.unchanged));
    let second = r.import(&rows).await;
    assert!(!second.changed_anything());
    assert_eq!(r.head().await, head);
    for (first, second) in [
        (first.organisations, second.organisations),
        (first.systems, second.systems),
        (first.deployments, second.deployments),
    ] {
        // Each record counts once, however many rows name it.
        assert_eq!(found(first), (first.new, 0, 0));
        assert_eq!(found(second), (0, 0, first.new));
    }
    r.catch_up().await;
    let verification = r.app.verify(|_, _| ()).await.unwrap();
    assert!(verification.is_whole(), "{verification:?}");
}

async fn a_changed_row_makes_one_version(r: &Register) {
    r.import(&[line("1", "Lotte", "A"), line("2", "Otto", "A")].join("\n")).await;
    let changed = [line("1", "Lotte 2", "A"), line("2", "Otto", "A")].join("\n");
    let report = r.import(&changed).await;
    assert_eq!(report.systems, Tally { new: 0, changed: 1, unchanged: 1 });
    assert_eq!((report.organisations.unchanged, report.deployments.unchanged), (1, 2));
    let system = r.record("S1").await;
    assert_eq!((system.envelope.version, system.content.text(keys::NAME)), (2, Some("Lotte 2")));
    assert_eq!(r.record("S2").await.envelope.version, 1);
    let mut tx = r.app.store().read().await.unwrap();
    let (provenance, run) = tx.provenance(system.envelope.id).await.unwrap().unwrap();
    assert_eq!((provenance.row_number, provenance.version, run.file_name.as_str()), (1, 2, "test.jsonl"));
    let raw = tx.import_rows(run.id).await.unwrap().concat();
    assert_eq!(String::from_utf8(raw).unwrap().lines().count(), 2);
}

/// Together they are more than the store takes at once.
async fn heavy_rows_are_kept_as_they_came(r: &Register) {
    let filler = format!(r#""description":"{}","kind""#, "Wort ".repeat(3_600).trim());
    let rows: Vec<String> =
        (0..1_000).map(|n| line(&n.to_string(), &format!("System {n}"), "A").replace(r#""kind""#, &filler)).collect();
    let report = r.import(&rows.join("\n")).await;
    assert_eq!((report.entries, report.rows_with_errors), (1_000, 0), "{:?}", report.errors.first());
    let mut tx = r.app.store().read().await.unwrap();
    let (_, run) = tx.provenance(r.record("S0").await.envelope.id).await.unwrap().unwrap();
    let raw = tx.import_rows(run.id).await.unwrap();
    assert!(raw.len() > 5, "{}", raw.len());
    assert_eq!(String::from_utf8(raw.concat()).unwrap().matches("System 999").count(), 1);
}

async fn local_edits_stay(r: &Register) {
    // Two rows name the system: what was changed here must not look like a contradiction of theirs.
    let rows = |licence: &str| {
        let with = |row: String| row.replace(r#""kind""#, &format!(r#""licence":"{licence}","kind""#));
        [with(line("1", "Lotte", "A")), with(line("1", "Lotte", "B"))].join("\n")
    };
    r.import(&rows("MIT")).await;
    r.edit("S1", |content| assert!(content.put(keys::NAME, text("Named here")))).await;
    let same = r.import(&rows("MIT")).await;
    assert!(!same.changed_anything() && same.rows_with_errors == 0, "{:?}", same.errors);
    let other = r.import(&rows("EUPL-1.2").replace("Lotte", "Lieselotte")).await;
    assert_eq!(
        (other.rows_with_errors, other.kept_local_edits, other.systems.changed),
        (0, 1, 1),
        "{:?}",
        other.errors
    );
    let content = r.record("S1").await.content;
    assert_eq!(content.text(keys::NAME), Some("Named here"));
    assert_eq!(content.text(keys::LICENCE), Some("EUPL-1.2"));
}

async fn strict_and_dry_runs_write_nothing(r: &Register) {
    let bad = line("2", "Otto", "A").replace("\"kind\"", "\"repository_url\":\"javascript:1\",\"kind\"");
    let rows = [line("1", "Lotte", "A"), bad].join("\n");
    let dry = r.import_with(&rows, |o| o.dry_run = true).await;
    assert_eq!((dry.systems.new, dry.rows_with_errors, dry.refused), (1, 1, false));
    let strict = r.import_with(&rows, |o| o.strict = true).await;
    assert!(strict.refused);
    assert_eq!(r.head().await, 0);
    let fault = &strict.errors[0];
    assert_eq!((fault.row, fault.field.as_str()), (2, keys::REPOSITORY_URL));
    assert!(fault.value.contains("javascript:1") && !fault.reason.is_empty(), "{fault:?}");
    assert_eq!(r.import(&rows).await.systems.new, 1);
}

async fn rows_of_one_file_agree(r: &Register) {
    let rows = [line("1", "Lotte", "A"), line("1", "Otto", "B")].join("\n");
    // The second time the first row finds nothing to write, and still the second contradicts it.
    for _ in 0..2 {
        let report = r.import(&rows).await;
        assert_eq!(report.rows_with_errors, 1);
        let fault = &report.errors[0];
        assert_eq!(
            (fault.row, fault.reason.as_str(), fault.detail.as_deref()),
            (2, "row-contradicts-another", Some("1"))
        );
        assert_eq!(r.record("S1").await.content.text(keys::NAME), Some("Lotte"));
    }
    assert_eq!(r.record("S1").await.envelope.version, 1);
}

async fn what_the_database_cannot_hold_is_a_fault_of_its_row(r: &Register) {
    let long = "x".repeat(301);
    let with = |from: &str, to: &str| line("9", "Otto", "A").replace(from, to);
    let check = async |row: String, field: &str, reason: &str| {
        let before = r.head().await;
        let report = r.import(&row).await;
        let found: Vec<_> = report.errors.iter().map(|f| (f.field.as_str(), f.reason.as_str())).collect();
        assert!(found.contains(&(field, reason)), "{field} {reason}: {found:?}");
        assert_eq!(r.head().await, before);
    };
    check(with("Otto", "Ot\\u0000to"), keys::NAME, "field-control-character").await;
    check(with("Stadt A", "Stadt\\u0000A"), keys::ORGANISATION_NAME, "field-control-character").await;
    check(with("S9", "S\\u00009"), "system_external_ids", "field-control-character").await;
    check(with("S9", &long), "system_external_ids", "field-too-long").await;
    check(
        with("\"test\",\"value\":\"S9\"", &format!("\"{long}\",\"value\":\"S9\"")),
        "system_external_ids",
        "field-too-long",
    )
    .await;
    check(with("\"S9\"", "\"S9\",\"url\":\"javascript:1\""), "system_external_ids", "field-not-a-url").await;
    check(with("\"kind\"", "\"responsible\":\"a\\u0000b\",\"kind\""), "responsible", "field-control-character").await;
    check(with("\"kind\"", "\"responsible\":\"Amt Nirgends\",\"kind\""), "responsible", "organisation-unknown").await;
    // One id cannot name two records.
    check(with("\"S9\"", "\"OA\""), "system", "id-of-another-record").await;
    r.import(&line("1", "Lotte", "A")).await;
    check(with("\"S9\"", "\"D1-A\""), "system", "id-of-another-record").await;
}

async fn a_kennung_that_comes_along_is_kept(r: &Register) {
    let kennung =
        |row: String, kennung: &str| row.replace("\"system\":{", &format!("\"system\":{{\"kennung\":\"{kennung}\","));
    let year = maki_app::series_of(maki_domain::RecordKind::System, r.app.now());
    r.import(&kennung(line("1", "Lotte", "A"), &format!("MAKI-{year}-000700"))).await;
    r.import(&line("2", "Otto", "A")).await;
    assert_eq!(r.record(&format!("MAKI-{year}-000700")).await.content.text(keys::NAME), Some("Lotte"));
    assert!(r.record("S2").await.envelope.kennung.unwrap().number() > 700);
    // One row cannot use the series up.
    let report = r.import(&kennung(line("3", "Emil", "A"), &format!("MAKI-{year}-999999999999"))).await;
    assert_eq!(report.errors[0].reason, "kennung-number-too-high");
}

async fn a_kennung_that_differs_is_a_fault(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    let check = async |part: &str, name: &str, series: &str| {
        let own = r.record(name).await.envelope.kennung.unwrap();
        let with = |kennung: &str| {
            line("1", "Lotte 2", "A")
                .replace(&format!("\"{part}\":{{"), &format!("\"{part}\":{{\"kennung\":\"{kennung}\","))
        };
        let other = format!("MAKI-{series}-000900");
        let before = r.head().await;
        let report = r.import(&with(&other)).await;
        let fault = &report.errors[0];
        let found = (fault.field.as_str(), fault.value.as_str(), fault.reason.as_str(), fault.detail.as_deref());
        assert_eq!(found, (part, other.as_str(), "kennung-differs", Some(own.as_str())));
        assert_eq!((report.rows_with_errors, r.head().await), (1, before));
    };
    check("organisation", "OA", "B").await;
    check("system", "S1", "2024").await;
    check("deployment", "D1-A", "2024").await;
    // A later row of the same file may bring the Kennung of a record that has none yet.
    let rows = [
        line("2", "Otto", "A"),
        line("2", "Otto", "B").replace("\"system\":{", "\"system\":{\"kennung\":\"MAKI-2024-000901\","),
    ];
    assert_eq!(r.import(&rows.join("\n")).await.rows_with_errors, 0);
    assert_eq!(r.record("S2").await.envelope.kennung.unwrap().as_str(), "MAKI-2024-000901");
}

async fn references_may_be_external_ids(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    let system = r.record("S1").await.envelope.kennung.unwrap();
    let with = |reference: &str| {
        line("2", "Otto", "B")
            .replace("\"organisation_name\"", &format!("\"parent\":\"{reference}\",\"organisation_name\""))
            .replace("\"kind\"", &format!("\"responsible\":\"{reference}\",\"kind\""))
    };
    for reference in [system.as_str(), "test:S1", "test:nothing", "test:", ":"] {
        let report = r.import(&with(reference)).await;
        assert_eq!(report.errors[0].reason, "organisation-unknown", "{reference}");
    }
    assert_eq!(r.import(&with("test:OA")).await.rows_with_errors, 0);
    let above = r.record("OA").await.envelope.id;
    assert_eq!(r.record("OB").await.envelope.parent, Some(above));
    assert_eq!(r.record("S2").await.envelope.owner, Some(above));
    // Also one that an earlier row of the same file brings.
    let rows = [line("3", "Emil", "C"), with("test:OC").replace('2', "4").replace("OB", "OD")];
    assert_eq!(r.import(&rows.join("\n")).await.rows_with_errors, 0);
}

async fn the_official_list_brings_its_tree(r: &Register) {
    let unit = |satzart: &str, kreis: &str, verband: &str, gemeinde: &str, name: &str, art: &str| {
        format!("{satzart:2}20231130{kreis:5}{gemeinde:3}{verband:4}{name:50}{name:50}{art:2}{:96}\n", "")
    };
    let list = [
        unit("10", "01", "", "", "Sandland", ""),
        unit("40", "01051", "", "", "Talheide", "43"),
        unit("60", "01051", "0011", "011", "Moorau, Stadt", "63"),
    ]
    .concat();
    let import = async || {
        let rules = profile("gv100ad").unwrap();
        let reader = open(Cursor::new(list.clone()), "list.txt", &rules, ReadOptions::default()).unwrap();
        let options = ImportOptions { profile: "gv100ad".into(), file: "list.txt".into(), ..ImportOptions::default() };
        r.app.import_file(reader, options, |_, _| {}).await.unwrap()
    };
    let report = import().await;
    assert_eq!((report.rows_with_errors, report.organisations.new), (0, 3), "{:?}", report.errors);
    assert!(!import().await.changed_anything());
    let entries = r.entries(View::Public).await;
    let name = |e: &Entry| e.organisation.content.text(keys::ORGANISATION_NAME).unwrap().to_owned();
    let kennung = |e: &Entry| e.organisation.kennung.as_ref().map(ToString::to_string);
    let [land, kreis, stadt] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!([name(land), name(kreis), name(stadt)], ["Sandland", "Kreis Talheide", "Stadt Moorau"]);
    assert_eq!((kreis.organisation.parent.clone(), stadt.organisation.parent.clone()), (kennung(land), kennung(kreis)));
}

/// What a file says under a scheme of the register itself counts for nothing: it could lead to somebody else's record.
async fn keys_of_the_register_are_no_ids(r: &Register) {
    r.import(r#"{"organisation":{"organisation_name":"Amt A","organisation_land":"03"},"system":{"name":"Lotte"}}"#)
        .await;
    let row = r#"{"organisation":{"external_ids":[{"scheme":"organisation-name","value":"03/amt a"}],"organisation_name":"Amt B","organisation_land":"03"},"system":{"external_ids":[{"scheme":"system-name","value":"x/lotte"}],"name":"Lotte"}}"#;
    let report = r.import(row).await;
    assert_eq!(
        (report.rows_with_errors, report.organisations.new, report.systems.new),
        (0, 1, 1),
        "{:?}",
        report.errors
    );
    assert!(!r.import(row).await.changed_anything());
}

async fn a_file_cut_in_the_middle_gives_what_it_held(r: &Register) {
    let whole = demo("register.jsonl");
    let cut = whole[..whole.len() / 2].to_vec();
    let strict = r.try_import(cut.clone(), "cut.jsonl", |o| o.strict = true).await;
    assert!(strict.is_err() || strict.is_ok_and(|report| report.refused));
    assert_eq!(r.head().await, 0);
    match r.try_import(cut, "cut.jsonl", |_| {}).await {
        Ok(report) => assert_eq!(report.rows_with_errors, 1),
        Err(FileError::Table(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
    assert!(r.head().await > 0);
}

async fn sample_tables_give_the_same_register(r: &Register) {
    let first = r.try_import(demo("samples/vorlage.csv"), "vorlage.csv", |_| {}).await.unwrap();
    assert_eq!((first.rows_with_errors, first.entries), (0, 3), "{:?}", first.errors);
    let second = r.try_import(demo("samples/vorlage-windows-1252.csv"), "w.csv", |_| {}).await.unwrap();
    assert!(!second.changed_anything() && second.entries == 3, "{second:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_held_by_another_is_busy() {
    let r = Register::sqlite().await;
    let other = Store::open_sqlite(r.folder.path()).await.unwrap();
    let held = other.write().await.unwrap();
    let error = r.try_import(line("1", "Lotte", "A").into_bytes(), "x.jsonl", |_| {}).await.unwrap_err();
    assert!(matches!(error, FileError::App(AppError::Busy)), "{error:?}");
    drop(held);
    assert_eq!(r.import(&line("1", "Lotte", "A")).await.systems.new, 1);
}
