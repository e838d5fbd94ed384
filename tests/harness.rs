//! A place to run the program in: a home of its own, a cleared environment, a server of its own.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use s3seal_mock::{Builder, Server};

use crate::schema::check_lines;

/// The bucket that every server has.
pub(crate) const BUCKET: &str = "demo";
/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_s3seal");

/// A home folder and, usually, a server.
pub(crate) struct Lab {
    home: tempfile::TempDir,
    server: Option<Server>,
}

impl Lab {
    /// With a server that answers as Amazon does.
    pub(crate) fn new() -> Lab {
        Lab::with(|server| server)
    }

    /// With a server that is set up differently.
    pub(crate) fn with(set_up: impl FnOnce(Builder) -> Builder) -> Lab {
        let server = set_up(Server::builder().bucket(BUCKET)).start().expect("the server starts");
        Lab { server: Some(server), ..Lab::offline() }
    }

    /// Without a server.
    pub(crate) fn offline() -> Lab {
        Lab { home: tempfile::tempdir().expect("a temporary folder"), server: None }
    }

    /// The server.
    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("this lab has a server")
    }

    /// The folder that the program runs in.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A path in the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    /// Writes a file into the home folder.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the file can be written");
        path
    }

    /// Writes a file below the home folder, and makes the folders that lead there.
    pub(crate) fn deep_file(&self, name: &str, content: &[u8]) -> PathBuf {
        std::fs::create_dir_all(self.path(name).parent().expect("a folder")).expect("a folder");
        self.file(name, content)
    }

    /// The files below a folder of the home folder, and what they hold; symbolic links are not followed.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(&self.path(name), "", &mut found);
        found
    }

    /// Stores an object that is not sealed.
    pub(crate) fn plain(&self, object: &str, content: &[u8]) {
        self.run(["put", "--no-key", "-", &url(object)]).stdin(content).succeeds();
    }

    /// Stores an object whose key may end in `/`, as consoles do to show a folder.
    pub(crate) fn marker(&self, object: &str, content: &[u8]) {
        let url =
            self.run(["presign", "--no-key", "--method", "PUT", &url(object)]).succeeds().stdout;
        let mut curl = Command::new("curl");
        let body = self.file("marker", content);
        curl.args(["--silent", "--fail", "-X", "PUT", "-H", "Content-Type:", "--data-binary"]);
        curl.arg(format!("@{}", body.display())).arg(url.trim());
        assert!(self.prepared(curl).status().expect("curl").success());
    }

    /// Writes a file that its owner alone can read, as a key file should be.
    pub(crate) fn private_file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.file(name, content);
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file is ours");
        path
    }

    /// What a file in the home folder holds.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("the file can be read")
    }

    /// Makes a key file with the program itself, and returns the key's MD5.
    pub(crate) fn key(&self, name: &str) -> String {
        self.run(["keygen", "-o", name]).succeeds();
        self.run(["key", "md5", &format!("./{name}")]).succeeds().stdout.trim().to_owned()
    }

    /// Makes the program think that the bucket has proven that it seals.
    pub(crate) fn believe_in_the_bucket(&self) {
        std::fs::create_dir_all(self.path("state/s3seal")).expect("a folder");
        let line = format!("{} {BUCKET}\n", self.server().endpoint());
        self.file("state/s3seal/proven-buckets", line.as_bytes());
    }

    /// Stores an object sealed with the key file.
    pub(crate) fn seal(&self, key: &str, object: &str, content: &[u8]) {
        let url = url(object);
        self.run(["put", "-k", &format!("./{key}"), "-", &url]).stdin(content).succeeds();
    }

    /// Prepares a run of the program.
    pub(crate) fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Run {
        let mut command = Command::new(PROGRAM);
        command.args(arguments);
        Run { command: self.prepared(command), stdin: Vec::new() }
    }

    /// Prepares a line of shell that runs the program as `"$S3SEAL"`.
    pub(crate) fn shell(&self, line: &str) -> Run {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        Run { command: self.prepared(command), stdin: Vec::new() }.env("S3SEAL", PROGRAM)
    }

    /// Gives any command the lab's environment, and nothing of the real one but the search path.
    pub(crate) fn prepared(&self, mut command: Command) -> Command {
        command
            .current_dir(self.home())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_STATE_HOME", self.path("state"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        if let Some(server) = &self.server {
            command
                .env("AWS_ENDPOINT_URL", server.endpoint())
                .env("AWS_ACCESS_KEY_ID", server.access_key())
                .env("AWS_SECRET_ACCESS_KEY", server.secret_key())
                .env("AWS_REGION", server.region());
            if let Some(pem) = server.ca_pem() {
                command.env("AWS_CA_BUNDLE", self.file("ca.pem", pem.as_bytes()));
            }
        }
        command
    }

    /// The S3 operations that the server has seen, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.server().requests().iter().map(|request| request.operation.to_owned()).collect()
    }

    /// Nothing is left of any upload, and no object but these is there.
    #[track_caller]
    pub(crate) fn holds_only(&self, objects: &[&str]) {
        assert_eq!(self.server().object_keys(BUCKET), objects, "objects");
        assert!(self.server().uploads(BUCKET).is_empty(), "unfinished uploads");
    }
}

