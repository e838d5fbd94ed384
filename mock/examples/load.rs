//! Load on a server with a folder, in a process of its own, and how much memory that took.
//!
//! `cargo run --release -p s3seal-mock --example load -- FOLDER [CLIENTS] [SECONDS] [GIB]`: so many clients write and
//! read sealed and plain objects, each byte compared; then one sealed object of so many GiB goes up and down. The
//! folder is emptied before and after.
//!
//! `… -- FOLDER puts [CLIENTS] [COUNT]`: PUTs of 4 KiB over connections that stay open, in memory and in the folder, plain
//! and sealed; the requests are signed before the clock starts, so that the server is what is measured. Then
//! 2,000 connections at once, two PUTs over each.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use s3seal_mock::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const KEY_MD5: &str = "4Funlf7OsLF0HL+vKU+fkg==";
const PART: usize = 16 << 20;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Adds the customer's key to a request.
macro_rules! sealed {
    ($request:expr, $sealed:expr) => {
        $request
            .set_sse_customer_algorithm($sealed.then(|| "AES256".to_owned()))
            .set_sse_customer_key($sealed.then(|| KEY.to_owned()))
            .set_sse_customer_key_md5($sealed.then(|| KEY_MD5.to_owned()))
    };
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("which folder?")?;
    if arguments.get(1).is_some_and(|word| word == "serve") {
        return serve(Path::new(folder), arguments.get(2).is_some());
    }
    let number = |index: usize, default: u64| {
        arguments.get(index).map_or(Ok(default), |number| number.parse::<u64>())
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if arguments.get(1).is_some_and(|word| word == "puts") {
        return runtime.block_on(puts(folder, number(2, 64)?, number(3, 20_000)?));
    }
    let (clients, seconds, gib) = (number(1, 64)?, number(2, 60)?, number(3, 0)?);
    if Path::new(folder).exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let mut server = Process::start(folder, false)?;
    runtime.block_on(async {
        many(&server, clients, Duration::from_secs(seconds)).await?;
        report(&format!("peak memory: {} MiB", server.peak_memory()?));
        if gib > 0 {
            one(&server, gib).await?;
            report(&format!("peak memory: {} MiB", server.peak_memory()?));
        }
        Ok::<(), Box<dyn Error + Send + Sync>>(())
    })?;
    server.stop()?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn report(line: &str) {
    println!("{line}");
}

/// The server: tells where it is, and serves until it is killed.
fn serve(folder: &Path, in_memory: bool) -> Outcome<()> {
    let builder = Server::builder().bucket("load").user("load", "load").keep_requests(1);
    let builder = builder.max_connections(4096);
    let builder = if in_memory { builder } else { builder.dir(folder) };
    let server = builder.start()?;
    report(server.endpoint());
    loop {
        std::thread::park();
    }
}

struct Process {
    child: Child,
    client: Client,
    address: String,
}

impl Process {
    fn start(folder: &str, in_memory: bool) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([folder, "serve"])
            .args(in_memory.then_some("in-memory"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut endpoint = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut endpoint)?;
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint.trim())
            .credentials_provider(Credentials::new("load", "load", None, None, "load"))
            .force_path_style(true)
            .build();
        let address = endpoint.trim().trim_start_matches("http://").to_owned();
        Ok(Self { child, client: Client::from_conf(config), address })
    }

    /// MiB, as the system counted them.
    fn peak_memory(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u64 = line.ok_or("no VmHWM")?.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024)
    }

    /// Seconds, in user and system mode.
    fn processor_time(&self) -> Outcome<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<_> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| {
            fields.get(index).ok_or("no times")?.parse::<f64>().map_err(|_| "no times")
        };
        // Fields 14 and 15 of proc(5), in hundredths.
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    }

    fn stop(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// Many clients with objects of a few bytes to a few MiB.
async fn many(server: &Process, clients: u64, time: Duration) -> Outcome<()> {
    let begin = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..clients {
        let client = server.client.clone();
        tasks.push(tokio::spawn(async move {
            let (mut requests, mut bytes) = (0_u64, 0_u64);
            while begin.elapsed() < time {
                let turn = requests / 2;
                let len = [100, 10_000, 300_000, 3_000_000][(turn % 4) as usize];
                let body = content(number * 1_000_003 + turn, len);
                let (key, seal) = (format!("{number}/{}", turn % 20), turn % 3 != 0);
                let put = client.put_object().bucket("load").key(&key);
                sealed!(put, seal).body(ByteStream::from(body.clone())).send().await?;
                let get = client.get_object().bucket("load").key(&key);
                let read = sealed!(get, seal).send().await?.body.collect().await?.into_bytes();
                if read != body {
                    return Err("what was read is not what was written".into());
                }
                requests += 2;
                bytes += 2 * len as u64;
            }
            Outcome::Ok((requests, bytes))
        }));
    }
    let (mut requests, mut bytes) = (0, 0);
    for task in tasks {
        let (of_task, bytes_of_task) = task.await??;
        requests += of_task;
        bytes += bytes_of_task;
    }
    let seconds = begin.elapsed().as_secs_f64();
    report(&format!(
        "{clients} clients, {seconds:.0} s: {requests} requests, {} MiB, none refused, all as written",
        bytes >> 20
    ));
    Ok(())
}

const SMALL: usize = 4096;

/// The rates of small PUTs, in memory and in the folder.
async fn puts(folder: &str, clients: u64, count: u64) -> Outcome<()> {
    for in_memory in [true, false] {
        if Path::new(folder).exists() {
            std::fs::remove_dir_all(folder)?;
        }
        let mut server = Process::start(folder, in_memory)?;
        let before = server.peak_memory()?;
        for seal in [false, true] {
            let place = if in_memory { "memory" } else { "folder" };
            let what = if seal { "sealed" } else { "plain" };
            // Twice over the same keys: the second time, what was there is removed.
            for turn in ["new keys", "the same keys again"] {
                let requests = signed(&server, count, seal).await?;
                let before = server.processor_time()?;
                let took = send(&server.address, requests, clients).await?;
                let busy = server.processor_time()? - before;
                let rate = count as f64 / took.as_secs_f64();
                report(&format!(
                    "{place}, {what}, {turn}: {count} PUTs of 4 KiB by {clients} clients in {:.2} s, {rate:.0}/s; {busy:.2} s of processor time in the server",
                    took.as_secs_f64()
                ));
            }
        }
        let content = (2 * count * SMALL as u64) >> 20;
        report(&format!(
            "peak memory: {} MiB, {before} MiB at the start, {content} MiB of content",
            server.peak_memory()?
        ));
        if in_memory {
            let took = send(&server.address, signed(&server, 4000, false).await?, 2000).await?;
            report(&format!("2000 connections at once, 2 PUTs each: {:.2} s", took.as_secs_f64()));
        }
        server.stop()?;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// The bytes of PUTs, each with a signature in its query.
async fn signed(server: &Process, count: u64, seal: bool) -> Outcome<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    for number in 0..count {
        let put = server.client.put_object().bucket("load").key(format!("{seal}/{number}"));
        let expiry = PresigningConfig::expires_in(Duration::from_secs(3600))?;
        let put = sealed!(put, seal).presigned(expiry).await?;
        let path = put.uri().split_once(&server.address).ok_or("another address")?.1;
        let mut request = format!("PUT {path} HTTP/1.1\r\nhost: {}\r\n", server.address);
        for (name, value) in put.headers() {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {SMALL}\r\n\r\n"));
        requests.push([request.into_bytes(), content(number, SMALL)].concat());
    }
    Ok(requests)
}

/// Sends requests over so many connections at once, and returns how long it took until all were answered.
async fn send(address: &str, requests: Vec<Vec<u8>>, clients: u64) -> Outcome<Duration> {
    let clients = usize::try_from(clients)?;
    let mut connections = Vec::new();
    for _ in 0..clients {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        connections.push(stream);
    }
    let requests = Arc::new(requests);
    let begin = Instant::now();
    let mut tasks = Vec::new();
    for (number, mut stream) in connections.into_iter().enumerate() {
        let requests = Arc::clone(&requests);
        tasks.push(tokio::spawn(async move {
            for request in requests.iter().skip(number).step_by(clients) {
                stream.write_all(request).await?;
                let mut answer = Vec::new();
                // The answer to a PUT has no body.
                while !answer.ends_with(b"\r\n\r\n") {
                    if stream.read_buf(&mut answer).await? == 0 {
                        return Err("the connection ended".into());
                    }
                }
                if !answer.starts_with(b"HTTP/1.1 200") {
                    return Err(String::from_utf8_lossy(&answer).into());
                }
            }
            Outcome::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(begin.elapsed())
}

/// One sealed object of many parts.
async fn one(server: &Process, gib: u64) -> Outcome<()> {
    let client = &server.client;
    let parts = usize::try_from(gib << 30)? / PART;
    let begin = Instant::now();
    let create = client.create_multipart_upload().bucket("load").key("large");
    let id = sealed!(create, true).send().await?.upload_id.ok_or("no upload id")?;
    let mut completed = Vec::new();
    for number in 0..parts {
        let part = i32::try_from(number + 1)?;
        let upload = client.upload_part().bucket("load").key("large").upload_id(&id);
        let body = ByteStream::from(content(number as u64, PART));
        let etag = sealed!(upload, true).part_number(part).body(body).send().await?.e_tag;
        completed.push(CompletedPart::builder().part_number(part).set_e_tag(etag).build());
    }
    let completed = CompletedMultipartUpload::builder().set_parts(Some(completed)).build();
    let complete = client.complete_multipart_upload().bucket("load").key("large").upload_id(id);
    complete.multipart_upload(completed).send().await?;
    let up = begin.elapsed().as_secs();
    let get = client.get_object().bucket("load").key("large");
    let mut body = sealed!(get, true).send().await?.body;
    let (mut number, mut expected, mut compared) = (0, Vec::new(), 0);
    while let Some(piece) = body.try_next().await? {
        let mut piece = &piece[..];
        while !piece.is_empty() {
            if compared == expected.len() {
                (expected, compared) = (content(number, PART), 0);
                number += 1;
            }
            let (now, later) = piece.split_at(piece.len().min(PART - compared));
            if now != &expected[compared..compared + now.len()] {
                return Err("what was read is not what was written".into());
            }
            compared += now.len();
            piece = later;
        }
    }
    if number != parts as u64 || compared != PART {
        return Err("the object ended early".into());
    }
    let all = begin.elapsed().as_secs();
    report(&format!("{gib} GiB sealed: up in {up} s, down in {} s, as written", all - up));
    Ok(())
}

/// `len` bytes without a short period, other ones for each `seed`.
fn content(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut content = Vec::with_capacity(len + 8);
    while content.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend_from_slice(&state.to_le_bytes());
    }
    content.truncate(len);
    content
}
