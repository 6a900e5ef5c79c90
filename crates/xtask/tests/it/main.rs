//! The house rules that no compiler checks: which crate may know which, where SQL and German may stand, what
//! keeps the code readable. Each test names the rule, the file and the line, so that the way out is plain.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod house;
mod source;
