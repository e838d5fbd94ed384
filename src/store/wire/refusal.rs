//! A failed request, reduced to what a diagnosis needs.

use std::error::Error;
use std::io;
use std::sync::Arc;

use aws_config::imds::client::error::ImdsError;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::http::TooLong;
use super::region;
use crate::failure::is_out_of_files;
use crate::text::redaction::mask_key_text;
use crate::text::xml;

/// The longest code and message kept, in bytes; Amazon's longest message has about 400.
const LONGEST_CODE: usize = 100;
const LONGEST_MESSAGE: usize = 1000;

/// A request that did not succeed.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    /// The HTTP status, if the store answered.
    pub(crate) status: Option<u16>,
    /// The store's error code; HEAD has none.
    pub(crate) code: Option<String>,
    /// The store's message, with anything that looks like a key masked: it may repeat one that this program does not
    /// know.
    pub(crate) message: Option<String>,
    /// `x-amz-bucket-region`: the bucket's region as Amazon reports it.
    pub(crate) bucket_region: Option<Box<str>>,
    /// What a 2xx answer with an unreadable body may have written.
    pub(crate) maybe_written: Box<MaybeWritten>,
    /// Whether the requested version, or the newest one, is a delete marker.
    pub(crate) delete_marker: bool,
    /// Why there was no answer, if there was none.
    pub(crate) no_answer: Option<NoAnswer>,
    /// The error behind `no_answer`. None if the store answered: the answer's body may contain secrets.
    pub(crate) source: Option<Arc<anyhow::Error>>,
}

/// The ETag and version of an object, from the headers of an answer.
#[derive(Debug, Default)]
pub(crate) struct MaybeWritten {
    pub(crate) etag: Option<String>,
    pub(crate) version_id: Option<String>,
}

/// Why a request never got an answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// No process listens at the address.
    ConnectionRefused,
    /// The host's name has no address.
    UnknownHost,
    /// The store's certificate was not accepted, and why.
    Certificate(String),
    /// What listens at the address does not speak TLS.
    NotTls,
    /// No file descriptor is left for a connection.
    OutOfFiles,
    /// No answer came in time.
    Timeout,
    /// There are no credentials.
    NoCredentials,
    /// Credentials are configured, but their provider failed with this message.
    Credentials(String),
    /// The store reports that the bucket is in this region of another partition.
    OtherPartition(String),
    /// The answer is longer than any S3 document.
    TooLong,
    /// The connection broke, or the answer was not valid HTTP.
    Broken(String),
}

impl Refusal {
    /// Whether the store accepted the request, but its answer cannot be read.
    pub(crate) fn is_success(&self) -> bool {
        self.no_answer.is_some() && self.status.is_some_and(|status| status < 300)
    }

    /// Whether it is unknown if the request had an effect.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.no_answer, Some(NoAnswer::Timeout | NoAnswer::Broken(_)))
    }

    /// Whether the store refused the request because of its checksum headers, as B2 does.
    pub(super) fn is_about_checksum_headers(&self) -> bool {
        matches!(self.status, Some(400 | 501))
            && [&self.code, &self.message].into_iter().flatten().any(|words| {
                let words = words.to_ascii_lowercase();
                words.contains("x-amz-checksum") || words.contains("x-amz-sdk-checksum")
            })
    }

    /// Whether the store may have refused the request because of its tags.
    pub(super) fn is_about_tags(&self) -> bool {
        let mut words = [&self.code, &self.message].into_iter().flatten();
        let names_them = words.any(|words| words.to_ascii_lowercase().contains("tagging"));
        self.status == Some(501) || (self.status == Some(400) && names_them)
    }

    /// Whether the bucket blocks SSE-C, in Amazon's words.
    pub(crate) fn blocks_sse_c(&self) -> bool {
        self.has_words("blocked upload requests")
    }

    pub(crate) fn has_words(&self, words: &str) -> bool {
        self.message.as_deref().is_some_and(|message| message.contains(words))
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl Refusal {
    /// The refusal that the answer to a relayed request is. `document` is its body.
    pub(crate) fn of_answer(status: u16, headers: &http::HeaderMap, document: &[u8]) -> Refusal {
        let header =
            |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let elements = xml::elements(document);
        let text = |path: &str| elements.iter().find(|it| it.path == path).map(|it| &it.text);
        let (code, message) = (text("Error/Code"), text("Error/Message"));
        let bucket_region = header("x-amz-bucket-region");
        Refusal {
            status: Some(match &code {
                Some(code) if status < 300 => status_within_success(code),
                _ => status,
            }),
            code: code.map(|code| beginning(code, LONGEST_CODE)),
            message: message.map(|text| beginning(&mask_key_text(text), LONGEST_MESSAGE)),
            bucket_region: bucket_region.filter(|it| region::is_region(it)).map(Into::into),
            delete_marker: header("x-amz-delete-marker").as_deref() == Some("true"),
            maybe_written: Box::new(MaybeWritten {
                etag: header("etag"),
                version_id: header("x-amz-version-id"),
            }),
            ..Refusal::default()
        }
    }
}

impl<E> From<SdkError<E>> for Refusal
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Refusal {
        let mut refusal = Refusal::default();
        if let Some(response) = error.raw_response() {
            let header = |name: &str| response.headers().get(name).map(str::to_owned);
            refusal.status = Some(response.status().as_u16());
            refusal.bucket_region = header("x-amz-bucket-region")
                .filter(|region| region::is_region(region))
                .map(Into::into);
            refusal.maybe_written.etag = header("etag");
            refusal.maybe_written.version_id = header("x-amz-version-id");
            refusal.delete_marker = header("x-amz-delete-marker").as_deref() == Some("true");
        }
        let success = refusal.status.is_some_and(|status| status < 300);
        match error.as_service_error() {
            Some(answer) if success && answer.code().is_none() => {
                refusal.no_answer = Some(NoAnswer::Broken("its answer cannot be read".to_owned()));
            }
            Some(answer) => {
                refusal.code = answer.code().map(|code| beginning(code, LONGEST_CODE));
                let masked = answer.message().map(mask_key_text);
                refusal.message = masked.map(|words| beginning(&words, LONGEST_MESSAGE));
                if success {
                    refusal.status = answer.code().map(status_within_success);
                }
            }
            None => {
                refusal.no_answer = Some(no_answer(&error));
                refusal.source = Some(Arc::new(error.into()));
            }
        }
        refusal
    }
}

