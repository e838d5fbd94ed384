//! The steps of a request: request log, interceptor and fault, authentication, S3, and the answer's form.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use s3s::Body;
use s3s::service::S3Service;
use time::OffsetDateTime;

use super::answer::{change_headers, dropped, ready_made, refused, show_quirks};
use super::control::Control;
use super::document::{check_size, read_document};
use super::sts::Sts;
use crate::answer::{Answer, Instead, Interceptor, Reply, Tampering};
use crate::auth::{AccessRequest, Authenticator, check_access};
use crate::body::{
    RequestBody, TamperedBody, Throttle, check_trailer, drain, is_chunked, rechunk, storage_failed,
};
use crate::browser::{PostObject, preflight};
use crate::context::{Connection, RequestContext};
use crate::fault::{ChosenFault, Faults};
use crate::log_file::LogFile;
use crate::quirks::Quirks;
use crate::refusal::{HOST_ID, Refusal};
use crate::request_log::{RequestLog, RequestRecord};
use crate::route::{self, Target};
use crate::s3;
use crate::settings::{CorsRules, Requester};
use crate::ssec;
use crate::store::Store;

/// What every connection shares.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(crate) s3: S3Service,
    pub(crate) post_object: PostObject,
    pub(crate) sts: Sts,
    pub(crate) store: Arc<Store>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) interceptor: Interceptor,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) log_file: Option<Arc<LogFile>>,
    pub(crate) control: Arc<Control>,
    /// How long a client may be idle.
    pub(crate) patience: Duration,
}

impl Handler {
    /// Answers one request; `received` counts the bytes of its body. An error drops the connection.
    pub(crate) async fn answer(
        &self,
        (mut head, body): (Parts, Incoming),
        record: RequestRecord,
        connection: Connection,
        mut fault: Option<ChosenFault>,
        received: &Arc<AtomicU64>,
    ) -> io::Result<Response<TamperedBody>> {
        // Code that prints headers must not print these.
        for name in ssec::KEY_HEADERS.into_iter().chain(["authorization", "x-amz-security-token"]) {
            if let Some(value) = head.headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        let operation = record.operation;
        let is_head = head.method == "HEAD";
        let (expects, is_empty) = (head.headers.contains_key("expect"), body.is_end_stream());
        let answer = self.interceptor.ask(&record);
        if answer.is_some() {
            fault = None;
        }
        let answer = answer.or_else(|| fault.as_ref().and_then(ChosenFault::answer));
        let number = self.log.push(record);
        let body = RequestBody::new(body, expects, self.patience, received);
        let rest = body.clone();
        let tampering = match answer {
            None => Tampering::default(),
            Some(Answer::Handle(tampering)) => tampering,
            Some(Answer::Reset) => return Err(dropped()),
            Some(Answer::Respond(reply)) => {
                drain(rest).await;
                return Ok(self.replace(number, reply));
            }
        };
        let mut context = RequestContext::new(connection);
        context.wrong_range = fault.as_ref().is_some_and(ChosenFault::shifts_range);
        let mut response = self.handle(head, body, operation, &context).await;
        if expects && (is_empty || !response.status().is_success()) {
            // boto3 and aws-cli take a final answer in the place of `100 Continue` for that of their next request, too,
            // unless the connection ends with it.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(http::header::CONNECTION, close);
        }
        if is_head {
            adjust_head_answer(&mut response);
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
            Some(Instead::Reply(reply)) => return Ok(self.replace(number, reply)),
            None => {}
        }
        change_headers(&mut response, &tampering);
        self.log.answered(number, response.status().as_u16());
        Ok(response.map(|body| TamperedBody::new(body, &tampering)))
    }

    /// A ready-made answer to the request of this number.
    fn replace(&self, number: usize, reply: Reply) -> Response<TamperedBody> {
        self.log.answered(number, reply.status);
        TamperedBody::plain(ready_made(reply))
    }

    async fn handle(
        &self,
        head: Parts,
        body: RequestBody,
        operation: &'static str,
        context: &RequestContext,
    ) -> Response<Body> {
        if operation == route::STS {
            return self.sts.answer(&head, body).await;
        }
        let request_id = context.request_id.to_string();
        let resource = head.uri.path().to_owned();
        let cors = self.cors_headers(&head);
        let result = if head.method == "OPTIONS" {
            self.preflight(&head)
        } else if operation == "PostObject" {
            self.post_object.answer(&head, body, context.clone()).await
        } else {
            match self.admit(head, body, operation, context).await {
                Ok(request) => s3::call(&self.s3, request, operation, context).await,
                Err(refusal) => Err(refusal),
            }
        };
        // No answer shows what a crash could still undo.
        let synced = self.store.synced().await.map_err(storage_failed);
        let mut response =
            synced.and(result).unwrap_or_else(|refusal| refused(&refusal, &request_id, &resource));
        let headers = response.headers_mut();
        headers.extend(cors);
        headers.insert("server", HeaderValue::from_static("AmazonS3"));
        headers.insert("x-amz-id-2", HeaderValue::from_static(HOST_ID));
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-amz-request-id", id);
        }
        show_quirks(self.authenticator.quirks, operation, headers);
        response
    }

