//! Failures about objects that `doctor` itself has made, with keys that it has made. The user cannot have mistaken their
//! names or keys, and no other program knows them: what looks like a mistake is the store's.

use crate::failure::{Failure, Kind};

const HINT: &str = "the store is at fault, or a proxy in between: show this to its operator";

/// The same failure, in words that blame the store if it is about an object of `doctor`'s own.
pub(super) fn blame_store(failure: Failure) -> Failure {
    let code = failure.detail().code.as_deref();
    let what = match failure.kind {
        Kind::NotFound if code != Some("NoSuchBucket") => {
            "the store does not find what it has stored a moment ago"
        }
        Kind::Other if code == Some("NoSuchUpload") => {
            "the store does not find the upload that was begun a moment ago"
        }
        Kind::Key => "the store does not accept the key with which it has sealed the object",
        Kind::Precondition => {
            "the store answers as if another program had changed an object that only this one knows"
        }
        _ => return failure,
    };
    let detail = failure.detail();
    Failure::integrity(format!("{what}{}", answer(&failure)))
        .hint(HINT)
        .answered(detail.status, detail.code.as_deref())
}

/// Why a copy of an own object counts as one that the store cannot make, in words. None for failures that have a cause
/// which the user can remove, and for those that must be known.
pub(super) fn inability_to_copy(failure: &Failure) -> Option<String> {
    let is_about_more = match failure.kind {
        Kind::Denied | Kind::Unsealed | Kind::Integrity | Kind::Interrupted(_) => true,
        // Some stores answer so to each copy that they do not implement.
        Kind::Unavailable => failure.detail().status != Some(500),
        _ => false,
    };
    (!is_about_more).then(|| answer(failure))
}

/// What the store answered, in parentheses.
pub(super) fn answer(failure: &Failure) -> String {
    let detail = failure.detail();
    match (detail.status, detail.code.as_deref()) {
        (Some(status), Some(code)) => format!(" (it answers {status} {code})"),
        (Some(status), None) => format!(" (it answers {status})"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_not_blamed_for_what_the_user_did_not_make() {
        for (failure, words) in [
            (Failure::not_found("there is no such object"), "does not find what it has stored"),
            (Failure::key("the key is wrong"), "does not accept the key with which"),
            (Failure::precondition("another writer has replaced it"), "only this one knows"),
        ] {
            let blamed = blame_store(failure.answered(Some(404), Some("NoSuchKey")));
            assert!(blamed.is(Kind::Integrity), "{blamed}");
            assert!(blamed.to_string().contains(words), "{blamed}");
            assert!(blamed.to_string().ends_with("(it answers 404 NoSuchKey)"), "{blamed}");
        }
    }

    #[test]
    fn what_the_user_can_mend_stays_as_it_is() {
        let denied = Failure::denied("the credentials may not write the object");
        assert!(
            blame_store(denied.clone()).is(Kind::Denied) && inability_to_copy(&denied).is_none()
        );
        let gone = Failure::not_found("x").answered(Some(404), Some("NoSuchBucket"));
        assert!(blame_store(gone).is(Kind::NotFound));
        let silent = Failure::unavailable("x");
        assert!(inability_to_copy(&silent).is_none());
        assert!(inability_to_copy(&silent.answered(Some(500), None)).is_some());
    }
}
