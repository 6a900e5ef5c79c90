//! One row per entry in SQLite: key, five codes as numbers, name, short text, and the entry as JSON. One transaction,
//! statements of many rows, WAL, `synchronous=NORMAL`: as fast as the driver goes.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};
use tokio::runtime::{Builder, Runtime};

use super::{Line, each, entry_id};

/// Rows in one statement.
const ROWS: usize = 250;

struct Row {
    number: usize,
    codes: [i64; 5],
    name: String,
    short: String,
    json: String,
}

/// Writes all entries.
pub fn build(file: &Path, source: &Path) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .page_size(8_192)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("cache_size", "-200000");
    let mut connection = runtime.block_on(SqliteConnection::connect_with(&options))?;
    let tables = "CREATE TABLE entry (number INTEGER PRIMARY KEY, level INT, land INT, lifecycle INT, risk_class INT,
        personal_data INT, id TEXT UNIQUE, name TEXT, short TEXT, json TEXT); BEGIN";
    runtime.block_on(sqlx::raw_sql(tables).execute(&mut connection))?;
    let mut dictionaries: [HashMap<String, i64>; 5] = Default::default();
    let mut rows = Vec::with_capacity(ROWS);
    each(source, |number, line, json| {
        rows.push(row(&mut dictionaries, number, line, json));
        if rows.len() == ROWS {
            insert(&runtime, &mut connection, &std::mem::take(&mut rows))?;
        }
        Ok(())
    })?;
    insert(&runtime, &mut connection, &rows)?;
    runtime.block_on(async {
        sqlx::raw_sql("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
        connection.close().await
    })?;
    Ok(())
}

fn row(dictionaries: &mut [HashMap<String, i64>; 5], number: usize, line: &Line, json: &str) -> Row {
    let mut codes = [0; 5];
    for ((code, dictionary), value) in codes.iter_mut().zip(dictionaries).zip(line.facets()) {
        let next = i64::try_from(dictionary.len()).unwrap_or(0);
        *code = *dictionary.entry(value.to_owned()).or_insert(next);
    }
    Row {
        number,
        codes,
        name: line.system.name.clone(),
        short: line.system.short_description.clone(),
        json: json.to_owned(),
    }
}

fn insert(runtime: &Runtime, connection: &mut SqliteConnection, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO entry ");
    query.push_values(rows, |mut values, row| {
        values.push_bind(i64::try_from(row.number).unwrap_or(i64::MAX));
        for code in row.codes {
            values.push_bind(code);
        }
        values.push_bind(entry_id(row.number));
        values.push_bind(row.name.as_str()).push_bind(row.short.as_str()).push_bind(row.json.as_str());
    });
    runtime.block_on(query.build().execute(connection))?;
    Ok(())
}

/// Opens the rows for reading.
pub async fn open(file: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).pragma("cache_size", "-8000");
    Ok(SqlitePoolOptions::new().max_connections(8).connect_with(options).await?)
}

/// The entry as JSON.
pub async fn get(pool: &SqlitePool, id: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT json FROM entry WHERE id = $1").bind(id).fetch_optional(pool).await?)
}
