//! TLS streams against the server of rustls, over connections that split, delay, cut and change what passes.

use std::future::poll_fn;
use std::io::{self, IoSlice, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, RootCertStore, ServerConfig,
    ServerConnection, StreamOwned, SupportedProtocolVersion, version,
};

use super::stream::TlsStream;

type Peer = StreamOwned<ServerConnection, TcpStream>;
type Socket = TokioIo<tokio::net::TcpStream>;

/// A server for one connection, and the client's settings to reach it.
struct Server<T> {
    address: std::net::SocketAddr,
    config: Arc<ClientConfig>,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Server<T> {
    fn start(serve: impl FnOnce(Peer) -> T + Send + 'static) -> Server<T> {
        Server::speaking(&version::TLS13, serve)
    }

    fn speaking(
        version: &'static SupportedProtocolVersion,
        serve: impl FnOnce(Peer) -> T + Send + 'static,
    ) -> Server<T> {
        let (served, config) = identity(version);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            serve(StreamOwned::new(ServerConnection::new(served).unwrap(), socket))
        });
        Server { address, config, thread }
    }

    async fn connect<S>(&self, over: impl FnOnce(Socket) -> S) -> io::Result<TlsStream<S>>
    where
        S: Read + Write + Unpin,
    {
        let socket = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let name = "localhost".try_into().unwrap();
        TlsStream::connect(self.config.clone(), name, over(TokioIo::new(socket))).await
    }

    fn done(self) -> T {
        self.thread.join().unwrap()
    }
}

/// The settings of a server with a certificate of its own, and of a client that trusts no other.
fn identity(version: &'static SupportedProtocolVersion) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let served = ServerConfig::builder_with_protocol_versions(&[version])
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (Arc::new(served), Arc::new(config))
}

/// Reads once, at most so many bytes.
async fn read<S>(stream: &mut TlsStream<S>, most: usize) -> io::Result<Vec<u8>>
where
    S: Read + Write + Unpin,
{
    let mut bytes = vec![0; most];
    let mut buffer = ReadBuf::new(&mut bytes);
    poll_fn(|context| Pin::new(&mut *stream).poll_read(context, buffer.unfilled())).await?;
    Ok(buffer.filled().to_vec())
}

/// Reads to the end. Returns what came, and how it ended.
async fn read_all<S>(stream: &mut TlsStream<S>, most: usize) -> (Vec<u8>, io::Result<()>)
where
    S: Read + Write + Unpin,
{
    let mut all = Vec::new();
    loop {
        match read(stream, most).await {
            Ok(bytes) if bytes.is_empty() => return (all, Ok(())),
            Ok(bytes) => all.extend(bytes),
            Err(error) => return (all, Err(error)),
        }
    }
}

async fn write_all<S>(stream: &mut TlsStream<S>, mut bytes: &[u8]) -> io::Result<()>
where
    S: Read + Write + Unpin,
{
    while !bytes.is_empty() {
        let (head, tail) = bytes.split_at(bytes.len().min(50));
        let slices = [IoSlice::new(head), IoSlice::new(tail)];
        let written =
            poll_fn(|context| Pin::new(&mut *stream).poll_write_vectored(context, &slices)).await?;
        bytes = &bytes[written..];
    }
    poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await
}

