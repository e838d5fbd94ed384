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

struct Page {
    found: Vec<ListedBucket>,
    /// The token of the next page.
    next: Option<String>,
}

impl Store {
    /// Lists the account's buckets, all pages of them.
    /// Errors: `Kind::Denied` without `s3:ListAllMyBuckets`; `Kind::Integrity` if the pages do not advance.
    pub(crate) async fn list_buckets(&self) -> Result<Vec<ListedBucket>, Failure> {
        let (mut found, mut token, mut pages) = (Vec::new(), None::<String>, Pages::new());
        loop {
            let page = self.buckets_page(token.take()).await?;
            let first = page.found.first().map(|bucket| bucket.name.clone());
            found.extend(page.found);
            token = page.next;
            if token.is_none() {
                return Ok(found);
            }
            if !pages.advance(first, token.clone()) {
                return Err(Failure::integrity("the store's list of buckets does not end")
                    .hint("a proxy in between may answer from a cache: go around it"));
            }
        }
    }

    /// Lists the buckets of the first page: up to 10,000 at Amazon, and usually all at other stores.
    /// Errors: `Kind::Denied` without `s3:ListAllMyBuckets`.
    pub(crate) async fn first_buckets(&self) -> Result<Vec<ListedBucket>, Failure> {
        Ok(self.buckets_page(None).await?.found)
    }

    async fn buckets_page(&self, token: Option<String>) -> Result<Page, Failure> {
        let nowhere = Location { bucket: String::new(), key: String::new() };
        let sent = self
            .send(|client| client.list_buckets().set_continuation_token(token.clone()).send())
            .await;
        let output = sent.map_err(|refusal| {
            let about = Circumstances { action: Action::ListBuckets, at: &nowhere, key: None };
            let mut failure = diagnose(self, &refusal, &about);
            failure.detail_mut().url = None;
            failure
        })?;
        let listed = output.buckets().iter().filter_map(|bucket| {
            let created =
                bucket.creation_date().and_then(|it| it.fmt(DateTimeFormat::DateTime).ok());
            Some(ListedBucket { name: bucket.name()?.to_owned(), created })
        });
        let next = output.continuation_token().filter(|it| !it.is_empty()).map(str::to_owned);
        Ok(Page { found: listed.collect(), next })
    }
}
