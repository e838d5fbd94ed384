//! Bodies: how those of requests come in and are stored, and how those of answers are damaged on purpose.
//!
//! A [`RequestBody`] comes from the connection, through a [`Throttle`] and, if it is `aws-chunked`, through
//! [`rechunk`]; an [`Intake`] stores it and compares it with what its headers [`Declared`]. A [`TamperedBody`] goes
//! out.

mod incoming;
mod intake;
mod outgoing;
mod payload;
mod rechunk;
mod throttle;

pub(crate) use incoming::{RequestBody, drain};
pub(crate) use intake::{
    Declared, Intake, MAX_SIZE, Received, bad_digest, broken_body, storage_failed, upload_body,
};
pub(crate) use outgoing::TamperedBody;
pub(crate) use payload::{check_trailer, is_chunked, keeps_aws_chunked};
pub(crate) use rechunk::rechunk;
pub(crate) use throttle::{Throttle, Throttled};
