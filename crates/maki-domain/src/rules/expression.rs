//! The language of conditions: `is_ai_system and not (annex_iii meets eu_points or placed_in_service < annex_iii)`.
//!
//! ```text
//! or    = and { "or" and }
//! and   = not { "and" not }
//! not   = "not" not | "(" or ")" | test
//! test  = "any" fact | fact | condition | fact "has" "code" | fact "meets" group
//!       | fact ( "<" | ">=" ) ( day | fact )
//! ```
//!
//! A name alone is a fact that is true or false, or another condition. What has not happened is neither before nor
//! after anything. Of a month or a year only what holds for each of its days is said.

use std::collections::BTreeSet;

use super::{Answer, FactId, Facts, Kind};
use crate::value::PartialDate;

/// Deepest nesting of a condition, so that no file can exhaust the stack.
const DEEPEST: usize = 64;

/// A condition whose names are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    Any(FactId),
    Has(FactId, String),
    Meets(FactId, BTreeSet<String>),
    Before(FactId, Moment),
    From(FactId, Moment),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// A day of the law or one that a fact names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Day(PartialDate),
    Fact(FactId),
}

/// What names in conditions mean.
pub trait Names {
    fn fact(&self, name: &str) -> Option<(FactId, Kind)>;
    /// Whether the fact may have this code.
    fn knows(&self, fact: FactId, code: &str) -> bool;
    fn group(&self, name: &str) -> Option<&BTreeSet<String>>;
    fn day(&self, name: &str) -> Option<PartialDate>;
    /// Another condition, resolved.
    fn condition(&self, name: &str) -> Option<&Expression>;
}

/// Why a condition cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{0:?} is neither a fact nor a condition")]
    UnknownName(String),
    #[error("{0:?} is no group")]
    UnknownGroup(String),
    #[error("{0:?} is neither a day nor a fact")]
    UnknownMoment(String),
    #[error("{fact:?} has no code {code:?}")]
    UnknownCode { fact: String, code: String },
    #[error("{0:?} cannot be asked this way")]
    Kind(String),
    #[error("something is missing after {0:?}")]
    Unfinished(String),
    #[error("{0:?} does not belong there")]
    Unexpected(String),
    #[error("more than {DEEPEST} brackets in each other")]
    TooDeep,
}

/// Reads a condition.
///
/// # Errors
/// The first thing in it that makes no sense.
pub fn parse(text: &str, names: &dyn Names) -> Result<Expression, Fault> {
    let mut reader = Reader { words: words(text), at: 0, names };
    let read = reader.or(0)?;
    match reader.words.get(reader.at) {
        None => Ok(read),
        Some(more) => Err(Fault::Unexpected((*more).to_owned())),
    }
}

/// Words, brackets, comparisons and quoted codes.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '<' => 1,
            '>' => {
                if rest.starts_with(">=") {
                    2
                } else {
                    1
                }
            }
            '"' => rest.get(1..).and_then(|inner| inner.find('"')).map_or(rest.len(), |end| end + 2),
            _ => rest.find(|c: char| c.is_whitespace() || "()<>\"".contains(c)).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

