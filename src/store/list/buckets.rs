//! The buckets of an account (AWS, "ListBuckets").

use aws_sdk_s3::primitives::DateTimeFormat;

use super::pages::Pages;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::Store;

/// A bucket of the account.
#[derive(Debug)]
pub(crate) struct ListedBucket {
    pub(crate) name: String,
    /// RFC 3339, UTC; none if the store does not say.
    pub(crate) created: Option<String>,
}

impl Store {
    /// Lists the account's buckets, all pages of them.
    /// Errors: `Kind::Denied` without `s3:ListAllMyBuckets`; `Kind::Integrity` if the pages do not advance.
    pub(crate) async fn list_buckets(&self) -> Result<Vec<ListedBucket>, Failure> {
        let nowhere = Location { bucket: String::new(), key: String::new() };
        let (mut found, mut token, mut pages) = (Vec::new(), None::<String>, Pages::new());
        loop {
            let sent = self
                .send(|client| client.list_buckets().set_continuation_token(token.clone()).send())
                .await;
            let output = sent.map_err(|refusal| {
                let about = Circumstances { action: Action::ListBuckets, at: &nowhere, key: None };
                let mut failure = diagnose(self, &refusal, &about);
                failure.detail_mut().url = None;
                failure
            })?;
            let first = output.buckets().first().and_then(|it| it.name()).map(str::to_owned);
            for bucket in output.buckets() {
                let created =
                    bucket.creation_date().and_then(|it| it.fmt(DateTimeFormat::DateTime).ok());
                found.extend(
                    bucket.name().map(|name| ListedBucket { name: name.to_owned(), created }),
                );
            }
            token = output.continuation_token().filter(|it| !it.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(found);
            }
            if !pages.advance(first, token.clone()) {
                return Err(Failure::integrity("the store's list of buckets does not end")
                    .hint("a proxy in between may answer from a cache: go around it"));
            }
        }
    }
}
