//! s3seal's embedded server as a container for tests: an S3 endpoint that answers SSE-C requests as Amazon S3 does.
//!
//! ```no_run
//! use s3seal_testcontainers::S3Seal;
//! use testcontainers::runners::AsyncRunner as _;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = S3Seal::default().bucket("backups").start().await?;
//! let endpoint = s3seal_testcontainers::endpoint(&server).await?;
//! # Ok(())
//! # }
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;

use testcontainers::core::{ContainerPort, Image, WaitFor};
use testcontainers::{ContainerAsync, TestcontainersError};

/// The access key of the server, fixed by the image.
pub const ACCESS_KEY: &str = "test";
/// The secret key of the server, fixed by the image.
pub const SECRET_KEY: &str = "test";
/// The region that clients sign requests for.
pub const REGION: &str = "us-east-1";
/// The bucket that exists unless [`S3Seal::bucket`] names others.
pub const BUCKET: &str = "demo";

const PORT: ContainerPort = ContainerPort::Tcp(9000);

/// A container with the embedded server, which keeps all objects in memory.
#[derive(Debug, Clone)]
pub struct S3Seal {
    name: String,
    tag: String,
    buckets: Vec<String>,
    variables: BTreeMap<&'static str, String>,
}

/// The image that `docker load` makes of a release's archive `s3seal-VERSION-image-CPU.tar.gz`.
impl Default for S3Seal {
    fn default() -> S3Seal {
        S3Seal::image("localhost/s3seal", "0.1.0")
    }
}

impl S3Seal {
    /// The image from a registry, such as `ghcr.io/OWNER/s3seal`.
    pub fn image(name: impl Into<String>, tag: impl Into<String>) -> S3Seal {
        let (buckets, variables) = (Vec::new(), BTreeMap::new());
        S3Seal { name: name.into(), tag: tag.into(), buckets, variables }
    }

    /// Adds a bucket.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> S3Seal {
        self.buckets.push(name.to_owned());
        let buckets = self.buckets.join(",");
        self.option("S3SEAL_MOCK_BUCKET", buckets)
    }

    /// Answers as another store does: `seaweedfs`, `ceph`, … (`s3seal mock --help` has the list).
    #[must_use]
    pub fn behave(self, store: &str) -> S3Seal {
        self.option("S3SEAL_MOCK_BEHAVE", store.to_owned())
    }

    fn option(mut self, name: &'static str, value: String) -> S3Seal {
        self.variables.insert(name, value);
        self
    }
}

impl Image for S3Seal {
    fn name(&self) -> &str {
        &self.name
    }

    fn tag(&self) -> &str {
        &self.tag
    }

    fn ready_conditions(&self) -> Vec<WaitFor> {
        // The server prints its environment once it answers.
        vec![WaitFor::message_on_stdout("AWS_ENDPOINT_URL=")]
    }

    fn env_vars(
        &self,
    ) -> impl IntoIterator<Item = (impl Into<Cow<'_, str>>, impl Into<Cow<'_, str>>)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }

    fn expose_ports(&self) -> &[ContainerPort] {
        &[PORT]
    }
}

/// The address of a started server, as this process reaches it.
///
/// # Errors
/// If Docker does not say at which port of this machine the server listens.
pub async fn endpoint(server: &ContainerAsync<S3Seal>) -> Result<String, TestcontainersError> {
    let (host, port) = (server.get_host().await?, server.get_host_port_ipv4(PORT).await?);
    Ok(format!("http://{host}:{port}"))
}
