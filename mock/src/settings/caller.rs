//! Who sends a request, with the limits of its session.

use std::sync::Arc;

use super::policy::Policy;
use super::requester::Requester;

/// A requester, and what its session may do at most.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) requester: Requester,
    /// `None` where everything that the requester may do is allowed.
    pub(crate) session_policy: Option<Arc<Policy>>,
}

impl Caller {
    pub(crate) const ANONYMOUS: Self =
        Self { requester: Requester::Anonymous, session_policy: None };
}

impl From<Requester> for Caller {
    fn from(requester: Requester) -> Self {
        Self { requester, session_policy: None }
    }
}
