//! From records to index documents, for one view.

use maki_domain::catalogue::SearchWeight;
use maki_domain::{Code, Content, RecordKind, Value, catalogue, keys, vocabulary};
use maki_search::{DeploymentFacts, Lang, SystemDocument, SystemFacts, Text, Texts};

use crate::card::{Card, language_tag};
use crate::records::{OrganisationMap, PublishedRecord};

/// The document of a system with its deployments.
pub(crate) fn system_document(
    system: &PublishedRecord,
    deployments: Vec<PublishedRecord>,
    organisations: &OrganisationMap,
) -> SystemDocument {
    let lang = Lang::from_tag(language_tag(&system.content, keys::TEXT_LANGUAGE));
    let deployments: Vec<_> = deployments
        .into_iter()
        .map(|d| {
            let deployer = d.envelope.owner.and_then(|o| organisations.get(&o)).cloned();
            (d, deployer)
        })
        .collect();
    let responsible = system.envelope.owner.and_then(|o| organisations.get(&o)).cloned();
    let card = Card::of(system, responsible.as_deref(), &deployments);
    let mut texts = texts_of(RecordKind::System, &system.content, lang);
    texts.low.extend(technique_labels(&system.content));
    if let Some(responsible) = &responsible {
        texts.low.push(Text::new(lang, responsible.name.clone()));
    }
    SystemDocument {
        id: system.envelope.id.0,
        kennung: system.kennung().to_owned(),
        name: card.name.clone(),
        lang,
        sort_name: String::new(),
        published_at: system.envelope.published_at.unwrap_or(system.version_at).0,
        texts,
        facts: SystemFacts {
            fields: codes(&system.content, keys::FIELDS),
            techniques: codes(&system.content, keys::TECHNIQUES),
            reuse: codes(&system.content, keys::REUSE),
            cooperation: codes(&system.content, keys::COOPERATION),
            risk_class: code(&system.content, keys::RISK_CLASS),
            kind: code(&system.content, keys::KIND),
        },
        card: serde_json::to_vec(&card).unwrap_or_default(),
        deployments: deployments
            .iter()
            .map(|(d, deployer)| {
                let lang = Lang::from_tag(language_tag(&d.content, keys::DEPLOYMENT_TEXT_LANGUAGE));
                DeploymentFacts {
                    id: d.envelope.id.0,
                    authority: deployer.as_ref().map(|o| o.kennung.clone()).unwrap_or_default(),
                    authority_name: deployer.as_ref().map(|o| o.name.clone()).unwrap_or_default(),
                    level: deployer.as_ref().and_then(|o| o.level).map(str::to_owned),
                    land: deployer.as_ref().and_then(|o| o.land).map(str::to_owned),
                    lifecycle: code(&d.content, keys::LIFECYCLE),
                    risk_class: code(&d.content, keys::DEPLOYMENT_RISK_CLASS),
                    personal_data: code(&d.content, keys::PERSONAL_DATA),
                    affected: codes(&d.content, keys::AFFECTED),
                    decision_effect: code(&d.content, keys::DECISION_EFFECT),
                    automation_level: code(&d.content, keys::AUTOMATION_LEVEL),
                    start_year: start_year(&d.content),
                    texts: texts_of(RecordKind::Deployment, &d.content, lang),
                }
            })
            .collect(),
    }
}

fn code(content: &Content, key: &str) -> Option<String> {
    content.code(key).map(|c| c.as_str().to_owned())
}

fn codes(content: &Content, key: &str) -> Vec<String> {
    content.codes(key).iter().map(|c| c.as_str().to_owned()).collect()
}

/// The year a use began: in operation, else in development.
fn start_year(content: &Content) -> Option<u16> {
    [keys::IN_OPERATION_SINCE, keys::DEVELOPMENT_SINCE].into_iter().find_map(|key| match content.value(key)? {
        Value::Date(date) => u16::try_from(date.year()).ok(),
        _ => None,
    })
}

/// All texts that the catalogue wants searched, but the name, which the index treats by itself.
fn texts_of(kind: RecordKind, content: &Content, lang: Lang) -> Texts {
    let mut texts = Texts::default();
    for (id, slot) in content.iter() {
        let field = catalogue().field(id);
        let Some(weight) = field.search.filter(|_| field.record == kind && field.key != keys::NAME) else { continue };
        let list = match weight {
            SearchWeight::High => &mut texts.high,
            SearchWeight::Medium => &mut texts.medium,
            SearchWeight::Low => &mut texts.low,
        };
        match slot.value() {
            Some(Value::Text(text)) => list.push(Text::new(lang, text.as_str())),
            Some(Value::List(items)) => list.extend(items.iter().map(|item| Text::new(lang, item.as_str()))),
            _ => {}
        }
    }
    texts
}

/// A person who searches for a technique by its German name finds it, whatever the text calls it.
fn technique_labels(content: &Content) -> impl Iterator<Item = Text> {
    let techniques: Vec<Code> = content.codes(keys::TECHNIQUES).to_vec();
    techniques.into_iter().filter_map(|code| {
        let term = vocabulary("technique")?.term(code.as_str())?;
        Some(Text::de(term.de.as_str()))
    })
}
