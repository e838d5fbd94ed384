//! One request and its answer: log, interceptor, gate, S3, and the form of errors.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use s3s::service::S3Service;
use s3s::{Body, S3Error, S3ErrorCode, S3Response, S3Result};
use time::OffsetDateTime;

use crate::answer::{Answer, Instead, Interceptor, Reply, Tampering};
use crate::auth::gate::Gate;
use crate::body::incoming::{RequestBody, TamperedBody, drain};
use crate::body::intake::{self, Declared};
use crate::body::rechunk::Rechunked;
use crate::body::throttle::Line;
use crate::encoding;
use crate::fault::{Chosen, Faults};
use crate::log_file::Journal;
use crate::random;
use crate::refusal::{HOST_ID, Refusal};
use crate::request_log::{RequestLog, RequestRecord};
use crate::route::{self, Target};
use crate::settings::cors;
use crate::ssec;
use crate::store::Store;

/// The largest document of the API, in bytes: a list of 10,000 parts stays far below.
const MAX_DOCUMENT: usize = 20 << 20;

/// What every connection shares.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) s3: S3Service,
    /// The same without signatures, for what was let in by other means.
    pub(crate) unsigned: S3Service,
    pub(crate) store: Arc<Store>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) interceptor: Interceptor,
    pub(crate) line: Arc<Line>,
    pub(crate) faults: Arc<Faults>,
    /// The log file, if there is one.
    pub(crate) journal: Option<Arc<Journal>>,
    /// How long a client may stand still.
    pub(crate) patience: Duration,
}

/// The connection that brought a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) tls: bool,
}

/// Goes through S3 with the request and brings back a refusal whole; the S3 layer would keep code and message only.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) connection: Connection,
    /// A fault: another range than the one asked for shall be served.
    pub(crate) wrong_range: bool,
    refusal: Arc<Mutex<Option<Refusal>>>,
}

