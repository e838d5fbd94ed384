//! Checks that keys still open objects: the job of `key verify`.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::feed::send_listed;
use super::job::Job;
use super::keys::Keys;
use super::records::{KeyFields, Record, VerifyRecord};
use crate::failure::{Advice, Failure};
use crate::location::Location;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::{Connect, Store};
use crate::transfer::Interrupt;
use crate::transfer::many::{Found, channel};

struct Verifier {
    store: Arc<Store>,
    keys: Keys,
    interrupt: Interrupt,
    out: Output,
}

/// Checks these objects, then those of the list, one after the other. Failures are reported as they happen.
pub(crate) async fn verify(
    objects: Vec<Location>,
    list: Option<PathBuf>,
    keys: Keys,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let mut job = Job::connect(connect, out).await?;
    keys.check(&job.store)?;
    let verifier = Arc::new(Verifier {
        store: job.store.clone(),
        keys: keys.cancelled_by(&job.interrupt),
        interrupt: job.interrupt.clone(),
        out: *out,
    });
    let work = |verifier: Arc<Verifier>, at| async move {
        [verifier.interrupt.race(verifier.verify(&at)).await.map(|()| 0)]
    };
    job.run_at_most(|| 1, feed(objects, list), &verifier, work).await;
    Ok(job.tally.exit_code())
}

fn feed(objects: Vec<Location>, list: Option<PathBuf>) -> Receiver<Found<Location>> {
    let (sender, receiver) = channel();
    tokio::task::spawn_blocking(move || {
        for at in objects {
            if sender.blocking_send(Found::Item(at)).is_err() {
                return;
            }
        }
        let Some(list) = list else { return };
        let is_empty = Cell::new(true);
        let to_item = |url: &str| {
            let is_comment = url.starts_with('#');
            is_empty.set(is_empty.get() && is_comment);
            (!is_comment).then(|| to_object(url).map_or_else(Found::Failed, Found::Item))
        };
        let mut sent = send_listed(&list, &sender, to_item);
        if sent.is_ok() && is_empty.get() {
            // The program that should have written the list may have failed.
            sent = Err(Failure::usage("the list names no object").hint(Advice::WriteListOfUrls));
        }
        if let Err(failure) = sent {
            let _ = sender.blocking_send(Found::Failed(failure));
        }
    });
    receiver
}

fn to_object(url: &str) -> Result<Location, Failure> {
    url.parse::<Location>()?.object()
}

impl Verifier {
    async fn verify(&self, at: &Location) -> Result<(), Failure> {
        // An unsealed object gets a failure of this command below.
        let options = ReadOptions { allow_plain: true, ..ReadOptions::default() };
        let mut keys = self.keys.to_open(&self.store, at).await?;
        let opened = self.store.head_with(at, &mut keys, &options).await?;
        let Some(key) = keys.opened(opened.key.as_ref()) else {
            return Err(Failure::unsealed("the object is not sealed: it opens without a key")
                .hint("another user may have replaced it: find out who")
                .at(at));
        };
        if self.out.json() {
            let (url, key) = (at.to_string(), KeyFields::of(Some(&key)));
            return self.out.item(&Record::KeyVerify(VerifyRecord { url, opens: true, key }));
        }
        self.out.say(&format!("opens {at} ({key})"));
        Ok(())
    }
}
