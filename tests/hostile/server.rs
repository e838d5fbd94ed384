//! A small HTTP/1.1 server that sends whatever it is told to: no library in it corrects a false length or status.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The value of a parameter of the query, as it was sent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| {
            let (found, value) = pair.split_once('=').unwrap_or((pair, ""));
            (found == name).then_some(value)
        })
    }

    pub(crate) fn is(&self, method: &str) -> bool {
        self.method == method
    }

    /// Whether it lists objects.
    pub(crate) fn is_list(&self) -> bool {
        self.is("GET") && self.path.trim_end_matches('/').matches('/').count() <= 1
    }

    /// Whether it reads an object.
    pub(crate) fn is_read(&self) -> bool {
        self.is("GET") && !self.is_list()
    }
}

/// What is sent back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `Content-Length` is added where there is neither that nor `Transfer-Encoding`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How often the body is sent after the first time.
    pub(crate) again: u64,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, body: body.into(), ..Reply::default() }
    }

    /// Adds a header, or replaces it.
    #[expect(clippy::needless_pass_by_value, reason = "a number or a text, made on the spot")]
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Reply {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Reply {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// Another status.
    pub(crate) fn status(self, status: u16) -> Reply {
        Reply { status, ..self }
    }

    /// The same, but no more than so many bytes of the body.
    pub(crate) fn cut(mut self, bytes: usize) -> Reply {
        self.body.truncate(bytes);
        self
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name))
    }
}

/// The server, for as long as the test runs.
pub(crate) struct Server {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    sent: Arc<AtomicU64>,
}

impl Server {
    /// Starts a server that answers as `answer` says.
    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::new(AtomicU64::new(0));
        let (seen, counter, answer) = (requests.clone(), sent.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (seen, counter, answer) = (seen.clone(), counter.clone(), answer.clone());
                std::thread::spawn(move || {
                    // The client may hang up at any time.
                    let _ = serve(connection, &seen, &counter, &*answer);
                });
            }
        });
        Server { address, requests, sent }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many bytes of bodies were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

fn serve(
    connection: TcpStream,
    seen: &Mutex<Vec<Request>>,
    sent: &AtomicU64,
    answer: &dyn Fn(&Request) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    // Head and body are written apart: without this, the body waits 40 ms for the head's acknowledgement.
    connection.set_nodelay(true)?;
    while let Some(request) = read(&mut reader, &mut connection)? {
        seen.lock().unwrap().push(request.clone());
        let reply = answer(&request);
        let mut head = format!("HTTP/1.1 {} Said\r\n", reply.status);
        for (name, value) in &reply.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let is_chunked = reply.has("transfer-encoding");
        if !is_chunked && !reply.has("content-length") {
            head += &format!("Content-Length: {}\r\n", reply.body.len());
        }
        connection.write_all(format!("{head}\r\n").as_bytes())?;
        if request.is("HEAD") {
            continue;
        }
        for _ in 0..=reply.again {
            if is_chunked {
                write!(connection, "{:x}\r\n", reply.body.len())?;
            }
            connection.write_all(&reply.body)?;
            if is_chunked {
                write!(connection, "\r\n")?;
            }
            sent.fetch_add(reply.body.len() as u64, Ordering::Relaxed);
        }
        if is_chunked {
            write!(connection, "0\r\n\r\n")?;
        }
        let claimed = reply.headers.iter().find(|(name, _)| name == "Content-Length");
        if claimed.is_some_and(|(_, bytes)| *bytes != reply.body.len().to_string()) {
            // The rest will not come.
            return Ok(());
        }
    }
    Ok(())
}

fn read(
    reader: &mut BufReader<TcpStream>,
    connection: &mut TcpStream,
) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut request = Request { method, path, query, ..Request::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    if request.header("expect").is_some() {
        connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = request.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}
