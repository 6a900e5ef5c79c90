//! Use cases: what the register does, as policy, transaction, log and index together.
//!
//! Invariants: this is the only crate that opens transactions and feeds the index. Whatever reads records names a
//! [`View`], and content passes [`maki_domain::Content::seen_by`] here before anybody else holds it. Time and
//! randomness come in through [`Edge`].

mod access;
mod card;
mod changes;
mod check;
mod confidential;
mod document;
mod edge;
mod error;
pub mod eu_report;
mod export;
mod follow;
mod form_token;
mod gather;
mod handover;
mod history;
mod import;
mod indexes;
mod jobs;
mod kept;
mod likeness;
mod notice;
mod opaque;
mod organisation_tree;
mod organisations;
mod people;
mod quality;
mod records;
mod regions;
mod schemes;
mod search;
mod settings;
mod steckbrief;
mod tokens;
mod verify;
pub mod work;
pub mod writing;

use std::sync::Arc;

use maki_domain::View;
use maki_store::Store;

pub use access::{Permit, Principal, Target};
pub use card::{Card, CardOrganisation};
pub use changes::{Change, ChangePage};
pub use check::{CheckTotals, RegisterFinding};
pub use confidential::{
    ConfidentialCounts, ConfidentialItem, ConfidentialLists, ConfidentialPlace, ConfidentialSheet, ConfidentialWork,
    HistoryRow, NamedReader, Tallied,
};
pub use edge::{Edge, SystemEdge, series_of};
pub use error::AppError;
pub use export::Selection;
pub use follow::{FollowError, Progress};
pub use history::PublishedBy;
pub use import::{
    FileError, FindingCount, ImportOptions, ImportReport, Interrupted, Outcome, RowFault, RowInput, Tally, UnknownValue,
};
pub use indexes::IndexState;
pub use jobs::{
    Addressee, Carrier, Composed, Composer, Failure, Handler, JobKind, JobPage, JobQuery, Mail, MailSettings,
    MailSettingsError, StartTls, Work, Workers,
};
pub use kept::{Answer, AnswerForm, Generation};
pub use notice::{AccountChange, EntryName, Notice, Recipient};
pub use organisation_tree::{OrganisationNode, OrganisationTree};
pub use organisations::{OrganisationFilter, OrganisationPage, OrganisationProfile, OrganisationSummary};
pub use people::claims::{ClaimRules, ClaimRulesError, Granted, OrganisationName};
pub use people::{
    Applicant, ApplicationSummary, DemoAccount, Invitation, LinkPurpose, OwnSession, PeopleFault, ProviderSignIn,
    Session, SessionCookie, SignIn, SignInOutcome, TotpSetup,
};
pub use quality::{
    EntryQuality, KeptFinding, LawAt, Look, LookPage, LookQuery, LookRow, LookState, PlaceQuality, ProblemWish,
    QualityHandler, QualityPage, QualityQuery, QualityRunError, Reach, RunSummary, TimeOfDay, TimeOfDayError, law_of,
};
pub use records::{OrganisationRef, PublishedRecord};
pub use search::SearchPage;
pub use settings::{Instance, Licence};
pub use steckbrief::{Comparison, DeploymentOf, RecordVersion, Steckbrief, VersionEntry};
pub use tokens::{LONGEST_DAYS, TokenScope, TokenWish};
pub use verify::RegisterVerification;

/// What the search of the register asks and answers.
pub use maki_search::{
    Correction, Facet, FacetCounts, FacetValue, Filters, MAX_OFFSET_BY_RELEVANCE, MAX_PAGE_SIZE, MAX_QUERY_CHARS,
    MAX_QUERY_WORDS, Matcher, Overview, QueryHint, SearchRequest, Sort, Span, Suggestion, SuggestionKind,
    deployment_classes,
};
/// Who is who.
pub use maki_store::{
    Account, AccountState, ApiToken, Application, ApplicationState, Delegation, Member, Succession, SuccessionKind,
};
/// What the log says.
pub use maki_store::{Action, Event, Head, Verification, WorkState};
/// Jobs as they stand.
pub use maki_store::{Job, JobCount, JobState, Lease};
/// What was found of entries, as it is kept.
pub use maki_store::{Judgement, QualityTotals};

/// The register. Cheap to clone; all clones are the same register.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    instance: Instance,
    edge: Arc<dyn Edge>,
    indexes: indexes::Indexes,
    handover: handover::Handover,
    /// This process keeps the indexes.
    follows: std::sync::atomic::AtomicBool,
    /// What is kept ready of single systems.
    kept: kept::Kept,
    /// Systems that are read together.
    sheets: gather::Gather<maki_domain::Kennung, Option<maki_store::Sheet>>,
    /// Drafts that are saved together.
    saves: gather::Gather<work::Save, Option<Result<work::Done, AppError>>>,
    people: people::PeopleState,
    /// What was found out about other days and laws.
    looks: quality::Looks,
    /// Keys of the register, by name.
    secrets: std::sync::Mutex<std::collections::HashMap<&'static str, Arc<[u8]>>>,
    organisations: organisations::Directory,
    /// Epoch and sequence of the log when the caches were last emptied because another process follows.
    seen_log: std::sync::Mutex<(i64, i64)>,
    /// Wakes the follower after a write of this process.
    written: tokio::sync::Notify,
    /// Wakes whoever judges what has changed.
    judging: tokio::sync::Notify,
    /// Wakes the runner of jobs.
    jobs: tokio::sync::Notify,
}

/// The part of a view that decides which index and which cache answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ViewClass {
    Public,
    Authorities,
}

impl ViewClass {
    const ALL: [Self; 2] = [Self::Public, Self::Authorities];

    /// Views of one organisation and of the operator read single records from the store; searching, they use the index
    /// of the authorities.
    const fn of(view: View) -> Self {
        match view {
            View::Public => Self::Public,
            View::Authorities | View::Organisation(_) | View::Operator => Self::Authorities,
        }
    }

    const fn view(self) -> View {
        match self {
            Self::Public => View::Public,
            Self::Authorities => View::Authorities,
        }
    }
}

impl App {
    /// A register over an open, migrated database. `index_dir` holds the search indexes; they are opened, not built.
    #[must_use]
    pub fn new(store: Store, instance: Instance, edge: Arc<dyn Edge>, index_dir: &std::path::Path) -> Self {
        Self(Arc::new(Inner {
            store,
            instance,
            edge,
            indexes: indexes::Indexes::new(index_dir),
            handover: handover::Handover::default(),
            follows: std::sync::atomic::AtomicBool::new(false),
            kept: kept::Kept::default(),
            sheets: gather::Gather::new(steckbrief::together()),
            saves: gather::Gather::new(work::TOGETHER),
            people: people::PeopleState::default(),
            looks: quality::Looks::default(),
            secrets: std::sync::Mutex::default(),
            organisations: organisations::Directory::default(),
            seen_log: std::sync::Mutex::new((-1, -1)),
            written: tokio::sync::Notify::new(),
            judging: tokio::sync::Notify::new(),
            jobs: tokio::sync::Notify::new(),
        }))
    }

    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Now, as this register's clock says.
    #[must_use]
    pub fn now(&self) -> maki_domain::Instant {
        self.0.edge.now()
    }

    /// Whether database and index answer; for readiness.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ready(&self) -> Result<IndexState, AppError> {
        self.0.store.ping().await?;
        Ok(self.0.indexes.state())
    }
}