fn gather(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            gather(&entry.path(), &format!("{name}/"), found);
        } else if kind.is_file() {
            found.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

/// The URL of an object in the lab's bucket.
pub(crate) fn url(key: &str) -> String {
    format!("s3://{BUCKET}/{key}")
}

/// A run of the program, not started yet.
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
}

impl Run {
    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Run {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of its environment.
    pub(crate) fn without_env(mut self, name: &str) -> Run {
        self.command.env_remove(name);
        self
    }

    /// Sends these bytes through a pipe to its standard input.
    pub(crate) fn stdin(mut self, bytes: &[u8]) -> Run {
        self.stdin = bytes.to_owned();
        self
    }

    /// Hands out the command, to run it in another way.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs it; it must end with exit code 0.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Done {
        self.exits(0)
    }

    /// Runs it; it must end with this exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Done {
        let done = self.done();
        assert_eq!(done.code, Some(code), "stdout: {}\nstderr: {}", done.stdout, done.stderr);
        done
    }

    /// Runs it; it must end with this exit code, and nothing on its standard output.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Done {
        let done = self.exits(code);
        assert!(done.bytes.is_empty(), "stdout: {}\nstderr: {}", done.stdout, done.stderr);
        done
    }

    /// Runs it to its end. What it prints with `--json` must be what the schema says.
    #[track_caller]
    pub(crate) fn done(mut self) -> Done {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        let input = self.stdin;
        let writer = std::thread::spawn(move || {
            // The program need not read all of it.
            let _ = pipe.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends");
        let done = Done::from(output);
        if self.command.get_args().any(|argument| argument == "--json") {
            check_lines(&done.stdout, &done.stderr);
        }
        done
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Standard output as bytes.
    pub(crate) bytes: Vec<u8>,
}

impl From<Output> for Done {
    fn from(output: Output) -> Done {
        Done {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

impl Done {
    /// Its error must say each of these.
    #[track_caller]
    pub(crate) fn says(self, phrases: &[&str]) -> Done {
        for phrase in phrases {
            assert!(self.stderr.contains(phrase), "`{phrase}` is not in: {}", self.stderr);
        }
        self
    }

    /// Its standard output as one JSON object.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Its standard output as JSON objects, one a line, in the order of their URLs.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
        };
        let mut items: Vec<serde_json::Value> = self.stdout.lines().map(parse).collect();
        items.sort_by_key(|item| item["url"].to_string());
        items
    }

    /// Its error as one JSON object: the last line of standard error.
    #[track_caller]
    pub(crate) fn error(&self) -> serde_json::Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }
}

/// Bytes that do not repeat, the same at every run.
pub(crate) fn noise(bytes: usize) -> Vec<u8> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut noise = vec![0; bytes];
    for chunk in noise.chunks_mut(8) {
        chunk.copy_from_slice(&random.next().to_le_bytes()[..chunk.len()]);
    }
    noise
}

/// Numbers by chance (xorshift), the same at every run; the seed is not 0.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// At least 0, and less than 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number less than this one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.fraction() * end as f64) as usize
    }
}
