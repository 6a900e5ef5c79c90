//! What only a server can do: be away, refuse, break off.

use std::time::{Duration, Instant};

use maki_store::{Store, StoreErrorKind};

use crate::support::{Fixture, actor, at, named, new_system};

#[tokio::test]
async fn a_server_that_is_away_is_unreachable_at_once() {
    // Nobody listens where a listener was a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let since = Instant::now();
    let error = Store::open_postgres(&format!("postgres://nobody@127.0.0.1:{port}/maki")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unreachable, "{error:?}");
    assert!(since.elapsed() < Duration::from_secs(2));
    assert!(Store::open_postgres("no url").await.is_err());
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_unreachable() {
    let Some(f) = Fixture::postgres().await else { return };
    let error = Store::open_postgres(&format!("{}_not", f.address())).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unreachable, "{error:?}");
    f.drop_database().await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_loses_only_what_was_not_acknowledged() {
    let Some(f) = Fixture::postgres().await else { return };
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.publish(at(2), &actor(), &[new_system(named("Lost"))]).await.unwrap();
    let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(f.number(others).await > 0);
    let error = tx.commit().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unreachable, "{error:?}");
    // The store goes on with new connections.
    f.publish(&[new_system(named("After"))]).await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM record").await, 2);
    f.assert_whole().await;
    f.drop_database().await;
}

#[tokio::test]
async fn a_reader_cannot_write_and_sees_one_moment() {
    let Some(f) = Fixture::postgres().await else { return };
    let tx = f.store.read().await.unwrap();
    let Store::Postgres(pool) = &f.store else { unreachable!() };
    let begun: Vec<String> = sqlx::query_scalar(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(begun, ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]);
    drop(tx);
    f.drop_database().await;
}
