//! The indexes of this process: one per view, each in its own folder, opened lazily and replaced when damaged.
//!
//! The index of the authorities lies over the public one: it holds only the systems of which authorities see more than
//! the public does. Nothing of it reaches the public index, and what both see alike is analysed and kept once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use maki_search::{Error, Index, IndexSettings};

use crate::{AppError, ViewClass};

/// Memory for writing one index in a bulk load: fewer and larger segments, which are searched faster.
const BULK_MEMORY: usize = 56_000_000;

/// Whether the search can be trusted right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexState {
    Ready,
    /// The index is missing, damaged or behind and is being built; results may be incomplete.
    Building,
}

pub(crate) struct ViewIndex {
    pub class: ViewClass,
    dir: PathBuf,
    /// The index this one lies over. Whoever locks both locks it first.
    below: Option<Arc<Self>>,
    index: RwLock<Option<Arc<Index>>>,
    building: AtomicBool,
    /// A search failed on it: it may be damaged.
    suspect: AtomicBool,
    /// Somebody in this process searches. Until then commits are not made ready for searching, which costs an import
    /// a good part of its time.
    searched: AtomicBool,
    /// This process loads much and serves nobody.
    bulk: AtomicBool,
}

pub(crate) struct Indexes {
    public: Arc<ViewIndex>,
    authorities: ViewIndex,
}

impl Indexes {
    pub fn new(dir: &Path) -> Self {
        let of = |class, name: &str, below| ViewIndex {
            class,
            dir: dir.join(name),
            below,
            index: RwLock::new(None),
            // Nothing is known of the folder before somebody has compared it with the log.
            building: AtomicBool::new(true),
            suspect: AtomicBool::new(false),
            searched: AtomicBool::new(false),
            bulk: AtomicBool::new(false),
        };
        let public = Arc::new(of(ViewClass::Public, "public", None));
        let authorities = of(ViewClass::Authorities, "authorities", Some(Arc::clone(&public)));
        Self { public, authorities }
    }

    pub fn of(&self, class: ViewClass) -> &ViewIndex {
        match class {
            ViewClass::Public => &self.public,
            ViewClass::Authorities => &self.authorities,
        }
    }

    /// Both, the lower one first.
    pub fn all(&self) -> [&ViewIndex; 2] {
        [&self.public, &self.authorities]
    }

    /// Says before the indexes are opened that much will be written and nobody searches in this process.
    pub fn expect_bulk(&self) {
        for index in self.all() {
            index.bulk.store(true, Ordering::Relaxed);
        }
    }

    /// Whether somebody in this process searches.
    pub fn is_searched(&self) -> bool {
        self.all().into_iter().any(|i| i.searched.load(Ordering::Acquire))
    }

    pub fn state(&self) -> IndexState {
        let building = self.all().into_iter().any(|i| i.building.load(Ordering::Relaxed) || !i.is_open());
        if building { IndexState::Building } else { IndexState::Ready }
    }
}

impl ViewIndex {
    fn is_open(&self) -> bool {
        self.index.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub fn is_building(&self) -> bool {
        self.building.load(Ordering::Relaxed)
    }

    /// Notes that a search failed; until somebody has looked, nothing it answers is to be trusted.
    pub fn suspect(&self) {
        self.building.store(true, Ordering::Relaxed);
        self.suspect.store(true, Ordering::Release);
    }

    /// Whether a search failed since this was asked last.
    pub fn take_suspicion(&self) -> bool {
        self.suspect.swap(false, Ordering::AcqRel)
    }

    /// Closes it, so that it is opened again.
    pub fn close(&self) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn set_building(&self, building: bool) {
        self.building.store(building, Ordering::Relaxed);
    }

    /// The open index.
    ///
    /// # Errors
    /// [`AppError::IndexBuilding`] when there is none yet.
    pub fn get(&self) -> Result<Arc<Index>, AppError> {
        let index = self.open_for_search()?;
        if !self.searched.load(Ordering::Acquire) {
            // Nobody may take it for ready before it is; a commit after that is made ready by one of both.
            index.reload()?;
            self.searched.store(true, Ordering::Release);
            index.reload()?;
        }
        Ok(index)
    }

    /// Makes the last commit ready for those who search.
    pub fn reload(&self, index: &Index) -> Result<(), Error> {
        if self.searched.load(Ordering::Acquire) { index.reload() } else { Ok(()) }
    }

    fn open_for_search(&self) -> Result<Arc<Index>, AppError> {
        let below = self.below.as_ref().map(|below| below.open_for_search()).transpose()?;
        let open = self.index.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(index) = open.filter(|index| lies_over(index, below.as_ref())) {
            return Ok(index);
        }
        match self.open() {
            Ok(index) => Ok(index),
            Err(Error::Outdated(_) | Error::Corrupt(_) | Error::Locked) => Err(AppError::IndexBuilding),
            Err(error) => Err(error.into()),
        }
    }

    pub fn open(&self) -> Result<Arc<Index>, Error> {
        let below = self.below.as_ref().map(|below| below.open()).transpose()?;
        let mut slot = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = slot.as_ref().filter(|index| lies_over(index, below.as_ref())) {
            return Ok(Arc::clone(index));
        }
        let index = match &below {
            None => Index::open(&self.dir, self.settings())?,
            Some(below) => Index::open_over(&self.dir, self.settings(), below)?,
        };
        self.place(&mut slot, index)
    }

    fn place(&self, slot: &mut Option<Arc<Index>>, index: Index) -> Result<Arc<Index>, Error> {
        let index = Arc::new(index);
        self.reload(&index)?;
        *slot = Some(Arc::clone(&index));
        Ok(index)
    }

    fn settings(&self) -> IndexSettings {
        let settings = IndexSettings::default();
        let bulk = self.bulk.load(Ordering::Relaxed);
        IndexSettings { writer_memory: if bulk { BULK_MEMORY } else { settings.writer_memory }, ..settings }
    }

    /// Throws the folder away and starts with an empty index.
    pub fn create(&self) -> Result<Arc<Index>, Error> {
        let below = self.below.as_ref().map(|below| below.open()).transpose()?;
        let mut slot = self.index.write().unwrap_or_else(PoisonError::into_inner);
        *slot = None;
        let index = match &below {
            None => Index::create(&self.dir, self.settings())?,
            Some(below) => Index::create_over(&self.dir, self.settings(), below)?,
        };
        self.place(&mut slot, index)
    }
}

/// Whether an open index still lies over the one that is used; that one may have been replaced.
fn lies_over(index: &Index, below: Option<&Arc<Index>>) -> bool {
    match (index.below(), below) {
        (Some(own), Some(used)) => Arc::ptr_eq(own, used),
        (own, used) => own.is_none() && used.is_none(),
    }
}
