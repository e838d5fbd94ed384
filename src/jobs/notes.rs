//! The notes about the store that a job prints at the end.

use crate::output::Output;
use crate::store::wire::Store;

pub(crate) fn note_refused_checksums(store: &Store, out: &Output) {
    if store.learned().checksums().are_refused() {
        out.say("note: the store takes no checksums, so only the connection guarded the bytes on their way");
    }
}

pub(crate) fn note_refused_tags(store: &Store, out: &Output) {
    if store.learned().key_tags().are_refused() {
        out.say("note: the store keeps no tags, so objects do not tell which key they need");
    }
}

pub(crate) async fn note_refused_copies(store: &Store, out: &Output) {
    if store.refuses_copies().await {
        out.say("note: the store does not copy between these keys, so the bytes went through this machine");
    }
}

/// Warns of throw-away objects that a trial of copies could not delete.
pub(crate) async fn warn_left_of_trials(store: &Store, out: &Output) {
    for at in store.undeleted_trial_objects().await {
        out.warn(&format!("the throw-away object {at} could not be deleted: delete it"));
    }
}
