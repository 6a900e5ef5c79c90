//! `cargo xtask bench`: the measurements of `crates/maki-bench`, in the release profile.

use std::path::PathBuf;
use std::process::Command;

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
    // Both in one build: the benchmark runs the binary that lies beside it.
    let packages = ["--package", "maki", "--package", "maki-bench"];
    process::run(cargo().args(["build", "--locked", "--release"]).args(packages))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let binary = target.join("release").join(format!("maki-bench{}", std::env::consts::EXE_SUFFIX));
    process::run(Command::new(binary).current_dir(root()).args(&options.rest))
}
