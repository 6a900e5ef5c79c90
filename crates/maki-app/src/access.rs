//! Who asks, and whether they may: the one place where the table of rights is applied.
//!
//! A [`Principal`] is somebody who signed in, or a program with a token. Use cases that need a right take a [`Permit`],
//! which only [`App::permit`] makes; so none can be called by somebody who was not asked about.

use std::sync::Arc;

use maki_domain::rights::{may, may_somewhere};
use maki_domain::{Act, Instant, Kennung, RecordId, RecordKind, Relation, Role, Roles, View};
use maki_store::{Actor, Standing};
use uuid::Uuid;

use crate::{App, AppError};

/// Somebody whose identity is certain.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account; none for a program with a token.
    pub account: Option<Uuid>,
    /// Pseudonymous name in the log.
    pub actor: Arc<str>,
    /// How others of the same body see them: the person's name, or that of the token.
    pub name: String,
    /// Roles by organisation; operators hold theirs at [`RecordId::NIL`].
    pub memberships: Vec<(RecordId, Roles)>,
    /// What a token is limited to; a person is not.
    pub limited_to: Option<Vec<Act>>,
    /// Id of the request, for the log.
    pub request: Arc<str>,
}

/// What an act is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// No particular organisation: any where the act is allowed will do.
    Anywhere,
    Organisation(RecordId),
    /// Whatever organisation the record belongs to.
    Record(RecordId),
    /// The same, by its Kennung.
    Kennung(Kennung),
    /// A confidential entry, which is no record.
    Confidential(RecordId),
}

/// Leave to do one thing to something of one organisation.
#[derive(Debug, Clone)]
pub struct Permit {
    principal: Principal,
    act: Act,
    /// Whom the target belongs to; none where there is no particular one.
    organisation: Option<RecordId>,
    /// The record that the address names, where it names one.
    record: Option<RecordId>,
    /// The organisation whose role allows it.
    acting: RecordId,
    relation: Relation,
}

impl Principal {
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.memberships.iter().any(|(_, roles)| roles.has(Role::Operator))
    }

    /// Organisations where somebody holds a role, in the order in which they got them.
    pub fn organisations(&self) -> impl Iterator<Item = RecordId> + '_ {
        self.memberships.iter().map(|(organisation, _)| *organisation).filter(|id| *id != RecordId::NIL)
    }

    /// Whether the act is allowed to them anywhere: whether a page is worth a link.
    #[must_use]
    pub fn may_somewhere(&self, act: Act) -> bool {
        self.is_within_limits(act) && self.memberships.iter().any(|(_, roles)| may_somewhere(*roles, act))
    }

    fn is_within_limits(&self, act: Act) -> bool {
        self.limited_to.as_ref().is_none_or(|acts| acts.contains(&act))
    }

    /// By which role, held where, the act is allowed at an organisation.
    fn allows(&self, act: Act, standing: &Standing) -> Option<(RecordId, Relation)> {
        if !self.is_within_limits(act) {
            return None;
        }
        self.memberships.iter().find_map(|(at, roles)| {
            let relation = standing.relation_to(*at);
            may(*roles, act, relation).then_some((*at, relation))
        })
    }
}

impl Permit {
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    #[must_use]
    pub const fn act(&self) -> Act {
        self.act
    }

    #[must_use]
    pub const fn relation(&self) -> Relation {
        self.relation
    }

    /// The organisation that the target belongs to.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the permit is for no particular one.
    pub fn organisation(&self) -> Result<RecordId, AppError> {
        self.organisation.ok_or(AppError::NotFound)
    }

    /// The record that the permit is for.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is for none.
    pub fn record(&self) -> Result<RecordId, AppError> {
        self.record.ok_or(AppError::NotFound)
    }

    /// The organisation for which the principal acts.
    #[must_use]
    pub const fn acting(&self) -> RecordId {
        self.acting
    }

    /// Refuses a permit that was given for something else.
    pub(crate) fn require(&self, acts: &[Act]) -> Result<(), AppError> {
        if acts.contains(&self.act) { Ok(()) } else { Err(AppError::Forbidden) }
    }

    /// How the log names who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let organisation = Some(self.acting).filter(|id| *id != RecordId::NIL);
        Actor { id: self.principal.actor.to_string(), organisation, request: self.principal.request.to_string() }
    }

    /// With whose eyes the principal reads what belongs to the target's organisation.
    #[must_use]
    pub fn view(&self) -> View {
        match (self.relation, self.organisation) {
            _ if self.principal.is_operator() => View::Operator,
            (Relation::Own | Relation::SameLegalBody | Relation::Delegated, Some(own)) => View::Organisation(own),
            _ => View::Authorities,
        }
    }
}

