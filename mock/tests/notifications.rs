//! Messages about events: what they say, where they go, and that nothing waits for them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use s3seal_mock::Server;
use serde_json::Value;

use crate::harness::{ONE, builder};
use crate::raw::Raw;

const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:queue";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn configure(server: &Server, content: &str) {
    let text = format!("<NotificationConfiguration>{content}</NotificationConfiguration>");
    let answer = Raw::put("/demo?notification=", text.as_bytes()).send(server);
    assert_eq!(answer.status, 200, "{}", answer.message());
}

fn queue(events: &[&str], filter: &str) -> String {
    let events: String = events.iter().map(|event| format!("<Event>{event}</Event>")).collect();
    format!(
        "<QueueConfiguration><Id>q</Id><Queue>{QUEUE}</Queue>{events}{filter}</QueueConfiguration>"
    )
}

/// The lines of a file, once there are as many.
fn lines(path: &Path, count: usize) -> Vec<Value> {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let found: Vec<_> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        if found.len() >= count || Instant::now() > until {
            assert_eq!(found.len(), count, "{text}");
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn name(line: &Value) -> String {
    let record = &line["Records"][0];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!("{} {}", text(&record["eventName"]), text(&record["s3"]["object"]["key"]))
}

/// A server that writes to a file in a folder.
fn telling() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events");
    let server = builder()
        .versioned_bucket("kept")
        .identity("OWNER:secret".parse().unwrap())
        .notify(path.to_str().unwrap())
        .start()
        .unwrap();
    (server, folder)
}

#[test]
fn a_message_is_amazons_event_record() {
    let (server, folder) = telling();
    let path = folder.path().join("events");
    Raw::put("/demo/before", b"x").send(&server);
    configure(&server, &queue(&["s3:ObjectCreated:*"], ""));
    let put = Raw::put("/demo/a%20b/%C3%A9.txt", b"content").send(&server);
    let lines = lines(&path, 2);
    let test = &lines[0];
    assert_eq!((&test["Event"], &test["QueueArn"]), (&"s3:TestEvent".into(), &QUEUE.into()));
    assert_eq!((&test["Service"], &test["Bucket"]), (&"Amazon S3".into(), &"demo".into()));
    let line = &lines[1];
    assert_eq!(line["QueueArn"], QUEUE);
    assert_eq!(line["Records"].as_array().unwrap().len(), 1);
    let record = &line["Records"][0];
    for (name, value) in [
        ("/eventVersion", "2.1"),
        ("/eventSource", "aws:s3"),
        ("/awsRegion", "us-east-1"),
        ("/eventName", "ObjectCreated:Put"),
        ("/requestParameters/sourceIPAddress", "127.0.0.1"),
        ("/responseElements/x-amz-request-id", put.header("x-amz-request-id").unwrap()),
        ("/responseElements/x-amz-id-2", put.header("x-amz-id-2").unwrap()),
        ("/s3/s3SchemaVersion", "1.0"),
        ("/s3/configurationId", "q"),
        ("/s3/bucket/name", "demo"),
        ("/s3/bucket/arn", "arn:aws:s3:::demo"),
        ("/s3/object/key", "a+b/%C3%A9.txt"),
        ("/s3/object/eTag", put.header("etag").unwrap().trim_matches('"')),
    ] {
        assert_eq!(record.pointer(name), Some(&value.into()), "{name} of {record}");
    }
    assert_eq!(record["s3"]["object"]["size"], 7);
    assert!(record["s3"]["object"].get("versionId").is_none(), "{record}");
    assert!(record["userIdentity"]["principalId"].as_str().unwrap().starts_with("AWS:AIDA"));
    assert!(record["eventTime"].as_str().unwrap().ends_with('Z'));
    // Whom it is about is for the owner alone.
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap());
    assert_eq!(mode & 0o077, 0);
}

