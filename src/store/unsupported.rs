//! What a store does not implement, and which option to leave out. Some name the header that they do not know, some
//! the value, some say no more than that something is missing: then it is what the request was for.

use super::diagnosis::{Action, Circumstances, outcome, said};
use super::refusal::Refusal;
use super::url_check::option;
use super::{Condition, Store, Write, seal};
use crate::failure::Failure;
use crate::location::Location;

/// The failure of a request that the store does not implement, if that is why it was refused.
pub(super) fn explain(refusal: &Refusal, about: &Circumstances<'_>) -> Option<Failure> {
    if let Some(header) = header(refusal) {
        return Some(match header.starts_with(seal::PREFIX) {
            true => no_sse_c(about.action),
            false => no_header(header),
        });
    }
    match refusal.code.as_deref() {
        Some("InvalidEncryptionAlgorithmError") => Some(no_sse_c(about.action)),
        Some("AccessControlListNotSupported") => Some(no_acl()),
        Some("InvalidStorageClass") => {
            Some(Failure::other("the store knows no storage class of this name").hint(
                "leave out --storage-class, or ask the store's operator which ones there are",
            ))
        }
        // As B2 says it.
        _ if refusal.has_words("canned acl") => Some(no_acl()),
        _ if is_missing(refusal) => Some(missing(refusal, about)),
        _ => None,
    }
}

/// The failure of a write whose condition the store does not implement, if that is why it was refused: it has shown
/// before that it takes the rest of the request, in the upload's parts or in an earlier write.
pub(super) fn explain_condition(
    refusal: &Refusal,
    condition: &Condition,
    at: &Location,
) -> Option<Failure> {
    let is_about_it = header(refusal).is_none_or(|header| header.starts_with("if-"));
    if !condition.is_set() || !is_missing(refusal) || !is_about_it {
        return None;
    }
    let option = if condition.if_match.is_some() { "--if-match" } else { "--if-none-match" };
    Some(
        Failure::other("the store knows no conditions on writes: nothing was stored")
            .hint(format!("leave out {option}, and see to it that nobody else writes there"))
            .for_all()
            .at(at)
            .answered(refusal.status, refusal.code.as_deref()),
    )
}

impl Store {
    /// As [`Store::explain`], of the one request of a write that carries its condition.
    pub(super) fn explain_conditional(&self, write: &Write, refusal: &Refusal) -> Failure {
        explain_condition(refusal, &write.condition, &write.at)
            .unwrap_or_else(|| self.explain(write, refusal))
    }
}

/// The header that the store says it does not know, in lower case. B2: `Unsupported header 'x-amz-tagging' received for
/// this API call.`; Cloudflare R2: `Header 'x-amz-tagging' with value 'a=b' not implemented`.
pub(super) fn header(refusal: &Refusal) -> Option<&str> {
    if !matches!(refusal.status, Some(400 | 501)) {
        return None;
    }
    let (_, rest) = refusal.message.as_deref()?.split_once("eader '")?;
    let (name, _) = rest.split_once('\'')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Whether the store says, in whichever words, that it has no such thing.
fn is_missing(refusal: &Refusal) -> bool {
    matches!(refusal.status, Some(405 | 501)) || refusal.is("NotImplemented")
}

fn missing(refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    match about.action {
        Action::Read | Action::Write if about.key.is_some() => no_sse_c(about.action),
        Action::ListVersions => Failure::other("the store keeps no versions")
            .hint("leave out --versions, or --all-versions: there is one of each object"),
        Action::ListUploads => Failure::other("the store does not tell of unfinished uploads")
            .hint("its own tools may, or a rule that has them cleared away after some days"),
        _ => Failure::other(format!("the store does not implement this: {}", said(refusal)))
            .hint("leave out the options that it may not know, such as --version-id or --tagging"),
    }
}

fn no_sse_c(action: Action) -> Failure {
    let outcome = outcome(action);
    Failure::unsealed(format!("the store does not implement SSE-C: {outcome}"))
        .hint("use a store that does, or encrypt before uploading")
}

fn no_header(header: &str) -> Failure {
    let failure = Failure::other(format!("the store does not know the header {header}"));
    match option(header) {
        Some(option) => failure.hint(format!("leave out {option}")),
        None => failure.hint("a proxy in between may have added it: go around it"),
    }
}

fn no_acl() -> Failure {
    Failure::other("objects have no ACLs of their own there")
        .hint("leave out --acl; who may read is a matter of the bucket's policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> Refusal {
        let message = Some(message.to_owned());
        Refusal { status: Some(status), message, ..Refusal::default() }
    }

    #[test]
    fn the_header_is_found_in_every_stores_words() {
        for (status, message, found) in [
            (400, "Unsupported header 'x-amz-tagging' received for this API call.", true),
            (501, "Header 'x-amz-tagging' with value 'a=b' not implemented", true),
            (403, "Unsupported header 'x-amz-tagging' received for this API call.", false),
            (501, "A header you provided implies functionality that is not implemented.", false),
            (400, "Unsupported header '\u{1b}[2J' received", false),
            (400, "Unsupported header ''", false),
            (400, "Unsupported header 'x-amz-tagging", false),
        ] {
            let refusal = refused(status, message);
            assert_eq!(header(&refusal), found.then_some("x-amz-tagging"), "{message}");
        }
    }
}
