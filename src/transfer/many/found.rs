//! The stream of items that walks and listings find. Memory does not grow with the number of items.

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::failure::Failure;

/// How many items may wait while the walk or listing continues.
const MAX_WAITING: usize = 256;
const MAX_WAITING_BATCHES: usize = 2;
/// How many items a feed may be ahead of the work: the remaining time is only known once all are found. They take about
/// 3 MB.
const MAX_AHEAD: usize = 10_000;

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

/// The stream of items that a job works through: the search for them goes on far ahead of the work.
pub(crate) fn channel_ahead<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MAX_AHEAD)
}

/// A stream of batches. Only a few may wait, so that a long listing does not fill memory.
pub(crate) fn channel_of_batches<T>() -> (Sender<Found<T>>, Receiver<Found<T>>) {
    mpsc::channel(MAX_WAITING_BATCHES)
}
