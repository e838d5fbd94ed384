//! Signature Version 4 in a header, a presigned query or a form: its fields, and the scope of its credential.
//! Source: "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API reference.

use http::HeaderMap;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::refusal::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const NO_DATE: &str = "AWS authentication requires a valid Date or x-amz-date header";

/// A signature. The S3 layer verifies the value where a request to S3 has it.
pub(crate) struct Signature {
    place: Place,
    pub(super) credential: String,
    /// In lower case, separated by `;`; a form has none.
    pub(crate) signed_headers: String,
    pub(crate) date: String,
    /// In lower-case hex.
    pub(super) value: String,
}

/// Where the signature was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    /// `expires` is in seconds.
    Query {
        expires: i64,
    },
    Form,
}

/// The checked parts of a credential.
pub(crate) struct Scope<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) date: &'a str,
}

impl Signature {
    /// Whether a request does not even try to be signed.
    pub(crate) fn is_missing(headers: &HeaderMap, query: &[(String, String)]) -> bool {
        let names = [
            "X-Amz-Signature",
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "AWSAccessKeyId",
            "Signature",
        ];
        !headers.contains_key("authorization")
            && !query.iter().any(|(name, _)| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
    }

    /// The signature of a request.
    pub(crate) fn of_request(
        headers: &HeaderMap,
        query: &[(String, String)],
    ) -> Result<Self, Refusal> {
        // A repeated parameter counts as missing: what is checked here must be what the signature is computed of.
        let param = |name: &str| {
            let mut given = query.iter().filter(|(given, _)| given == name);
            given.next().filter(|_| given.next().is_none()).map(|(_, value)| value.clone())
        };
        if query.iter().any(|(name, _)| name == "X-Amz-Signature" || name == "X-Amz-Algorithm") {
            return Self::of_query(param);
        }
        if param("AWSAccessKeyId").is_some() {
            return Err(Refusal::unsupported_signature());
        }
        Self::of_header(headers)
    }

    fn of_header(headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(header) = headers.get("authorization") else {
            return Err(Refusal::access_denied("Access Denied"));
        };
        let header = header.to_str().unwrap_or_default();
        let fields = header.strip_prefix(ALGORITHM).ok_or_else(Refusal::unsupported_signature)?;
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        let (Some(credential), Some(signed_headers), Some(value)) =
            (field("Credential"), field("SignedHeaders"), field("Signature"))
        else {
            return Err(Refusal::new(
                400,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the authorization component is missing or mal-formed.",
            ));
        };
        let date = headers.get("x-amz-date").and_then(|date| date.to_str().ok());
        let date = date.ok_or_else(|| Refusal::access_denied(NO_DATE))?.to_owned();
        Ok(Self { place: Place::Header, credential, signed_headers, date, value })
    }

    fn of_query(param: impl Fn(&str) -> Option<String>) -> Result<Self, Refusal> {
        let read = || {
            let expires = param("X-Amz-Expires")?.parse().ok()?;
            param("X-Amz-Algorithm").filter(|algorithm| algorithm == ALGORITHM)?;
            Some(Self {
                place: Place::Query { expires },
                value: param("X-Amz-Signature")?,
                credential: param("X-Amz-Credential")?,
                signed_headers: param("X-Amz-SignedHeaders")?,
                date: param("X-Amz-Date")?,
            })
        };
        read().ok_or_else(|| {
            query_error(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            )
        })
    }

    /// The signature of a form, whose fields have names in lower case.
    pub(crate) fn of_form<'f>(field: impl Fn(&str) -> Option<&'f str>) -> Result<Self, Refusal> {
        let required = |name: &str| field(name).ok_or_else(|| missing_field(name));
        if field("awsaccesskeyid").is_some() && field("x-amz-algorithm").is_none() {
            return Err(Refusal::unsupported_signature());
        }
        let algorithm = required("x-amz-algorithm")?;
        if algorithm != ALGORITHM {
            return Err(Refusal::invalid_argument(
                "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
                "X-Amz-Algorithm",
                algorithm,
            ));
        }
        Ok(Self {
            place: Place::Form,
            credential: required("x-amz-credential")?.to_owned(),
            signed_headers: String::new(),
            date: required("x-amz-date")?.to_owned(),
            value: required("x-amz-signature")?.to_owned(),
        })
    }

    /// How long a presigned request is valid, in seconds.
    pub(crate) fn expires(&self) -> Option<i64> {
        match self.place {
            Place::Query { expires } => Some(expires),
            Place::Header | Place::Form => None,
        }
    }

    /// Checks the credential: its access key with `is_known`, then its scope.
    pub(crate) fn scope(
        &self,
        expected_region: &str,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Scope<'_>, Refusal> {
        let parts: Vec<_> = self.credential.rsplitn(5, '/').collect();
        let [terminal, service, region, date, access_key] = parts[..] else {
            return Err(self.malformed("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."));
        };
        if !is_known(access_key) {
            return Err(Refusal::invalid_access_key(access_key));
        }
        self.check_date(date)?;
        if region != expected_region {
            return Err(self
                .malformed(&format!(
                    "the region '{region}' is wrong; expecting '{expected_region}'"
                ))
                .detail("Region", expected_region)
                .header("x-amz-bucket-region", expected_region));
        }
        if service != "s3" {
            return Err(self.malformed(&format!(
                "incorrect service \"{service}\". This endpoint belongs to \"s3\"."
            )));
        }
        if terminal != "aws4_request" {
            return Err(self.malformed(&format!(
                "incorrect terminal \"{terminal}\". This endpoint uses \"aws4_request\"."
            )));
        }
        Ok(Scope { access_key, date })
    }

    fn check_date(&self, date: &str) -> Result<(), Refusal> {
        // The policy of a form has an expiration of its own.
        if self.place == Place::Form {
            return Ok(());
        }
        // The S3 layer relies on digits here.
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.malformed(&format!("incorrect date format \"{date}\". This date in the credential must be in the format \"yyyyMMdd\".")));
        }
        if !self.date.starts_with(date) {
            let own = &self.date;
            return Err(self.malformed(&format!("Invalid credential date \"{date}\". This date is not the same as X-Amz-Date: \"{own}\".")));
        }
        Ok(())
    }

    fn malformed(&self, why: &str) -> Refusal {
        let parameter = format!("Error parsing the X-Amz-Credential parameter; {why}");
        match self.place {
            Place::Header => Refusal::new(
                400,
                "AuthorizationHeaderMalformed",
                format!("The authorization header is malformed; {why}"),
            ),
            Place::Query { .. } => query_error(parameter),
            Place::Form => {
                Refusal::invalid_argument(parameter, "X-Amz-Credential", &self.credential)
            }
        }
    }

    pub(crate) fn time(&self) -> Result<OffsetDateTime, Refusal> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        PrimitiveDateTime::parse(&self.date, format)
            .map(PrimitiveDateTime::assume_utc)
            .map_err(|_| Refusal::access_denied(NO_DATE))
    }
}

pub(crate) fn query_error(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(400, "AuthorizationQueryParametersError", message)
}

/// The answer to a form without a field that it must have.
pub(crate) fn missing_field(name: &str) -> Refusal {
    let shown = match name {
        "x-amz-algorithm" => "X-Amz-Algorithm",
        "x-amz-credential" => "X-Amz-Credential",
        "x-amz-date" => "X-Amz-Date",
        "x-amz-signature" => "X-Amz-Signature",
        other => other,
    };
    Refusal::invalid_argument(
        format!(
            "Bucket POST must contain a field named '{shown}'.  If it is specified, please check the order of the fields."
        ),
        shown,
        "",
    )
}
