//! The index follows the register, is rebuilt when damaged, and never tells more than its view may see.

use std::time::{Duration, Instant};

use maki_app::{Answer, AnswerForm, App, IndexState, SearchRequest, Steckbrief};
use maki_domain::{Kennung, View, Visibility, catalogue, keys};

use crate::support::{Register, both_engines, catch_up, line, text};

both_engines!(
    a_publication_is_found_soon,
    a_deleted_folder_is_built_anew,
    an_overwritten_file_is_built_anew,
    the_public_index_holds_nothing_internal,
    another_process_reads_along,
    a_restored_register_is_indexed_anew,
    a_restore_is_noticed_while_following,
    an_index_behind_is_said_to_be,
    versions_and_names_lead_to_the_steckbrief,
    a_kept_answer_is_never_older_than_what_the_follower_met,
);

fn found(app: &App, view: View, query: &str) -> Option<usize> {
    let request = SearchRequest { query: query.into(), correct: false, ..SearchRequest::default() };
    // Nobody may read an unfinished answer as a whole one.
    app.search(view, &request).ok().filter(|page| !page.incomplete).map(|page| page.hits.total)
}

async fn wait_for(what: &str, limit: Duration, mut done: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !done().await {
        assert!(since.elapsed() < limit, "{what} takes longer than {limit:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs the follower of an app until the returned sender is dropped.
fn follow(app: &App) -> (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let app = app.clone();
    (stop, tokio::spawn(async move { app.follow(async { drop(stopped.await) }).await }))
}

/// Generous: other tests share the processors.
const SOON: Duration = Duration::from_secs(15);

async fn a_publication_is_found_soon(r: &Register) {
    let (stop, task) = follow(&r.app);
    r.import(&[line("1", "Wohngeldlotse", "Heide"), line("1", "Wohngeldlotse", "Berg")].join("\n")).await;
    wait_for("a hit", SOON, async || found(&r.app, View::Public, "Wohngeldlotse") == Some(1)).await;
    // An organisation renamed changes cards of what it uses.
    r.edit("OHeide", |c| assert!(c.put(keys::ORGANISATION_NAME, text("Stadt Neuheide")))).await;
    wait_for("the new name", SOON, async || {
        let page = r.app.search(View::Public, &SearchRequest::default()).unwrap();
        page.cards().any(|card| card.organisations.iter().any(|o| o.name == "Stadt Neuheide"))
    })
    .await;
    let system = r.record("S1").await.envelope;
    let mut tx = r.app.store().write().await.unwrap();
    tx.withdraw(r.app.now(), &crate::support::actor(), system.id, system.revision).await.unwrap();
    tx.commit().await.unwrap();
    wait_for("the withdrawal", SOON, async || found(&r.app, View::Public, "Wohngeldlotse") == Some(0)).await;
    let tombstone = r.app.steckbrief(View::Public, &system.kennung.unwrap()).await.unwrap().unwrap();
    assert!(tombstone.system.is_withdrawn());
    drop(stop);
    task.await.unwrap();
}

async fn a_deleted_folder_is_built_anew(r: &Register) {
    r.import(&line("1", "Wohngeldlotse", "Heide")).await;
    // Before anybody compared folder and log, nothing is known.
    assert_eq!(found(&r.app, View::Public, "Wohngeldlotse"), None);
    assert_eq!(r.app.ready().await.unwrap(), IndexState::Building);
    let (stop, task) = follow(&r.app);
    wait_for("the index", SOON, async || found(&r.app, View::Public, "Wohngeldlotse") == Some(1)).await;
    std::fs::remove_dir_all(r.folder.path().join("index")).unwrap();
    wait_for("the new folder", SOON, async || {
        // Old or whole, never a false "nothing found".
        assert_ne!(found(&r.app, View::Public, "Wohngeldlotse"), Some(0));
        r.index_folder("public").join("meta.json").exists() && r.index_folder("authorities").join("meta.json").exists()
    })
    .await;
    r.import(&line("2", "Bauantragshelfer", "Heide")).await;
    wait_for("a new hit", SOON, async || found(&r.app, View::Public, "Bauantragshelfer") == Some(1)).await;
    assert_eq!(found(&r.app, View::Public, "Wohngeldlotse"), Some(1));
    drop(stop);
    task.await.unwrap();
    // Garbage in every file, met at the next start.
    for file in std::fs::read_dir(r.index_folder("public")).unwrap() {
        let file = file.unwrap();
        if !file.file_name().to_string_lossy().ends_with(".lock") {
            std::fs::write(file.path(), b"garbage").unwrap();
        }
    }
    let second = r.second();
    catch_up(&second).await;
    assert_eq!(found(&second, View::Public, "Wohngeldlotse"), Some(1));
}

async fn an_overwritten_file_is_built_anew(r: &Register) {
    r.import(&line("1", "Wohngeldlotse", "Heide")).await;
    catch_up(&r.app).await;
    let overwrite = |extensions: &[&str]| {
        let files = std::fs::read_dir(r.index_folder("public")).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|f| f.extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted))) {
            // In place: what is mapped is what is damaged.
            let mut bytes = std::fs::read(&file).unwrap();
            let end = bytes.len().saturating_sub(200).max(bytes.len() / 3);
            bytes[..end].fill(0xa5);
            use std::io::Write;
            std::fs::OpenOptions::new().write(true).open(&file).unwrap().write_all(&bytes).unwrap();
        }
    };
    let repaired = async |app: &App| {
        found(app, View::Public, "Wohngeldlotse") == Some(1) && app.verify(|_, _| ()).await.unwrap().is_whole()
    };
    // Met by the first search that reads it.
    let (stop, task) = follow(&r.app);
    wait_for("the follower", SOON, async || r.app.ready().await.unwrap() == IndexState::Ready).await;
    overwrite(&["store"]);
    wait_for("the repair", SOON, async || repaired(&r.app).await).await;
    drop(stop);
    task.await.unwrap();
    // Met at a start, whether a search would notice or not.
    overwrite(&["store", "idx"]);
    let second = r.second();
    let (stop, task) = follow(&second);
    wait_for("the repair at the start", SOON, async || repaired(&second).await).await;
    drop(stop);
    task.await.unwrap();
}