impl Notes {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, wrong_range: false, refusal: Arc::default() }
    }

    /// Hands a refusal past the S3 layer.
    pub(crate) fn settle<T>(
        &self,
        result: Result<S3Response<T>, Refusal>,
    ) -> S3Result<S3Response<T>> {
        result.map_err(|refusal| {
            let mut error = S3Error::new(S3ErrorCode::InternalError);
            error.set_status_code(refusal.status);
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
            error
        })
    }

    fn take(&self) -> Option<Refusal> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Front {
    /// Answers one request; `received` counts the bytes of its body.
    ///
    /// # Errors
    /// Where the connection shall be dropped instead of an answer.
    pub(crate) async fn exchange(
        &self,
        request: Request<Incoming>,
        connection: Connection,
        mut fault: Option<Chosen>,
        received: &Arc<AtomicU64>,
    ) -> io::Result<Response<TamperedBody>> {
        let (mut head, body) = request.into_parts();
        // What prints a header map must not print these.
        for name in ssec::KEY_HEADERS.into_iter().chain(["authorization", "x-amz-security-token"]) {
            if let Some(value) = head.headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        let record = RequestRecord::new(&head, connection.number);
        let operation = record.operation;
        let is_head = head.method == "HEAD";
        let answer = self.interceptor.ask(&record);
        if answer.is_some() {
            fault = None;
        }
        let answer = answer.or_else(|| fault.as_ref().and_then(Chosen::answer));
        let number = self.log.push(record);
        let body =
            RequestBody::new(body, head.headers.contains_key("expect"), self.patience, received);
        let rest = body.clone();
        let tampering = match answer {
            None => Tampering::default(),
            Some(Answer::Handle(tampering)) => tampering,
            Some(Answer::Reset) => return Err(dropped()),
            Some(Answer::Respond(reply)) => {
                drain(rest).await;
                self.log.answered(number, reply.status);
                return Ok(TamperedBody::plain(ready_made(reply)));
            }
        };
        let wrong_range = fault.as_ref().is_some_and(Chosen::shifts_range);
        let mut response = self.handle(head, body, operation, connection, wrong_range).await;
        if is_head && response.status().as_u16() >= 400 {
            *response.body_mut() = Body::empty();
        }
        // The S3 layer knows no status but 200 for a HEAD that is served.
        if is_head
            && response.headers().contains_key("content-range")
            && response.status() == StatusCode::OK
        {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        drain(rest).await;
        let tampering = match &fault {
            Some(fault) => {
                fault.tampering(tampering, http_body::Body::size_hint(response.body()).exact())
            }
            None => tampering,
        };
        match tampering.instead {
            Some(Instead::Reset) => return Err(dropped()),
            Some(Instead::Reply(reply)) => {
                self.log.answered(number, reply.status);
                return Ok(TamperedBody::plain(ready_made(reply)));
            }
            None => {}
        }
        change_headers(&mut response, &tampering);
        self.log.answered(number, response.status().as_u16());
        Ok(response.map(|body| TamperedBody::new(body, &tampering)))
    }

    /// What a browser is told about the answer to a request from another origin.
    fn cors_answer(&self, head: &Parts) -> HeaderMap {
        let origin = head.headers.get("origin").and_then(|origin| origin.to_str().ok());
        self.cors_rules(head)
            .zip(origin)
            .filter(|_| head.method != "OPTIONS")
            .and_then(|(rules, origin)| rules.answer(origin, head.method.as_str()))
            .unwrap_or_default()
    }

    fn preflight(&self, head: &Parts) -> Result<Response<Body>, Refusal> {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = cors::preflight(self.cors_rules(head).as_ref(), &head.headers)?;
        Ok(response)
    }

    fn cors_rules(&self, head: &Parts) -> Option<cors::Rules> {
        let host = head.headers.get("host").and_then(|host| host.to_str().ok());
        let bucket = Target::of(host, head.uri.path()).bucket?;
        self.store.lock().bucket(&bucket).ok()?.settings.cors.clone()
    }

    async fn handle(
        &self,
        head: Parts,
        body: RequestBody,
        operation: &'static str,
        connection: Connection,
        wrong_range: bool,
    ) -> Response<Body> {
        let request_id = random::text(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16);
        let resource = head.uri.path().to_owned();
        let cors = self.cors_answer(&head);
        let result = if head.method == "OPTIONS" {
            self.preflight(&head)
        } else if operation == "PostObject" {
            self.post_object(&head, body, connection).await
        } else {
            match self.admit(head, body, operation, connection).await {
                Ok((mut request, notes)) => {
                    let notes = Notes { wrong_range, ..notes };
                    request.extensions_mut().insert(notes.clone());
                    self.call(&self.s3, request, &notes).await
                }
                Err(refusal) => Err(refusal),
            }
        };
        // No answer tells of what a crash could still undo.
        let settled = self.store.settled().await.map_err(intake::storage_failed);
        let mut response =
            settled.and(result).unwrap_or_else(|refusal| refused(&refusal, &request_id, &resource));
        let headers = response.headers_mut();
        headers.extend(cors);
        headers.insert("server", HeaderValue::from_static("AmazonS3"));
        headers.insert("x-amz-id-2", HeaderValue::from_static(HOST_ID));
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-amz-request-id", id);
        }
        self.gate.manner.retouch(operation, &mut response);
        response
    }

    /// Everything that is decided before the S3 layer sees the request.
    async fn admit(
        &self,
        head: Parts,
        body: RequestBody,
        operation: &'static str,
        connection: Connection,
    ) -> Result<(Request<Body>, Notes), Refusal> {
        // The S3 layer would take any form for POST Object, and look at the policy alone.
        if is_form(&head) {
            return Err(Refusal::not_implemented());
        }
        check_size(&head)?;
        self.gate.check(&head, OffsetDateTime::now_utc())?;
        self.gate.manner.check_head(operation, &head.headers, connection.tls)?;
        let body = if route::takes_document(operation) {
            document(&head, body, operation).await?
        } else if is_chunked(&head) {
            Body::http_body_unsync(self.line.inward(Rechunked::new(body)))
        } else {
            Body::http_body_unsync(self.line.inward(body))
        };
        let notes = Notes::new(connection);
        let mut request = Request::from_parts(head, body);
        request.extensions_mut().insert(notes.clone());
        Ok((request, notes))
    }

    /// Has one of the two services answer.
    pub(crate) async fn call(
        &self,
        s3: &S3Service,
        request: Request<Body>,
        notes: &Notes,
    ) -> Result<Response<Body>, Refusal> {
        let response = s3.call(request).await.map_err(|_| Refusal::not_implemented())?;
        if let Some(refusal) = notes.take() {
            return Err(refusal);
        }
        if response.status().as_u16() < 400 {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let xml = response.into_body().bytes().unwrap_or_default();
        Err(reworded(status, &String::from_utf8_lossy(&xml)))
    }
}

/// Reads an API document whole and compares it with its checksums, which the S3 layer does not.
async fn document(head: &Parts, body: RequestBody, operation: &str) -> Result<Body, Refusal> {
    let bytes = Limited::new(body, MAX_DOCUMENT)
        .collect()
        .await
        .map_err(|error| intake::broken_body(&error.to_string()))?
        .to_bytes();
    let sha256 = head.headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    if sha256.is_some_and(|value| value.starts_with("STREAMING-")) {
        return Ok(bytes.into());
    }
    if let Some(expected) = sha256.filter(|value| *value != "UNSIGNED-PAYLOAD") {
        let computed =
            encoding::hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes).as_ref());
        if !computed.eq_ignore_ascii_case(expected) {
            return Err(intake::broken_body("Sha256Mismatch")
                .detail("ClientComputedContentSHA256", expected)
                .detail("S3ComputedContentSHA256", computed));
        }
    }
    // On CompleteMultipartUpload the checksum headers are about the object.
    if !bytes.is_empty()
        && !matches!(operation, "CompleteMultipartUpload" | "CreateMultipartUpload" | "CopyObject")
    {
        let declared = Declared::of(&head.headers)?;
        if operation == "DeleteObjects" && !declared.has_digest() {
            return Err(Refusal::invalid_request(
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            ));
        }
        declared.verify(&bytes)?;
    }
    Ok(bytes.into())
}

