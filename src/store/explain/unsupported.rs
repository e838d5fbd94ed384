//! What a store does not implement, and which option to leave out. Some stores name the header, some the value. Others
//! only say that something is not implemented: then it is the request itself.

use super::circumstances::{Action, Circumstances, outcome};
use super::classify::{is_missing, store_message, unknown_header};
use crate::failure::{Advice, Failure};
use crate::store::seal;
use crate::store::wire::Refusal;

/// The failure of a request that the store does not implement, if that is why it was refused.
pub(super) fn explain(refusal: &Refusal, about: &Circumstances<'_>) -> Option<Failure> {
    if let Some(header) = unknown_header(refusal) {
        return Some(if header.starts_with(seal::PREFIX) {
            no_sse_c(about.action)
        } else {
            no_header(header)
        });
    }
    match refusal.code.as_deref() {
        Some("InvalidEncryptionAlgorithmError") => Some(no_sse_c(about.action)),
        Some("AccessControlListNotSupported") => Some(no_acl()),
        Some("InvalidStorageClass") => Some(
            Failure::other("the store knows no storage class of this name")
                .hint(Advice::LeaveOutStorageClass),
        ),
        // In B2's words.
        _ if refusal.has_words("canned acl") => Some(no_acl()),
        _ if is_missing(refusal) => Some(missing(refusal, about)),
        _ => None,
    }
}

fn missing(refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    match about.action {
        Action::Read | Action::Write | Action::Copy if about.key.is_some() => {
            no_sse_c(about.action)
        }
        Action::ListVersions => {
            Failure::other("the store keeps no versions").hint(Advice::LeaveOutVersions)
        }
        Action::ListUploads => Failure::other("the store does not tell of unfinished uploads")
            .hint("its own tools may, or a rule that has them cleared away after some days"),
        _ => {
            Failure::other(format!("the store does not implement this: {}", store_message(refusal)))
                .hint(Advice::LeaveOutUnknownOptions)
        }
    }
}

fn no_sse_c(action: Action) -> Failure {
    let outcome = outcome(action);
    Failure::unsealed(format!("the store does not implement SSE-C: {outcome}"))
        .hint("use a store that does, or encrypt before uploading")
}

fn no_header(header: &str) -> Failure {
    Failure::other(format!("the store does not know the header {header}"))
        .hint(Advice::LeaveOutHeader(header.to_owned()))
}

fn no_acl() -> Failure {
    Failure::other("objects have no ACLs of their own there").hint(Advice::LeaveOutAcl)
}
