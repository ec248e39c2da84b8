//! What a page is of: a home that does not change, or one that is watched.

use std::io;
use std::sync::Arc;

use crate::home::Home;
use crate::household::Household;
use crate::living::Living;
use crate::snapshot::Snapshot;

/// What is served.
pub enum Content {
    /// What was found, and does not change.
    Found(Box<Home>),
    /// A home that is watched.
    Lives(Box<dyn Household>),
}

impl From<Home> for Content {
    fn from(home: Home) -> Self {
        Self::Found(Box::new(home))
    }
}

/// What pages are made from.
pub(crate) enum Shown {
    Found(Arc<Snapshot>),
    Lives(Living),
}

impl Shown {
    /// Begins to read, where there is something to be read.
    pub(crate) fn begin(content: Content) -> io::Result<Self> {
        Ok(match content {
            Content::Found(home) => Self::Found(Arc::new(Snapshot::fixed(*home))),
            Content::Lives(household) => Self::Lives(Living::begin(household.into())?),
        })
    }

    /// The home; nothing where nothing was read of it yet.
    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        match self {
            Self::Found(snapshot) => Some(Arc::clone(snapshot)),
            Self::Lives(living) => living.snapshot(),
        }
    }

    /// The home that is watched.
    pub(crate) const fn living(&self) -> Option<&Living> {
        match self {
            Self::Found(_) => None,
            Self::Lives(living) => Some(living),
        }
    }
}