async fn close<S: Read + Write + Unpin>(stream: &mut TlsStream<S>) {
    poll_fn(|context| Pin::new(&mut *stream).poll_shutdown(context)).await.unwrap();
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// Receives all, then sends it back. Reads the carrier to its end as well: with unread bytes, a socket that is closed
/// resets the connection.
fn echo<S: io::Read + io::Write>(mut peer: StreamOwned<ServerConnection, S>) {
    let mut all = Vec::new();
    peer.read_to_end(&mut all).unwrap();
    peer.write_all(&all).unwrap();
    peer.conn.send_close_notify();
    peer.flush().unwrap();
    let _ = io::copy(&mut peer.sock, &mut io::sink());
}

#[tokio::test]
async fn what_is_written_comes_back() {
    for version in [&version::TLS13, &version::TLS12] {
        for most in [7, 8 << 10, 256 << 10] {
            let server = Server::speaking(version, echo);
            let mut stream = server.connect(|socket| socket).await.unwrap();
            let content = noise(if most == 7 { 100_000 } else { 3_000_001 });
            write_all(&mut stream, &content).await.unwrap();
            close(&mut stream).await;
            let (came, end) = read_all(&mut stream, most).await;
            end.unwrap();
            assert!(came == content, "{version:?}, {most} bytes at once");
            assert_eq!(stream.owned(), 0, "memory of a connection at rest");
            server.done();
        }
    }
}

#[tokio::test]
async fn a_large_reader_is_filled_at_once() {
    let content = noise(100_000);
    let sent = content.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let server = Server::start(move |mut peer| {
        peer.write_all(&sent).unwrap();
        tell.send(()).unwrap();
        // Until the client has counted.
        let _ = peer.read(&mut [0]);
    });
    let mut stream = server.connect(|socket| socket).await.unwrap();
    told.recv().unwrap();
    let mut longest = 0;
    let mut came = Vec::new();
    while came.len() < content.len() {
        let bytes = read(&mut stream, 256 << 10).await.unwrap();
        longest = longest.max(bytes.len());
        came.extend(bytes);
    }
    assert!(came == content);
    assert!(longest > 16 << 10, "no more than a record at once: {longest} bytes");
    close(&mut stream).await;
    server.done();
}

#[tokio::test]
async fn an_end_without_close_notify_is_an_error_after_the_content() {
    for says_so in [true, false] {
        let server = Server::start(move |mut peer| {
            peer.write_all(b"some content").unwrap();
            if says_so {
                peer.conn.send_close_notify();
            }
            peer.flush().unwrap();
        });
        let mut stream = server.connect(|socket| socket).await.unwrap();
        let (came, end) = read_all(&mut stream, 1 << 20).await;
        assert_eq!(came, b"some content");
        match end {
            Ok(()) => assert!(says_so),
            Err(error) => {
                assert!(!says_so);
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            }
        }
        server.done();
    }
}

#[tokio::test]
async fn keys_change_in_both_directions() {
    let server = Server::start(|mut peer| {
        for round in 0..3 {
            peer.write_all(format!("before {round}").as_bytes()).unwrap();
            peer.conn.refresh_traffic_keys().unwrap();
            peer.write_all(format!("after {round}").as_bytes()).unwrap();
            peer.flush().unwrap();
            let mut answer = [0; 3000];
            peer.read_exact(&mut answer).unwrap();
            assert!(answer == *noise(3000));
        }
        peer.conn.send_close_notify();
        peer.flush().unwrap();
    });
    let mut stream = server.connect(|socket| socket).await.unwrap();
    for round in 0..3 {
        let mut came = Vec::new();
        while came.len() < "before 0after 0".len() {
            came.extend(read(&mut stream, 100).await.unwrap());
        }
        assert_eq!(came, format!("before {round}after {round}").as_bytes());
        write_all(&mut stream, &noise(3000)).await.unwrap();
    }
    assert!(read(&mut stream, 100).await.unwrap().is_empty());
    server.done();
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_stays_recognisable() {
    let mut server = Server::start(|mut peer| peer.read(&mut [0]).unwrap_err());
    let nobody = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    server.config = Arc::new(nobody);
    let error = server.connect(|socket| socket).await.err().expect("an error");
    let source = error.get_ref().and_then(|source| source.downcast_ref());
    let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    assert_eq!(source, Some(&unknown));
    let told = server.done();
    let told = told.get_ref().and_then(|source| source.downcast_ref());
    assert_eq!(told, Some(&rustls::Error::AlertReceived(AlertDescription::UnknownCA)));
}

/// As through a proxy that is spoken to in TLS.
#[tokio::test]
async fn one_connection_may_go_through_another() {
    let (served, trusting) = identity(&version::TLS13);
    let server = Server::start(|proxy| {
        echo(StreamOwned::new(ServerConnection::new(served).unwrap(), proxy));
    });
    let proxy = server.connect(|socket| socket).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let mut stream = TlsStream::connect(trusting, name, proxy).await.unwrap();
    let content = noise(1_000_000);
    write_all(&mut stream, &content).await.unwrap();
    close(&mut stream).await;
    let (came, end) = read_all(&mut stream, 1 << 20).await;
    end.unwrap();
    assert!(came == content);
    server.done();
}

/// What a connection does to the bytes that pass.
enum Trouble {
    /// A few bytes at a time, and nothing at every other call.
    Trickle { waits: bool },
    /// The byte this far from here is another.
    Flip { after: usize },
    /// Nothing more than this is taken.
    Full { room: usize },
}

struct Troubled {
    socket: Socket,
    trouble: Trouble,
}

impl Troubled {
    /// Whether it is a call for nothing.
    fn waits(&mut self, context: &Context<'_>) -> bool {
        let Trouble::Trickle { waits } = &mut self.trouble else { return false };
        *waits = !*waits;
        if *waits {
            context.waker().wake_by_ref();
        }
        *waits
    }
}

impl Read for Troubled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.waits(context) {
            return Poll::Pending;
        }
        let is_slow = matches!(self.trouble, Trouble::Trickle { .. });
        let mut bytes = vec![0; buffer.remaining().min(if is_slow { 7 } else { usize::MAX })];
        let mut inner = ReadBuf::new(&mut bytes);
        std::task::ready!(Pin::new(&mut self.socket).poll_read(context, inner.unfilled()))?;
        let mut came = inner.filled().to_vec();
        if let Trouble::Flip { after } = &mut self.trouble {
            match came.get_mut(*after) {
                Some(byte) => {
                    *byte ^= 1;
                    *after = usize::MAX;
                }
                None => *after -= came.len(),
            }
        }
        buffer.put_slice(&came);
        Poll::Ready(Ok(()))
    }
}

