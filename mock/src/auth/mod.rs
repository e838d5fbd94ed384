//! Who may do what: signatures, bucket policies and access control lists.
//!
//! A [`Signature`] is read from a header, a presigned query or a form; the [`Authenticator`] checks everything about it
//! that the S3 layer does not, and knows the [`Sessions`] beside the users. [`check_access`] then asks the bucket's policy and ACLs; [`PolicyCheck`] does so for
//! every operation of the S3 layer.

mod access;
mod acl;
mod action;
mod authenticator;
mod identity;
mod session;
mod signature;
mod sts_signature;

pub(crate) use access::{
    AccessRequest, PolicyCheck, Subject, check_access, permit, sender_context,
};
pub(crate) use acl::{check_bucket_acl, not_supported};
pub(crate) use authenticator::{Authenticator, SecretKeys, refuse_query_keys};
pub use identity::{Identity, InvalidIdentity};
pub(crate) use session::{Session, Sessions};
pub(crate) use signature::missing_field;
