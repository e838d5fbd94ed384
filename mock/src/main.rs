//! `s3seal-mock`: the server as a program of its own, without the client.

use std::io::Write as _;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use s3seal_mock::{Builder, Server};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Name, what stands for its value (empty: none), and help.
type Row = (&'static str, &'static str, &'static str);

/// The order is that in which they take effect: the preset first.
const OPTIONS: &[Row] = &[
    ("preset", "NAME", "`ci`: 127.0.0.1:9000, access key and secret key `test`"),
    ("addr", "HOST:PORT", "the address to listen on; port 0 is a free one [default: 127.0.0.1:0]"),
    ("bucket", "NAME,…", "create these buckets; repeatable [default: demo]"),
    ("versioned-bucket", "NAME,…", "create these buckets, which keep versions; repeatable"),
    ("init", "DIR", "start with the content of this folder: each folder in it becomes a bucket"),
    (
        "user",
        "ID:SECRET[:ACCOUNT[:NAME]]",
        "accept this access key; repeatable [default: a random one]",
    ),
    ("region", "NAME", "the region that signatures must name [default: us-east-1]"),
    ("tls", "", "serve https, with a certificate authority of its own"),
    ("ca-file", "FILE", "write the authority's certificate to this file"),
    ("require-tls", "", "refuse keys over plain http, as Amazon does"),
    ("behave", "STORE", "behave like this store [default: aws]"),
    ("fault", "KIND=PROBABILITY[@OPERATION]", "inject faults; repeatable"),
    ("seed", "N", "the random seed of the faults [default: 0]"),
    ("now", "TIME", "what time it is at the start, such as 2030-01-31T00:00:00Z"),
    ("latency", "MILLISECONDS", "delay every request"),
    ("bandwidth", "BYTES", "bytes a second in each direction, shared by all connections"),
    ("max-connections", "N", "how many connections are served at a time [default: 512]"),
    ("log", "FILE", "append a JSON line for every request to this file"),
    (
        "notify",
        "FILE|URL",
        "deliver event notifications to this file, or by POST to http://127.0.0.1:PORT/…",
    ),
    ("dir", "DIR", "store everything in this folder instead of in memory"),
    (
        "control",
        "",
        "let programs on this machine use /-/reset, /-/requests, /-/faults and /-/clock",
    ),
    ("json", "", "say that the server is ready as a line of JSON"),
];
/// Options whose values in a variable are separated by commas.
const REPEATABLE: [&str; 3] = ["bucket", "versioned-bucket", "fault"];

fn main() -> ExitCode {
    let given: Vec<_> = std::env::args().skip(1).collect();
    match given.first().map(String::as_str) {
        Some("--help" | "-h") => return print(&help()),
        Some("--version" | "-V") => {
            return print(concat!("s3seal-mock ", env!("CARGO_PKG_VERSION"), "\n"));
        }
        _ => {}
    }
    match serve(&given) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let text = format!("error: {message}\nhint: s3seal-mock --help lists the options\n");
            // Without stderr the exit code has to do.
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(2)
        }
    }
}

fn serve(given: &[String]) -> Result<(), String> {
    raise_descriptor_limit();
    let settings = Settings::read(given, |name| std::env::var(name).ok())?;
    // The list of requests takes memory, and only --control shows it.
    let kept = if settings.has("control") { 10_000 } else { 1 };
    let mut builder = Server::builder().keep_requests(kept);
    for (name, value) in &settings.0 {
        builder = apply(builder, name, value)?;
    }
    if !settings.has("bucket") {
        builder = builder.bucket("demo");
    }
    let server = builder.start().map_err(|error| error.to_string())?;
    if let (Some(path), Some(pem)) = (settings.value("ca-file"), server.ca_pem()) {
        std::fs::write(path, pem).map_err(|error| format!("{path}: {error}"))?;
    }
    print(&ready(&server, settings.has("json")));
    // Ctrl-C and SIGTERM end the process as they end any other: a folder is sound at every moment.
    loop {
        std::thread::park();
    }
}

