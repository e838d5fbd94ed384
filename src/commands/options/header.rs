//! Values of options that become values of headers.

/// The value of an option that becomes the value of a header (RFC 9110 section 5.5): printable ASCII and tabs, so that a
/// line break can neither end the header nor begin another one.
pub(crate) fn parse_header(text: &str) -> Result<String, String> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        Ok(text.to_owned())
    } else {
        Err("it travels in an HTTP header, which takes printable ASCII alone".to_owned())
    }
}
