//! One module per command.

pub mod assess;
pub mod backup;
pub mod check;
pub mod eu_report;
pub mod export;
pub mod import;
pub mod law;
pub mod serve;
pub mod upkeep;
pub mod user;
