//! TLS over a connection. rustls decrypts and encrypts in buffers of this program: many records for each system call, and
//! a byte is copied as rarely as rustls allows.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use rustls::ClientConfig;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, InsufficientSizeError, UnbufferedStatus,
};

use super::scratch::{LONGEST_RECORD, PIECE, Scratch};

/// The longest close_notify alert in bytes, with a key update before it.
const LONGEST_CLOSE_NOTIFY: usize = 256;

/// The client's side of a TLS connection. At rest it owns no memory but rustls' own.
pub(super) struct TlsStream<S> {
    socket: S,
    tls: UnbufferedClientConnection,
    /// Received, but not used up by rustls: the beginning of a record, or records for which the reader had no room. Short: no
    /// more is received than the reader has room for.
    received: Vec<u8>,
    /// Decrypted, but there was no room for it.
    decrypted: BytesMut,
    /// Encrypted, but not taken by the socket.
    unsent: BytesMut,
    /// The error after the bytes that were read last.
    failure: Option<io::Error>,
    /// Whether the peer has said that nothing follows.
    is_complete: bool,
    /// Whether the peer has been told that nothing follows.
    is_closing: bool,
}

impl<S: Read + Write + Unpin> TlsStream<S> {
    /// Shakes hands over the connection.
    /// Errors: `rustls::Error` within, if the peer or its certificate is not accepted.
    pub(super) async fn connect(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        socket: S,
    ) -> io::Result<TlsStream<S>> {
        let tls = UnbufferedClientConnection::new(config, name).map_err(invalid)?;
        let mut stream = TlsStream {
            socket,
            tls,
            received: Vec::new(),
            decrypted: BytesMut::new(),
            unsent: BytesMut::new(),
            failure: None,
            is_complete: false,
            is_closing: false,
        };
        poll_fn(|context| stream.poll_handshake(context)).await?;
        Ok(stream)
    }

    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if let Err(error) = self.process_received() {
                // The alert says why; the error says it too.
                let _ = self.poll_send(context);
                return Poll::Ready(Err(error));
            }
            ready!(self.poll_send(context))?;
            if !self.tls.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            let mut scratch = Scratch::take();
            let mut buffer = ReadBuf::new(&mut scratch[..LONGEST_RECORD]);
            ready!(Pin::new(&mut self.socket).poll_read(context, buffer.unfilled()))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Err(cut_off("the connection was closed during the handshake")));
            }
            self.received.extend_from_slice(buffer.filled());
        }
    }

    /// Lets rustls process what is left of received bytes.
    fn process_received(&mut self) -> io::Result<()> {
        let mut received = std::mem::take(&mut self.received);
        let mut used = 0;
        let processed = loop {
            match self.step(&mut received[used..], None) {
                Ok(step) => {
                    used += step.used;
                    if !step.goes_on {
                        break Ok(());
                    }
                }
                Err(error) => break Err(error),
            }
        };
        received.drain(..used);
        if !received.is_empty() {
            self.received = received;
        }
        processed
    }

    /// Lets rustls process the next record. Content goes to the reader, as much as it has room for.
    fn step(
        &mut self,
        received: &mut [u8],
        mut reader: Option<&mut ReadBufCursor<'_>>,
    ) -> io::Result<Step> {
        let UnbufferedStatus { discard, state } = self.tls.process_tls_records(received);
        let mut used = discard;
        let goes_on = match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                while let Some(record) = traffic.next_record() {
                    let record = record.map_err(invalid)?;
                    used += record.discard;
                    let mut content = record.payload;
                    if let Some(reader) = &mut reader {
                        let (fits, rest) = content.split_at(reader.remaining().min(content.len()));
                        reader.put_slice(fits);
                        content = rest;
                    }
                    self.decrypted.extend_from_slice(content);
                }
                true
            }
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                encode(&mut data, &mut self.unsent)?;
                true
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                // From here on it is in `unsent`.
                data.done();
                true
            }
            Ok(ConnectionState::PeerClosed) => {
                self.is_complete = true;
                true
            }
            Ok(_) => false,
            Err(error) => {
                // The alert that tells the peer, if there is one.
                let status = self.tls.process_tls_records(received);
                if let Ok(ConnectionState::EncodeTlsData(mut data)) = status.state {
                    encode(&mut data, &mut self.unsent)?;
                }
                return Err(invalid(error));
            }
        };
        Ok(Step { used, goes_on })
    }

    /// Receives and decrypts until the reader is full or nothing more is there.
    fn poll_fill(
        &mut self,
        context: &mut Context<'_>,
        reader: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut scratch = Scratch::take();
        let mut start = 0;
        let mut end = self.received.len();
        scratch[..end].copy_from_slice(&self.received);
        self.received = Vec::new();
        let outcome = loop {
            match self.step(&mut scratch[start..end], Some(reader)) {
                Ok(step) => {
                    start += step.used;
                    if reader.remaining() == 0 {
                        break Poll::Ready(Ok(()));
                    }
                    if step.goes_on {
                        continue;
                    }
                }
                Err(error) => break Poll::Ready(Err(error)),
            }
            if self.is_complete {
                break Poll::Ready(Ok(()));
            }
            scratch.copy_within(start..end, 0);
            (start, end) = (0, end - start);
            // No more than the reader has room for: the rest would be copied again.
            let wanted = (reader.remaining() + LONGEST_RECORD).min(scratch.len() - end);
            let mut buffer = ReadBuf::new(&mut scratch[end..end + wanted]);
            match Pin::new(&mut self.socket).poll_read(context, buffer.unfilled()) {
                Poll::Ready(Ok(())) => {}
                other => break other,
            }
            let bytes = buffer.filled().len();
            if bytes == 0 {
                break Poll::Ready(Err(cut_off(
                    "the connection was closed without TLS' close_notify",
                )));
            }
            end += bytes;
        };
        if start < end {
            self.received = scratch[start..end].to_vec();
        }
        outcome
    }

    /// Encrypts the beginning of the content into `records`. Returns how many bytes were taken, and how many they are now.
    fn encrypt(
        &mut self,
        content: &[IoSlice<'_>],
        records: &mut [u8],
    ) -> io::Result<(usize, usize)> {
        self.process_received()?;
        // Before the content: it may be a new key that the content is encrypted with.
        let mut encrypted = self.unsent.len();
        records[..encrypted].copy_from_slice(&self.unsent);
        self.unsent = BytesMut::new();
        let state = self.tls.process_tls_records(&mut self.received).state;
        let Ok(ConnectionState::WriteTraffic(mut traffic)) = state else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut taken = 0;
        for slice in content {
            let room = PIECE.saturating_sub(taken);
            let part = &slice[..slice.len().min(room)];
            encrypted +=
                traffic.encrypt(part, &mut records[encrypted..]).map_err(io::Error::other)?;
            taken += part.len();
        }
        Ok((taken, encrypted))
    }

    /// Sends what the socket has not taken before.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_write(context, &self.unsent))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                sent => self.unsent.advance(sent),
            }
        }
        self.unsent = BytesMut::new();
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
impl<S> TlsStream<S> {
    pub(super) fn socket_mut(&mut self) -> &mut S {
        &mut self.socket
    }

