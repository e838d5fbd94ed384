//! A store that lies: a table of lies and commands. Each ends in a named failure; nothing is lost, nothing is
//! published, nothing is printed that is not true.

mod honest;
mod regions;
mod server;

use self::honest::{
    ALGORITHM, CONTENT, CRC64, KEY_MD5, MANAGED, OTHER_CRC64, OTHER_MD5, completed, document,
    listed, page,
};
use self::server::{Reply, Request, Server};
use crate::harness::{Done, Lab, Run};

/// What a lie makes of an honest answer.
type Lie = fn(&Request, Reply) -> Reply;

/// The longest that a message may be, in bytes.
const LONGEST_MESSAGE: usize = 4096;

/// A lab whose store lies.
struct Rig {
    lab: Lab,
    server: Server,
}

impl Rig {
    fn new(lie: Lie) -> Rig {
        let server = Server::start(move |request| lie(request, honest::answer(request)));
        let lab = Lab::offline();
        lab.key("k");
        lab.file("out", b"before");
        lab.file("source", CONTENT);
        Rig { lab, server }
    }

    /// The bucket has proven before that it seals, so that small files go in one request.
    fn proven(self) -> Rig {
        std::fs::create_dir_all(self.lab.path("state/s3seal")).unwrap();
        let line = format!("{} demo\n", self.server.endpoint());
        self.lab.file("state/s3seal/proven-buckets", line.as_bytes());
        self
    }

    /// A command line; `URL` becomes a presigned URL of `dir/x`.
    fn run(&self, line: &str) -> Run {
        let words = line.split(' ').map(|word| match word {
            "URL" => self.presigned(),
            word => word.to_owned(),
        });
        let mut words: Vec<String> = words.collect();
        words.extend(["--max-attempts".to_owned(), "2".to_owned()]);
        self.lab
            .run(words)
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
    }

    fn presigned(&self) -> String {
        let headers = "host%3Bx-amz-server-side-encryption-customer-algorithm%3Bx-amz-server-side-encryption-customer-key%3Bx-amz-server-side-encryption-customer-key-md5";
        format!(
            "{}/demo/dir/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A&X-Amz-Date=20360101T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders={headers}&X-Amz-Signature=5ec2e7",
            self.server.endpoint()
        )
    }

    /// Nothing was deleted or written over on either side, and what is said is short and holds no key.
    #[track_caller]
    fn check_unharmed(&self, done: &Done, name: &str) {
        assert_eq!(self.lab.read("out"), b"before", "{name}");
        assert_eq!(self.lab.read("source"), CONTENT, "{name}");
        let is_loss = |it: &Request| it.is("DELETE") && it.parameter("uploadId").is_none();
        let lost: Vec<_> = self.server.requests().into_iter().filter(is_loss).collect();
        assert!(lost.is_empty(), "{name}: {lost:?}");
        let mut expected = vec!["k", "out", "source"];
        let files = self.lab.tree("");
        let found = files.keys().filter(|it| !it.starts_with("state/"));
        expected.retain(|it| files.contains_key(*it));
        assert_eq!(found.map(String::as_str).collect::<Vec<_>>(), expected, "{name}");
        self.check_words(done, name);
    }

    #[track_caller]
    fn check_words(&self, done: &Done, name: &str) {
        assert!(done.stderr.len() < LONGEST_MESSAGE, "{name}: {} bytes", done.stderr.len());
        assert!(!done.stderr.trim().is_empty(), "{name} says nothing");
        let key = self.lab.read("k");
        let key = String::from_utf8_lossy(&key);
        let key = key.lines().find(|line| !line.starts_with('#')).unwrap();
        assert!(!done.stderr.contains(key) && !done.stdout.contains(key), "{name}");
    }
}

/// Each lie, each command: the exit code, and nothing harmed. Standard output stays empty.
#[track_caller]
fn every(lies: &[(&str, Lie, i32)], commands: &[&str]) {
    for (lie, lies, exit) in lies {
        for command in commands {
            let name = format!("{lie}: {command}");
            let rig = Rig::new(*lies).proven();
            let done = rig.run(command).done();
            assert_eq!(done.code, Some(*exit), "{name}\n{}\n{}", done.stdout, done.stderr);
            assert_eq!(done.stdout, "", "{name}");
            rig.check_unharmed(&done, &name);
        }
    }
}

