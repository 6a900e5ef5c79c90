//! `cargo xtask soak`: what takes too long for every change.
//!
//! Every page in every accessibility engine and every mode, every page again on PostgreSQL, and the tests with
//! `MAKI_SOAK=1`, which makes those that know it loop long (kills, generated input). Rounds repeat the tests.

use anyhow::Result;
use clap::Args;

use crate::browser::Scope;
use crate::postgres::Postgres;
use crate::process;
use crate::smtp::SmtpSink;
use crate::steps::Steps;
use crate::test::{unit_tests, with_server};
use crate::{build_everything, machine, root};

#[derive(Args)]
pub struct Options {
    /// How often the long tests run
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
}

pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    all_steps(&mut steps, options);
    steps.close()
}

fn all_steps(steps: &mut Steps, options: &Options) {
    let built = steps.step("build", || {
        machine::npm_packages(&root().join("frontend"))?;
        process::run(&mut build_everything())
    });
    if built.is_none() {
        return;
    }
    let Some(postgres) = steps.step("PostgreSQL", Postgres::start) else {
        return;
    };
    let Some(smtp) = steps.step("mail server", SmtpSink::start) else {
        return;
    };
    steps.step("browser in every mode, SQLite", || with_server("sqlite", None, Scope::EveryMode));
    // The pages are the same: here it is what lies behind them.
    steps.step("browser, PostgreSQL", || {
        let database = postgres.create_database("maki_e2e")?;
        with_server("postgres", Some(&database), Scope::Everything)
    });
    for round in 1..=options.rounds {
        steps.step(&format!("long tests, round {round}"), || {
            let mut tests = unit_tests();
            tests.env("MAKI_SOAK", "1").env("MAKI_TEST_POSTGRES", postgres.url()).envs(smtp.variables());
            process::run(&mut tests)
        });
    }
}