async fn the_public_index_holds_nothing_internal(r: &Register) {
    let row = line("1", "Lotte", "A").replace(
        "\"kind\"",
        r#""contact_person":"Kanarienvogel","problem":"Zaunkönigin","_visibility":{"problem":"authorities"},"kind""#,
    );
    assert_eq!(r.import(&row).await.rows_with_errors, 0);
    let problem = catalogue().id(keys::PROBLEM).unwrap();
    assert_eq!(r.record("S1").await.content.visibility(problem), Visibility::Authorities);
    r.catch_up().await;
    for word in ["Kanarienvogel", "Zaunkönigin"] {
        assert_eq!(found(&r.app, View::Public, word), Some(0), "{word}");
        assert!(r.app.suggest(View::Public, &word[..5], 10).unwrap().iter().all(|s| !format!("{s:?}").contains(word)));
        assert!(!format!("{:?}", r.entries(View::Public).await).contains(word));
        let folded = word.to_lowercase().replace('ö', "o");
        for file in std::fs::read_dir(r.index_folder("public")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            assert!(!text.contains(&word.to_lowercase()) && !text.contains(&folded), "{word}");
        }
    }
    assert_eq!(found(&r.app, View::Authorities, "Zaunkönigin"), Some(1));
}

async fn another_process_reads_along(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    let (stop, task) = follow(&r.app);
    wait_for("the index", SOON, async || found(&r.app, View::Public, "Lotte") == Some(1)).await;
    let second = r.second();
    let (second_stop, second_task) = follow(&second);
    wait_for("the second process", SOON, async || found(&second, View::Public, "Lotte") == Some(1)).await;
    let kennung = r.record("S1").await.envelope.kennung.unwrap();
    let named = async |app: &App| {
        let steckbrief = app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
        steckbrief.system.content.text(keys::NAME).unwrap().to_owned()
    };
    assert_eq!((named(&r.app).await, named(&second).await), ("Lotte".into(), "Lotte".into()));
    r.edit("S1", |content| assert!(content.put(keys::NAME, text("Umbenannt")))).await;
    for app in [&r.app, &second] {
        wait_for("the change", SOON, async || found(app, View::Public, "Umbenannt") == Some(1)).await;
        wait_for("the new Steckbrief", SOON, async || named(app).await == "Umbenannt").await;
    }
    drop((stop, second_stop));
    task.await.unwrap();
    second_task.await.unwrap();
}

async fn a_restored_register_is_indexed_anew(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    r.catch_up().await;
    maki_store::mark_restored(r.app.store(), r.app.now()).await.unwrap();
    let told = r.app.verify(|_, _| ()).await.unwrap();
    assert!(told.is_sound() && !told.is_whole() && told.late.len() == 2, "{told:?}");
    catch_up(&r.second()).await;
    let whole = r.second().verify(|_, _| ()).await.unwrap();
    assert!(whole.is_whole(), "{whole:?}");
}

