//! The discussion of an entry: comments by field, in threads, with people named in them.
//!
//! It stays with the records after they are published and is read by whoever may see work on them. A person is named
//! by `@{id}` in what is stored; the name is put in when it is read, so that erasing a person erases it here too.

use std::collections::{BTreeMap, BTreeSet};

use maki_domain::{Act, FieldId, Instant, RecordId, RecordKind, Roles, catalogue, keys, rights};
use maki_store::{AccountState, Comment, NewComment, ReadTx, StoreError};
use uuid::Uuid;

use super::entry::{EntryWork, read};
use super::review::{checked, name};
use crate::access::Permit;
use crate::notice::{Notice, Recipient};
use crate::{App, AppError};

/// Longest comment in characters.
pub const MAX_COMMENT: usize = 10_000;
/// People that one comment can name.
pub const MAX_MENTIONS: usize = 20;
const MENTION: &str = "@{";
/// Length of an id as text.
const ID: usize = 36;
/// What may see the discussion.
const READING: &[Act] = &[Act::ReadWork, Act::Comment, Act::Edit, Act::Submit, Act::Approve];

/// A discussion of one field or of a record as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub id: Uuid,
    pub record: RecordId,
    pub kind: RecordKind,
    pub field: Option<FieldId>,
    /// The oldest first; there is always one.
    pub remarks: Vec<Remark>,
    /// When it was resolved, and the name of who did.
    pub resolved: Option<(Instant, Option<String>)>,
}

/// A comment as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub id: Uuid,
    /// None where the person is gone or it was a program.
    pub author: Option<String>,
    /// For whom the author acted.
    pub organisation: Option<String>,
    pub segments: Vec<Segment>,
    pub written_at: Instant,
    /// Whether who reads wrote it.
    pub is_own: bool,
}

/// A piece of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// Somebody's name; none where the person is gone.
    Mention(Option<String>),
}

/// A comment to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRemark {
    /// The thread that it answers; then what it is about is known.
    pub thread: Option<Uuid>,
    /// What it is about; the entry as a whole without one.
    pub field: Option<FieldId>,
    /// Names people as `@{id}`.
    pub text: String,
}

/// Somebody who can be named in comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub account: Uuid,
    pub name: String,
}

impl App {
    /// The discussion of the permit's entry: threads in the order in which they began.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the record is none that is worked on.
    pub async fn threads(&self, permit: &Permit) -> Result<Vec<Thread>, AppError> {
        permit.require(READING)?;
        let mut tx = self.0.store.read().await?;
        let entry = read(&mut tx, permit, permit.record()?).await?;
        let mut comments = Vec::new();
        for part in &entry.parts {
            comments.extend(tx.comments(part.record).await?.into_iter().map(|comment| (part.kind, comment)));
        }
        comments.sort_by_key(|(_, comment)| (comment.written_at, comment.id));
        let names = Names::of(&mut tx, &comments).await?;
        let mut threads: Vec<Thread> = Vec::new();
        for (kind, comment) in comments {
            let remark = names.remark(&comment, permit);
            match threads.iter_mut().find(|thread| thread.id == comment.thread) {
                Some(thread) => thread.remarks.push(remark),
                None => threads.push(Thread {
                    id: comment.thread,
                    record: comment.record,
                    kind,
                    field: catalogue().id(&comment.field),
                    remarks: vec![remark],
                    resolved: comment.resolved.map(|(at, who)| (at, names.person(&who))),
                }),
            }
        }
        Ok(threads)
    }