/// Changes the answers to reads, and leaves all others as they are.
macro_rules! reads {
    (|$reply:ident| $changed:expr) => {
        |request, $reply| if request.is_read() { $changed } else { $reply }
    };
}

/// Changes the answers to those requests only.
macro_rules! only {
    ($method:literal, $parameter:expr, |$reply:ident| $changed:expr) => {
        |request, $reply| {
            let parameter: Option<&str> = $parameter;
            let is_meant = match parameter {
                Some(parameter) => request.parameter(parameter).is_some(),
                None => request.parameter("uploadId").is_none(),
            };
            if request.is($method) && is_meant { $changed } else { $reply }
        }
    };
}

const DOWN: [&str; 7] = [
    "get -k ./k s3://demo/dir/x out",
    "get -k ./k s3://demo/dir/x -",
    "get -k ./k -r s3://demo/dir/ folder",
    "sync -k ./k s3://demo/dir/ folder",
    "cp -k ./k s3://demo/dir/x out",
    "mv -k ./k s3://demo/dir/x out",
    "get -k ./k URL out",
];

#[test]
fn the_honest_store_is_believed() {
    for line in DOWN {
        let rig = Rig::new(|_, reply| reply);
        rig.run(line).succeeds();
    }
    for line in ["put -k ./k source s3://demo/new", "mv -k ./k source s3://demo/new"] {
        for proven in [true, false] {
            let rig = Rig::new(|_, reply| reply);
            let rig = if proven { rig.proven() } else { rig };
            rig.run(line).succeeds();
        }
    }
    let rig = Rig::new(|_, reply| reply);
    rig.run("get -k ./k s3://demo/big out").succeeds();
    assert!(rig.lab.read("out") == honest::content("big"));
}

#[test]
fn a_part_is_not_the_whole() {
    every(
        &[
            (
                "an unrequested part",
                reads!(|reply| {
                    let part = reply.cut(5).status(206).without(CRC64);
                    part.with("Content-Length", 5).with("Content-Range", "bytes 0-4/25")
                }),
                7,
            ),
            (
                "a part that names itself in a 200",
                reads!(|reply| {
                    let part = reply.cut(5).without(CRC64);
                    part.with("Content-Length", 5).with("Content-Range", "bytes 0-4/25")
                }),
                7,
            ),
            (
                "a part that does not say which",
                reads!(|reply| {
                    reply.cut(5).status(206).without(CRC64).with("Content-Length", 5)
                }),
                7,
            ),
            (
                "several parts",
                reads!(|reply| {
                    let parts = "--x\r\nContent-Range: bytes 0-4/25\r\n\r\nall t\r\n--x--\r\n";
                    let reply = Reply { body: parts.into(), ..reply.status(206).without(CRC64) };
                    reply
                        .with("Content-Length", parts.len())
                        .with("Content-Type", "multipart/byteranges; boundary=x")
                }),
                7,
            ),
            (
                "an answer that was changed on the way",
                reads!(|reply| reply.status(203).without(CRC64)),
                7,
            ),
            (
                "no length",
                reads!(|reply| {
                    reply.without("Content-Length").with("Transfer-Encoding", "chunked")
                }),
                7,
            ),
            ("an answer without content", reads!(|reply| reply.cut(0).status(204)), 7),
            ("other bytes", reads!(|reply| Reply { body: vec![b'x'; CONTENT.len()], ..reply }), 7),
        ],
        &DOWN[..1],
    );
}

#[test]
fn no_reader_takes_a_part_for_the_whole() {
    let lie: Lie = reads!(|reply| {
        let part = reply.cut(5).status(206).without(CRC64);
        part.with("Content-Length", 5).with("Content-Range", "bytes 0-4/25")
    });
    every(&[("an unrequested part", lie, 7)], &DOWN);
}

#[test]
fn sizes_that_no_object_has_are_refused_before_anything_is_planned() {
    every(
        &[
            ("2^50 bytes", reads!(|reply| reply.with("Content-Length", 1_u64 << 50)), 7),
            ("2^62 bytes", reads!(|reply| reply.with("Content-Length", 1_u64 << 62)), 7),
        ],
        &DOWN,
    );
    let head: Lie = |request, reply| {
        if request.is("HEAD") { reply.with("Content-Length", 1_u64 << 62) } else { reply }
    };
    every(
        &[("2^62 bytes", head, 7)],
        &["head -k ./k s3://demo/dir/x", "audit -k ./k s3://demo/dir/"],
    );
}

