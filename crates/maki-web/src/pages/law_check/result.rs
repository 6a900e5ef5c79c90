//! What follows from the answers: class and why, duties with their days, registers, what is still open.

use axum::http::StatusCode;
use maki_domain::assess::{Assessment, Duty, Fact, NOT_ASSESSED, RuleSet, rule_set, rule_sets};
use maki_domain::rules::Kind;
use maki_domain::{Language, PartialDate, vocabulary};
use serde_json::{Map, Value as Json};

use super::walk::said;
use crate::form::FaultSummary;
use crate::format;
use crate::plain_form::PlainField;
use crate::respond::{Cache, Page};
use crate::shell::Shell;
use crate::texts::{Texts, texts};

/// A duty; its days are several where the law can be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    pub article: String,
    pub who: String,
    pub from: String,
    pub text: String,
}

/// What the check says on one matter, in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub label: String,
    pub texts: Vec<String>,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    pub key: String,
    pub question: String,
    pub answer: String,
}

/// What a check comes to, in words.
pub struct Outcome {
    pub class: String,
    pub why: String,
    pub contradictions: Vec<String>,
    pub findings: Vec<Finding>,
    pub duties: Vec<DutyRow>,
    pub open: Vec<AnswerRow>,
    pub answers: Vec<AnswerRow>,
    pub made: String,
}

/// The form that keeps an outcome.
pub struct KeepForm {
    /// Revision of what it is kept with.
    pub revision: i64,
    pub hint: String,
    /// Asks for the reasons.
    pub field: PlainField,
}

/// The end of a check.
#[derive(askama::Template)]
#[template(path = "law_check/result.html")]
pub struct ResultPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub sealed: String,
    /// Where its form goes.
    pub action: String,
    pub faults: FaultSummary,
    pub outcome: Outcome,
    pub may_change: bool,
    pub print_hint: String,
    pub keep: Option<KeepForm>,
}

impl Page for ResultPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// A class as people read it.
pub fn class_label(class: &str, language: Language) -> String {
    match class {
        NOT_ASSESSED => texts(language).get("check-class-open").to_owned(),
        class => vocabulary::label("risk_class", class, language).to_owned(),
    }
}

impl Outcome {
    /// What follows from answers, judged by `assessment` as on a day.
    pub fn of(answers: &Map<String, Json>, assessment: &Assessment, day: PartialDate, language: Language) -> Self {
        let t = texts(language);
        // One of rules that the register no longer has is told by today's.
        let made_by = rule_sets().iter().find(|rules| rules.id() == assessment.rule_set);
        let rules = made_by.unwrap_or_else(|| rule_set());
        let class = assessment.risk_class.as_str();
        let why = rules.class_words(class).map_or_else(|| t.get("check-why-open"), |words| words.get(language));
        let contradictions = rules.contradictions().iter().filter(|one| assessment.contradictions.contains(&one.key));
        let words = [("day", format::date(language, day).human.into()), ("rules", assessment.rule_set.clone().into())];
        let rows = |is_shown: &dyn Fn(&Fact) -> bool| {
            let facts = rules.facts().iter().filter(|fact| is_shown(fact));
            facts.filter_map(|fact| row(fact, answers.get(&fact.key), language, t)).collect()
        };
        Self {
            class: class_label(class, language),
            why: why.to_owned(),
            contradictions: contradictions.map(|one| said(language, &one.de, &one.en)).collect(),
            findings: findings(rules, assessment, language, t),
            duties: duties(rules, &assessment.duties, language, t),
            open: rows(&|fact| assessment.open.contains(&fact.key)),
            answers: rows(&|fact| answers.contains_key(&fact.key)),
            made: t.with("check-made", &words),
        }
    }
}

fn findings(rules: &RuleSet, assessment: &Assessment, language: Language, t: &Texts) -> Vec<Finding> {
    let list = |vocabulary: &str, codes: &[String]| {
        let named = codes.iter().map(|code| format!("{code}: {}", vocabulary::label(vocabulary, code, language)));
        named.collect::<Vec<_>>()
    };
    let fria = match assessment.fria_required {
        Some(true) => "check-fria-yes",
        Some(false) => "check-fria-no",
        None => "check-fria-open",
    };
    let used = match assessment.may_be_used {
        Some(true) => "check-use-yes",
        Some(false) => "check-use-no",
        None => "check-use-open",
    };
    let said = |key: &str| vec![t.get(key).to_owned()];
    let found = [
        ("check-about-use", [said(used), said("check-use-note")].concat()),
        ("check-about-registration", registration(rules, assessment, language, t)),
        ("check-about-fria", said(fria)),
        ("check-about-annex-iii", list("annex_iii", &assessment.annex_iii)),
        ("check-about-art50", list("article_50", &assessment.art50)),
    ];
    let finding = |(key, texts): (&str, Vec<String>)| Finding { label: t.get(key).to_owned(), texts };
    found.into_iter().filter(|(_, texts)| !texts.is_empty()).map(finding).collect()
}

