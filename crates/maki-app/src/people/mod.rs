//! People: what claims of a provider give them.

pub mod claims;
