//! `cargo xtask bench`: the measurements of `crates/maki-bench`, in the release profile.

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::{cargo, machine, require_crate, root};

#[derive(Args)]
pub struct Options {
    /// Passed on to the benchmark
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    require_crate("maki-bench", "holds the measurements")?;
    machine::npm_packages(&root().join("frontend"))?;
    process::run(cargo().args(["run", "--locked", "--release", "--package", "maki-bench", "--"]).args(&options.rest))
}