impl Write for Troubled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.waits(context) {
            return Poll::Pending;
        }
        let most = match self.trouble {
            Trouble::Trickle { .. } => 7,
            Trouble::Full { room: 0 } => return Poll::Pending,
            Trouble::Full { room } => room,
            Trouble::Flip { .. } => usize::MAX,
        };
        let taken = Pin::new(&mut self.socket).poll_write(context, &bytes[..bytes.len().min(most)]);
        if let (Trouble::Full { room }, Poll::Ready(Ok(taken))) = (&mut self.trouble, &taken) {
            *room -= taken;
        }
        taken
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[tokio::test]
async fn records_may_come_and_go_in_pieces() {
    let server = Server::start(echo);
    let trickle = Trouble::Trickle { waits: false };
    let mut stream = server.connect(|socket| Troubled { socket, trouble: trickle }).await.unwrap();
    let content = noise(60_000);
    write_all(&mut stream, &content).await.unwrap();
    close(&mut stream).await;
    let (came, end) = read_all(&mut stream, 1 << 20).await;
    end.unwrap();
    assert!(came == content);
    server.done();
}

#[tokio::test]
async fn a_changed_byte_is_an_error_after_the_content_before_it() {
    let content = noise(100_000);
    let sent = content.clone();
    let server = Server::start(move |mut peer| {
        peer.write_all(&sent).unwrap();
        peer.read(&mut [0]).unwrap_err()
    });
    let mut stream = server
        .connect(|socket| Troubled { socket, trouble: Trouble::Flip { after: usize::MAX } })
        .await
        .unwrap();
    stream.socket_mut().trouble = Trouble::Flip { after: 50_000 };
    let (came, end) = read_all(&mut stream, 1 << 20).await;
    assert!(!came.is_empty() && came.len() < 50_000 && content.starts_with(&came));
    let error = end.unwrap_err();
    let source = error.get_ref().and_then(|source| source.downcast_ref());
    assert_eq!(source, Some(&rustls::Error::DecryptError));
    drop(stream);
    let told = server.done();
    let told = told.get_ref().and_then(|source| source.downcast_ref());
    assert_eq!(told, Some(&rustls::Error::AlertReceived(AlertDescription::BadRecordMac)));
}

#[tokio::test]
async fn a_full_socket_stops_the_writer() {
    let server = Server::start(echo);
    let mut stream = server
        .connect(|socket| Troubled { socket, trouble: Trouble::Full { room: usize::MAX } })
        .await
        .unwrap();
    stream.socket_mut().trouble = Trouble::Full { room: 100_000 };
    let content = noise(2 << 20);
    let mut context = Context::from_waker(std::task::Waker::noop());
    let mut taken = 0;
    while let Poll::Ready(written) =
        Pin::new(&mut stream).poll_write(&mut context, &content[taken..])
    {
        taken += written.unwrap();
    }
    assert!(taken < 1 << 20, "{taken} bytes are kept for a socket that takes none");
    stream.socket_mut().trouble = Trouble::Full { room: usize::MAX };
    write_all(&mut stream, &content[taken..]).await.unwrap();
    close(&mut stream).await;
    let (came, end) = read_all(&mut stream, 1 << 20).await;
    end.unwrap();
    assert!(came == content);
    server.done();
}