#[test]
fn what_contradicts_the_key_opens_nothing() {
    every(
        &[
            ("a key of the store's own", reads!(|reply| reply.with(MANAGED, "AES256")), 6),
            ("another key", reads!(|reply| reply.with(KEY_MD5, OTHER_MD5)), 6),
            ("no key", reads!(|reply| reply.without(KEY_MD5).without(ALGORITHM)), 6),
        ],
        &["get -k ./k s3://demo/dir/x out", "get -k ./k s3://demo/dir/x -", "get -k ./k URL out"],
    );
}

#[test]
fn ranges_of_another_object_are_refused() {
    let ranges: [(&str, Lie, i32); 3] = [
        (
            "another size",
            |request, reply| match request.header("range") {
                Some(range) if request.is_read() => {
                    let range = range.replace("bytes=", "bytes ");
                    reply.with("Content-Range", format!("{range}/99999999"))
                }
                _ => reply,
            },
            7,
        ),
        (
            "a range in a 200",
            |request, reply| match request.header("range") {
                Some(_) if request.is_read() => reply.status(200),
                _ => reply,
            },
            7,
        ),
        (
            "another key",
            |request, reply| match request.header("range") {
                Some(_) if request.is_read() => reply.with(MANAGED, "aws:kms"),
                _ => reply,
            },
            6,
        ),
    ];
    every(&ranges, &["get -k ./k s3://demo/big out", "get -k ./k s3://demo/big -"]);
}

#[test]
fn a_move_looks_again_where_there_is_no_checksum() {
    for (name, lie) in [
        (
            "another size of a version, which would be deleted for good",
            (|request, reply| match request.method.as_str() {
                "GET" if request.is_read() => reply
                    .cut(5)
                    .without(CRC64)
                    .with("Content-Length", 5)
                    .with("x-amz-version-id", "one"),
                "HEAD" => reply.with("x-amz-version-id", "one"),
                _ => reply,
            }) as Lie,
        ),
        ("another size of an unversioned object", |request, reply| {
            if request.is_read() {
                reply.cut(5).without(CRC64).with("Content-Length", 5)
            } else {
                reply
            }
        }),
    ] {
        let rig = Rig::new(lie);
        let done = rig.run("mv -k ./k s3://demo/dir/x new").exits(7);
        let is_delete = |it: &Request| it.is("DELETE");
        assert!(!rig.server.requests().iter().any(is_delete), "{name}");
        done.says(&["the source is still there"]);
    }
}

#[test]
fn what_contradicts_a_write_is_no_proof() {
    const MV: &str = "mv -k ./k source s3://demo/new";
    const PUT: &str = "put -k ./k source s3://demo/new";
    // It has no version and cannot be looked at, so it stays, and is named.
    let one: [(&str, Lie, i32); 5] = [
        ("another checksum", only!("PUT", None, |reply| reply.with(CRC64, OTHER_CRC64)), 7),
        ("another key", only!("PUT", None, |reply| reply.with(KEY_MD5, OTHER_MD5)), 6),
        ("a key of its own beside", only!("PUT", None, |reply| reply.with(MANAGED, "AES256")), 6),
        (
            "a key of its own instead",
            only!("PUT", None, |reply| {
                reply.without(KEY_MD5).without(ALGORITHM).with(MANAGED, "aws:kms")
            }),
            6,
        ),
        ("nothing", only!("PUT", None, |reply| reply.without(KEY_MD5).without(ALGORITHM)), 6),
    ];
    every(
        &one,
        &[
            PUT,
            MV,
            "sync -k ./k --exclude * --include source . s3://demo/new/",
            "put -k ./k source URL",
        ],
    );
}

