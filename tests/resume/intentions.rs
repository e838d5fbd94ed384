//! An upload whose id never arrived, since the program was killed after the store had begun it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime};

use s3seal_mock::{Answer, Server};

use super::{BUCKET, Lab};
use crate::harness::{Run, noise, url};

const PATIENCE: Duration = Duration::from_secs(50);
const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

/// Passes everything on to the server, but withholds the first answer to a request that begins an upload, and says
/// so: it has taken effect by then.
struct Between {
    endpoint: String,
    withheld: mpsc::Receiver<()>,
}

impl Between {
    fn and(server: &Server) -> Between {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let behind = server.endpoint().trim_start_matches("http://").to_owned();
        let (tell, withheld) = mpsc::channel();
        let is_over = Arc::new(AtomicBool::new(false));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&behind).expect("the server");
                pass(&client, &server, tell.clone(), is_over.clone());
            }
        });
        Between { endpoint, withheld }
    }
}

fn pass(client: &TcpStream, server: &TcpStream, tell: mpsc::Sender<()>, is_over: Arc<AtomicBool>) {
    let begins = Arc::new(AtomicBool::new(false));
    let is_begun = begins.clone();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..count.min(200)]).into_owned();
            let is_create = text.starts_with("POST") && text.contains("?uploads");
            begins.store(is_create, Ordering::SeqCst);
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if is_begun.load(Ordering::SeqCst) && !is_over.swap(true, Ordering::SeqCst) {
                let _ = tell.send(());
                return;
            }
            if to.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// What `ListMultipartUploads` answers from now on, if anything.
type Listed = Arc<Mutex<Option<String>>>;

struct Rig {
    lab: Lab,
    between: Between,
    listed: Listed,
}

impl Rig {
    /// A run was killed when the store had begun its upload.
    fn killed() -> Rig {
        let listed = Listed::default();
        let answer = listed.clone();
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                let body = answer.lock().unwrap().clone()?;
                (request.operation == "ListMultipartUploads")
                    .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body))
            })
        });
        lab.key("k");
        lab.believe_in_the_bucket();
        lab.file("file", &noise(6 << 20));
        let rig = Rig { between: Between::and(lab.server()), lab, listed };
        let mut put = rig.put("x").into_command();
        let mut child = put.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        rig.between.withheld.recv_timeout(PATIENCE).expect("an upload was begun");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(rig.lab.server().uploads(BUCKET).len(), 1);
        assert_eq!(rig.notes().len(), 1);
        rig
    }

    fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.lab.run(arguments).env("AWS_ENDPOINT_URL", &self.between.endpoint)
    }

    fn put(&self, object: &str) -> Run {
        self.run(["put", "-k", "./k", "--part-size", "5MiB", "file", &url(object)])
    }

    /// The files of uploads that may have been begun.
    fn notes(&self) -> Vec<String> {
        let names = self.lab.tree("state/s3seal/transfers").into_keys();
        names.filter(|name| name.starts_with("begin-")).collect()
    }

    /// As if all that had been two hours ago; the store lists these besides.
    fn age(&self, others: &[&str]) {
        let then = SystemTime::now() - TWO_HOURS;
        let name = format!("state/s3seal/transfers/{}", self.notes()[0]);
        let text = String::from_utf8(self.lab.read(&name)).unwrap();
        let (before, _) = text.rsplit_once("\"asked\":").expect("a time");
        let seconds = then.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let path = self.lab.file(&name, format!("{before}\"asked\":{seconds}}}\n").as_bytes());
        std::fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        let (_, id) = self.lab.server().uploads(BUCKET).remove(0);
        let initiated = humantime::format_rfc3339_seconds(then);
        let upload = |id: &str| {
            format!(
                "<Upload><Key>x</Key><UploadId>{id}</UploadId><Initiated>{initiated}</Initiated></Upload>"
            )
        };
        let uploads: String = [&[&id[..]], others].concat().into_iter().map(upload).collect();
        *self.listed.lock().unwrap() =
            Some(format!("<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>"));
    }
}

#[test]
fn it_is_told_at_once_and_aborted_when_it_can_be_no_other() {
    let rig = Rig::killed();
    // Another machine may have begun one just now.
    rig.put("x").succeeds().says(&["1 older unfinished upload", "s3seal rm --incomplete"]);
    assert_eq!(rig.lab.server().uploads(BUCKET).len(), 1);
    assert_eq!(rig.notes().len(), 1);
    rig.age(&[]);
    // Of another object it says nothing.
    rig.put("y").succeeds();
    assert_eq!(rig.lab.server().uploads(BUCKET).len(), 1);
    rig.put("x").succeeds();
    assert_eq!(rig.lab.server().uploads(BUCKET), []);
    assert_eq!(rig.notes(), Vec::<String>::new());
}

#[test]
fn where_two_may_be_meant_neither_is_aborted() {
    let rig = Rig::killed();
    rig.age(&["another"]);
    rig.put("x").succeeds().says(&["2 older unfinished uploads", "s3seal rm --incomplete"]);
    assert_eq!(rig.lab.server().uploads(BUCKET).len(), 1);
    assert!(!rig.lab.operations().iter().any(|it| it == "AbortMultipartUpload"));
}

#[test]
fn what_the_user_aborts_is_forgotten() {
    for place in ["s3://demo/x", "s3://demo"] {
        let rig = Rig::killed();
        rig.run(["rm", "--incomplete", "--dry-run", place]).succeeds();
        assert_eq!(rig.notes().len(), 1);
        rig.run(["rm", "--incomplete", place]).succeeds();
        assert_eq!(rig.lab.server().uploads(BUCKET), [], "{place}");
        assert_eq!(rig.notes(), Vec::<String>::new(), "{place}");
    }
}

/// Nothing stays of an upload that the store has refused, or that went its way.
#[test]
fn nothing_is_noted_of_what_ended() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_denied = request.operation == "CreateMultipartUpload"
                && request.key.as_deref() == Some("denied");
            is_denied.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.key("k");
    lab.file("file", &noise(6 << 20));
    for (object, code) in [("denied", 5), ("x", 0)] {
        lab.run(["put", "-k", "./k", "--part-size", "5MiB", "file", &url(object)]).exits(code);
        assert!(lab.tree("state/s3seal/transfers").is_empty(), "{object}");
    }
}
