//! Latency and bandwidth. Lower bounds only: a busy machine may always be slower.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::harness::{builder, data};
use crate::raw::Raw;

#[test]
fn every_request_waits() {
    let latency = Duration::from_millis(120);
    let server = builder().latency(latency).start().unwrap();
    for request in [Raw::put("/demo/key", b"data"), Raw::get("/demo/key"), Raw::get("/demo/none")] {
        let start = Instant::now();
        request.send(&server);
        assert!(start.elapsed() >= latency);
    }
}

#[test]
fn bytes_take_their_time_in_both_directions() {
    let content = data(200_000);
    let server = builder().bandwidth(NonZeroU64::new(1_000_000).unwrap()).start().unwrap();
    let start = Instant::now();
    assert_eq!(Raw::put("/demo/key", &content).send(&server).status, 200);
    let up = start.elapsed();
    assert_eq!(Raw::get("/demo/key").send(&server).body, content);
    let down = start.elapsed() - up;
    for took in [up, down] {
        assert!(took >= Duration::from_millis(195), "200 kB at 1 MB/s: {took:?}");
    }
}

#[test]
fn connections_share_the_bandwidth() {
    let content = data(100_000);
    let server = builder().bandwidth(NonZeroU64::new(1_000_000).unwrap()).start().unwrap();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..3 {
            let (server, content) = (&server, &content);
            scope.spawn(move || Raw::put(&format!("/demo/{number}"), content).send(server));
        }
    });
    assert!(start.elapsed() >= Duration::from_millis(295), "300 kB at 1 MB/s");
}
