//! What goes with a request through the S3 layer.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use http::Extensions;
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::checksum::Algorithm;
use crate::refusal::Refusal;
use crate::settings::{Caller, Requester};
use crate::store::{Cause, new_request_id};

/// The connection that brought a request.
#[derive(Clone, Copy)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) tls: bool,
    /// The client's address.
    pub(crate) peer: IpAddr,
}

/// The checksum that CompleteMultipartUpload names for a part.
pub(crate) struct PartChecksum {
    pub(crate) number: i32,
    pub(crate) algorithm: Algorithm,
    /// Base64.
    pub(crate) value: String,
}

/// An extension of every request that the S3 layer sees.
#[derive(Clone)]
pub(crate) struct RequestContext {
    pub(crate) connection: Connection,
    /// A fault: another range than the one asked for is served.
    pub(crate) wrong_range: bool,
    /// The upload came as a browser's form: its length is known at its end only.
    pub(crate) from_form: bool,
    /// As the answer shows it.
    pub(crate) request_id: Arc<str>,
    /// Set once the request's credentials were looked at.
    caller: Arc<OnceLock<Caller>>,
    /// Those of CompleteMultipartUpload that the types of the S3 layer lack.
    part_checksums: Arc<OnceLock<Vec<PartChecksum>>>,
    /// Why the request was refused. An error of the S3 layer has room for status, code and message alone.
    refusal: Arc<OnceLock<Refusal>>,
}

impl RequestContext {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            wrong_range: false,
            from_form: false,
            request_id: new_request_id().into(),
            caller: Arc::default(),
            part_checksums: Arc::default(),
            refusal: Arc::default(),
        }
    }

    pub(crate) fn of(extensions: &Extensions) -> &Self {
        extensions.get().expect("every request gets a context before the S3 layer sees it")
    }

    pub(crate) fn set_caller(&self, caller: Caller) {
        // A request has one sender.
        let _ = self.caller.set(caller);
    }

    pub(crate) fn caller(&self) -> &Caller {
        self.caller.get().unwrap_or(&Caller::ANONYMOUS)
    }

    pub(crate) fn requester(&self) -> &Requester {
        &self.caller().requester
    }

    /// The request as the cause of events.
    pub(crate) fn cause(&self) -> Cause {
        let principal = match self.requester() {
            Requester::Anonymous => "Anonymous".to_owned(),
            requester => format!("AWS:{}", requester.unique_id()),
        };
        Cause {
            principal,
            address: self.connection.peer.to_canonical().to_string(),
            request_id: self.request_id.to_string(),
        }
    }

    pub(crate) fn set_part_checksums(&self, checksums: Vec<PartChecksum>) {
        // A request has one document.
        let _ = self.part_checksums.set(checksums);
    }

    pub(crate) fn part_checksums(&self) -> &[PartChecksum] {
        self.part_checksums.get().map_or(&[], Vec::as_slice)
    }

    /// Keeps a refusal here, and gives the S3 layer an error that stands for it.
    pub(crate) fn keep_refusal<T>(&self, result: Result<T, Refusal>) -> S3Result<T> {
        result.map_err(|refusal| {
            let mut error = S3Error::new(S3ErrorCode::InternalError);
            error.set_status_code(refusal.status);
            // The first refusal ends the request.
            let _ = self.refusal.set(refusal);
            error
        })
    }

    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.refusal.get().cloned()
    }
}
