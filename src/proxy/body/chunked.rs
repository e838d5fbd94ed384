//! The `aws-chunked` framing of bodies (AWS, "Signature Calculations for the Authorization Header: Transferring Payload in
//! Multiple Chunks"): `SIZE[;chunk-signature=…]`, the bytes, an empty chunk, then the trailer.

use bytes::{Buf, Bytes, BytesMut};
use sha2::{Digest, Sha256};

use crate::proxy::auth::ChunkSigner;
use crate::proxy::refused::Refused;

/// The longest line between chunks, in bytes.
const LONGEST_LINE: usize = 4096;
/// The most lines of a trailer.
const MOST_TRAILERS: usize = 16;
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Takes the framing off a body, and checks the signatures of its chunks.
pub(super) struct ChunkDecoder {
    signer: Option<ChunkSigner>,
    state: State,
    /// The beginning of a line whose end has not arrived.
    line: BytesMut,
    /// Of the current chunk, or of the trailer.
    hash: Sha256,
    trailers: Vec<(String, String)>,
    trailer_signature: Option<String>,
}

enum State {
    /// At the line that begins a chunk.
    Size,
    Data {
        left: u64,
        signature: String,
    },
    /// At the line break behind the bytes of a chunk.
    End,
    Trailer,
    Done,
}

impl ChunkDecoder {
    /// `signer` is for bodies whose chunks are signed.
    pub(super) fn new(signer: Option<ChunkSigner>) -> ChunkDecoder {
        ChunkDecoder {
            signer,
            state: State::Size,
            line: BytesMut::new(),
            hash: Sha256::new(),
            trailers: Vec::new(),
            trailer_signature: None,
        }
    }

    /// Takes bytes as they arrive, and gives those of the object to `pieces`.
    /// Errors: `SignatureDoesNotMatch` for a chunk with another signature, `InvalidRequest` for malformed framing.
    pub(super) fn feed(
        &mut self,
        mut input: Bytes,
        mut pieces: impl FnMut(Bytes),
    ) -> Result<(), Refused> {
        while input.has_remaining() {
            if let State::Data { left, .. } = &mut self.state {
                let length = (*left).min(input.len() as u64);
                *left -= length;
                let is_last = *left == 0;
                let piece = input.split_to(length as usize);
                if self.signer.is_some() {
                    self.hash.update(&piece);
                }
                pieces(piece);
                if is_last {
                    self.end_chunk(State::End)?;
                }
                continue;
            }
            let Some(line) = self.line(&mut input)? else { return Ok(()) };
            self.read_line(&line)?;
        }
        Ok(())
    }

    /// The trailer, once the body has ended.
    /// Errors: `IncompleteBody` if the last chunk or the trailer is missing; `SignatureDoesNotMatch`.
    pub(super) fn finish(&mut self) -> Result<Vec<(String, String)>, Refused> {
        if !matches!(self.state, State::Done) {
            return Err(incomplete());
        }
        let trailers = std::mem::take(&mut self.trailers);
        let Some(signer) = &mut self.signer else { return Ok(trailers) };
        if trailers.is_empty() && self.trailer_signature.is_none() {
            return Ok(trailers);
        }
        let signature = self.trailer_signature.take().unwrap_or_default();
        let sha256 = self.hash.finalize_reset();
        if !signer.accepts_trailer(&sha256, &signature) {
            return Err(mismatch());
        }
        Ok(trailers)
    }

    /// The next line without its end; none if that has not arrived.
    fn line(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, Refused> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(input.len(), |end| end + 1);
        if self.line.len() + length > LONGEST_LINE {
            return Err(malformed("a line between its chunks is too long"));
        }
        self.line.extend_from_slice(&input.split_to(length));
        if end.is_none() {
            return Ok(None);
        }
        let mut line = self.line.split().freeze();
        line.truncate(line.len() - 1);
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        Ok(Some(line))
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), Refused> {
        let text = std::str::from_utf8(line).map_err(|_| malformed("it is no text"))?;
        match self.state {
            State::Size => self.begin_chunk(text),
            State::End if text.is_empty() => {
                self.state = State::Size;
                Ok(())
            }
            State::Trailer if text.is_empty() => {
                self.state = State::Done;
                Ok(())
            }
            State::Trailer => self.add_trailer(text),
            State::End => Err(malformed("a chunk is longer than its size")),
            State::Done | State::Data { .. } => Err(malformed("bytes follow its end")),
        }
    }

    fn begin_chunk(&mut self, text: &str) -> Result<(), Refused> {
        let (size, extension) = text.split_once(';').unwrap_or((text, ""));
        let is_hex = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = is_hex.then(|| u64::from_str_radix(size, 16).ok()).flatten();
        let size = size.ok_or_else(|| malformed("the size of a chunk is no number"))?;
        let signature = extension.trim().strip_prefix("chunk-signature=").unwrap_or_default();
        self.state = State::Data { left: size, signature: signature.to_owned() };
        // The empty chunk is the last one, and has no line break of its own.
        if size == 0 { self.end_chunk(State::Trailer) } else { Ok(()) }
    }

    /// Checks the signature of the chunk that has ended.
    fn end_chunk(&mut self, next: State) -> Result<(), Refused> {
        let State::Data { signature, .. } = std::mem::replace(&mut self.state, next) else {
            return Ok(());
        };
        let Some(signer) = &mut self.signer else { return Ok(()) };
        let sha256 = self.hash.finalize_reset();
        if signer.accepts_chunk(&sha256, &signature) { Ok(()) } else { Err(mismatch()) }
    }

    fn add_trailer(&mut self, text: &str) -> Result<(), Refused> {
        let (name, value) =
            text.split_once(':').ok_or_else(|| malformed("its trailer is malformed"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if self.trailers.len() >= MOST_TRAILERS {
            return Err(malformed("its trailer is too long"));
        }
        if name == TRAILER_SIGNATURE {
            self.trailer_signature = Some(value);
        } else {
            self.hash.update(format!("{name}:{value}\n"));
            self.trailers.push((name, value));
        }
        Ok(())
    }
}

fn malformed(why: &str) -> Refused {
    Refused::invalid("InvalidRequest", format!("The body's chunked framing is malformed: {why}."))
}

fn incomplete() -> Refused {
    Refused::invalid(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

fn mismatch() -> Refused {
    Refused::signature(
        "SignatureDoesNotMatch",
        "The chunk signature we calculated does not match the signature you provided.",
    )
}
