//! The body of a request on its way to the store. Its last piece waits until all of it is verified, so that the store
//! never has a whole body that is not as declared: such an object is never written.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::chunked::ChunkDecoder;
use super::declared::Declared;
use crate::proxy::refused::Refused;

/// How long a client may send nothing.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How many bytes of a body that is collected are reserved at once.
const MOST_RESERVED: usize = 1 << 20;

/// Why a body was not accepted, once that is known.
#[derive(Clone, Default)]
pub(in crate::proxy) struct Verdict(Arc<OnceLock<Refused>>);

impl Verdict {
    pub(in crate::proxy) fn refusal(&self) -> Option<Refused> {
        self.0.get().cloned()
    }
}

/// A whole body that was as declared.
pub(in crate::proxy) struct Collected {
    pub(in crate::proxy) bytes: Bytes,
    /// The checksum of its trailer as a header: name and value.
    pub(in crate::proxy) trailer: Option<(String, String)>,
}

/// The body of a request without its framing.
pub(in crate::proxy) struct Inbound {
    source: Incoming,
    framing: Option<ChunkDecoder>,
    declared: Declared,
    /// Pieces that have arrived and were not passed on.
    pieces: VecDeque<Bytes>,
    left: u64,
    is_verified: bool,
    trailer: Option<(String, String)>,
    /// Whether the trailer's checksum is verified here, and not passed on.
    keeps_trailer: bool,
    verdict: Verdict,
    pause: Pin<Box<Sleep>>,
}

impl Inbound {
    pub(in crate::proxy) fn new(
        source: Incoming,
        framing: Option<crate::proxy::auth::ChunkSigner>,
        is_chunked: bool,
        declared: Declared,
    ) -> Inbound {
        Inbound {
            source,
            framing: is_chunked.then(|| ChunkDecoder::new(framing)),
            left: declared.length,
            declared,
            pieces: VecDeque::new(),
            is_verified: false,
            trailer: None,
            keeps_trailer: false,
            verdict: Verdict::default(),
            pause: Box::pin(sleep_until(Instant::now() + LONGEST_PAUSE)),
        }
    }

    /// Where the reason is found if the body is refused on its way.
    pub(in crate::proxy) fn verdict(&self) -> Verdict {
        self.verdict.clone()
    }

    /// Its length without the framing, in bytes.
    pub(in crate::proxy) fn length(&self) -> u64 {
        self.declared.length
    }

    /// The same body; the store does not get the checksum of its trailer.
    pub(in crate::proxy) fn keeping_trailer(self) -> Inbound {
        Inbound { keeps_trailer: true, ..self }
    }

    /// The name of the checksum header in its trailer, and the length of its value in bytes.
    pub(in crate::proxy) fn trailer_form(&self) -> Option<(String, usize)> {
        self.declared.trailer_form().filter(|_| !self.keeps_trailer)
    }

    /// The checksum of its trailer as a header, once all of it is verified: name and value.
    pub(in crate::proxy) fn trailer(&self) -> Option<(String, String)> {
        self.trailer.clone()
    }

    /// Reads all of it.
    /// Errors: The reason, if it is not as declared; `EntityTooLarge` above `most` bytes.
    pub(in crate::proxy) async fn collect(mut self, most: u64) -> Result<Collected, Refused> {
        if self.length() > most {
            return Err(Refused::invalid(
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            ));
        }
        let mut bytes = BytesMut::with_capacity((self.length() as usize).min(MOST_RESERVED));
        while let Some(frame) =
            std::future::poll_fn(|context| Pin::new(&mut self).poll_frame(context)).await
        {
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => bytes.extend_from_slice(&data),
                Ok(Err(_)) => {}
                Err(_) => return Err(self.verdict.refusal().unwrap_or_else(gone)),
            }
        }
        let trailer = self.trailer.filter(|_| !self.keeps_trailer);
        Ok(Collected { bytes: bytes.freeze(), trailer })
    }

    /// Takes bytes as they came.
    fn take(&mut self, data: Bytes) -> Result<(), Refused> {
        let (declared, pieces) = (&mut self.declared, &mut self.pieces);
        match &mut self.framing {
            None => {
                declared.update(&data)?;
                pieces.push_back(data);
            }
            Some(framing) => {
                let mut outcome = Ok(());
                framing.feed(data, |piece| {
                    if outcome.is_ok() {
                        outcome = declared.update(&piece);
                    }
                    pieces.push_back(piece);
                })?;
                outcome?;
            }
        }
        Ok(())
    }

    fn verify(&mut self) -> Result<(), Refused> {
        let trailers = match &mut self.framing {
            Some(framing) => framing.finish()?,
            None => Vec::new(),
        };
        self.trailer = self.declared.finish(&trailers)?;
        self.is_verified = true;
        Ok(())
    }

    fn refuse(&mut self, refused: Refused) -> io::Error {
        self.pieces.clear();
        let text = refused.message.clone();
        let _ = self.verdict.0.set(refused);
        io::Error::new(io::ErrorKind::InvalidData, text)
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Some(refused) = this.verdict.refusal() {
            return Poll::Ready(Some(Err(this.refuse(refused))));
        }
        loop {
            // All but the last piece, and the last one once everything is verified.
            if this.pieces.len() > 1 || this.is_verified {
                let Some(piece) = this.pieces.pop_front() else { return Poll::Ready(None) };
                this.left = this.left.saturating_sub(piece.len() as u64);
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            let polled = match Pin::new(&mut this.source).poll_frame(context) {
                Poll::Pending => {
                    ready!(this.pause.as_mut().poll(context));
                    Some(Err(Refused::invalid(
                        "RequestTimeout",
                        "Your socket connection to the server was not read from or written to within the timeout period.",
                    )))
                }
                Poll::Ready(None) => None,
                Poll::Ready(Some(Err(_))) => Some(Err(gone())),
                Poll::Ready(Some(Ok(frame))) => {
                    this.pause.as_mut().reset(Instant::now() + LONGEST_PAUSE);
                    match frame.into_data() {
                        Ok(data) if !data.is_empty() => Some(Ok(data)),
                        _ => continue,
                    }
                }
            };
            let outcome = match polled {
                None => this.verify(),
                Some(Ok(data)) => this.take(data),
                Some(Err(refused)) => Err(refused),
            };
            if let Err(refused) = outcome {
                return Poll::Ready(Some(Err(this.refuse(refused))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_verified && self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The client has gone, or has sent less than it declared.
fn gone() -> Refused {
    Refused::invalid(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}