    /// Everything that is checked before the S3 layer sees the request.
    async fn admit(
        &self,
        head: Parts,
        body: RequestBody,
        operation: &'static str,
        context: &RequestContext,
    ) -> Result<Request<Body>, Refusal> {
        // The S3 layer would treat any form as POST Object, and check its policy alone.
        if is_form(&head) {
            return Err(Refusal::not_implemented());
        }
        check_size(&head)?;
        context.set_caller(self.authenticator.check(&head, OffsetDateTime::now_utc())?);
        if *context.requester() == Requester::Anonymous {
            // Before anything of its body is read.
            let target = Target::of(&head.headers, head.uri.path());
            let query = route::query_pairs(head.uri.query().unwrap_or_default());
            let asked = AccessRequest {
                operation,
                bucket: target.bucket.as_deref().unwrap_or_default(),
                key: target.key.as_deref(),
                query: &query,
                headers: &head.headers,
                context,
            };
            check_access(&self.store, &asked)?;
        }
        let query = route::query_pairs(head.uri.query().unwrap_or_default());
        if let Some(names) = route::conflicting(&query) {
            let message = format!("Conflicting query string parameters: {names}");
            return Err(Refusal::invalid_argument(message, "ResourceType", &names));
        }
        let quirks = self.authenticator.quirks;
        check_trailer(quirks, &head.headers, context.connection.tls)?;
        check_store(quirks, &head.headers, operation)?;
        if quirks.missing_operations.contains(&operation) {
            return Err(Refusal::not_implemented());
        }
        let body = if route::takes_document(operation) {
            read_document(&head, body, operation, context).await?
        } else if is_chunked(&head.headers) {
            Body::http_body_unsync(self.throttle.incoming(rechunk(body)))
        } else {
            Body::http_body_unsync(self.throttle.incoming(body))
        };
        Ok(Request::from_parts(head, body))
    }

    /// The headers for a browser in the answer to a request from another origin.
    fn cors_headers(&self, head: &Parts) -> HeaderMap {
        let origin = head.headers.get("origin").and_then(|origin| origin.to_str().ok());
        self.cors_rules(head)
            .zip(origin)
            .filter(|_| head.method != "OPTIONS")
            .and_then(|(rules, origin)| rules.answer(origin, head.method.as_str()))
            .unwrap_or_default()
    }

    fn preflight(&self, head: &Parts) -> Result<Response<Body>, Refusal> {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = preflight(self.cors_rules(head).as_ref(), &head.headers)?;
        Ok(response)
    }

    fn cors_rules(&self, head: &Parts) -> Option<CorsRules> {
        let bucket = Target::of(&head.headers, head.uri.path()).bucket?;
        self.store.lock().bucket(&bucket).ok()?.settings.cors.clone()
    }
}

/// Refuses what the store does not take.
fn check_store(quirks: &Quirks, headers: &HeaderMap, operation: &str) -> Result<(), Refusal> {
    let is_refused =
        |name: &&str| quirks.refused_headers.iter().any(|prefix| name.starts_with(*prefix));
    if let Some(name) = headers.keys().map(|name| name.as_str()).find(is_refused) {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            format!("Unsupported header '{name}' received for this API call."),
        ));
    }
    let is_write = matches!(operation, "PutObject" | "CompleteMultipartUpload" | "CopyObject");
    let is_conditional = ["if-match", "if-none-match"].iter().any(|it| headers.contains_key(*it));
    if quirks.refuses_write_conditions && is_write && is_conditional {
        return Err(Refusal::not_implemented());
    }
    match quirks.missing_content_md5 {
        Some(error) if operation == "DeleteObjects" && !headers.contains_key("content-md5") => {
            Err(error.into())
        }
        _ => Ok(()),
    }
}

fn is_form(head: &Parts) -> bool {
    let content_type = head.headers.get("content-type").map(|value| value.as_bytes());
    head.method == "POST"
        && content_type.is_some_and(|value| {
            String::from_utf8_lossy(value).to_ascii_lowercase().contains("form-data")
        })
}

fn adjust_head_answer(response: &mut Response<Body>) {
    if response.status().as_u16() >= 400 {
        *response.body_mut() = Body::empty();
    }
    // The S3 layer knows no status but 200 for a HEAD that is served.
    if response.headers().contains_key("content-range") && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
}
