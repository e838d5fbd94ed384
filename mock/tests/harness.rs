//! A server and an SDK client for it.

use std::future::Future;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use s3seal_mock::{Builder, Server};

pub(crate) const BUCKET: &str = "demo";

/// A customer's key and its MD5, as headers have them.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) base64: &'static str,
    pub(crate) md5: &'static str,
}

/// 32 bytes of value 1.
pub(crate) const ONE: Key =
    Key { base64: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", md5: "4Funlf7OsLF0HL+vKU+fkg==" };
/// 32 bytes of value 2.
pub(crate) const TWO: Key =
    Key { base64: "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=", md5: "F3apf5enN9TQbA8CaOS4/g==" };

pub(crate) fn builder() -> Builder {
    Server::builder().bucket(BUCKET)
}

pub(crate) fn server() -> Server {
    builder().start().expect("the server starts")
}

pub(crate) fn client(server: &Server) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(server.region().to_owned()))
        .endpoint_url(server.endpoint())
        .credentials_provider(Credentials::new(
            server.access_key(),
            server.secret_key(),
            None,
            None,
            "test",
        ))
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Status and code of a refused SDK call.
pub(crate) fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, SdkError<E>>,
) -> (u16, String) {
    let error = result.expect_err("the call is refused");
    let status =
        error.raw_response().map(|response| response.status().as_u16()).unwrap_or_default();
    (status, error.code().unwrap_or_default().to_owned())
}

/// `len` bytes without a short period.
pub(crate) fn data(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(len)
    .collect()
}