#[test]
fn what_contradicts_a_multipart_upload_is_no_proof() {
    let parts: [(&str, Lie, i32); 6] = [
        (
            "another checksum of a part",
            only!("PUT", Some("partNumber"), |reply| reply.with(CRC64, OTHER_CRC64)),
            7,
        ),
        (
            "another key of a part",
            only!("PUT", Some("partNumber"), |reply| reply.with(KEY_MD5, OTHER_MD5)),
            6,
        ),
        (
            "a key of its own beside",
            only!("PUT", Some("partNumber"), |reply| reply.with(MANAGED, "AES256")),
            6,
        ),
        (
            "another checksum of the whole",
            only!("POST", Some("uploadId"), |_reply| completed(OTHER_CRC64)),
            7,
        ),
        (
            "a key of its own",
            only!("POST", Some("uploadId"), |reply| reply.with(MANAGED, "AES256")),
            6,
        ),
        ("another key", only!("POST", Some("uploadId"), |reply| reply.with(KEY_MD5, OTHER_MD5)), 6),
    ];
    for (name, lie, exit) in parts {
        for line in ["put -k ./k source s3://demo/new", "mv -k ./k source s3://demo/new"] {
            let rig = Rig::new(lie);
            let done = rig.run(line).fails(exit);
            rig.check_unharmed(&done, &format!("{name}: {line}"));
        }
    }
}

#[test]
fn a_file_is_moved_only_once_the_store_shows_it() {
    // No checksum comes with the answer, and what is there is shorter.
    let lie: Lie = |request, reply| match request.method.as_str() {
        "PUT" => reply.without(CRC64),
        "HEAD" => {
            reply.without(CRC64).with("Content-Length", 5).with("ETag", "\"of-what-was-put\"")
        }
        _ => reply,
    };
    every(&[("it is shorter", lie, 7)], &["mv -k ./k source s3://demo/new"]);
    let honest: Lie = |request, reply| match request.method.as_str() {
        "PUT" => reply.without(CRC64),
        "HEAD" => reply.without(CRC64).with("ETag", "\"of-what-was-put\""),
        _ => reply,
    };
    let rig = Rig::new(honest).proven();
    rig.run("mv -k ./k source s3://demo/new").succeeds();
    assert!(!rig.lab.path("source").exists());
}

const LISTS: [&str; 5] = [
    "ls -r s3://demo/dir/",
    "rm -r --dry-run s3://demo/dir/",
    "audit -k ./k s3://demo/dir/",
    "get -k ./k -r --dry-run s3://demo/dir/ folder",
    "sync -k ./k --delete --dry-run s3://demo/dir/ folder",
];

/// Each lie of a listing, each command: it ends, with this exit code. What was listed before may be printed.
#[track_caller]
fn lists(lies: &[(&str, Lie, i32)]) {
    for (lie, lies, exit) in lies {
        for command in LISTS {
            let name = format!("{lie}: {command}");
            let rig = Rig::new(*lies);
            rig.lab.deep_file("folder/mine", b"kept");
            let done = rig.run(command).done();
            assert_eq!(done.code, Some(*exit), "{name}\n{}\n{}", done.stdout, done.stderr);
            rig.check_words(&done, &name);
            assert_eq!(rig.lab.read("folder/mine"), b"kept", "{name}");
        }
    }
}

/// A number that the token of the request stands for.
fn token(request: &Request) -> u64 {
    request.parameter("continuation-token").and_then(|it| it.parse().ok()).unwrap_or(0)
}

#[test]
fn listings_that_do_not_advance_end() {
    lists(&[
        (
            "tokens that alternate",
            |request, reply| {
                if !request.is_list() {
                    return reply;
                }
                let (key, next) = if token(request) == 1 { ("dir/a", "2") } else { ("dir/b", "1") };
                page(&listed(key, "1"), Some(next))
            },
            1,
        ),
        (
            "new tokens, the same keys",
            |request, reply| {
                if !request.is_list() {
                    return reply;
                }
                page(&listed("dir/a", "1"), Some(&(token(request) + 1).to_string()))
            },
            1,
        ),
        (
            "a long circle of empty pages",
            |request, reply| {
                if !request.is_list() {
                    return reply;
                }
                page("", Some(&((token(request) + 1) % 40).to_string()))
            },
            1,
        ),
    ]);
}

#[test]
fn listings_that_cannot_be_believed_are_refused() {
    lists(&[
        (
            "a negative size",
            |request, reply| {
                if request.is_list() { page(&listed("dir/a", "-1"), None) } else { reply }
            },
            1,
        ),
        (
            "a size that no object has",
            |request, reply| {
                if request.is_list() {
                    page(&listed("dir/a", "9223372036854775807"), None)
                } else {
                    reply
                }
            },
            1,
        ),
        (
            "a key of another prefix",
            |request, reply| {
                if request.is_list() { page(&listed("other/a", "1"), None) } else { reply }
            },
            1,
        ),
        (
            "a document that is cut off",
            |request, reply| {
                if !request.is_list() {
                    return reply;
                }
                let whole = page(&[listed("dir/a", "1"), listed("dir/b", "1")].concat(), None);
                let bytes = whole.body.len();
                whole.cut(bytes - 60)
            },
            8,
        ),
    ]);
}