/// Headers are limited to 8 KB: "PutObject" in the Amazon S3 API reference.
fn check_size(head: &Parts) -> Result<(), Refusal> {
    const MAX: usize = 8192;
    // A line has a colon, a blank and two characters at its end.
    let size: usize =
        head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size <= MAX {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "RequestHeaderSectionTooLarge",
        "Your request header section exceeds the maximum allowed size.",
    )
    .detail("MaxSizeAllowed", MAX.to_string()))
}

fn is_chunked(head: &Parts) -> bool {
    let sha256 = head.headers.get("x-amz-content-sha256");
    sha256.is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"))
}

fn is_form(head: &Parts) -> bool {
    let content_type = head.headers.get("content-type").map(|value| value.as_bytes());
    head.method == "POST"
        && content_type.is_some_and(|value| {
            String::from_utf8_lossy(value).to_ascii_lowercase().contains("form-data")
        })
}

fn refused(refusal: &Refusal, request_id: &str, resource: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = refusal.status;
    *response.headers_mut() = refusal.headers();
    if refusal.status != StatusCode::NOT_MODIFIED {
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
        *response.body_mut() = Bytes::from(refusal.to_xml(request_id, resource)).into();
    }
    response
}

/// An error of the S3 layer in Amazon's words, where the layer has none or others.
fn reworded(status: u16, xml: &str) -> Refusal {
    let code = between(xml, "<Code>", "</Code>").unwrap_or("InternalError").to_owned();
    let message = match code.as_str() {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        }
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "InternalError" => "We encountered an internal error. Please try again.",
        _ => between(xml, "<Message>", "</Message>").unwrap_or("The request is not valid."),
    };
    Refusal::new(status, code, message.to_owned())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    rest.find(after).map(|end| &rest[..end])
}

fn ready_made(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn change_headers(response: &mut Response<Body>, tampering: &Tampering) {
    for name in &tampering.without {
        response.headers_mut().remove(name.as_str());
    }
    for (name, value) in &tampering.with {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

fn dropped() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "dropped by the interceptor")
}
