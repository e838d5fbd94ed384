//! Which objects are copied, and where each goes: none to where another source waits for its turn.

use super::Copying;
use crate::commands::copier::Pair;
use crate::failure::Failure;
use crate::location::Location;
use crate::transfer::many::{Filters, Finder, Finds, Found, finds, walk_store};
use crate::transfer::{Claims, Engine};

/// Something on the command line that is to be copied.
pub(super) enum Origin {
    Object(Pair),
    /// What is below one prefix goes below another.
    Prefix(Pair),
}

/// What the command line names, checked as far as it can be without a store.
pub(super) fn origins(
    op: &str,
    args: &Copying,
    sources: &[String],
    dest: &Location,
) -> Result<Vec<Origin>, Failure> {
    let recursive = args.selection.recursive;
    args.selection.check(recursive)?;
    let several = sources.len() > 1;
    let of_one = [&args.source.version_id, &args.condition.if_match];
    if (several || recursive) && of_one.into_iter().any(Option::is_some) {
        return Err(Failure::usage(
            "a version or an ETag belongs to one object, and several are copied",
        )
        .hint("copy that object by itself"));
    }
    let origin = |source: &String| {
        let from: Location = source.parse()?;
        if recursive {
            prefix(from.folder(), dest.folder()).map(Origin::Prefix)
        } else {
            object(op, args, from, several, dest).map(Origin::Object)
        }
    };
    let origins = sources.iter().map(origin).collect::<Result<Vec<_>, Failure>>()?;
    check_apart(&origins)?;
    Ok(origins)
}

/// Fails where what is copied from one source could take the place of another that waits for its turn.
fn check_apart(origins: &[Origin]) -> Result<(), Failure> {
    for (index, origin) in origins.iter().enumerate() {
        let others = origins.iter().enumerate().filter(|(other, _)| *other != index);
        for (_, other) in others {
            let clashes = match (origin, other) {
                (Origin::Prefix(pair), Origin::Prefix(other)) => overlap(&pair.to, &other.from),
                (Origin::Object(pair), Origin::Object(other)) => is_same(&pair.to, &other.from),
                _ => false,
            };
            let (Origin::Prefix(pair) | Origin::Object(pair)) = origin;
            let (Origin::Prefix(other) | Origin::Object(other)) = other;
            if clashes {
                return Err(Failure::usage(format!(
                    "copies to {} could take the place of another source, {}",
                    pair.to, other.from
                ))
                .hint("copy one source after the other"));
            }
        }
    }
    Ok(())
}

/// Whether one prefix may lie within the other. An access point hides which bucket it is of.
fn overlap(one: &Location, other: &Location) -> bool {
    let nested = one.key.starts_with(&other.key) || other.key.starts_with(&one.key);
    nested && may_be_one_bucket(one, other)
}

fn is_same(one: &Location, other: &Location) -> bool {
    one.key == other.key && may_be_one_bucket(one, other)
}

fn may_be_one_bucket(one: &Location, other: &Location) -> bool {
    let is_access_point =
        |at: &Location| at.bucket.starts_with("arn:") || at.bucket.ends_with("-s3alias");
    one.bucket == other.bucket || is_access_point(one) || is_access_point(other)
}

fn prefix(from: Location, to: Location) -> Result<Pair, Failure> {
    if may_be_one_bucket(&from, &to) && to.key.starts_with(&from.key) {
        return Err(Failure::usage(format!("{to} lies within {from}")).hint(
            "copy to another prefix; `s3seal put -r` and `get -r` take what is on this machine",
        ));
    }
    Ok(Pair { from, to })
}

fn object(
    op: &str,
    args: &Copying,
    from: Location,
    is_one_of_many: bool,
    dest: &Location,
) -> Result<Pair, Failure> {
    if from.is_folder() {
        return Err(Failure::usage(format!("{from} is a folder"))
            .hint("give the key as well: s3://bucket/key; or add -r for all that is in it"));
    }
    let from = from.object()?;
    if is_one_of_many && !dest.is_folder() {
        return Err(Failure::usage(format!("{dest} is one object, and there are several sources"))
            .hint(format!("name a folder: {dest}/")));
    }
    let to = if dest.is_folder() { dest.join(from.name()) } else { dest.clone() }.object()?;
    if is_same(&from, &to) && (args.source.version_id.is_none() || op == "mv") {
        return Err(Failure::usage(format!("{from} would be copied onto itself")).hint(
            "name another destination; `s3seal rotate` seals it with another key where it is",
        ));
    }
    Ok(Pair { from, to })
}

/// The objects to copy, as they are found.
pub(super) fn find(origins: Vec<Origin>, filters: Filters, engine: Engine) -> Finds<Pair> {
    let (finder, finds) = finds();
    // Of one source no name comes twice, and a million names need not be remembered.
    let mut claims = (origins.len() > 1).then(Claims::default);
    tokio::spawn(async move {
        for origin in origins {
            let sent = match origin {
                Origin::Object(pair) => send(&finder, pair, &mut claims).await,
                Origin::Prefix(pair) => below(&finder, pair, &filters, &engine, &mut claims).await,
            };
            if !sent {
                return;
            }
        }
    });
    finds
}

/// Sends what is below a prefix; false where nobody takes it any more.
async fn below(
    finder: &Finder<Pair>,
    prefixes: Pair,
    filters: &Filters,
    engine: &Engine,
    claims: &mut Option<Claims>,
) -> bool {
    let Pair { from, to } = prefixes;
    let mut entries = walk_store(engine.store().clone(), from.clone());
    let mut is_empty = true;
    while let Some(entry) = entries.recv().await {
        is_empty = false;
        let sent = match entry {
            Found::Item(entry) if !filters.admit(&entry.name) => continue,
            Found::Item(entry) => {
                engine.progress().expect(1, entry.bytes);
                let pair = Pair { from: from.join(&entry.name), to: to.join(&entry.name) };
                // A copy there could take the place of a source that waits for its turn.
                // A bucket has no place for the marker of a folder that becomes all of it.
                if pair.to.key.is_empty() {
                    continue;
                }
                if may_be_one_bucket(&from, &to) && pair.to.key.starts_with(&from.key) {
                    fail(finder, within_source(&pair, &from)).await
                } else {
                    send(finder, pair, claims).await
                }
            }
            Found::Skipped => finder.send(Found::Skipped).await.is_ok(),
            Found::Failed(failure) => fail(finder, failure).await,
        };
        if !sent {
            return false;
        }
    }
    if is_empty {
        let failure = Failure::not_found("there is nothing below it")
            .hint("check the bucket and the prefix")
            .at(&from);
        return fail(finder, failure).await;
    }
    true
}

fn within_source(pair: &Pair, prefix: &Location) -> Failure {
    Failure::usage(format!("its copy {} would lie within {prefix}, which is being copied", pair.to))
        .hint("copy it by itself")
        .at(&pair.from)
}

async fn send(finder: &Finder<Pair>, pair: Pair, claims: &mut Option<Claims>) -> bool {
    let to = match pair.to.clone().object() {
        Ok(to) => to,
        Err(failure) => return fail(finder, failure.at(&pair.from)).await,
    };
    match claims.as_mut().map_or(Ok(()), |claims| claims.claim(&to.key)) {
        Ok(()) => finder.send(Found::Item(pair)).await.is_ok(),
        Err(failure) => fail(finder, failure.at(&pair.from)).await,
    }
}

async fn fail(finder: &Finder<Pair>, failure: Failure) -> bool {
    finder.send(Found::Failed(failure)).await.is_ok()
}
