//! How much memory forms take, in a server that is a process of its own.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use s3seal_mock::Server;

use crate::harness::BUCKET;
use crate::post_form::Form;
use crate::raw::Answer;

const FILE: usize = 99 << 20;
const PIECE: usize = 1 << 16;

struct Process {
    child: Child,
    addr: String,
}

impl Process {
    /// The server of the tests of crashes, which keeps everything in a folder.
    fn start(folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::serve", "--ignored"])
            .env("S3SEAL_MOCK_CRASH_FOLDER", folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut process = Self { child, addr: String::new() };
        process.addr = loop {
            if let Ok(endpoint) = fs::read_to_string(folder.join("endpoint")) {
                break endpoint.trim_start_matches("http://").to_owned();
            }
            assert!(process.child.try_wait().unwrap().is_none(), "the server does not start");
            std::thread::yield_now();
        };
        process
    }

    /// The most memory it ever had, in bytes.
    fn peak(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    }

    /// Sends a form whose file is `len` zeros.
    fn send(&self, form: &[u8], len: usize) -> Answer {
        let end = b"\r\n--limit--\r\n";
        let start = &form[..form.len() - end.len()];
        let total = form.len() + len;
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        let head = format!(
            "POST /{BUCKET} HTTP/1.1\r\nhost: {}\r\ncontent-type: multipart/form-data; boundary=limit\r\ncontent-length: {total}\r\nconnection: close\r\n\r\n",
            self.addr
        );
        let zeros = [0; PIECE];
        let pieces = std::iter::repeat_n(&zeros[..], len / PIECE);
        for piece in [head.as_bytes(), start].into_iter().chain(pieces).chain([&end[..]]) {
            // A refusal may come before all is sent.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::parse(&answer)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn forms_are_never_in_memory_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    // Signs for the other one, which has the same user.
    let signer = Server::builder().user("crash", "crash").start().unwrap();
    let before = process.peak();
    let form = Form::new(&signer, BUCKET);
    let anonymous = b"--limit\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nx\r\n--limit\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--limit--\r\n";
    std::thread::scope(|scope| {
        let forms: Vec<_> =
            (0..12).map(|_| scope.spawn(|| process.send(anonymous, FILE).status)).collect();
        for form in forms {
            // The answer may be lost to a sender that does not look.
            assert!(matches!(form.join().unwrap(), 0 | 403));
        }
    });
    let answer = process.send(&form.body(&form.policy(), b""), FILE);
    assert_eq!(answer.status, 204, "{}", answer.message());
    let grown = process.peak() - before;
    assert!(grown < FILE / 2, "{grown} bytes");
}
