//! How requests are authorized: signed with the user's credentials, or sent to one presigned URL with only the headers
//! that its signature allows.

use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::url::SignedUrl;
use crate::store::learned::CHECKSUM_MODE;
use crate::store::seal;

/// How requests are authorized.
#[derive(Debug)]
pub(crate) enum Wire {
    /// Signed with the user's credentials; not signed with `--no-sign-request`.
    Signed(Option<SharedCredentialsProvider>),
    /// Sent to one URL that another user has signed. It allows one kind of request for one object: no listing, no tags,
    /// no second HEAD, no request without a signed key, and no removal of a written object.
    Presigned(SignedUrl),
}

impl Wire {
    pub(crate) fn url(&self) -> Option<&SignedUrl> {
        match self {
            Wire::Signed(_) => None,
            Wire::Presigned(url) => Some(url),
        }
    }

    /// Whether other requests can be sent as well: to list, to check again, to read tags, to try without a key, to
    /// remove a written object.
    pub(crate) fn allows_any_request(&self) -> bool {
        matches!(self, Wire::Signed(_))
    }

    pub(crate) fn credentials(&self) -> Option<&SharedCredentialsProvider> {
        match self {
            Wire::Signed(credentials) => credentials.as_ref(),
            Wire::Presigned(_) => None,
        }
    }
}

/// Sends every request to the URL, with only the headers that its signature allows.
#[derive(Debug, Clone)]
pub(crate) struct Presigned {
    pub(crate) url: SignedUrl,
    /// Whether the user has set a media type: the SDK always sends one.
    pub(crate) has_content_type: bool,
}

impl Presigned {
    /// Whether a header, in lower case, may come with the request.
    fn allows(&self, header: &str) -> bool {
        match header {
            "content-type" => self.has_content_type,
            // Signature version 2 covers this header if it is sent, so it is allowed only with version 4.
            "content-md5" => self.url.names_headers(),
            // Some URLs sign only the algorithm header of the seal.
            _ if header.starts_with(seal::PREFIX) => self.url.signs_seal() != Some(false),
            _ if header.starts_with("x-amz-") && self.url.names_headers() => self.url.signs(header),
            "x-amz-user-agent" => false,
            _ => !header.starts_with("amz-sdk-"),
        }
    }
}

impl Intercept for Presigned {
    fn name(&self) -> &'static str {
        "Presigned"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.set_uri(self.url.secret())?;
        let headers = request.headers_mut();
        let names: Vec<String> = headers.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| !self.allows(&name.to_ascii_lowercase())) {
            headers.remove(name.as_str());
        }
        if self.url.signs(CHECKSUM_MODE) {
            headers.try_insert(CHECKSUM_MODE, "ENABLED")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(query: &str, has_content_type: bool, header: &str) -> bool {
        let url = format!("https://store.example/b/k?{query}").parse().unwrap();
        Presigned { url, has_content_type }.allows(header)
    }

    #[test]
    fn what_is_not_signed_stays_here() {
        let version_4 = "X-Amz-Date=20261122T103000Z&X-Amz-Expires=60&X-Amz-Signature=5e&X-Amz-SignedHeaders=host%3Bx-amz-acl%3Bx-amz-server-side-encryption-customer-algorithm";
        let version_2 = "AWSAccessKeyId=AKIA&Signature=a&Expires=1795343460";
        let key = "x-amz-server-side-encryption-customer-key";
        for header in ["x-amz-acl", "range", "if-match", "content-md5", key] {
            assert!(allows(version_4, false, header), "{header}");
        }
        for header in ["x-amz-user-agent", "x-amz-new", "amz-sdk-request", "content-type"] {
            assert!(!allows(version_4, false, header), "{header}");
        }
        assert!(allows(version_4, true, "content-type"));
        assert!(allows(version_2, false, "x-amz-acl") && allows(version_2, false, key));
        assert!(!allows(version_2, false, "content-md5"));
        assert!(!allows(version_2, false, "x-amz-user-agent"));
    }
}