#[test]
fn every_kind_of_event_in_the_order_of_the_changes() {
    let (server, folder) = telling();
    let path = folder.path().join("events");
    let all =
        ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put"];
    let text = format!(
        "<NotificationConfiguration>{}</NotificationConfiguration>",
        queue(&all, "").replace("Queue", "Topic").replace(QUEUE, TOPIC)
    );
    server.allow_acls("kept", true);
    let sent = |raw: Raw| {
        let answer = raw.send(&server);
        assert!(answer.status < 300, "{answer:?}");
        answer
    };
    sent(Raw::put("/kept?notification=", text.as_bytes()));
    let first = sent(Raw::put("/kept/key", b"one").sse_c(ONE));
    let first = first.header("x-amz-version-id").unwrap().to_owned();
    sent(Raw::put("/kept/plain", b"two"));
    sent(Raw::put("/kept/copy", b"").header("x-amz-copy-source", "/kept/plain"));
    let upload = sent(Raw::post("/kept/parts?uploads=", b"")).element("UploadId");
    let part = sent(Raw::put(&format!("/kept/parts?partNumber=1&uploadId={upload}"), b"x"));
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        part.header("etag").unwrap()
    );
    for _ in 0..2 {
        // The same again changes nothing.
        sent(Raw::post(&format!("/kept/parts?uploadId={upload}"), document.as_bytes()));
    }
    let tags = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    sent(Raw::put("/kept/plain?tagging=", tags));
    sent(Raw::delete("/kept/plain?tagging="));
    sent(Raw::put("/kept/plain?acl=", b"").header("x-amz-acl", "public-read"));
    sent(Raw::delete("/kept/plain"));
    sent(Raw::delete(&format!("/kept/key?versionId={first}")));
    let list = b"<Delete><Object><Key>copy</Key></Object></Delete>";
    sent(Raw::post("/kept?delete=", list).header("content-md5", "fjrcxLyYjg4c5F3ukfVeEQ=="));
    // Refused, and so without an event.
    let refused = Raw::put("/kept/plain", b"x").header("if-none-match", "*").secret_key("wrong");
    assert_eq!(refused.send(&server).status, 403);
    assert_eq!(Raw::delete("/kept/key?versionId=none").send(&server).status, 204);
    let found = lines(&path, 11);
    assert!(found.iter().all(|line| line["TopicArn"] == TOPIC));
    let names: Vec<_> = found.iter().skip(1).map(name).collect();
    let expected = [
        "ObjectCreated:Put key",
        "ObjectCreated:Put plain",
        "ObjectCreated:Copy copy",
        "ObjectCreated:CompleteMultipartUpload parts",
        "ObjectTagging:Put plain",
        "ObjectTagging:Delete plain",
        "ObjectAcl:Put plain",
        "ObjectRemoved:DeleteMarkerCreated plain",
        "ObjectRemoved:Delete key",
        "ObjectRemoved:DeleteMarkerCreated copy",
    ];
    assert_eq!(names, expected);
    let put = &found[1]["Records"][0]["s3"]["object"];
    assert_eq!(put["versionId"], first.as_str());
    let sequencers: Vec<_> = found[1..]
        .iter()
        .map(|line| line["Records"][0]["s3"]["object"]["sequencer"].as_str().unwrap().to_owned())
        .collect();
    assert!(sequencers.is_sorted() && sequencers.windows(2).all(|two| two[0] != two[1]));
}

#[test]
fn filters_and_several_targets() {
    let (server, folder) = telling();
    let path = folder.path().join("events");
    let filter = "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter>";
    let function = format!(
        "<CloudFunctionConfiguration><CloudFunction>{FUNCTION}</CloudFunction><Event>s3:ObjectCreated:Put</Event></CloudFunctionConfiguration>"
    );
    configure(&server, &(queue(&["s3:ObjectCreated:Put"], filter) + &function));
    let shown = Raw::get("/demo?notification=").send(&server);
    assert_eq!(String::from_utf8_lossy(&shown.body).matches("<Id>").count(), 2, "one is given");
    for key in ["in/a.jpg", "in/a.png", "out/a.jpg"] {
        Raw::put(&format!("/demo/{key}"), b"x").send(&server);
    }
    let told: Vec<_> = lines(&path, 5)
        .iter()
        .skip(1)
        .map(|line| {
            let arn = line.get("QueueArn").or_else(|| line.get("LambdaFunctionArn"));
            format!("{} {}", arn.unwrap().as_str().unwrap(), name(line))
        })
        .collect();
    let row = |arn: &str, key: &str| format!("{arn} ObjectCreated:Put {key}");
    assert_eq!(
        told,
        [
            row(QUEUE, "in/a.jpg"),
            row(FUNCTION, "in/a.jpg"),
            row(FUNCTION, "in/a.png"),
            row(FUNCTION, "out/a.jpg")
        ]
    );
    for event in ["s3:ObjectCreated:Nothing", "s3:Nothing", "ObjectCreated:Put", "s3:*"] {
        let text = format!(
            "<NotificationConfiguration>{}</NotificationConfiguration>",
            queue(&[event], "")
        );
        let answer = Raw::put("/demo?notification=", text.as_bytes()).send(&server);
        assert_eq!(answer.verdict(), (400, "InvalidArgument".to_owned()), "{event}");
    }
}

