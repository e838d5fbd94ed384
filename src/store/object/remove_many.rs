//! Deletes up to 1,000 objects in one request (DeleteObjects), and one by one those that it cannot delete.

use std::collections::HashMap;

use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::remove::Removed;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::{Refusal, Store, add_content_md5, status_within_success};
use crate::text::redaction::mask_key_text;

/// An object to delete, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeleteTarget {
    pub at: Location,
    /// The version to delete permanently.
    pub version_id: Option<String>,
}

/// An object in the store's answer: its key and version.
type Name = (String, Option<String>);

impl DeleteTarget {
    fn name(&self) -> Name {
        (self.at.key.clone(), self.version_id.clone())
    }
}

impl Store {
    /// The maximum number of objects in one [`Store::delete_many`].
    pub(crate) const MOST_DELETES: usize = 1000;

    /// Deletes up to 1,000 objects of one bucket with the results of [`Store::delete`], in one request if their keys
    /// and the store allow it. The results are in the order of `targets`. Only with `details` do they name versions and
    /// delete markers, because the store's answer is then as long as the request.
    pub(crate) async fn delete_many(
        &self,
        targets: &[DeleteTarget],
        details: bool,
    ) -> Vec<Result<Removed, Failure>> {
        let (together, _): (Vec<_>, Vec<_>) = targets.iter().partition(|it| fits_xml(&it.at.key));
        let mut answers = match together.as_slice() {
            [] | [_] => HashMap::new(),
            [first, ..] => match self.delete_together(&first.at.bucket, &together, details).await {
                Ok(answers) => answers,
                Err(refusal) if matches!(refusal.status, Some(405 | 501)) => HashMap::new(),
                Err(refusal) => {
                    let explain = |it: &DeleteTarget| Err(self.explain_delete(&refusal, &it.at));
                    return targets.iter().map(explain).collect();
                }
            },
        };
        let mut results = Vec::with_capacity(targets.len());
        for it in targets {
            results.push(match answers.remove(&it.name()) {
                Some(Ok(removed)) => Ok(removed),
                Some(Err(refusal)) if refusal.status != Some(503) => {
                    Err(self.explain_delete(&refusal, &it.at))
                }
                _ => self.delete(&it.at, it.version_id.as_deref()).await,
            });
        }
        results
    }

    async fn delete_together(
        &self,
        bucket: &str,
        targets: &[&DeleteTarget],
        details: bool,
    ) -> Result<HashMap<Name, Result<Removed, Refusal>>, Refusal> {
        let identifiers = targets.iter().map(|it| {
            let key = ObjectIdentifier::builder().key(&it.at.key);
            key.set_version_id(it.version_id.clone()).build()
        });
        let objects = identifiers.collect::<Result<_, _>>().map(Some);
        let delete = objects
            .and_then(|objects| Delete::builder().set_objects(objects).quiet(!details).build());
        // Cannot happen, because each target has a key. Otherwise they would be deleted one by one.
        let Ok(delete) = delete else { return Ok(HashMap::new()) };
        let output = self
            .send(|client| {
                client
                    .delete_objects()
                    .bucket(bucket)
                    .delete(delete.clone())
                    .customize()
                    .mutate_request(add_content_md5)
                    .send()
            })
            .await?;
        let mut answers: HashMap<_, _> =
            targets.iter().map(|it| (it.name(), Ok(Removed::default()))).collect();
        for (name, answer) in results_of(&output) {
            // An error for an unknown name may concern any target, so all are deleted one by one.
            if answer.is_err() && !answers.contains_key(&name) {
                return Ok(HashMap::new());
            }
            answers.insert(name, answer);
        }
        Ok(answers)
    }

    fn explain_delete(&self, refusal: &Refusal, at: &Location) -> Failure {
        diagnose(self, refusal, &Circumstances { action: Action::Delete, at, key: None })
    }
}

/// The result for each object in the answer.
fn results_of(
    output: &DeleteObjectsOutput,
) -> impl Iterator<Item = (Name, Result<Removed, Refusal>)> {
    let deleted = output.deleted().iter().map(|it| {
        let removed = Removed {
            delete_marker: it.delete_marker().unwrap_or(false),
            version_id: it.version_id().or(it.delete_marker_version_id()).map(str::to_owned),
        };
        (name(it.key(), it.version_id()), Ok(removed))
    });
    // Deleting a missing object counts as success, though some stores report an error.
    let refused = output.errors().iter().filter(|it| it.code() != Some("NoSuchKey")).map(|it| {
        let refusal = Refusal {
            status: it.code().map(status_within_success),
            code: it.code().map(str::to_owned),
            message: it.message().map(|it| mask_key_text(it).into_owned()),
            ..Refusal::default()
        };
        (name(it.key(), it.version_id()), Err(refusal))
    });
    deleted.chain(refused)
}

fn name(key: Option<&str>, version_id: Option<&str>) -> Name {
    let version_id = version_id.filter(|it| !it.is_empty()).map(str::to_owned);
    (key.unwrap_or_default().to_owned(), version_id)
}

/// Whether XML 1.0 can carry the key, and every parser returns it unchanged.
fn fits_xml(key: &str) -> bool {
    !key.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_xml_cannot_carry_are_known() {
        assert!(fits_xml("a b/ä<&>\"'"));
        for key in ["a\u{1}", "a\nb", "\r", "\0", "a\u{7f}", "\u{ffff}"] {
            assert!(!fits_xml(key), "{key:?}");
        }
    }
}
