//! Tests against real registers. They live beside the repository (`MAKI_SHARED`, else a sibling folder `shared`);
//! without them the tests say so and pass locally, and fail in CI.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod demo;
mod profiles;
mod registers;
mod shared;