/// Where what is to be registered. That nothing is can only be said when no answer is missing.
fn registration(rules: &RuleSet, assessment: &Assessment, language: Language, t: &Texts) -> Vec<String> {
    let words = assessment.registration.iter().filter_map(|code| rules.section_words(code));
    let mut texts: Vec<String> = words.map(|words| words.get(language).to_owned()).collect();
    match (texts.is_empty(), assessment.open.is_empty()) {
        (true, true) => texts.push(t.get("check-registration-none").to_owned()),
        (true, false) => texts.push(t.get("check-registration-open").to_owned()),
        (false, _) => {}
    }
    texts
}

/// `Art. 5(1)(ba)` as people of the language cite it.
pub fn cited(article: &str, t: &Texts) -> String {
    let parts: Vec<&str> = article.split(['(', ')']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [article, paragraph] => {
            t.with("check-cite-paragraph", &[("article", (*article).into()), ("paragraph", (*paragraph).into())])
        }
        [article, paragraph, letter] => {
            let parts = [("article", *article), ("paragraph", *paragraph), ("letter", *letter)];
            t.with("check-cite-letter", &parts.map(|(name, part)| (name, part.into())))
        }
        _ => article.to_owned(),
    }
}

/// Duties of the same article and person in one row, with all days that are possible.
fn duties(rules: &RuleSet, duties: &[Duty], language: Language, t: &Texts) -> Vec<DutyRow> {
    let mut rows: Vec<(usize, &str, DutyRow)> = Vec::new();
    for duty in duties {
        let day = format::date(language, duty.from).human;
        let same = rows.iter_mut().find(|(rule, who, _)| (*rule, *who) == (duty.rule, duty.who.as_str()));
        if let Some((.., row)) = same {
            row.from = t.with("check-either-day", &[("one", row.from.clone().into()), ("other", day.into())]);
            continue;
        }
        let rule = rules.duties().get(duty.rule);
        let who = if duty.who == "provider" { "check-who-provider" } else { "check-who-deployer" };
        let row = DutyRow {
            article: cited(&duty.article, t),
            who: t.get(who).to_owned(),
            from: day,
            text: rule.map(|rule| said(language, &rule.de, &rule.en)).unwrap_or_default(),
        };
        rows.push((duty.rule, &duty.who, row));
    }
    rows.into_iter().map(|(.., row)| row).collect()
}

fn row(fact: &Fact, answer: Option<&Json>, language: Language, t: &Texts) -> Option<AnswerRow> {
    let words = fact.words.as_ref()?.words(language);
    let answer = answer.map_or_else(|| t.get("check-unknown").to_owned(), |a| shown(fact, a, language, t));
    Some(AnswerRow { key: fact.key.clone(), question: words.question.clone(), answer })
}

fn shown(fact: &Fact, answer: &Json, language: Language, t: &Texts) -> String {
    let label = |code: &str| match fact.vocabulary {
        Some(_) => format!("{code}: {}", fact.label(code, language)),
        None => fact.label(code, language).to_owned(),
    };
    match (fact.kind, answer) {
        (Kind::Truth, Json::Bool(true)) => t.get("check-yes").to_owned(),
        (Kind::Truth, Json::Bool(false)) => t.get("check-no").to_owned(),
        (Kind::Day | Kind::DayOrNot, Json::String(day)) => {
            day.parse().map_or_else(|_| day.clone(), |day| format::date(language, day).human)
        }
        (Kind::Day | Kind::DayOrNot, _) => {
            fact.words.as_ref().map(|words| words.words(language).none.clone()).unwrap_or_default()
        }
        (_, Json::String(code)) => label(code),
        (_, Json::Array(codes)) if !codes.is_empty() => {
            codes.iter().filter_map(Json::as_str).map(label).collect::<Vec<_>>().join("; ")
        }
        _ => t.get("check-none").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_cited_as_the_language_does() {
        let check = |article: &str, de: &str, en: &str| {
            assert_eq!(
                (cited(article, texts(Language::De)), cited(article, texts(Language::En))),
                (de.into(), en.into())
            );
        };
        check("Art. 4", "Art. 4", "Art. 4");
        check("Art. 49(3)", "Art. 49 Abs. 3", "Art. 49(3)");
        check("Art. 5(1)(ba)", "Art. 5 Abs. 1 Buchst. ba", "Art. 5(1)(ba)");
    }
}
