//! An error answer as S3 gives it: status, code, message and the elements that some codes add.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// An error answer. Source of codes and messages: "Error responses" in the Amazon S3 API reference.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
    details: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Adds an element beside `Code` and `Message`.
    pub(crate) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The added headers; values that no header can have are left out.
    pub(crate) fn headers(&self) -> HeaderMap {
        self.headers
            .iter()
            .filter_map(|(name, value)| {
                Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
            })
            .collect()
    }

    pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "InvalidRequest", message)
    }

    pub(crate) fn invalid_argument(
        message: impl Into<Cow<'static, str>>,
        name: &str,
        value: &str,
    ) -> Self {
        Self::new(400, "InvalidArgument", message)
            .detail("ArgumentName", name)
            .detail("ArgumentValue", value)
    }

    pub(crate) fn access_denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(403, "AccessDenied", message)
    }

    pub(crate) fn precondition_failed(condition: &str) -> Self {
        Self::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        )
        .detail("Condition", condition)
    }

    pub(crate) fn no_such_bucket(bucket: &str) -> Self {
        Self::new(404, "NoSuchBucket", "The specified bucket does not exist")
            .detail("BucketName", bucket)
    }

    pub(crate) fn no_such_key(key: &str) -> Self {
        Self::new(404, "NoSuchKey", "The specified key does not exist.").detail("Key", key)
    }

    pub(crate) fn no_such_version(key: &str, version: &str) -> Self {
        Self::new(404, "NoSuchVersion", "The specified version does not exist.")
            .detail("Key", key)
            .detail("VersionId", version)
    }

    pub(crate) fn no_such_upload(upload: &str) -> Self {
        Self::new(
            404,
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        )
        .detail("UploadId", upload)
    }

    pub(crate) fn internal_error() -> Self {
        ErrorReply::INTERNAL_ERROR.into()
    }

    pub(crate) fn malformed_xml() -> Self {
        ErrorReply::MALFORMED_XML.into()
    }

    pub(crate) fn signature_does_not_match() -> Self {
        ErrorReply::SIGNATURE_DOES_NOT_MATCH.into()
    }

    /// Signature Version 2, which newer buckets refuse.
    pub(crate) fn unsupported_signature() -> Self {
        Self::invalid_request(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )
    }

    pub(crate) fn entity_too_large(max: u64) -> Self {
        let message = "Your proposed upload exceeds the maximum allowed size";
        Self::new(400, "EntityTooLarge", message).detail("MaxSizeAllowed", max.to_string())
    }

    pub(crate) fn entity_too_small(len: u64, min: u64) -> Self {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        Self::new(400, "EntityTooSmall", message)
            .detail("ProposedSize", len.to_string())
            .detail("MinSizeAllowed", min.to_string())
    }

    pub(crate) fn invalid_access_key(id: &str) -> Self {
        Self::new(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        )
        .detail("AWSAccessKeyId", id)
    }

    pub(crate) fn not_implemented() -> Self {
        ErrorReply::NOT_IMPLEMENTED.into()
    }

    /// A header of S3 that this server does not serve: ignoring it would give a false success.
    pub(crate) fn unsupported_header(name: &str) -> Self {
        let message = "A header you provided implies functionality that is not implemented";
        Self::new(501, "NotImplemented", message).detail("Header", name)
    }

    pub(crate) fn to_xml(&self, request_id: &str, resource: &str) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        element(&mut xml, "Code", &self.code);
        element(&mut xml, "Message", &self.message);
        for (name, value) in &self.details {
            element(&mut xml, name, value);
        }
        element(&mut xml, "Resource", resource);
        element(&mut xml, "RequestId", request_id);
        element(&mut xml, "HostId", HOST_ID);
        xml.push_str("</Error>");
        xml
    }
}

/// An error as data: status, code and message.
#[derive(Clone, Copy)]
pub(crate) struct ErrorReply(pub(crate) u16, pub(crate) &'static str, pub(crate) &'static str);

impl ErrorReply {
    pub(crate) const INTERNAL_ERROR: Self =
        Self(500, "InternalError", "We encountered an internal error. Please try again.");
    pub(crate) const MALFORMED_XML: Self = Self(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    );
    pub(crate) const NOT_IMPLEMENTED: Self = Self(
        501,
        "NotImplemented",
        "A header or query you provided implies functionality that is not implemented.",
    );
    pub(crate) const SIGNATURE_DOES_NOT_MATCH: Self = Self(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
}

impl From<ErrorReply> for Refusal {
    fn from(ErrorReply(status, code, message): ErrorReply) -> Self {
        Self::new(status, code, message)
    }
}

/// AWS names the host that answered by an opaque value; this server is one host.
pub(crate) const HOST_ID: &str = "czNzZWFsLW1vY2sgaXMgdGhlIG9ubHkgaG9zdCBoZXJl";

fn element(xml: &mut String, name: &str, value: &str) {
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    for c in value.chars() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '"' => xml.push_str("&quot;"),
            // XML 1.0 cannot express the other control characters.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => xml.push('\u{fffd}'),
            c => xml.push(c),
        }
    }
    xml.push_str("</");
    xml.push_str(name);
    xml.push('>');
}
