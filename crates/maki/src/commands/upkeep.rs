//! `maki migrate`, `maki reindex`, `maki verify`.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use maki_app::FollowError;

use crate::config::Config;
use crate::place::{Need, Place};
use crate::progress;

pub async fn migrate(place: &Place) -> Result<ExitCode> {
    let store = place.open_store(Need::Make).await?;
    store.close().await;
    println!("the tables are up to date");
    Ok(ExitCode::SUCCESS)
}

pub async fn reindex(place: &Place, config: Config) -> Result<ExitCode> {
    let app = place.open(config.instance, Need::Existing).await?;
    let bar = progress::bar("indexing", 0);
    let result = app
        .reindex(&mut |p| {
            bar.set_length(p.total);
            bar.set_position(p.done);
        })
        .await;
    bar.finish_and_clear();
    match result {
        Ok(()) => {
            let overview = app.overview(maki_domain::View::Public)?;
            println!("{} systems with {} deployments are in the index", overview.systems, overview.deployments);
            Ok(ExitCode::SUCCESS)
        }
        Err(FollowError::Elsewhere) => bail!("a running server keeps the index; stop it first"),
        Err(FollowError::App(error)) => Err(error).with_context(|| {
            format!("cannot build the index; can {} be written?", place.data().join("index").display())
        }),
    }
}

pub async fn verify(place: &Place, config: Config) -> Result<ExitCode> {
    let app = place.open(config.instance, Need::Existing).await?;
    let bar = progress::bar("events", 0);
    let found = app
        .verify(|done, total| {
            bar.set_length(u64::try_from(total).unwrap_or(0));
            bar.set_position(u64::try_from(done).unwrap_or(0));
        })
        .await?;
    bar.finish_and_clear();
    println!("{} events", found.chain.events);
    for (sequence, what) in &found.chain.findings {
        println!("event {sequence}: {what}");
    }
    for finding in &found.index {
        println!("index: {finding}");
    }
    for late in &found.late {
        println!("index: {late}");
    }
    if found.is_whole() {
        println!("the chain is whole, index and database agree");
        Ok(ExitCode::SUCCESS)
    } else if found.is_sound() {
        println!("the chain is whole; the index is late, the next `maki serve` or `maki reindex` brings it up to date");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{} findings in the chain, {} in the index", found.chain.total_findings, found.index.len());
        Ok(ExitCode::FAILURE)
    }
}