    /// Who can be named in comments on the permit's entry, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn colleagues(&self, permit: &Permit) -> Result<Vec<Colleague>, AppError> {
        permit.require(READING)?;
        colleagues(&mut self.0.store.read().await?, permit.organisation()?).await
    }

    /// Writes a comment on the permit's entry and tells the people who are named in it. Returns its id.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the text is empty, too long or names somebody who cannot see it,
    /// [`AppError::NotFound`] when there is no such thread or part, [`AppError::WrongStage`] when there are too many.
    pub async fn comment(&self, permit: &Permit, new: &NewRemark) -> Result<Uuid, AppError> {
        permit.require(&[Act::Comment])?;
        let text = checked(&new.text, MAX_COMMENT)?;
        let mut reading = self.0.store.read().await?;
        let entry = read(&mut reading, permit, permit.record()?).await?;
        let known = colleagues(&mut reading, entry.organisation).await?;
        drop(reading);
        let named = mentions(text);
        let is_known = |id: &Uuid| known.iter().any(|colleague| colleague.account == *id);
        if text.is_empty() || named.len() > MAX_MENTIONS || !named.iter().all(is_known) {
            return Err(AppError::Invalid);
        }
        let (id, at) = (self.0.edge.new_id(), self.now());
        let mut tx = self.0.store.write().await?;
        let (record, field) = match new.thread {
            Some(thread) => {
                let first = tx.thread(thread).await?.ok_or(AppError::NotFound)?;
                (first.record, first.field)
            }
            None => about(&entry, new.field)?,
        };
        if !entry.parts.iter().any(|part| part.record == record) {
            return Err(AppError::NotFound);
        }
        let comment = NewComment {
            id,
            record,
            thread: new.thread.unwrap_or(id),
            field,
            organisation: permit.acting(),
            body: text.to_owned(),
        };
        tx.write_comment(at, &permit.actor(), &comment).await.map_err(refusal)?;
        let by = permit.principal().account;
        let plain = with_names(text, &known);
        for person in named.into_iter().filter(|person| Some(*person) != by) {
            let notice = Notice::Mentioned { entry: name(&entry), by, text: plain.clone() };
            self.queue(&mut tx, at, Recipient::Account(person), notice).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(id)
    }

    /// Resolves a thread of the permit's entry, or opens it again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry has no such thread.
    pub async fn resolve_thread(&self, permit: &Permit, thread: Uuid, resolved: bool) -> Result<(), AppError> {
        permit.require(&[Act::Comment])?;
        let entry = read(&mut self.0.store.read().await?, permit, permit.record()?).await?;
        let mut tx = self.0.store.write().await?;
        let record = tx.thread(thread).await?.ok_or(AppError::NotFound)?.record;
        if !entry.parts.iter().any(|part| part.record == record) {
            return Err(AppError::NotFound);
        }
        tx.resolve_thread(self.now(), &permit.actor(), record, thread, resolved).await.map_err(refusal)?;
        tx.commit().await?;
        Ok(())
    }
}

/// The record that a comment belongs to, and the key of its field.
fn about(entry: &EntryWork, field: Option<FieldId>) -> Result<(RecordId, String), AppError> {
    let Some(field) = field else { return Ok((entry.entry, String::new())) };
    let field = field.field();
    let part = entry.part(field.record).ok_or(AppError::NotFound)?;
    Ok((part.record, field.key.clone()))
}

fn refusal(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::NotFound,
        StoreError::NotPossible => AppError::WrongStage,
        other => other.into(),
    }
}

/// People who may see work of an organisation: its own, those of its legal body, and coordinators to whom it delegated.
async fn colleagues(tx: &mut ReadTx, organisation: RecordId) -> Result<Vec<Colleague>, AppError> {
    let standing = tx.standing(organisation).await?;
    let bodies = std::iter::once(organisation).chain(standing.above.iter().copied());
    let mut found = BTreeMap::new();
    for body in bodies.chain(standing.delegates.iter().copied()) {
        let relation = standing.relation_to(body);
        let sees = |roles: Roles| rights::may(roles, Act::ReadWork, relation);
        let members = tx.members(body).await?.into_iter();
        found.extend(members.filter(|m| m.state == AccountState::Active && sees(m.roles)).map(|m| (m.account, m.name)));
    }
    let mut found: Vec<Colleague> = found.into_iter().map(|(account, name)| Colleague { account, name }).collect();
    found.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    Ok(found)
}

