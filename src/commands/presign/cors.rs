//! The rule that a bucket needs so that a page on another origin may send the request and read the answer.

use schemars::JsonSchema;
use serde::Serialize;

use crate::store::presigned::{Headers, Method};

/// As `aws s3api put-bucket-cors --cors-configuration` reads it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub(in crate::commands) struct CorsConfiguration {
    #[serde(rename = "CORSRules")]
    rules: Vec<Rule>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<&'static str>,
    allowed_headers: Vec<String>,
    expose_headers: Vec<&'static str>,
    /// How long a browser may remember the answer to its preflight, in seconds.
    max_age_seconds: u32,
}

impl CorsConfiguration {
    /// For a page of this origin, or of one that is still to be filled in.
    pub(super) fn new(method: Method, origin: Option<&str>, headers: &Headers) -> Self {
        let mut allowed_headers: Vec<String> =
            headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        // A browser sends the type of what it uploads.
        if method == Method::Put && !allowed_headers.iter().any(|name| name == "content-type") {
            allowed_headers.push("content-type".to_owned());
        }
        let rule = Rule {
            allowed_origins: vec![origin.unwrap_or("https://THE-PAGE").to_owned()],
            allowed_methods: vec![match method {
                Method::Get => "GET",
                Method::Put => "PUT",
                Method::Head => "HEAD",
            }],
            allowed_headers,
            // The proof of the seal among them: a page reads no header that is not exposed.
            expose_headers: vec![
                "ETag",
                "x-amz-version-id",
                "x-amz-server-side-encryption-customer-algorithm",
                "x-amz-server-side-encryption-customer-key-MD5",
            ],
            max_age_seconds: 3600,
        };
        CorsConfiguration { rules: vec![rule] }
    }
}
