//! Where the register lies: a folder with the embedded database, or a PostgreSQL server. The index lies in the folder.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use maki_app::{App, Edge, Instance, SystemEdge};
use maki_store::{Schema, Store, StoreError, StoreErrorKind};

use crate::config::Config;

/// What a command needs of the register that it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// One that is there already: a typing error in its place must not look like an empty register.
    Existing,
    /// One that is made when it is missing.
    Make,
}

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

    /// Opens the database and brings its tables to the state of this build, when they are not.
    ///
    /// # Errors
    /// When the database cannot be opened, is not there and is only to be read, or was written by a newer build.
    pub async fn open_store(&self, need: Need) -> Result<Store> {
        let store = match &self.database {
            // The URL may hold a password and is never shown.
            Some(url) => Store::open_postgres(url).await.context("cannot open the PostgreSQL database")?,
            None => self.open_embedded(need).await?,
        };
        match store.schema().await.with_context(|| format!("cannot use {}", self.words()))? {
            Schema::Current => {}
            Schema::Missing if need != Need::Make => bail!(self.there_is_none()),
            Schema::Missing | Schema::Behind => {
                let made = store.migrate(&SystemEdge.new_id().to_string()).await;
                if made.as_ref().is_err_and(|error| error.kind() == StoreErrorKind::ReadOnly) {
                    bail!("the tables of {} must be brought up to date. {}", self.words(), self.read_only());
                }
                made.context("cannot bring the tables up to date")?;
            }
        }
        Ok(store)
    }

    async fn open_embedded(&self, need: Need) -> Result<Store> {
        let data = self.data();
        let opened = match Store::open_existing_sqlite(&data).await {
            Err(StoreError::NoRegister) if need == Need::Make => Store::open_sqlite(&data).await,
            opened => opened,
        };
        match opened {
            Err(StoreError::NoRegister) => bail!(self.there_is_none()),
            Err(error) if error.kind() == StoreErrorKind::ReadOnly => Err(error).context(self.read_only()),
            opened => opened.with_context(|| format!("cannot open {}", self.words())),
        }
    }

    /// # Errors
    /// As [`Self::open_store`].
    pub async fn open(&self, instance: Instance, need: Need) -> Result<App> {
        let store = self.open_store(need).await?;
        Ok(App::new(store, instance, Arc::new(SystemEdge), &self.data().join("index")))
    }

    /// Fails when the register may only be read; for commands that write, before they begin.
    ///
    /// # Errors
    /// In words that say what to do.
    pub async fn expect_writable(&self, store: &Store) -> Result<()> {
        match store.try_writing().await {
            Err(error) if error.kind() == StoreErrorKind::ReadOnly => bail!(self.read_only()),
            // Whatever else is wrong is told by the command itself, which may have better luck.
            _ => Ok(()),
        }
    }

    fn words(&self) -> String {
        match &self.database {
            Some(_) => "the PostgreSQL database".to_owned(),
            None => format!("the register in {}", self.data().display()),
        }
    }

    fn there_is_none(&self) -> String {
        let place = match &self.database {
            Some(_) => "the PostgreSQL database".to_owned(),
            None => self.data().display().to_string(),
        };
        let option = if self.is_embedded() { "--data" } else { "--database" };
        format!(
            "there is no register in {place}: check {option}, or make one with `maki migrate`, `import` or `restore`"
        )
    }

    fn read_only(&self) -> String {
        format!(
            "{} may only be read here: run this command as the account that owns it, or where file system and \
             database allow writing",
            self.words()
        )
    }
}
