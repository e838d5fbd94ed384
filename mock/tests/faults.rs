//! Trouble with a probability, and the same again with the same seed.

use std::thread;

use s3seal_mock::{Builder, Fault, FaultKind, Server};

use crate::harness::{BUCKET, builder, data};
use crate::raw::Raw;

fn with(fault: &str) -> Server {
    builder().fault(fault.parse().unwrap()).start().unwrap()
}

/// The statuses of three requests for each of 40 objects, 0 where the connection was dropped.
fn run(builder: Builder, threads: usize) -> Vec<u16> {
    let server = builder.start().unwrap();
    let keys: Vec<usize> = (0..40).collect();
    let mut statuses: Vec<(usize, u16)> = thread::scope(|scope| {
        let handles: Vec<_> = keys
            .chunks(keys.len() / threads)
            .map(|keys| {
                let server = &server;
                scope.spawn(move || {
                    let three = |key: &usize| {
                        let path = format!("/demo/key-{key}");
                        let tries = (0..3).map(|_| Raw::put(&path, b"data").send(server).status);
                        tries.map(|status| (*key, status)).collect::<Vec<_>>()
                    };
                    keys.iter().flat_map(three).collect::<Vec<_>>()
                })
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    statuses.sort_by_key(|(key, _)| *key);
    statuses.into_iter().map(|(_, status)| status).collect()
}

fn troubled(seed: u64) -> Builder {
    let faults = ["slow-down=0.2", "reset=0.1"];
    faults.iter().fold(builder().seed(seed), |builder, fault| builder.fault(fault.parse().unwrap()))
}

#[test]
fn the_same_seed_gives_the_same_run_whatever_the_concurrency() {
    let alone = run(troubled(7), 1);
    assert_eq!(run(troubled(7), 1), alone);
    assert_eq!(run(troubled(7), 8), alone);
    assert_ne!(run(troubled(8), 1), alone, "another seed, another run");
    let count = |status| alone.iter().filter(|s| **s == status).count();
    assert!((8..=45).contains(&count(503)), "a fifth of 120, more or less: {}", count(503));
    assert!((2..=28).contains(&count(0)), "a tenth of 120, more or less: {}", count(0));
    assert!(count(200) > 60);
}

#[test]
fn never_and_always() {
    assert!(run(builder().fault("slow-down=0".parse().unwrap()), 1).iter().all(|s| *s == 200));
    assert!(run(builder().fault("slow-down=1".parse().unwrap()), 1).iter().all(|s| *s == 503));
}

#[test]
fn a_fault_on_one_operation_spares_the_others() {
    let server = with("internal-error=1@GetObject");
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
    let answer = Raw::get("/demo/key").send(&server);
    assert_eq!(answer.verdict(), (500, "InternalError".to_owned()));
    assert_eq!(Raw::head("/demo/key").send(&server).status, 200);
}

#[test]
fn with_and_without_effect() {
    for (fault, stored) in [("reset=1", false), ("lost-answer=1", true)] {
        let server = with(fault);
        assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 0, "{fault}");
        assert_eq!(server.object(BUCKET, "key").is_some(), stored, "{fault}");
    }
}

#[test]
fn bodies_that_end_early_or_are_damaged() {
    let content = data(300_000);
    let server = with("cut=1@GetObject");
    Raw::put("/demo/key", &content).send(&server);
    let answer = Raw::get("/demo/key").send(&server);
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("300000")));
    assert!(answer.body.len() < content.len() && content.starts_with(&answer.body));

    let server = with("corrupt=1@GetObject");
    Raw::put("/demo/key", &content).send(&server);
    let answer = Raw::get("/demo/key").send(&server);
    let wrong = answer.body.iter().zip(&content).filter(|(a, b)| a != b).count();
    assert_eq!((answer.body.len(), wrong), (content.len(), 1));
}

#[test]
fn another_range_than_asked_for() {
    let content = data(1000);
    let server = with("wrong-range=1");
    Raw::put("/demo/key", &content).send(&server);
    assert_eq!(Raw::get("/demo/key").send(&server).body, content, "no range, no wrong one");
    for (asked, first, last) in [("bytes=100-199", 99, 198), ("bytes=0-99", 1, 100)] {
        let answer = Raw::get("/demo/key").header("range", asked).send(&server);
        let range = format!("bytes {first}-{last}/1000");
        assert_eq!((answer.status, answer.header("content-range")), (206, Some(range.as_str())));
        assert_eq!(answer.body, content[first..=last]);
    }
}

#[test]
fn a_fault_reads_back() {
    for text in ["slow-down=0.1", "cut=1@GetObject", "delay=0.25@UploadPart"] {
        assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
    }
    for kind in FaultKind::ALL {
        let fault = Fault::new(*kind, 0.5).unwrap().on("PutObject");
        assert_eq!(fault.to_string().parse(), Ok(fault));
    }
    for (text, why) in [
        ("slow-down", "KIND=PROBABILITY[@OPERATION]"),
        ("slow-down=often", "KIND=PROBABILITY[@OPERATION]"),
        ("slow-down=1.5", "not within 0 and 1"),
        ("slow-down=NaN", "not within 0 and 1"),
        ("slow-down=1@Putobject", "unknown operation"),
        ("earthquake=1", "one of slow-down, internal-error, reset"),
    ] {
        let error = text.parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
