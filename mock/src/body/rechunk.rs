//! `aws-chunked` bodies in small chunks.
//!
//! The S3 layer holds a chunk in memory until all of it is there, and clients are free to send a whole object as one.
//! Unsigned chunks are split where the network split them. A signed chunk cannot be split, so its size has a limit.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};

use super::incoming::RequestBody;

/// The largest signed chunk, in bytes. The SDKs that sign chunks send 64 KiB to 1 MiB.
pub(crate) const MAX_SIGNED_CHUNK: u64 = 16 << 20;

/// The error of a larger chunk.
pub(crate) const TOO_LARGE: &str = "SignedChunkTooLarge";

/// The longest header of a chunk; the S3 layer has the same limit.
const MAX_HEAD: usize = 1024;

/// A body whose unsigned chunks are as small as the frames in which it arrived.
pub(crate) struct Rechunked {
    inner: RequestBody,
    cutter: Cutter,
}

/// Splits the chunks of a body.
struct Cutter {
    state: State,
}

enum State {
    /// In the header of a chunk, received so far.
    Head(Vec<u8>),
    /// In an unsigned chunk: bytes left before its line end.
    Cut(u64),
    /// In a signed chunk, which passes unchanged: bytes left with its line end.
    Whole(u64),
    /// In the line end of an unsigned chunk: bytes left.
    Skip(usize),
    /// After the last chunk: everything passes unchanged.
    Rest,
}

impl Rechunked {
    pub(crate) fn new(inner: RequestBody) -> Self {
        Self { inner, cutter: Cutter::new() }
    }
}

impl Cutter {
    fn new() -> Self {
        Self { state: State::Head(Vec::new()) }
    }

    /// Whether the last chunk, which is empty, was received.
    fn is_complete(&self) -> bool {
        matches!(self.state, State::Rest)
    }

    fn convert(&mut self, mut data: Bytes) -> io::Result<Bytes> {
        let mut out = BytesMut::with_capacity(data.len() + 32);
        while !data.is_empty() {
            match &mut self.state {
                State::Head(head) => {
                    head.push(data.get_u8());
                    if head.last() == Some(&b'\n') || head.len() > MAX_HEAD {
                        let head = std::mem::take(head);
                        self.state = after(&head)?;
                        if !matches!(self.state, State::Cut(_)) {
                            out.extend_from_slice(&head);
                        }
                    }
                }
                State::Cut(left) => {
                    let piece = take(&mut data, left);
                    out.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    out.extend_from_slice(&piece);
                    out.extend_from_slice(b"\r\n");
                    if *left == 0 {
                        self.state = State::Skip(2);
                    }
                }
                State::Whole(left) => {
                    out.extend_from_slice(&take(&mut data, left));
                    if *left == 0 {
                        self.state = State::Head(Vec::new());
                    }
                }
                State::Skip(left) => {
                    if data.get_u8() != b"\r\n"[2 - *left] {
                        return Err(io::Error::from(io::ErrorKind::InvalidData));
                    }
                    *left -= 1;
                    if *left == 0 {
                        self.state = State::Head(Vec::new());
                    }
                }
                State::Rest => out.extend_from_slice(&std::mem::take(&mut data)),
            }
        }
        Ok(out.freeze())
    }
}

/// The state after a chunk's header.
fn after(head: &[u8]) -> io::Result<State> {
    let line = head.strip_suffix(b"\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    match (size(&line[..end])?, end < line.len()) {
        (0, _) => Ok(State::Rest),
        (size, true) if size > MAX_SIGNED_CHUNK => Err(io::Error::other(TOO_LARGE)),
        (size, true) => Ok(State::Whole(size + 2)),
        (size, false) => Ok(State::Cut(size)),
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

impl HttpBody for Rechunked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        loop {
            match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data().map(|data| this.cutter.convert(data)) {
                    // Only part of an unsigned chunk's header.
                    Ok(Ok(data)) if data.is_empty() => {}
                    Ok(result) => return Poll::Ready(Some(result.map(Frame::data))),
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // The S3 layer would accept a body that was cut off between two chunks.
                None if !this.cutter.is_complete() => {
                    return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(body: &[u8], piece: usize) -> io::Result<Vec<Bytes>> {
        let mut cutter = Cutter::new();
        let pieces = body.chunks(piece).map(Bytes::copy_from_slice);
        pieces.map(|piece| cutter.convert(piece)).collect()
    }

    #[test]
    fn an_unsigned_chunk_is_cut_as_the_network_cut_it() {
        let rest = b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let body = [b"9\r\n012345678\r\n3\r\nabc\r\n", &rest[..]].concat();
        for piece in 1..body.len() {
            let out = cut(&body, piece).unwrap().concat();
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
            assert_eq!(cut(body.as_bytes(), piece).unwrap().concat(), body.as_bytes());
        }
        let large = format!("{:x};chunk-signature={signature}\r\n", MAX_SIGNED_CHUNK + 1);
        assert!(cut(large.as_bytes(), 7).is_err());
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
                assert!(cut(body.as_bytes(), 2).is_err(), "{body:?}");
            }
        }
        assert!(cut(b"3\nabc\r\n", 2).is_err());
        assert!(cut(b"3\r\nabcdef\r\n", 4).is_err());
        // The longest number there is: nothing overflows.
        cut(b"ffffffffffffffff\r\nabc", 5).unwrap();
        assert!(cut(b"ffffffffffffffff;\r\nabc", 5).is_err());
    }
}
