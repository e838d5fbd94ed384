//! What the whole call with a presigned URL is made of.

use std::path::Path;

use crate::location::Location;
use crate::store::presigned::{Headers, Method, PresignedUrl};

/// What a call is made of.
pub(super) struct Call<'a> {
    pub method: Method,
    pub at: &'a Location,
    pub signed: &'a PresignedUrl,
    /// The file with the headers; without one they are written into the call, which has no key then.
    pub headers_file: Option<&'a Path>,
    /// RFC 3339, UTC.
    pub expires: &'a str,
}

impl Call<'_> {
    /// The headers to write into the call.
    pub(super) fn inline(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers: &Headers = &self.signed.headers;
        let is_inline = self.headers_file.is_none();
        headers
            .iter()
            .filter(move |_| is_inline)
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether the URL signs this header.
    pub(super) fn signs(&self, name: &str) -> bool {
        self.signed.headers.iter().any(|(signed, _)| signed.eq_ignore_ascii_case(name))
    }

    /// The local file, in a spelling that is no option.
    pub(super) fn file(&self) -> String {
        let name = self.at.name();
        if name.starts_with('-') { format!("./{name}") } else { name.to_owned() }
    }
}
