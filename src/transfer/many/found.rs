//! What walks and listings find, as a stream. Memory does not grow with the number of items.

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::failure::Failure;

/// How many items wait for their turn while the walk or listing goes on.
const MOST_WAITING: usize = 256;
const MOST_BATCHES_WAITING: usize = 2;

/// What a walk or a listing finds.
#[derive(Debug)]
pub(crate) enum Found<T> {
    Item(T),
    /// Something that is left out on purpose.
    Skipped,
    /// Something that should be worked on and cannot.
    Failed(Failure),
}

/// A stream of items, in order. The sender stops once the receiver is gone.
pub(crate) fn channel<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MOST_WAITING)
}

/// A stream of batches: few of them wait, or memory would hold a long listing.
pub(crate) fn channel_of_batches<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MOST_BATCHES_WAITING)
}
