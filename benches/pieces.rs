//! The pieces that every byte goes through: `cargo bench`.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::io::Write;
use std::pin::Pin;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http_body::Body;
use s3seal::pieces::{Input, Source, checksum};

const MIB: usize = 1 << 20;

fn checksums(criterion: &mut Criterion) {
    let bytes = vec![7; MIB];
    let mut group = criterion.benchmark_group("checksum");
    group.throughput(Throughput::Bytes(MIB as u64));
    group.bench_function("CRC64NVME of 1 MiB", |bencher| {
        bencher.iter(|| {
            let mut digest = checksum::crc64nvme();
            digest.update(&bytes);
            digest.finalize()
        });
    });
    group.finish();

    let parts: Vec<(u64, u64)> = (0..10_000).map(|n| (n * 0x9e37_79b9, 8 << 20)).collect();
    criterion.bench_function("combination of 10,000 parts", |bencher| {
        bencher.iter(|| checksum::combine(parts.iter().copied()));
    });
}

fn offset_reader(criterion: &mut Criterion) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(&vec![7; 16 * MIB]).expect("room for it");
    let opened = Input::to_move(file.path()).expect("a regular file");
    let Source::File(source) = opened.source else { panic!("a file with a size") };
    let part = (4 * MIB as u64)..(12 * MIB as u64);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");

    let mut group = criterion.benchmark_group("offset reader");
    group.throughput(Throughput::Bytes(part.end - part.start));
    group.bench_function("body of an 8 MiB part", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let mut body = source.body(part.clone());
                let mut bytes = 0;
                while let Some(frame) =
                    std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
                {
                    bytes += frame
                        .ok()
                        .and_then(|frame| frame.into_data().ok())
                        .map_or(0, |it| it.len());
                }
                assert_eq!(bytes, 8 * MIB);
            });
        });
    });
    group.bench_function("CRC64NVME of an 8 MiB part", |bencher| {
        bencher.iter(|| source.crc64nvme(part.clone()).expect("readable"));
    });
    group.finish();
}

criterion_group!(benches, checksums, offset_reader);
criterion_main!(benches);
