//! Where the register lies: a folder with the embedded database, or a PostgreSQL server. The index lies in the folder.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use maki_app::{App, Edge, Instance, SystemEdge};
use maki_store::Store;

use crate::config::Config;

#[derive(Args, Debug, Clone)]
pub struct Place {
    /// Folder of the embedded register, and of the search index
    #[arg(long, global = true, env = "MAKI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database
    #[arg(long, global = true, env = "MAKI_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
}

impl Place {
    /// What the command line leaves open comes from the settings.
    #[must_use]
    pub fn or(self, config: &Config) -> Self {
        Self {
            data: self.data.or_else(|| config.server.data.clone()),
            database: self.database.or_else(|| config.server.database.clone()),
        }
    }

    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| PathBuf::from("data"))
    }

    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        self.database.is_none()
    }

    /// Opens the database and brings its tables to the state of this build.
    ///
    /// # Errors
    /// When the database cannot be opened or was written by a newer build.
    pub async fn open_store(&self) -> Result<Store> {
        let store = match &self.database {
            // The URL may hold a password and is never shown.
            Some(url) => Store::open_postgres(url).await.context("cannot open the PostgreSQL database")?,
            None => {
                let data = self.data();
                Store::open_sqlite(&data)
                    .await
                    .with_context(|| format!("cannot open the register in {}", data.display()))?
            }
        };
        store.migrate(&SystemEdge.new_id().to_string()).await.context("cannot bring the tables up to date")?;
        Ok(store)
    }

    /// # Errors
    /// As [`Self::open_store`].
    pub async fn open(&self, instance: Instance) -> Result<App> {
        let store = self.open_store().await?;
        Ok(App::new(store, instance, Arc::new(SystemEdge), &self.data().join("index")))
    }
}
