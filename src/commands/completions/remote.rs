//! Candidates from the store: one request, without a key, within the time limit. Whatever goes wrong, there are none.

use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use clap_complete::engine::CompletionCandidate;
use tokio::runtime::Builder;

use super::typed::Typed;
use crate::commands::rule_connection::supplement;
use crate::key::ring::ConfigKeys;
use crate::location::Location;
use crate::store::copy::is_throw_away;
use crate::store::wire::{Connect, Store};

pub(super) const SCHEME: &str = "s3://";
/// The id of the candidate that stands for those that were not listed.
pub(super) const MORE: &str = "more";
/// The most objects and folders that are asked for.
const MOST: i32 = 200;

/// Buckets and their objects, one folder at a time.
pub(super) fn objects(word: &str, typed: &Typed, deadline: Instant) -> Vec<CompletionCandidate> {
    if let Some(at) = inside(word) {
        let Some(connect) = typed.connect.clone() else { return Vec::new() };
        // As the command that is typed does: a rule of config.toml may say where the bucket is.
        let Ok(connect) = supplement(&connect, &[at.to_string().into()], false) else {
            return Vec::new();
        };
        return within(deadline, || list(connect, at)).unwrap_or_default();
    }
    let mut found = buckets(word, typed, deadline);
    if word.starts_with(SCHEME) {
        found = found.iter().map(with_slash).collect();
    }
    found
}

/// Buckets by themselves: `s3://bucket`.
pub(super) fn buckets(word: &str, typed: &Typed, deadline: Instant) -> Vec<CompletionCandidate> {
    let Some(beginning) = word.strip_prefix(SCHEME) else {
        return SCHEME.starts_with(word).then(|| SCHEME.into()).into_iter().collect();
    };
    let Some(connect) = typed.connect.clone().filter(|_| !beginning.contains('/')) else {
        return Vec::new();
    };
    let mut names = within(deadline, || list_buckets(connect)).unwrap_or_default();
    names.retain(|name| name.starts_with(beginning));
    names.into_iter().map(|name| format!("{SCHEME}{name}").into()).collect()
}

fn with_slash(bucket: &CompletionCandidate) -> CompletionCandidate {
    let mut value = bucket.get_value().to_owned();
    value.push("/");
    value.into()
}

/// The location, if the word has a bucket and the slash after it.
fn inside(word: &str) -> Option<Location> {
    let at: Location = word.parse().ok()?;
    word.strip_prefix(SCHEME)?.strip_prefix(&at.bucket)?.starts_with('/').then_some(at)
}

async fn list(connect: Connect, at: Location) -> Option<Vec<CompletionCandidate>> {
    let store = Store::connect(&connect).await.ok()?.into();
    let mut listing = Store::list(&store, &at).of_one_level().with_pages_of(MOST);
    let page = listing.next_page().await.ok()??;
    let is_wanted = |key: &str| key != at.key && !is_throw_away(key);
    let names = page.into_iter().filter(|it| is_wanted(&it.key));
    let url = |key| Location { bucket: at.bucket.clone(), key }.to_string();
    let mut found: Vec<CompletionCandidate> = names.map(|it| url(it.key).into()).collect();
    if listing.has_more() {
        // The word itself: without it, a shell would complete what the first names have in common.
        let help = format!("more than {MOST}: type more of the name");
        let more = CompletionCandidate::new(at.to_string()).id(Some(MORE.to_owned()));
        found.push(more.help(Some(help.into())));
    }
    Some(found)
}

/// The buckets of the account, and those that rules of config.toml name at this store: the credentials need not be
/// allowed to list buckets.
async fn list_buckets(connect: Connect) -> Option<Vec<String>> {
    let store = Store::connect(&connect).await.ok()?;
    let config = ConfigKeys::load(None).unwrap_or_default();
    let mut names: Vec<_> =
        config.buckets(store.recipient()).into_iter().map(str::to_owned).collect();
    let listed = store.first_buckets().await.unwrap_or_default();
    names.extend(listed.into_iter().map(|bucket| bucket.name));
    names.sort();
    names.dedup();
    Some(names)
}

/// Runs work that must not outlast the deadline: on a thread of its own, which the end of the program ends.
/// None if it failed or is not done by then.
pub(super) fn within<T, F>(
    deadline: Instant,
    work: impl FnOnce() -> F + Send + 'static,
) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = Option<T>>,
{
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        let result = runtime.block_on(work());
        // Nothing receives it once the deadline is over.
        let _ = sender.send(result);
        runtime.shutdown_background();
    });
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_never_ends_is_not_waited_for() {
        assert_eq!(within(Instant::now(), std::future::pending::<Option<()>>), None);
    }
}
