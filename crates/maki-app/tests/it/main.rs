//! The use cases on a real SQLite file, a real PostgreSQL server and real index folders.
//!
//! Every function under `both_engines!` runs once per engine. PostgreSQL is the server named by `MAKI_TEST_POSTGRES`;
//! without it those tests say so and pass, except in CI, where they fail.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cognitive_complexity,
    reason = "tests"
)]

mod confidential;
mod export;
mod form_token;
mod import;
mod index;
mod mail;
mod people;
mod people_joining;
mod people_provider;
mod quality;
mod round_trip;
mod support;
mod work;
mod work_around;
mod work_assessment;
