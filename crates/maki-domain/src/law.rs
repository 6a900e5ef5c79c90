//! The KI-VO as data: Annex VIII with its sections, and the legal basis the lists were read from.
//!
//! Source: Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744, consolidated text of 27 July 2026.
//! Points of Annex III, letters of Article 5 and conditions of Article 6(3) are vocabularies.

use std::sync::LazyLock;

use serde::Deserialize;

/// Where the legal lists come from.
#[derive(Debug, Clone, Deserialize)]
pub struct LegalBasis {
    pub base: String,
    pub amended_by: String,
    pub consolidated_celex: String,
}

#[derive(Debug, Deserialize)]
struct Source {
    legal_basis: LegalBasis,
}

const SOURCE: &str = include_str!("../data/ai-act.json");

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static LAW: LazyLock<Source> = LazyLock::new(|| serde_json::from_str(SOURCE).expect("embedded law parses"));

#[must_use]
pub fn legal_basis() -> &'static LegalBasis {
    &LAW.legal_basis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_parses_and_names_its_source() {
        assert_eq!(legal_basis().base, "Regulation (EU) 2024/1689");
    }
}
