//! Copies within the store: a whole object, or ranges of it as parts; the proof that the copy is sealed and holds what its
//! source holds; and
//! throw-away objects, on which a store's ability to copy is tried out first.

mod ability;
mod parts;
mod proof;
mod same_bytes;
mod source;
mod throw_away;
mod whole;

pub(crate) use parts::CopiedPart;
pub(crate) use proof::{Compared, Copied};
pub(crate) use source::CopySource;
pub(crate) use throw_away::{
    Leftovers, ThrowAways, as_source, collect, is_throw_away, plain_write,
};
pub(crate) use whole::{Copy, MOST_BYTES_OF_ONE_COPY};
