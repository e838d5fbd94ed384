//! Answers to the operations on a bucket's documents.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use s3s::S3Response;

pub(crate) type Reply = S3Response<Bytes>;

pub(crate) fn xml_answer(root: &str, content: &str) -> Reply {
    let mut reply = Reply::new(Bytes::from(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>"
    )));
    reply.headers.insert("content-type", HeaderValue::from_static("application/xml"));
    reply
}

pub(crate) fn no_content(status: StatusCode) -> Reply {
    Reply::with_status(Bytes::new(), status)
}
