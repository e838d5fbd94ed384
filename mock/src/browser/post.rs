//! POST Object: a browser's form becomes a PutObject once its policy allows it. Source: "Browser-based uploads using
//! POST (AWS Signature Version 4)" in the Amazon S3 API reference.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use s3s::Body;
use s3s::service::S3Service;
use time::OffsetDateTime;

use super::form::{File, Form, FormError, MAX_FIELDS};
use super::post_policy::PostPolicy;
use crate::auth::{AccessRequest, Authenticator, check_access, missing_field, refuse_query_keys};
use crate::body::{MAX_SIZE, RequestBody, Throttle, broken_body};
use crate::context::RequestContext;
use crate::refusal::Refusal;
use crate::route::{self, Target};
use crate::s3;
use crate::ssec;
use crate::store::Store;
use crate::xml::{Element, escape};

/// Fields about the form itself, which become no header.
const OF_THE_FORM: [&str; 7] = [
    "key",
    "policy",
    "bucket",
    "success_action_status",
    "success_action_redirect",
    "redirect",
    "submit",
];
/// Fields that become the header of the same name.
const HEADERS: [&str; 6] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];
/// Fields of the signature.
const SIGNATURE: [&str; 5] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "x-amz-security-token",
];

#[derive(Clone)]
pub(crate) struct PostObject {
    /// The S3 API without signatures: the form's policy has one.
    pub(crate) s3: S3Service,
    pub(crate) store: Arc<Store>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) throttle: Arc<Throttle>,
}

impl PostObject {
    pub(crate) async fn answer(
        &self,
        head: &Parts,
        body: RequestBody,
        mut context: RequestContext,
    ) -> Result<Response<Body>, Refusal> {
        let connection = context.connection;
        refuse_query_keys(&route::query_pairs(head.uri.query().unwrap_or_default()))?;
        let Target { bucket: Some(bucket), key: None } = Target::of(&head.headers, head.uri.path())
        else {
            return Err(Refusal::not_implemented());
        };
        let (form, file) = read(head, body).await?;
        let file = file.ok_or_else(|| {
            Refusal::invalid_argument(
                "POST requires exactly one file upload per request.",
                "file",
                "0",
            )
        })?;
        let key = form.field("key").ok_or_else(|| missing_field("key"))?;
        let key = key.replace("${filename}", &file.name);
        if key.is_empty() {
            return Err(Refusal::invalid_argument(
                "User key must have a length greater than 0.",
                "key",
                "",
            ));
        }
        context.from_form = true;
        let (min, max) = self.check_policy(&form, &bucket, &key, &context)?;
        self.store.lock().bucket(&bucket)?;
        let (content, form_error) = file.content(min, max.min(MAX_SIZE));
        let content = Body::http_body_unsync(self.throttle.incoming(content));
        let request = put_request(&form, &bucket, &key, content)?;
        let access = AccessRequest {
            operation: "PostObject",
            bucket: &bucket,
            key: Some(&key),
            query: &[],
            headers: request.headers(),
            context: &context,
        };
        check_access(&self.store, &access)?;
        let stored = s3::call(&self.s3, request, "PostObject", &context)
            .await
            .map_err(|refusal| form_error.get().map_or(refusal, |error| refused(error.clone())))?;
        let scheme = if connection.tls { "https" } else { "http" };
        let host = route::host(&head.headers).unwrap_or("localhost");
        let location = format!("{scheme}://{host}/{bucket}/{}", encoded_key(&key));
        Ok(answer(&form, &bucket, &key, &location, stored))
    }

    /// Bytes that the file may have, at least and at most.
    fn check_policy(
        &self,
        form: &Form,
        bucket: &str,
        key: &str,
        context: &RequestContext,
    ) -> Result<(u64, u64), Refusal> {
        // Without a policy the form is anonymous.
        let Some(policy) = form.field("policy") else {
            return Err(Refusal::access_denied("Access Denied"));
        };
        context.set_caller(self.authenticator.check_form(policy, |name| form.field(name))?);
        let policy = PostPolicy::parse(policy)?;
        policy.check(form, bucket, key, OffsetDateTime::now_utc())?;
        Ok(policy.file_len())
    }
}