/// A text in pieces: what was written, and who is named.
fn pieces(text: &str) -> Vec<Result<&str, Uuid>> {
    let mut found = Vec::new();
    let (mut plain, mut rest) = (text, text);
    // `plain` begins where the last piece ended, `rest` where the search goes on.
    while let Some(place) = rest.find(MENTION) {
        let after = rest.get(place + MENTION.len()..).unwrap_or_default();
        let id = after.get(..ID).and_then(|id| id.parse::<Uuid>().ok());
        let Some((id, end)) = id.zip(after.get(ID..).and_then(|end| end.strip_prefix('}'))) else {
            rest = after;
            continue;
        };
        let before = plain.len() - after.len() - MENTION.len();
        found.push(Ok(plain.get(..before).unwrap_or_default()));
        found.push(Err(id));
        (plain, rest) = (end, end);
    }
    found.push(Ok(plain));
    found.retain(|piece| *piece != Ok(""));
    found
}

fn mentions(text: &str) -> BTreeSet<Uuid> {
    pieces(text).into_iter().filter_map(Result::err).collect()
}

fn with_names(text: &str, known: &[Colleague]) -> String {
    let name = |id| known.iter().find(|c| c.account == id).map_or("@", |c| c.name.as_str());
    pieces(text).into_iter().map(|piece| piece.unwrap_or_else(name)).collect()
}

/// Names of those who wrote, resolved or are named, and of their organisations.
struct Names {
    people: Vec<(Uuid, String)>,
    organisations: Vec<(RecordId, String)>,
}

impl Names {
    async fn of(tx: &mut ReadTx, comments: &[(RecordKind, Comment)]) -> Result<Self, AppError> {
        let mut people = BTreeSet::new();
        let mut bodies = BTreeSet::new();
        for (_, comment) in comments {
            people.extend(comment.author.parse::<Uuid>().ok());
            people.extend(comment.resolved.as_ref().and_then(|(_, who)| who.parse::<Uuid>().ok()));
            people.extend(mentions(&comment.body));
            bodies.insert(comment.organisation);
        }
        let (people, bodies): (Vec<Uuid>, Vec<RecordId>) = (people.into_iter().collect(), bodies.into_iter().collect());
        let people = tx.account_names(&people).await?;
        let name = |r: maki_store::StoredRecord| {
            (r.envelope.id, r.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned())
        };
        Ok(Self { people, organisations: tx.records(&bodies).await?.into_iter().map(name).collect() })
    }

    fn by_id(&self, id: Uuid) -> Option<String> {
        self.people.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
    }

    fn person(&self, actor: &str) -> Option<String> {
        self.by_id(actor.parse().ok()?)
    }

    fn remark(&self, comment: &Comment, permit: &Permit) -> Remark {
        let segment = |piece: Result<&str, Uuid>| match piece {
            Ok(text) => Segment::Text(text.to_owned()),
            Err(id) => Segment::Mention(self.by_id(id)),
        };
        let organisation = self.organisations.iter().find(|(id, _)| *id == comment.organisation);
        Remark {
            id: comment.id,
            author: self.person(&comment.author),
            organisation: organisation.map(|(_, name)| name.clone()),
            segments: pieces(&comment.body).into_iter().map(segment).collect(),
            written_at: comment.written_at,
            is_own: *comment.author == *permit.principal().actor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_in_texts() {
        let id = Uuid::from_u128(7);
        let check = |text: &str, expected: &[Result<&str, Uuid>]| assert_eq!(pieces(text), expected, "{text}");
        check("", &[]);
        check("a", &[Ok("a")]);
        check(&format!("@{{{id}}}"), &[Err(id)]);
        check(&format!("a @{{{id}}} b @{{{id}}}"), &[Ok("a "), Err(id), Ok(" b "), Err(id)]);
        check(&format!("@{{ @{{{id}}}ü"), &[Ok("@{ "), Err(id), Ok("ü")]);
        check("@{not one} @{", &[Ok("@{not one} @{")]);
        check(&format!("@{{{id}"), &[Ok(&format!("@{{{id}"))]);
        check("@{ääääääääääääääääääääääääääääääääääää}", &[Ok("@{ääääääääääääääääääääääääääääääääääää}")]);
    }
}