impl App {
    /// Leave to do something, by the table of rights.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when no role of the principal allows it, [`AppError::NotFound`] when the target does not
    /// exist.
    pub async fn permit(&self, principal: &Principal, act: Act, target: Target) -> Result<Permit, AppError> {
        let (organisation, record) = match target {
            Target::Anywhere => {
                let held = principal.memberships.iter().find(|(_, roles)| may_somewhere(*roles, act));
                let Some((acting, _)) = held.filter(|_| principal.is_within_limits(act)) else {
                    return Err(AppError::Forbidden);
                };
                let principal = principal.clone();
                return Ok(Permit {
                    principal,
                    act,
                    organisation: None,
                    record: None,
                    acting: *acting,
                    relation: Relation::Own,
                });
            }
            Target::Organisation(id) => (id, None),
            Target::Record(id) => (self.owner_of(id).await?, Some(id)),
            Target::Confidential(id) => return self.confidential_permit(principal, act, id).await,
            Target::Kennung(kennung) => {
                let found = self.0.store.read().await?.by_kennungen(std::slice::from_ref(&kennung)).await?;
                let id = found.get(&kennung).copied().ok_or(AppError::NotFound)?;
                (self.owner_of(id).await?, Some(id))
            }
        };
        let standing = self.0.store.read().await?.standing(organisation).await?;
        let (acting, relation) = principal.allows(act, &standing).ok_or(AppError::Forbidden)?;
        Ok(Permit { principal: principal.clone(), act, organisation: Some(organisation), record, acting, relation })
    }

    /// Leave for a confidential entry: by a role at its organisation, or to read it, by being named. Whoever has none is
    /// told the same as where there is no such entry.
    async fn confidential_permit(&self, principal: &Principal, act: Act, id: RecordId) -> Result<Permit, AppError> {
        let mut tx = self.0.store.read().await?;
        let entry = tx.confidential_entry(id).await?.ok_or(AppError::NotFound)?;
        let standing = tx.standing(entry.organisation).await?;
        let by_role = principal.allows(act, &standing).filter(|_| act.is_confidential());
        let (acting, relation) = match (by_role, principal.account) {
            (Some(found), _) => found,
            // Who lost every role, or has not shown a second factor, reads nothing any more.
            (None, Some(account)) if act == Act::ReadConfidential && principal.may_somewhere(Act::ReadShared) => {
                let is_named = tx.confidential_readers(id).await?.iter().any(|(reader, _)| *reader == account);
                let acting = principal.memberships.first().map(|(at, _)| *at);
                (acting.filter(|_| is_named).ok_or(AppError::NotFound)?, Relation::Foreign)
            }
            _ => return Err(AppError::NotFound),
        };
        let (principal, organisation) = (principal.clone(), Some(entry.organisation));
        Ok(Permit { principal, act, organisation, record: Some(id), acting, relation })
    }

    /// Whom a record belongs to: an organisation to itself.
    async fn owner_of(&self, id: RecordId) -> Result<RecordId, AppError> {
        let mut tx = self.0.store.read().await?;
        let place = tx.places(&[id]).await?.into_iter().next().ok_or(AppError::NotFound)?;
        Ok(match place.kind {
            RecordKind::Organisation => place.id,
            RecordKind::System | RecordKind::Deployment => place.owner.unwrap_or(RecordId::NIL),
        })
    }

    /// Leave that no person asked for: commands of the machine's own operator.
    #[must_use]
    pub fn machine_permit(&self, act: Act, organisation: RecordId) -> Permit {
        let principal = Principal {
            account: None,
            actor: Arc::from("machine"),
            name: String::new(),
            memberships: vec![(RecordId::NIL, Roles::NONE.with(Role::Operator))],
            limited_to: None,
            request: Arc::from(""),
        };
        Permit {
            principal,
            act,
            organisation: Some(organisation),
            record: None,
            acting: RecordId::NIL,
            relation: Relation::Foreign,
        }
    }

    /// An instant some seconds from now.
    pub(crate) fn in_seconds(&self, seconds: i64) -> Instant {
        const MICROS: i64 = 1_000_000;
        Instant(self.now().0.saturating_add(seconds.saturating_mul(MICROS)))
    }
}