async fn read(head: &Parts, body: RequestBody) -> Result<(Form, Option<File>), Refusal> {
    let content_type = head.headers.get("content-type").map(HeaderValue::as_bytes);
    if !content_type.is_some_and(|kind| {
        kind.get(..19).is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/form-data"))
    }) {
        return Err(Refusal::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        )
        .detail("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
    }
    let declared =
        head.headers.get("content-length").and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    // Fields may stand before the file and after it.
    if declared.is_some_and(|len| len > MAX_SIZE + 2 * MAX_FIELDS as u64) {
        return Err(refused(FormError::FileTooLarge { max: MAX_SIZE }));
    }
    Form::read(&head.headers, body).await.map_err(refused)
}

/// The answer to a form that cannot be read.
fn refused(broken: FormError) -> Refusal {
    match broken {
        FormError::Malformed => Refusal::new(
            400,
            "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data.",
        ),
        FormError::TooLarge => Refusal::new(
            400,
            "MaxPostPreDataLengthExceededError",
            "Your POST request fields preceding the upload file were too large.",
        )
        .detail("MaxPostPreDataLengthBytes", MAX_FIELDS.to_string()),
        FormError::Repeated(name) if name == "file" => Refusal::invalid_argument(
            "POST requires exactly one file upload per request.",
            "file",
            "2",
        ),
        FormError::Repeated(name) => repeated(&name),
        FormError::TooSmall { len, min } => Refusal::entity_too_small(len, min),
        FormError::FileTooLarge { max } => Refusal::entity_too_large(max),
        FormError::Body(cause) => broken_body(&cause),
    }
}

/// The answer to a repeated field: a policy checks only one of them.
fn repeated(name: &str) -> Refusal {
    let message = format!("The form has more than one field for '{name}'.");
    Refusal::invalid_argument(message, name, "")
}

/// The form as a PutObject without a signature.
fn put_request(
    form: &Form,
    bucket: &str,
    key: &str,
    content: Body,
) -> Result<Request<Body>, Refusal> {
    let uri = format!("/{bucket}/{}", encoded_key(key));
    let mut request = Request::builder()
        .method("PUT")
        .uri(uri)
        .header("host", "localhost")
        .body(content)
        .map_err(|_| Refusal::new(400, "InvalidURI", "Couldn't parse the specified URI."))?;
    let headers = request.headers_mut();
    let mut add = |name: &str, value: &str| {
        let bad = || Refusal::invalid_argument("Invalid field value", name, "");
        let header = HeaderName::try_from(name).map_err(|_| bad())?;
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?;
        value.set_sensitive(ssec::KEY_HEADERS.contains(&name));
        // `acl` and `x-amz-acl` are the same, and a policy may have checked one of them.
        match headers.insert(header, value) {
            None => Ok(()),
            Some(_) => Err(repeated(name)),
        }
    };
    for (name, value) in &form.fields {
        let name = name.as_str();
        if SIGNATURE.contains(&name) || OF_THE_FORM.contains(&name) {
            continue;
        }
        match name {
            "acl" => add("x-amz-acl", value)?,
            "tagging" => add("x-amz-tagging", &tags(value)?)?,
            // A form cannot copy, and its file is not encoded.
            "x-amz-copy-source"
            | "x-amz-content-sha256"
            | "x-amz-decoded-content-length"
            | "x-amz-trailer" => return Err(Refusal::not_implemented()),
            _ if HEADERS.contains(&name) || name.starts_with("x-amz-") => add(name, value)?,
            // Other fields are the page's own; the policy had to allow them.
            _ => {}
        }
    }
    Ok(request)
}

/// The tags of the form's XML document, as `x-amz-tagging` has them.
fn tags(document: &str) -> Result<String, Refusal> {
    let root = Element::parse(document.as_bytes(), "Tagging")?;
    let set = root.one("TagSet")?.ok_or_else(Refusal::malformed_xml)?;
    let mut pairs = Vec::new();
    for tag in set.all("Tag") {
        let text =
            |name| Ok::<_, Refusal>(&tag.one(name)?.ok_or_else(Refusal::malformed_xml)?.text);
        let (key, value) = (text("Key")?, text("Value")?);
        pairs.push(format!("{}={}", urlencoding::encode(key), urlencoding::encode(value)));
    }
    Ok(pairs.join("&"))
}

/// The answer that the form asks for, with the headers of the upload.
fn answer(
    form: &Form,
    bucket: &str,
    key: &str,
    location: &str,
    stored: Response<Body>,
) -> Response<Body> {
    let (mut parts, _) = stored.into_parts();
    let etag = parts.headers.get("etag").and_then(|etag| etag.to_str().ok()).unwrap_or_default();
    let redirect =
        form.field("success_action_redirect").or_else(|| form.field("redirect")).and_then(|url| {
            let sign = if url.contains('?') { '&' } else { '?' };
            let url = format!(
                "{url}{sign}bucket={bucket}&key={}&etag={}",
                urlencoding::encode(key),
                urlencoding::encode(etag)
            );
            // S3 ignores anything but a web address.
            HeaderValue::from_str(&url).ok().filter(|_| url.starts_with("http"))
        });
    let mut body = Body::empty();
    let mut location = HeaderValue::from_str(location).ok();
    parts.status = match (redirect, form.field("success_action_status")) {
        (Some(url), _) => {
            location = Some(url);
            StatusCode::SEE_OTHER
        }
        (None, Some("200")) => StatusCode::OK,
        (None, Some("201")) => {
            let place = location.as_ref().and_then(|url| url.to_str().ok()).unwrap_or_default();
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location><Bucket>{bucket}</Bucket><Key>{}</Key><ETag>{}</ETag></PostResponse>",
                escape(place),
                escape(key),
                escape(etag)
            );
            body = Bytes::from(xml).into();
            StatusCode::CREATED
        }
        _ => StatusCode::NO_CONTENT,
    };
    parts.headers.remove("content-length");
    parts.headers.remove("content-type");
    if parts.status == StatusCode::CREATED {
        parts.headers.insert("content-type", HeaderValue::from_static("application/xml"));
    }
    if let Some(location) = location {
        parts.headers.insert("location", location);
    }
    Response::from_parts(parts, body)
}

fn encoded_key(key: &str) -> String {
    key.split('/').map(urlencoding::encode).collect::<Vec<_>>().join("/")
}
