//! The binary as an operator meets it: places that are wrong, files that cannot be written, exit codes, and what it
//! says about them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod assess;
mod check;
mod import;
mod law;
mod place;
mod read_only;
mod secrecy;
mod serve;
mod support;
mod verify;