    /// The memory that it owns beside rustls' own, in bytes.
    pub(super) fn owned(&self) -> usize {
        self.received.capacity() + self.decrypted.capacity() + self.unsent.capacity()
    }
}

/// What rustls has done with received bytes.
struct Step {
    /// How many of them are used up.
    used: usize,
    /// Whether it can do more without further bytes.
    goes_on: bool,
}

fn encode(
    data: &mut EncodeTlsData<'_, ClientConnectionData>,
    unsent: &mut BytesMut,
) -> io::Result<()> {
    let begin = unsent.len();
    match data.encode(&mut []) {
        Ok(_) => Ok(()),
        Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) => {
            unsent.resize(begin + required_size, 0);
            data.encode(&mut unsent[begin..]).map(|_| ()).map_err(io::Error::other)
        }
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Keeps the error of rustls, so that a certificate that is not accepted is recognised.
fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn cut_off(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, text)
}

impl<S: Read + Write + Unpin> Read for TlsStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut reader: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let room = reader.remaining();
        let kept = this.decrypted.len().min(room);
        reader.put_slice(&this.decrypted.split_to(kept));
        if reader.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        this.decrypted = BytesMut::new();
        let outcome = match this.failure.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => this.poll_fill(context, &mut reader),
        };
        if !this.unsent.is_empty() {
            // An error shows when more is written.
            let _ = this.poll_send(context);
        }
        let is_something = reader.remaining() < room;
        match outcome {
            Poll::Pending if is_something => Poll::Ready(Ok(())),
            Poll::Ready(Err(error)) if is_something => {
                this.failure = Some(error);
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: Read + Write + Unpin> Write for TlsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        content: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(content)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        content: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.poll_send(context))?;
        let mut scratch = Scratch::take();
        let (taken, encrypted) = this.encrypt(content, &mut scratch)?;
        let mut sent = 0;
        while sent < encrypted {
            let left = &scratch[sent..encrypted];
            match Pin::new(&mut this.socket).poll_write(context, left) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(bytes)) => sent += bytes,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
        }
        this.unsent.extend_from_slice(&scratch[sent..encrypted]);
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !std::mem::replace(&mut this.is_closing, true) && this.process_received().is_ok() {
            let state = this.tls.process_tls_records(&mut this.received).state;
            if let Ok(ConnectionState::WriteTraffic(mut traffic)) = state {
                let mut alert = [0; LONGEST_CLOSE_NOTIFY];
                let bytes = traffic.queue_close_notify(&mut alert).map_err(io::Error::other)?;
                this.unsent.extend_from_slice(&alert[..bytes]);
            }
        }
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.socket).poll_shutdown(context)
    }
}

impl<S: Connection> Connection for TlsStream<S> {
    fn connected(&self) -> Connected {
        self.socket.connected()
    }
}
