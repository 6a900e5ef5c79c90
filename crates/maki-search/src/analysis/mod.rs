//! From text to words and from words to what they have in common.

pub mod fold;
pub mod words;
