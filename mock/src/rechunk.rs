//! `aws-chunked` bodies in small chunks.
//!
//! The S3 layer holds a chunk in memory until all of it is there, and clients are free to send a whole object as one.
//! Unsigned chunks are cut where the network cut them. A signed one cannot be cut, so its size has a limit.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};

use crate::body::RequestBody;

/// The largest signed chunk, in bytes. The SDKs that sign chunks send 64 KiB to 1 MiB.
pub(crate) const MAX_SIGNED_CHUNK: u64 = 16 << 20;

/// How the error of a larger one begins.
pub(crate) const TOO_LARGE: &str = "SignedChunkTooLarge";

/// The longest line above a chunk: the S3 layer refuses longer ones, too.
const MAX_HEAD: usize = 1024;

/// A body whose unsigned chunks are as small as the pieces in which it came.
#[derive(Debug)]
pub(crate) struct Rechunked {
    inner: RequestBody,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The line above a chunk, as far as it came.
    Head(Vec<u8>),
    /// So much of a chunk is still to come; then its line end.
    Cut(u64),
    /// Goes through as it is, so many bytes.
    Whole(u64),
    /// So much of the line end of a chunk that was cut is still to come.
    Skip(usize),
    /// What comes after the last chunk goes through.
    Rest,
}

impl Rechunked {
    pub(crate) fn new(inner: RequestBody) -> Self {
        Self { inner, state: State::Head(Vec::new()) }
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

/// What follows a line. What is no line of a chunk is left to the S3 layer to refuse.
fn after(head: &[u8]) -> io::Result<State> {
    let digits = head.split(|byte| matches!(byte, b';' | b'\r' | b'\n')).next();
    let size = digits
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    match size {
        None | Some(0) => Ok(State::Rest),
        Some(size) if head.contains(&b';') => {
            if size > MAX_SIGNED_CHUNK {
                return Err(io::Error::other(TOO_LARGE));
            }
            Ok(State::Whole(size + 2))
        }
        Some(size) => Ok(State::Cut(size)),
    }
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
                Some(Ok(frame)) => match frame.into_data().map(|data| this.convert(data)) {
                    // Only the head of a chunk that was cut.
                    Ok(Ok(data)) if data.is_empty() => {}
                    Ok(result) => return Poll::Ready(Some(result.map(Frame::data))),
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