/// Each connection takes a descriptor, and most systems start programs with room for 1,024 of them.
fn raise_descriptor_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Without it there are fewer connections at a time.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// The options that were given, in the order of the table.
struct Settings(Vec<(&'static str, String)>);

impl Settings {
    /// Reads the command line and, for what it does not name, the environment.
    fn read(given: &[String], variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut named: Vec<(&'static str, String)> = Vec::new();
        let mut words = given.iter();
        while let Some(word) = words.next() {
            let option = word.strip_prefix("--").ok_or_else(|| format!("unexpected {word:?}"))?;
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (option, None),
            };
            let (name, placeholder, _) = OPTIONS
                .iter()
                .find(|row| row.0 == name)
                .ok_or_else(|| format!("there is no option --{name}"))?;
            let value = match (value, placeholder.is_empty()) {
                (None, true) => "true".to_owned(),
                (Some(value), _) => value,
                (None, false) => words.next().cloned().ok_or(format!("--{name} needs a value"))?,
            };
            named.push((name, value));
        }
        let mut all = Vec::new();
        for (name, ..) in OPTIONS {
            let own = named.iter().filter(|(own, _)| own == name);
            let mut values: Vec<_> = own.map(|(_, value)| value.clone()).collect();
            if values.is_empty() {
                values.extend(variable(&variable_name(name)).filter(|value| !value.is_empty()));
            }
            for value in values {
                if REPEATABLE.contains(name) {
                    all.extend(value.split(',').map(|value| (*name, value.to_owned())));
                } else {
                    all.push((name, value));
                }
            }
        }
        Ok(Self(all))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !matches!(value, "false" | "0" | "no"))
    }
}

fn variable_name(option: &str) -> String {
    format!("S3SEAL_MOCK_{}", option.replace('-', "_").to_ascii_uppercase())
}

fn apply(builder: Builder, name: &str, value: &str) -> Result<Builder, String> {
    // A value may be a secret, so it is not repeated.
    let wrong = |why: &str| format!("--{name}: {why}");
    let number = || value.parse::<u64>().map_err(|_| wrong("give a whole number"));
    let switch = || match value {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(wrong("give true or false")),
    };
    Ok(match name {
        "preset" if value == "ci" => builder.preset_ci(),
        "preset" => return Err(wrong("there is one preset, ci")),
        "addr" => builder.addr(value.parse().map_err(|_| wrong("give HOST:PORT, with an IP"))?),
        "bucket" => builder.bucket(value),
        "versioned-bucket" => builder.versioned_bucket(value),
        "init" => builder.init(value),
        "user" => builder.identity(value.parse().map_err(|error| wrong(&format!("{error}")))?),
        "region" => builder.region(value),
        "tls" => builder.tls(switch()?),
        "require-tls" => builder.require_tls(switch()?),
        "behave" => builder.behave(value.parse().map_err(|error| wrong(&format!("{error}")))?),
        "fault" => builder.fault(value.parse().map_err(|error| wrong(&format!("{error}")))?),
        "seed" => builder.seed(number()?),
        "now" => builder.now(
            OffsetDateTime::parse(value, &Rfc3339)
                .map_err(|_| wrong("give a time such as 2030-01-31T00:00:00Z"))?
                .into(),
        ),
        "latency" => builder.latency(Duration::from_millis(number()?)),
        "bandwidth" => {
            builder.bandwidth(NonZeroU64::new(number()?).ok_or_else(|| wrong("give 1 or more"))?)
        }
        "max-connections" => {
            builder.max_connections(usize::try_from(number()?).unwrap_or(usize::MAX))
        }
        "log" => builder.log_file(PathBuf::from(value)),
        "notify" => builder.notify(value),
        "dir" => builder.dir(PathBuf::from(value)),
        "control" => builder.control(switch()?),
        "json" => switch().map(|_| builder)?,
        _ => builder,
    })
}

/// What is printed once the server is ready.
fn ready(server: &Server, json: bool) -> String {
    let environment = [
        ("AWS_ACCESS_KEY_ID", server.access_key()),
        ("AWS_DEFAULT_REGION", server.region()),
        ("AWS_ENDPOINT_URL", server.endpoint()),
        ("AWS_REGION", server.region()),
        ("AWS_SECRET_ACCESS_KEY", server.secret_key()),
    ];
    if !json {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        return environment
            .iter()
            .map(|(name, value)| format!("export {name}={}\n", quoted(value)))
            .collect();
    }
    let environment: serde_json::Map<_, _> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let line = serde_json::json!({
        "op": "mock",
        "endpoint": server.endpoint(),
        "environment": environment,
    });
    format!("{line}\n")
}

fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    // A reader that went away wants no more.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}

fn help() -> String {
    let mut text = String::from(
        "An S3 server for tests that answers like Amazon S3, in memory; not for production\n\n\
         Usage: s3seal-mock [OPTIONS]\n\nOptions:\n",
    );
    for (name, value, about) in OPTIONS {
        let option = format!("--{name} {value}");
        text.push_str(&format!("  {option:<40} {about} [env: {}]\n", variable_name(name)));
    }
    text.push_str("  --help, --version\n");
    text
}
