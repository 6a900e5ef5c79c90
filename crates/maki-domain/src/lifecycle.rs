//! The life of a deployment, from idea to end, and which steps lead on.

use crate::vocabulary::{Code, vocabulary};

/// The coarse stage that facets and requirements use, such as `in_operation`.
#[must_use]
pub fn group_of(lifecycle: Code) -> Option<Code> {
    let group = vocabulary("lifecycle")?.term(lifecycle.as_str())?.group.as_deref()?;
    vocabulary("lifecycle_group")?.code(group)
}

/// Whether a deployment may go from one stage to another. Going on is free, also over several stages; what was
/// discarded may be taken up again as an idea; what has run cannot become an idea again, and what is retired stays so.
#[must_use]
pub fn may_become(from: &str, to: &str) -> bool {
    const BEFORE_USE: [&str; 5] = ["idea", "concept", "development", "pilot", "rollout"];
    match (from, to) {
        _ if from == to => true,
        ("retired", _) => false,
        ("discarded", to) => matches!(to, "idea" | "concept" | "development"),
        ("operation", to) => matches!(to, "suspended" | "retired"),
        ("suspended", to) => matches!(to, "pilot" | "rollout" | "operation" | "retired" | "discarded"),
        (from, "discarded" | "suspended" | "operation") => BEFORE_USE.contains(&from),
        // A pilot and a roll-out are uses that end; ideas and developments are discarded instead.
        (from, "retired") => matches!(from, "pilot" | "rollout"),
        (from, to) => {
            let place = |stage: &str| BEFORE_USE.iter().position(|s| *s == stage);
            // A pilot may lead back to development, and a concept to an idea.
            matches!((place(from), place(to)), (Some(f), Some(t)) if t > f || f - t == 1)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn stages_lead_on() {
        let check = |from: &str, to: &str, expected: bool| assert_eq!(may_become(from, to), expected, "{from} → {to}");
        check("idea", "pilot", true);
        check("pilot", "development", true);
        check("rollout", "idea", false);
        check("operation", "idea", false);
        check("operation", "suspended", true);
        check("suspended", "operation", true);
        check("retired", "operation", false);
        check("idea", "retired", false);
        check("idea", "discarded", true);
        check("discarded", "idea", true);
    }

    #[test]
    fn every_stage_has_a_group() {
        let lifecycle = vocabulary("lifecycle").unwrap();
        for term in lifecycle.terms() {
            assert!(group_of(lifecycle.code(&term.code).unwrap()).is_some());
        }
    }
}
