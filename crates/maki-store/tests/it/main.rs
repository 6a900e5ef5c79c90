//! The contract of the store, on a real SQLite file and on a real PostgreSQL server.
//!
//! Every function under `contract!` runs once per engine. PostgreSQL is the server named by `MAKI_TEST_POSTGRES` (the
//! URL of a database in which others may be created), as `cargo xtask test` and `cargo xtask postgres` provide it;
//! without it those tests say so and pass, except in CI, where they fail.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cognitive_complexity,
    reason = "tests"
)]

mod api;
mod assessment;
mod backup;
mod confidential;
mod crash;
mod discussion;
mod draft;
mod eu_report;
mod faults;
mod import_run;
mod job;
mod log;
mod people;
mod postgres;
mod publish;
mod quality;
mod read;
mod redact;
mod support;
mod verify;
mod work;
