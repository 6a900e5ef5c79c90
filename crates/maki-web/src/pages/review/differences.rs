//! What an entry would change, field by field: values that came, went or changed, and who sees them.

use maki_app::work::WorkPart;
use maki_domain::diff::diff;
use maki_domain::{FieldId, Language, Visibility, catalogue, keys, vocabulary};

use crate::error::WebError;
use crate::pages::work::{Asked, part_key};
use crate::state::WebState;
use crate::view::diff::{DiffPart, changes};
use crate::view::field::{self, FieldRow};
use crate::view::places::Places;

/// One field that a review is about.
pub struct Difference {
    pub field: FieldId,
    pub label: &'static str,
    /// The value of a part that is new as a whole.
    pub row: Option<FieldRow>,
    /// Words that came and went.
    pub parts: Vec<DiffPart>,
    /// Who sees it, where that is not everyone or changes.
    pub visibility: Option<String>,
}

/// One record of the entry.
pub struct PartDifference {
    pub id: &'static str,
    pub title: String,
    /// What is compared with what.
    pub lead: String,
    pub fields: Vec<Difference>,
}

/// The parts of an entry that would be published.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_parts(state: &WebState, asked: &Asked, parts: &[WorkPart]) -> Result<Vec<PartDifference>, WebError> {
    let contents = parts.iter().flat_map(|part| [&part.content, &part.published]);
    let places = Places::of(state, contents).await?;
    Ok(parts.iter().filter(|part| part.is_changed).map(|part| of_part(asked, part, &places)).collect())
}

fn of_part(asked: &Asked, part: &WorkPart, places: &Places) -> PartDifference {
    let (language, t) = (asked.context.language, asked.texts());
    let fields = if part.version == 0 { all_of(part, language, places) } else { changed_of(part, language, places) };
    let lead = match (part.version, fields.is_empty()) {
        (0, _) => t.get("review-part-new").to_owned(),
        (_, true) => t.get("review-part-same").to_owned(),
        (version, false) => t.count("review-part-changed", version),
    };
    PartDifference { id: part.kind.code(), title: t.get(part_key(part.kind)).to_owned(), lead, fields }
}

/// Every value of a part that was never public.
fn all_of(part: &WorkPart, language: Language, places: &Places) -> Vec<Difference> {
    let tag = [keys::TEXT_LANGUAGE, keys::DEPLOYMENT_TEXT_LANGUAGE];
    let tag = tag.iter().find_map(|key| part.content.code(key)).map_or("", |code| code.as_str());
    let mut sections = field::sections(&part.content, part.kind, language, tag, &[]);
    places.name(&mut sections, language);
    let rows = sections.into_iter().flat_map(|section| section.rows);
    let difference = |row: FieldRow| {
        let field = catalogue().id(row.key)?;
        let label = row.label;
        Some(Difference { field, label, row: Some(row), parts: Vec::new(), visibility: sight(part, field, language) })
    };
    rows.filter_map(difference).collect()
}

fn changed_of(part: &WorkPart, language: Language, places: &Places) -> Vec<Difference> {
    let found = diff(&part.published, &part.content);
    let words = changes(&found, places, language);
    let mut all: Vec<Difference> = found
        .iter()
        .zip(words)
        .map(|(change, words)| Difference {
            field: change.field,
            label: words.label,
            row: None,
            parts: words.parts,
            visibility: sight(part, change.field, language),
        })
        .collect();
    // A field can be shown to others without saying anything else.
    for (id, slot) in part.content.iter() {
        let is_new = part.content.visibility(id) != part.published.visibility(id);
        if is_new && !all.iter().any(|known| known.field == id) {
            let row = field::row(id.field(), slot, language, "");
            let visibility = sight(part, id, language);
            all.push(Difference { field: id, label: row.label, row: Some(row), parts: Vec::new(), visibility });
        }
    }
    all
}

/// Who sees a field, and who did, in words; none where everyone does and did.
fn sight(part: &WorkPart, field: FieldId, language: Language) -> Option<String> {
    let (now, before) = (part.content.visibility(field), part.published.visibility(field));
    let t = crate::texts::texts(language);
    let name = |visibility| vocabulary::label("visibility", code(visibility), language);
    if part.version > 0 && now != before {
        return Some(t.with("review-visibility", &[("before", name(before).into()), ("now", name(now).into())]));
    }
    (now != Visibility::Public).then(|| t.one("work-visibility", "who", name(now)))
}

const fn code(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Authorities => "authorities",
        Visibility::OwnOrganisation => "own_organisation",
    }
}