async fn a_restore_is_noticed_while_following(r: &Register) {
    let (stop, task) = follow(&r.app);
    let second = r.second();
    let (second_stop, second_task) = follow(&second);
    r.import(&line("1", "Lotte", "A")).await;
    for app in [&r.app, &second] {
        wait_for("the index", SOON, async || found(app, View::Public, "Lotte") == Some(1)).await;
    }
    maki_store::mark_restored(r.app.store(), r.app.now()).await.unwrap();
    for app in [&r.app, &second] {
        let whole = async || app.verify(|_, _| ()).await.is_ok_and(|told| told.is_whole());
        wait_for("an index of the new epoch", SOON, whole).await;
        wait_for("trust in it", SOON, async || found(app, View::Public, "Lotte") == Some(1)).await;
    }
    // It goes on from there.
    r.import(&line("2", "Otto", "A")).await;
    for app in [&r.app, &second] {
        wait_for("a new hit", SOON, async || found(app, View::Public, "Otto") == Some(1)).await;
    }
    drop((stop, second_stop));
    task.await.unwrap();
    second_task.await.unwrap();
}

async fn an_index_behind_is_said_to_be(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    r.catch_up().await;
    assert!(r.app.verify(|_, _| ()).await.unwrap().is_whole());
    r.import(&line("2", "Otto", "A")).await;
    let told = r.app.verify(|_, _| ()).await.unwrap();
    assert!(told.is_sound() && told.late.iter().any(|t| t.contains("stands at event")), "{told:?}");
}

async fn versions_and_names_lead_to_the_steckbrief(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    r.edit("S1", |content| assert!(content.put(keys::NAME, text("Lotte 2")))).await;
    let (system, deployment) = (r.record("S1").await.envelope, r.record("D1-A").await.envelope);
    let kennung = system.kennung.unwrap();
    let steckbrief = r.app.steckbrief(View::Public, &deployment.kennung.unwrap()).await.unwrap().unwrap();
    assert_eq!(steckbrief.system.kennung(), kennung.as_str());
    assert!(steckbrief.versions.is_sorted_by_key(|v| std::cmp::Reverse(v.published_at)));
    assert_eq!(steckbrief.versions[0].number, 2);
    let comparison = r.app.compare(View::Public, &kennung, 1, 2).await.unwrap().unwrap();
    assert_eq!(comparison.changes.len(), 1);
    let (_, resolved) = r.app.resolve("test", "S1").await.unwrap().unwrap();
    assert_eq!(resolved, kennung.as_str());
    assert_eq!(r.app.resolve("test", "nothing").await.unwrap(), None);
    let near = Kennung::new("MAKI", "1999", kennung.number()).unwrap();
    assert_eq!(r.app.similar_kennungen(near.as_str(), 5).await.unwrap(), [kennung.as_str()]);
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn a_kept_answer_is_never_older_than_what_the_follower_met(r: &Register) {
    r.import(&line("1", "Lotte", "A")).await;
    r.import(&line("2", "Otto", "A")).await;
    r.catch_up().await;
    let (one, other) = (r.record("S1").await.envelope.kennung.unwrap(), r.record("S2").await.envelope.kennung.unwrap());
    let form = AnswerForm::Json;
    let made_of = |steckbrief: &Steckbrief| Answer {
        body: format!("{steckbrief:?}").into(),
        tag: format!("{:x}", steckbrief.revision).into(),
    };
    let answer = async |kennung: &Kennung| {
        let (steckbrief, since) = r.app.steckbrief_once(kennung).await.unwrap().unwrap();
        r.app.keep_answer(since, form, &steckbrief, made_of(&steckbrief));
        steckbrief
    };
    let kept = |kennung: &Kennung| r.app.answer(form, kennung.as_str());
    for (name, key) in [("S1", keys::NAME), ("D1-A", keys::DEPLOYMENT_PURPOSE), ("OA", keys::ORGANISATION_NAME)] {
        let (before, _) = (answer(&one).await, answer(&other).await);
        assert_eq!(kept(&one), Some(made_of(&before)), "{name}");
        let (reading, since) = r.app.steckbrief_once(&one).await.unwrap().unwrap();
        r.edit(name, |content| assert!(content.put(key, text("Anders")))).await;
        r.catch_up().await;
        assert_eq!(kept(&one), None, "{name}");
        // The organisation is that of both systems.
        assert_eq!(kept(&other).is_none(), name == "OA", "{name}");
        // Whoever read before the change comes too late.
        r.app.keep_answer(since, form, &reading, made_of(&reading));
        assert_eq!(kept(&one), None, "{name}");
        let after = answer(&one).await;
        assert!(format!("{after:?}").contains("Anders") && after.revision != before.revision, "{name}");
    }
    answer(&one).await;
    maki_store::mark_restored(r.app.store(), r.app.now()).await.unwrap();
    r.catch_up().await;
    assert_eq!(kept(&one), None);
}

/// `maki restore` asks this before it puts another file in the register's place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_in_use_is_not_replaced() {
    let r = Register::sqlite().await;
    r.import(&line("1", "Lotte", "A")).await;
    assert!(maki_store::release_sqlite(r.folder.path()).await.is_err());
    r.app.store().close().await;
    // The threads of the connections end by themselves.
    wait_for("the file", SOON, async || maki_store::release_sqlite(r.folder.path()).await.is_ok()).await;
}
