//! A server that is killed in the middle of its work, again and again.
//!
//! `S3SEAL_MOCK_KILLS` says how often; a few times by default.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Tag, Tagging};
use s3seal_mock::Server;
use tokio::sync::Notify;

use crate::harness::{BUCKET, Key, ONE, TWO, data, run};

const FOLDER: &str = "S3SEAL_MOCK_CRASH_FOLDER";
const WRITERS: usize = 12;
const KEYS_EACH: usize = 3;

/// Not a test, but the server of the test below in a process of its own.
#[test]
#[ignore = "serves until it is killed"]
fn serve() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let server = Server::builder()
        .bucket(BUCKET)
        .user("crash", "crash")
        .dir(folder.join("store"))
        .start()
        .unwrap();
    fs::write(folder.join("endpoint.new"), server.endpoint()).unwrap();
    fs::rename(folder.join("endpoint.new"), folder.join("endpoint")).unwrap();
    loop {
        std::thread::park();
    }
}

struct Process {
    child: Child,
    client: Client,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let _ = fs::remove_file(folder.join("endpoint"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::serve", "--ignored"])
            .env(FOLDER, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let endpoint = loop {
            if let Ok(endpoint) = fs::read_to_string(folder.join("endpoint")) {
                break endpoint;
            }
            assert!(child.try_wait().unwrap().is_none(), "the server does not start");
            std::thread::yield_now();
        };
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("crash", "crash", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .force_path_style(true)
            .build();
        Self { child, client: Client::from_conf(config) }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Also where an assertion fails.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a key should hold: the number of the write that made it, or nothing.
type State = Option<u64>;

/// What is known about one key: whoever writes it does one thing at a time.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    acknowledged: State,
    /// Asked for, and not answered.
    pending: Option<State>,
}

fn content(write: u64) -> Vec<u8> {
    let len = match write % 7 {
        0 => 0,
        1 => 65_536,
        2 => 200_000,
        3 => 5 * (1 << 20) + 1000,
        n => (n * 997) as usize,
    };
    let mut content = data(len);
    let stamp = write.to_be_bytes();
    for (byte, stamp) in content.iter_mut().zip(stamp.iter().cycle()) {
        *byte ^= stamp;
    }
    content
}

fn key_of(write: u64) -> Option<Key> {
    [Some(ONE), Some(TWO), None][(write % 3) as usize]
}

macro_rules! sealed {
    ($request:expr, $write:expr) => {{
        let key = key_of($write);
        $request
            .set_sse_customer_algorithm(key.map(|_| "AES256".to_owned()))
            .set_sse_customer_key(key.map(|key| key.base64.to_owned()))
            .set_sse_customer_key_md5(key.map(|key| key.md5.to_owned()))
    }};
}

async fn put(client: &Client, key: &str, write: u64) -> Option<()> {
    let body = content(write);
    if body.len() <= 5 << 20 {
        let request = client.put_object().bucket(BUCKET).key(key).body(ByteStream::from(body));
        let request = request.tagging(format!("write={write}"));
        return sealed!(request, write).send().await.ok().map(drop);
    }
    let request = client.create_multipart_upload().bucket(BUCKET).key(key);
    let request = request.tagging(format!("write={write}"));
    let id = sealed!(request, write).send().await.ok()?.upload_id?;
    let mut parts = Vec::new();
    for (number, body) in (1..).zip(body.chunks(5 << 20)) {
        let request = client.upload_part().bucket(BUCKET).key(key).upload_id(&id);
        let request = request.part_number(number).body(ByteStream::from(body.to_vec()));
        let etag = sealed!(request, write).send().await.ok()?.e_tag?;
        parts.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let request = client.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(id);
    request.multipart_upload(parts).send().await.ok().map(drop)
}

/// Changes one key after another until the server is gone.
async fn write(
    client: Client,
    name: usize,
    mut known: BTreeMap<String, Known>,
    next: Arc<AtomicUsize>,
    done: Arc<Notify>,
) -> BTreeMap<String, Known> {
    for turn in 0.. {
        let key = format!("{name}/{}", turn % KEYS_EACH);
        let write = next.fetch_add(1, Ordering::SeqCst) as u64;
        let state = known.get_mut(&key).unwrap();
        let answered = if write % 5 == 4 {
            state.pending = Some(None);
            client.delete_object().bucket(BUCKET).key(&key).send().await.ok().map(drop)
        } else {
            state.pending = Some(Some(write));
            put(&client, &key, write).await
        };
        if answered.is_none() {
            return known;
        }
        state.acknowledged = state.pending.take().unwrap();
        // A step that changes no content, for the sake of the journal.
        if write.is_multiple_of(11) && state.acknowledged.is_some() {
            let tag = Tag::builder().key("write").value(write.to_string()).build().unwrap();
            let tagging = Tagging::builder().tag_set(tag).build().unwrap();
            let request = client.put_object_tagging().bucket(BUCKET).key(&key).tagging(tagging);
            if request.send().await.is_err() {
                return known;
            }
        }
        done.notify_one();
    }
    known
}

/// What is under a key: the number of the write whose bytes are all there.
async fn read(client: &Client, key: &str) -> State {
    let tags = match client.get_object_tagging().bucket(BUCKET).key(key).send().await {
        Ok(output) => output.tag_set,
        Err(error) => {
            assert_eq!(error.raw_response().map(|raw| raw.status().as_u16()), Some(404), "{key}");
            return None;
        }
    };
    let write: u64 = tags[0].value().parse().unwrap();
    let request = client.get_object().bucket(BUCKET).key(key);
    let output = sealed!(request, write).send().await.unwrap();
    let bytes = output.body.collect().await.unwrap().into_bytes();
    assert!(bytes == content(write), "{key}: not what write {write} brought");
    Some(write)
}

#[test]
fn every_acknowledged_object_survives_kill_9() {
    let kills: usize = std::env::var("S3SEAL_MOCK_KILLS").map_or(5, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut known: Vec<BTreeMap<String, Known>> = (0..WRITERS)
        .map(|name| (0..KEYS_EACH).map(|n| (format!("{name}/{n}"), Known::default())).collect())
        .collect();
    let next = Arc::new(AtomicUsize::new(1));
    let (mut answered, mut verified, mut unanswered_kept) = (0, 0, 0);
    for kill in 0..=kills {
        let mut process = Process::start(folder.path());
        run(async {
            for state in known.iter_mut().flatten() {
                let found = read(&process.client, state.0).await;
                let Known { acknowledged, pending } = *state.1;
                assert!(
                    found == acknowledged || pending == Some(found),
                    "kill {kill}, key {}: {found:?} is there, {acknowledged:?} was acknowledged, {pending:?} was not",
                    state.0
                );
                verified += usize::from(found.is_some());
                unanswered_kept += usize::from(found != acknowledged);
                *state.1 = Known { acknowledged: found, pending: None };
            }
            if kill == kills {
                return;
            }
            let done = Arc::new(Notify::new());
            let writers: Vec<_> = std::mem::take(&mut known)
                .into_iter()
                .enumerate()
                .map(|(name, known)| {
                    let (client, next) = (process.client.clone(), Arc::clone(&next));
                    tokio::spawn(write(client, name, known, next, Arc::clone(&done)))
                })
                .collect();
            // Another moment each time.
            let moment = 1 + kill * 37 % 101;
            for _ in 0..moment {
                done.notified().await;
            }
            answered += moment;
            process.kill();
            for writer in writers {
                known.push(writer.await.unwrap());
            }
        });
    }
    let left = fs::read_dir(folder.path().join("store/blobs")).unwrap().count();
    if kills > 5 {
        let line = format!(
            "{kills} kills: {verified} objects read back, at least {answered} answers before, {unanswered_kept} writes kept that were not answered, {left} files"
        );
        fs::write(std::env::temp_dir().join("s3seal-mock-crash.txt"), line).unwrap();
    }
    assert!(verified > 0);
}