/// The beginning of a text, cut to at most so many bytes.
pub(super) fn beginning(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(most)])
}

/// The status for an error that the store reports after it has begun to answer 200, as it does for Complete and Copy
/// (AWS, "CompleteMultipartUpload").
pub(crate) fn status_within_success(code: &str) -> u16 {
    match code {
        "PreconditionFailed" => 412,
        "NoSuchUpload" | "NoSuchKey" | "NoSuchBucket" => 404,
        "AccessDenied" => 403,
        "InternalError" | "SlowDown" | "ServiceUnavailable" => 503,
        _ => 400,
    }
}

fn no_answer<E>(error: &SdkError<E>) -> NoAnswer
where
    E: Error + Send + Sync + 'static,
{
    if is_too_long(error) {
        return NoAnswer::TooLong;
    }
    // Before the DNS check: without descriptors, a DNS lookup fails with the message of an unknown host.
    if sources(error).any(lacks_files) {
        return NoAnswer::OutOfFiles;
    }
    if let Some(found) = sources(error).find_map(connection_failure) {
        return found;
    }
    if let Some(found) = sources(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        // The metadata service is asked last, where nothing else names credentials.
        let asked_last = sources(error).any(|cause| cause.is::<ImdsError>());
        return match found {
            CredentialsError::CredentialsNotLoaded(_) => NoAnswer::NoCredentials,
            _ if asked_last => NoAnswer::NoCredentials,
            // A `credential_process` may print anything.
            other => NoAnswer::Credentials(mask_key_text(&innermost(other)).into_owned()),
        };
    }
    match error {
        SdkError::TimeoutError(_) => NoAnswer::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => NoAnswer::Timeout,
        other => NoAnswer::Broken(innermost(other)),
    }
}

/// What this error says about the connection, without its sources.
fn connection_failure(error: &(dyn Error + 'static)) -> Option<NoAnswer> {
    if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
        return Some(NoAnswer::Certificate(explain(why)));
    }
    if let Some(rustls::Error::InvalidMessage(_)) = error.downcast_ref() {
        return Some(NoAnswer::NotTls);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        if error.kind() == io::ErrorKind::ConnectionRefused {
            return Some(NoAnswer::ConnectionRefused);
        }
        // `source` of an io::Error leaves out the error it wraps.
        return error.get_ref().and_then(|inner| connection_failure(inner));
    }
    is_dns(&error.to_string()).then_some(NoAnswer::UnknownHost)
}

fn lacks_files(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| {
        is_out_of_files(error) || error.get_ref().is_some_and(|inner| lacks_files(inner))
    })
}

/// hyper-util has no type for a failed DNS lookup, only this message.
fn is_dns(text: &str) -> bool {
    text == "dns error" || text.starts_with("failed to lookup address")
}

fn explain(error: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Why;
    match error {
        Why::UnknownIssuer => "its issuer is not trusted".to_owned(),
        Why::Expired | Why::ExpiredContext { .. } => "it has expired".to_owned(),
        Why::NotValidYet | Why::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => {
            "it is for another host name".to_owned()
        }
        // webpki's error for a certificate made by `openssl req -x509`.
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "it is that of a certificate authority, and no server's (self-signed?)".to_owned()
        }
        other => other.to_string(),
    }
}

fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The message of an error's innermost source.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

pub(super) fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(|cause| cause.is::<TooLong>())
}

/// Whether another attempt cannot help: the connection was refused, the host is unknown, or the certificate is not
/// trusted.
pub(super) fn is_permanent(error: &(dyn Error + 'static)) -> bool {
    sources(error).find_map(connection_failure).is_some()
}
