//! What the SDK is told about a failed request: whether it timed out, and whether another attempt may help.

use std::error::Error;
use std::io;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy;

use super::dial::TimedOut;

/// Classifies an error of hyper's client, which it keeps as the source.
pub(super) fn classify(error: legacy::Error) -> ConnectorError {
    let is_io = |error: &(dyn Error + 'static)| find::<io::Error>(error).is_some();
    if find::<TimedOut>(&error).is_some() {
        return ConnectorError::timeout(error.into());
    }
    if let Some(http) = find::<hyper::Error>(&error) {
        return match http {
            it if it.is_timeout() => ConnectorError::timeout(error.into()),
            it if it.is_user() => ConnectorError::user(error.into()),
            it if it.is_closed() || it.is_canceled() || is_io(it) => {
                ConnectorError::io(error.into())
            }
            // Amazon closes a connection that was idle for long just as a request is sent on it.
            it if it.is_incomplete_message() => {
                ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
            }
            _ => ConnectorError::other(error.into(), None),
        };
    }
    if error.is_connect() || is_io(&error) {
        return ConnectorError::io(error.into());
    }
    ConnectorError::other(error.into(), None)
}

/// No answer came in the time that the SDK allows.
pub(super) fn timed_out(error: BoxError) -> ConnectorError {
    ConnectorError::timeout(error)
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let source = |error: &&'a (dyn Error + 'static)| (*error).source();
    std::iter::successors(Some(error), source).find_map(|error| error.downcast_ref())
}
