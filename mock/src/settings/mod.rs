//! How a bucket is set up: default encryption, CORS rules, policy, object lock, lifecycle, whether there are ACLs, and the
//! documents that are only kept.
//!
//! [`Settings`] holds all of it; [`Policy`] and [`CorsRules`] are read from their documents, and say what they allow.

mod acl;
mod caller;
mod condition;
mod configuration;
mod cors;
mod documents;
mod fields;
mod lifecycle;
mod notification;
mod object_lock;
mod policy;
mod requester;
mod schema;
mod syntax;

pub(crate) use acl::{Acl, Grantee, Permission, canonical_id, display_name};
pub(crate) use caller::Caller;
pub(crate) use condition::PolicyContext;
pub(crate) use configuration::{
    DefaultEncryption, NOTIFICATION, Ownership, PUBLIC_ACCESS_BLOCK, Settings,
};
pub(crate) use cors::{CORS_METHODS, CorsRules};
pub(crate) use documents::{Absent, DocumentKind};
pub(crate) use lifecycle::{LifecycleRule, name_rules};
pub(crate) use notification::{Target, name_notifications, targets, tested_targets};
pub(crate) use object_lock::{BucketLock, Lock, Retention};
pub(crate) use policy::{Policy, Verdict};
pub(crate) use requester::{DEFAULT_ACCOUNT, Requester};