struct Reader<'a> {
    words: Vec<&'a str>,
    at: usize,
    names: &'a dyn Names,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<&'a str, Fault> {
        let last = || self.words.last().copied().unwrap_or_default().to_owned();
        let word = self.words.get(self.at).copied().ok_or_else(|| Fault::Unfinished(last()))?;
        self.at += 1;
        Ok(word)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.at) == Some(&word);
        self.at += usize::from(is_next);
        is_next
    }

    fn or(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut parts = vec![self.and(depth)?];
        while self.takes("or") {
            parts.push(self.and(depth)?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut parts = vec![self.not(depth)?];
        while self.takes("and") {
            parts.push(self.not(depth)?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn not(&mut self, depth: usize) -> Result<Expression, Fault> {
        if depth > DEEPEST {
            return Err(Fault::TooDeep);
        }
        if self.takes("not") {
            return Ok(Expression::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.or(depth + 1)?;
            return match self.next()? {
                ")" => Ok(inner),
                other => Err(Fault::Unexpected(other.to_owned())),
            };
        }
        self.test()
    }

    fn test(&mut self) -> Result<Expression, Fault> {
        if self.takes("any") {
            let name = self.next()?;
            return Ok(Expression::Any(self.fact(name)?.0));
        }
        let name = self.next()?;
        if let Some(condition) = self.names.condition(name) {
            return Ok(condition.clone());
        }
        let (fact, kind) = self.fact(name)?;
        let wrong = || Fault::Kind(name.to_owned());
        let has_codes = matches!(kind, Kind::Choice | Kind::Codes);
        let has_day = matches!(kind, Kind::Day | Kind::DayOrNot);
        match self.words.get(self.at).copied() {
            Some("has") if has_codes => {
                self.at += 1;
                let code = self.code()?;
                if !self.names.knows(fact, &code) {
                    return Err(Fault::UnknownCode { fact: name.to_owned(), code });
                }
                Ok(Expression::Has(fact, code))
            }
            Some("meets") if has_codes => {
                self.at += 1;
                let group = self.next()?;
                let codes = self.names.group(group).ok_or_else(|| Fault::UnknownGroup(group.to_owned()))?;
                match codes.iter().find(|code| !self.names.knows(fact, code)) {
                    Some(code) => Err(Fault::UnknownCode { fact: name.to_owned(), code: code.clone() }),
                    None => Ok(Expression::Meets(fact, codes.clone())),
                }
            }
            Some(comparison @ ("<" | ">=")) if has_day => {
                self.at += 1;
                let moment = self.moment()?;
                Ok(if comparison == "<" { Expression::Before(fact, moment) } else { Expression::From(fact, moment) })
            }
            Some("has" | "meets" | "<" | ">=") => Err(wrong()),
            _ if kind == Kind::Truth => Ok(Expression::Any(fact)),
            _ => Err(wrong()),
        }
    }

    fn fact(&self, name: &str) -> Result<(FactId, Kind), Fault> {
        self.names.fact(name).ok_or_else(|| Fault::UnknownName(name.to_owned()))
    }

    fn code(&mut self) -> Result<String, Fault> {
        let word = self.next()?;
        let code = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        code.map(str::to_owned).ok_or_else(|| Fault::Unexpected(word.to_owned()))
    }

    fn moment(&mut self) -> Result<Moment, Fault> {
        let name = self.next()?;
        if let Some(day) = self.names.day(name) {
            return Ok(Moment::Day(day));
        }
        match self.names.fact(name) {
            Some((fact, Kind::Day | Kind::DayOrNot)) => Ok(Moment::Fact(fact)),
            _ => Err(Fault::UnknownMoment(name.to_owned())),
        }
    }
}

fn one_or(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => several(parts),
    }
}

impl Expression {
    /// Whether the condition holds.
    ///
    /// # Errors
    /// The first unknown fact on the way to the answer.
    pub fn holds(&self, facts: &dyn Facts) -> Result<bool, FactId> {
        match self {
            Self::Any(fact) => Ok(facts.ask(*fact)?.is_any()),
            Self::Has(fact, code) => Ok(codes(facts.ask(*fact)?).is_some_and(|codes| codes.contains(code))),
            Self::Meets(fact, group) => {
                Ok(codes(facts.ask(*fact)?).is_some_and(|codes| codes.intersection(group).next().is_some()))
            }
            Self::Before(fact, moment) => compared(facts, *fact, *moment, |day, moment| day.last_day() < moment),
            Self::From(fact, moment) => compared(facts, *fact, *moment, |day, moment| day >= moment.last_day()),
            Self::Not(inner) => Ok(!inner.holds(facts)?),
            Self::And(parts) => all(parts, facts, true),
            Self::Or(parts) => all(parts, facts, false),
        }
    }

    /// Calls a visitor with every test in the condition.
    pub fn visit(&self, visitor: &mut impl FnMut(&Self)) {
        match self {
            Self::Not(inner) => inner.visit(visitor),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.visit(visitor)),
            test => visitor(test),
        }
    }
}

/// Goes on while parts say `going`; what they say otherwise is the answer.
fn all(parts: &[Expression], facts: &dyn Facts, going: bool) -> Result<bool, FactId> {
    for part in parts {
        if part.holds(facts)? != going {
            return Ok(!going);
        }
    }
    Ok(going)
}

const fn codes(answer: &Answer) -> Option<&BTreeSet<String>> {
    match answer {
        Answer::Codes(codes) => Some(codes),
        _ => None,
    }
}

const fn day(answer: &Answer) -> Option<PartialDate> {
    match answer {
        Answer::Day(day) => *day,
        _ => None,
    }
}

fn compared(
    facts: &dyn Facts,
    fact: FactId,
    moment: Moment,
    holds: fn(PartialDate, PartialDate) -> bool,
) -> Result<bool, FactId> {
    let Some(own) = day(facts.ask(fact)?) else { return Ok(false) };
    let moment = match moment {
        Moment::Day(day) => Some(day),
        Moment::Fact(fact) => day(facts.ask(fact)?),
    };
    Ok(moment.is_some_and(|moment| holds(own, moment)))
}
