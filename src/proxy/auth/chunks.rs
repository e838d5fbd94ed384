//! The signatures of the chunks of a body, each of which covers the one before (AWS, "Transferring Payload in Multiple
//! Chunks").

use aws_sigv4::sign::v4::calculate_signature;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::key::core::hex;

/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Checks the signatures of the chunks of one body, in their order.
pub(in crate::proxy) struct ChunkSigner {
    pub(super) key: Zeroizing<Vec<u8>>,
    /// As in `x-amz-date`.
    pub(super) date: String,
    pub(super) scope: String,
    /// The signature of the request, then those of the chunks.
    pub(super) last: String,
}

impl ChunkSigner {
    /// Whether this is the signature of the next chunk, whose SHA-256 is `sha256`.
    pub(in crate::proxy) fn accepts_chunk(&mut self, sha256: &[u8], signature: &str) -> bool {
        let data = format!("{EMPTY}\n{}", hex(sha256));
        self.accepts("AWS4-HMAC-SHA256-PAYLOAD", &data, signature)
    }

    /// Whether this is the signature of the trailer, whose lines have this SHA-256.
    pub(in crate::proxy) fn accepts_trailer(&mut self, sha256: &[u8], signature: &str) -> bool {
        self.accepts("AWS4-HMAC-SHA256-TRAILER", &hex(sha256), signature)
    }

    fn accepts(&mut self, algorithm: &str, data: &str, signature: &str) -> bool {
        let ChunkSigner { date, scope, last, .. } = self;
        let text = format!("{algorithm}\n{date}\n{scope}\n{last}\n{data}");
        let expected = calculate_signature(self.key.as_slice(), text.as_bytes());
        let is_it: bool = expected.as_bytes().ct_eq(signature.as_bytes()).into();
        self.last = expected;
        is_it
    }
}