#[test]
fn long_documents_are_not_read_to_their_end() {
    const MOST_SENT: u64 = 48 << 20;
    let endless: Lie = |request, reply| {
        if !request.is_list() {
            return reply;
        }
        let mut body = b"<ListBucketResult><IsTruncated>false</IsTruncated>".to_vec();
        while body.len() < 1 << 20 {
            body.extend(listed("dir/a", "1").into_bytes());
        }
        let again = 400;
        Reply { again, ..Reply::new(200, body) }.with("Transfer-Encoding", "chunked")
    };
    // Short as text, but not once it is parsed.
    let elements: Lie = |request, reply| {
        if !request.is_list() {
            return reply;
        }
        let elements = "<Contents/>".repeat(1 << 20);
        document("ListBucketResult", &format!("<IsTruncated>false</IsTruncated>{elements}"))
    };
    Rig::new(elements).run("ls -r s3://demo/dir/").fails(7).says(&["longer than any"]);
    for command in LISTS {
        let rig = Rig::new(endless);
        let done = rig.run(command).fails(7);
        rig.check_words(&done, command);
        assert!(rig.server.sent() < MOST_SENT, "{command}: {}", rig.server.sent());
    }
}

#[test]
fn long_errors_are_cut() {
    let long: Lie = |_, _| {
        let message = "no ".repeat(8 << 20);
        let body = format!("<Error><Code>Teapot</Code><Message>{message}</Message></Error>");
        Reply::new(418, body)
    };
    for line in [
        "get -k ./k s3://demo/dir/x out",
        "get s3://demo/open/x out",
        "put -k ./k source s3://demo/new",
        "ls -r s3://demo/dir/",
        "rm s3://demo/dir/x",
        "get -k ./k URL out",
    ] {
        let rig = Rig::new(long).proven();
        let done = rig.run(line).done();
        assert!(done.code.is_some_and(|code| code != 0), "{line}");
        assert_eq!(done.stdout, "", "{line}");
        rig.check_words(&done, line);
        done.says(&["418"]);
    }
}

#[test]
fn unfinished_uploads_that_do_not_advance_end() {
    let lie: Lie = |request, reply| {
        if request.parameter("uploads").is_none() {
            return reply;
        }
        let last = request.parameter("key-marker").unwrap_or_default();
        let next = if last == "a" { "b" } else { "a" };
        let upload = "<Upload><Key>dir/x</Key><UploadId>id</UploadId><Initiated>2026-11-21T12:00:00Z</Initiated></Upload>";
        document(
            "ListMultipartUploadsResult",
            &format!(
                "<IsTruncated>true</IsTruncated><NextKeyMarker>{next}</NextKeyMarker><NextUploadIdMarker>i</NextUploadIdMarker>{upload}"
            ),
        )
    };
    let rig = Rig::new(lie);
    rig.run("rm --incomplete --dry-run s3://demo").exits(1).says(&["never ends"]);
}

#[test]
fn names_under_localhost_never_reach_dns() {
    // With the bucket's name in front, as virtual-host addressing has it.
    let rig = Rig::new(|request, _| {
        let named = Request { path: format!("/demo{}", request.path), ..request.clone() };
        honest::answer(&named)
    });
    let config = "[default]\ns3 =\n  addressing_style = virtual\n";
    let config = rig.lab.file("config", config.as_bytes());
    for host in ["localhost", "store.localhost", "Store.LocalHost"] {
        let endpoint = format!("http://{host}:{}", rig.server.port());
        let run = rig.run("get -k ./k s3://demo/dir/x out").env("AWS_ENDPOINT_URL", &endpoint);
        run.env("AWS_CONFIG_FILE", &config).succeeds();
        assert_eq!(rig.lab.read("out"), CONTENT);
        rig.lab.file("out", b"before");
    }
    let asked = rig.server.requests();
    let hosts: Vec<_> = asked.iter().filter_map(|it| it.header("host")).collect();
    assert!(hosts.iter().all(|host| host.starts_with("demo.")), "{hosts:?}");
}
