//! `aws-chunked` bodies in small chunks.
//!
//! The S3 layer holds a chunk in memory until all of it is there, and clients are free to send a whole object as one.
//! Unsigned chunks are split where the network split them. A signed chunk cannot be split, so its size has a limit.

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::stream;
use http_body::{Body as HttpBody, Frame};
use http_body_util::{BodyExt as _, StreamBody};

use super::incoming::RequestBody;

/// The largest signed chunk, in bytes. The SDKs that sign chunks send 64 KiB to 1 MiB.
const MAX_SIGNED_CHUNK: u64 = 16 << 20;

/// The error of a larger chunk.
pub(crate) const TOO_LARGE: &str = "SignedChunkTooLarge";

/// The longest header of a chunk; the S3 layer has the same limit.
const MAX_HEADER: usize = 1024;

/// A body whose unsigned chunks are as small as the frames in which it arrived.
pub(crate) fn rechunk(
    body: RequestBody,
) -> impl HttpBody<Data = Bytes, Error = io::Error> + Send + Unpin {
    StreamBody::new(Box::pin(stream::try_unfold((body, ChunkSplitter::new()), next)))
}

async fn next(
    (mut body, mut splitter): (RequestBody, ChunkSplitter),
) -> io::Result<Option<(Frame<Bytes>, (RequestBody, ChunkSplitter))>> {
    loop {
        let Some(frame) = body.frame().await.transpose()? else {
            // The S3 layer would accept a body that was cut off between two chunks.
            let complete = splitter.is_complete();
            return if complete { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        };
        let frame = match frame.into_data() {
            Ok(data) => Frame::data(splitter.convert(data)?),
            Err(trailers) => trailers,
        };
        // Without data: only part of an unsigned chunk's header.
        if frame.data_ref().is_none_or(|data| !data.is_empty()) {
            return Ok(Some((frame, (body, splitter))));
        }
    }
}

/// Splits the chunks of a body.
struct ChunkSplitter {
    state: State,
}

enum State {
    /// In the header of a chunk, received so far.
    Header(Vec<u8>),
    /// In an unsigned chunk: bytes left before its line end.
    Unsigned(u64),
    /// In a signed chunk, which passes unchanged: bytes left with its line end.
    Signed(u64),
    /// In the line end of an unsigned chunk: bytes left.
    LineEnd(usize),
    /// After the last chunk: everything passes unchanged.
    Trailer,
}

impl ChunkSplitter {
    fn new() -> Self {
        Self { state: State::Header(Vec::new()) }
    }

    /// Whether the last chunk, which is empty, was received.
    fn is_complete(&self) -> bool {
        matches!(self.state, State::Trailer)
    }

    fn convert(&mut self, mut data: Bytes) -> io::Result<Bytes> {
        let mut out = BytesMut::with_capacity(data.len() + 32);
        while !data.is_empty() {
            match &mut self.state {
                State::Header(header) => {
                    header.push(data.get_u8());
                    if header.last() == Some(&b'\n') || header.len() > MAX_HEADER {
                        let header = std::mem::take(header);
                        self.state = after(&header)?;
                        if !matches!(self.state, State::Unsigned(_)) {
                            out.extend_from_slice(&header);
                        }
                    }
                }
                State::Unsigned(left) => {
                    let piece = take(&mut data, left);
                    out.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    out.extend_from_slice(&piece);
                    out.extend_from_slice(b"\r\n");
                    if *left == 0 {
                        self.state = State::LineEnd(2);
                    }
                }
                State::Signed(left) => {
                    out.extend_from_slice(&take(&mut data, left));
                    if *left == 0 {
                        self.state = State::Header(Vec::new());
                    }
                }
                State::LineEnd(left) => {
                    if data.get_u8() != b"\r\n"[2 - *left] {
                        return Err(io::Error::from(io::ErrorKind::InvalidData));
                    }
                    *left -= 1;
                    if *left == 0 {
                        self.state = State::Header(Vec::new());
                    }
                }
                State::Trailer => out.extend_from_slice(&std::mem::take(&mut data)),
            }
        }
        Ok(out.freeze())
    }
}

/// The state after a chunk's header.
fn after(header: &[u8]) -> io::Result<State> {
    let line = header.strip_suffix(b"\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    match (size(&line[..end])?, end < line.len()) {
        (0, _) => Ok(State::Trailer),
        (size, true) if size > MAX_SIGNED_CHUNK => Err(io::Error::other(TOO_LARGE)),
        (size, true) => Ok(State::Signed(size + 2)),
        (size, false) => Ok(State::Unsigned(size)),
    }
}

/// The size of a chunk. Unlike `from_str_radix` and the S3 layer, it accepts no sign and nothing after the digits.
fn size(digits: &[u8]) -> io::Result<u64> {
    let digits = std::str::from_utf8(digits).ok();
    digits
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn take(data: &mut Bytes, left: &mut u64) -> Bytes {
    let len = usize::try_from(*left).map_or(data.len(), |left| left.min(data.len()));
    *left -= len as u64;
    data.split_to(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(body: &[u8], piece: usize) -> io::Result<Vec<Bytes>> {
        let mut splitter = ChunkSplitter::new();
        let pieces = body.chunks(piece).map(Bytes::copy_from_slice);
        pieces.map(|piece| splitter.convert(piece)).collect()
    }

    #[test]
    fn an_unsigned_chunk_is_split_as_the_network_split_it() {
        let rest = b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let body = [b"9\r\n012345678\r\n3\r\nabc\r\n", &rest[..]].concat();
        for piece in 1..body.len() {
            let out = split(&body, piece).unwrap().concat();
            let mut text = &out[..];
            let mut content = Vec::new();
            while !text.starts_with(b"0\r\n") {
                let end = text.windows(2).position(|window| window == b"\r\n").unwrap();
                let len = std::str::from_utf8(&text[..end]).unwrap();
                let len = usize::from_str_radix(len, 16).unwrap();
                assert!((1..=piece).contains(&len));
                content.extend_from_slice(&text[end + 2..end + 2 + len]);
                assert_eq!(&text[end + 2 + len..end + 4 + len], b"\r\n");
                text = &text[end + 4 + len..];
            }
            assert_eq!(content, b"012345678abc");
            assert_eq!(text, rest);
        }
    }

    #[test]
    fn a_signed_chunk_goes_through_as_it_is() {
        let signature = "0".repeat(64);
        let body = format!(
            "3;chunk-signature={signature}\r\nabc\r\n0;chunk-signature={signature}\r\n\r\n"
        );
        for piece in 1..body.len() {
            assert_eq!(split(body.as_bytes(), piece).unwrap().concat(), body.as_bytes());
        }
        let large = format!("{:x};chunk-signature={signature}\r\n", MAX_SIGNED_CHUNK + 1);
        assert!(split(large.as_bytes(), 7).is_err());
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        for size in [
            "",
            "-1",
            "+3",
            " 3",
            "3 ",
            "\t3",
            "0x3",
            "zz",
            "3\r",
            "ffffffffffffffffff",
            "-0",
            "+0",
        ] {
            for rest in ["", ";chunk-signature=0"] {
                let body = format!("{size}{rest}\r\nabc\r\n");
                assert!(split(body.as_bytes(), 2).is_err(), "{body:?}");
            }
        }
        assert!(split(b"3\nabc\r\n", 2).is_err());
        assert!(split(b"3\r\nabcdef\r\n", 4).is_err());
        // The longest number there is: nothing overflows.
        split(b"ffffffffffffffff\r\nabc", 5).unwrap();
        assert!(split(b"ffffffffffffffff;\r\nabc", 5).is_err());
    }
}
