//! The stream of items that walks and listings find. Memory does not grow with the number of items.

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::failure::Failure;

/// How many items may wait while the walk or listing continues.
const MAX_WAITING: usize = 256;
const MAX_WAITING_BATCHES: usize = 2;

/// A result of a walk or a listing.
#[derive(Debug)]
pub(crate) enum Found<T> {
    Item(T),
    /// An item that is left out on purpose.
    Skipped,
    /// An item that cannot be processed, or a failure of the walk itself.
    Failed(Failure),
}

/// A stream of items, in order. The sender stops once the receiver is gone.
pub(crate) fn channel<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MAX_WAITING)
}

/// A stream of batches. Only a few may wait, so that a long listing does not fill memory.
pub(crate) fn channel_of_batches<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MAX_WAITING_BATCHES)
}
