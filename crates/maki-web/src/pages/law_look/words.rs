//! Laws, lacks and differences in words.

use maki_domain::assess::{RuleSet, RuleSetState};
use maki_domain::outlook::{Change, DutyView, Lack};
use maki_domain::plausibility::{Severity, rule_book};
use maki_domain::{Language, vocabulary};

use crate::format;
use crate::pages::law_check::cited;
use crate::pages::quality::rule_title;
use crate::texts::texts;

/// A law as people choose it.
pub fn law(rules: &RuleSet, language: Language) -> String {
    let t = texts(language);
    let day = format::date(language, rules.valid_from()).human;
    let key = if rules.state() == RuleSetState::Draft { "law-look-draft" } else { "law-look-law" };
    t.one(key, "day", day)
}

/// An article as the language writes it.
pub fn article(article: &str, language: Language) -> String {
    cited(article, texts(language))
}

/// What is lacking, with the article and since when.
pub fn lack(lack: &Lack, language: Language) -> String {
    let due = format::date(language, lack.due).human;
    let variables = [
        ("article", article(&lack.article, language).into()),
        ("day", due.into()),
        ("message", lack.rule.message(language, lack.field).into()),
    ];
    texts(language).with("law-look-lack", &variables)
}

/// A difference: of what, how it was, how it is.
pub fn change(change: &Change, language: Language) -> [String; 3] {
    let t = texts(language);
    let text = |key: &str| t.get(key).to_owned();
    let class = |code: &str| vocabulary::label("risk_class", code, language).to_owned();
    let yes_or_no = |answer: &Option<bool>| {
        text(match answer {
            Some(true) => "law-look-yes",
            Some(false) => "law-look-no",
            None => "law-look-open",
        })
    };
    let sections = |codes: &[String]| {
        let names: Vec<&str> = codes.iter().map(|code| t.get(section_key(code))).collect();
        if names.is_empty() { text("law-look-nowhere") } else { names.join(", ") }
    };
    let weight = |severity: &Option<Severity>| {
        text(match severity {
            Some(Severity::Error) => "law-look-error",
            Some(Severity::Warning) => "law-look-warning",
            Some(Severity::Hint) => "law-look-hint",
            None => "law-look-nothing",
        })
    };
    match change {
        Change::Class { before, after } => [text("law-look-class"), class(before), class(after)],
        Change::Registration { before, after } => [text("law-look-registration"), sections(before), sections(after)],
        Change::Use { before, after } => [text("law-look-use"), yes_or_no(before), yes_or_no(after)],
        Change::Fria { before, after } => [text("law-look-fria"), yes_or_no(before), yes_or_no(after)],
        Change::Duty { article: of, who, before, after } => {
            let variables = [
                ("article", article(of, language).into()),
                ("who", t.get(if who == "provider" { "law-look-provider" } else { "law-look-deployer" }).into()),
            ];
            [t.with("law-look-duty", &variables), duty(before.as_ref(), language), duty(after.as_ref(), language)]
        }
        Change::Finding { rule, before, after } => {
            let title = rule_book().rule(rule).map_or_else(|| (*rule).to_owned(), |rule| rule_title(rule, language));
            [title, weight(before), weight(after)]
        }
    }
}

fn section_key(code: &str) -> &'static str {
    match code {
        "A" => "law-look-section-a",
        "B" => "law-look-section-b",
        "C" => "law-look-section-c",
        "national" => "law-look-section-national",
        _ => "law-look-section-hidden",
    }
}

fn duty(view: Option<&DutyView>, language: Language) -> String {
    let t = texts(language);
    let Some(view) = view else { return t.get("law-look-no-duty").to_owned() };
    let days: Vec<String> = view.from.iter().map(|day| format::date(language, *day).human).collect();
    let days = days.join(t.get("law-look-or"));
    t.one(if view.is_due { "law-look-due" } else { "law-look-from" }, "day", days)
}
