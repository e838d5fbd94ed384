//! Option values that are sent as header values.

/// Accepts printable ASCII and tabs (RFC 9110 section 5.5): a line break could end the header and begin another one.
pub(crate) fn parse_header(text: &str) -> Result<String, String> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        Ok(text.to_owned())
    } else {
        Err("it is sent in an HTTP header, which allows only printable ASCII".to_owned())
    }
}
