//! The site as a browser meets it: every page in both languages, caching, headers, hostile input, errors.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod api;
mod assessment;
mod confidential;
mod connections;
mod dashboard;
mod errors;
mod eu_report;
mod joining;
mod law_check;
mod law_look;
mod mail;
mod pages;
mod paper;
mod quality;
mod register;
mod review;
mod rights;
mod secrecy;
mod visitor;
mod work;
mod write_api;
