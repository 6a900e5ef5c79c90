//! Speed of the index beside a bare twin; see the end of `src/testing.rs` for the documents.

fn main() {}
