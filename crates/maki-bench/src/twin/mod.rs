//! The bare twins: the same work on the same entries, with nothing around it. They are the yardstick of this machine.
//!
//! [`rows`] writes one row per entry, [`index`] one document per entry, and [`serve`] answers a point read and a
//! search from them: no views, no versions, no history, no spelling, no compounds, no escaping, no headers.

pub mod index;
pub mod rows;
pub mod serve;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// What the twins know of an entry.
#[derive(Debug, Deserialize)]
pub struct Line {
    organisation: Organisation,
    system: System,
    #[serde(default)]
    deployment: Deployment,
}

#[derive(Debug, Deserialize)]
struct Organisation {
    #[serde(default)]
    organisation_level: String,
    #[serde(default)]
    organisation_land: String,
}

#[derive(Debug, Deserialize)]
struct System {
    name: String,
    short_description: String,
    purpose: String,
    description: String,
    #[serde(default)]
    risk_class: String,
}

#[derive(Debug, Default, Deserialize)]
struct Deployment {
    #[serde(default)]
    lifecycle: String,
    #[serde(default)]
    personal_data: String,
}

impl Line {
    /// The values of the facets, in the order of [`crate::entries::FACETS`].
    fn facets(&self) -> [&str; 5] {
        let Self { organisation, system, deployment } = self;
        [
            &organisation.organisation_level,
            &organisation.organisation_land,
            &deployment.lifecycle,
            &system.risk_class,
            &deployment.personal_data,
        ]
        .map(String::as_str)
    }
}

/// Reads the entries one by one: number from 0, what is known, the line as it stands.
fn each(source: &Path, mut take: impl FnMut(usize, &Line, &str) -> Result<()>) -> Result<()> {
    let file = File::open(source).with_context(|| format!("cannot read {}", source.display()))?;
    for (number, line) in BufReader::with_capacity(1 << 20, file).lines().enumerate() {
        let line = line?;
        take(number, &serde_json::from_str(&line)?, &line)?;
    }
    Ok(())
}

/// The twins' name of an entry.
#[must_use]
pub fn entry_id(number: usize) -> String {
    format!("entry-{number:07}")
}