#[test]
fn what_expires_is_told_too() {
    let (server, folder) = telling();
    configure(&server, &queue(&["s3:LifecycleExpiration:*"], ""));
    let rule = b"<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
    let put = Raw::put("/demo?lifecycle=", rule).header("x-amz-checksum-algorithm", "CRC32");
    assert_eq!(put.send(&server).status, 200);
    Raw::put("/demo/key", b"x").send(&server);
    server.advance(Duration::from_secs(3 * 86_400));
    let found = lines(&folder.path().join("events"), 2);
    assert_eq!(name(&found[1]), "LifecycleExpiration:Delete key");
    assert_eq!(found[1]["Records"][0]["userIdentity"]["principalId"], "s3.amazonaws.com");
}

/// Bodies of the POSTs to a server that answers each with `status`, and its address.
fn receiver(status: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/events?x=y", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut writer = stream;
            loop {
                let (mut length, mut line, mut first) = (0, String::new(), String::new());
                while reader.read_line(&mut line).is_ok_and(|read| read > 0) && line != "\r\n" {
                    if first.is_empty() {
                        first.clone_from(&line);
                    }
                    let lower = line.to_ascii_lowercase();
                    if let Some(text) = lower.strip_prefix("content-length:") {
                        length = text.trim().parse().unwrap();
                    }
                    line.clear();
                }
                if first.is_empty() {
                    break;
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let text = first.trim_end().to_owned() + "\n" + &String::from_utf8(body).unwrap();
                if sender.send(text).is_err() {
                    return;
                }
                // In one piece, so that none waits for the acknowledgement of another.
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                writer.write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    (address, received)
}

#[test]
fn an_address_gets_a_post_for_each() {
    let (address, received) = receiver("200 OK");
    let server = builder().notify(address).start().unwrap();
    configure(&server, &queue(&["s3:ObjectCreated:*"], ""));
    for n in 0..50 {
        Raw::put(&format!("/demo/{n}"), b"x").send(&server);
    }
    // What is on its way at the end still arrives.
    drop(server);
    let posts: Vec<_> = received.try_iter().collect();
    assert_eq!(posts.len(), 51);
    for (n, post) in posts[1..].iter().enumerate() {
        let (first, body) = post.split_once('\n').unwrap();
        assert_eq!(first, "POST /events?x=y HTTP/1.1");
        assert_eq!(name(&serde_json::from_str(body).unwrap()), format!("ObjectCreated:Put {n}"));
    }
}

#[test]
fn nothing_waits_for_an_address_that_is_not_there_or_is_slow() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It accepts, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [closed, silent.local_addr().unwrap()] {
        let server = builder().notify(format!("http://{address}/")).start().unwrap();
        configure(&server, &queue(&["s3:ObjectCreated:*"], ""));
        let began = Instant::now();
        for n in 0..100 {
            assert_eq!(Raw::put(&format!("/demo/{n}"), b"x").send(&server).status, 200);
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
}

#[test]
fn only_files_and_addresses_of_this_machine() {
    for wrong in
        ["https://127.0.0.1/", "http://example.com/", "http://10.0.0.1/", "sqs://x", "http://"]
    {
        let refused = builder().notify(wrong).start();
        assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidInput, "{wrong}");
    }
    assert!(builder().notify("/nowhere/at/all").start().is_err());
    for right in ["http://localhost:1/x", "http://[::1]:1/"] {
        builder().notify(right).start().unwrap();
    }
}
