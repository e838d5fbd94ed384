//! The enumerated option values, and their help.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::key::core::{Encoding, Format};
use crate::key::foreign::Dialect;
use crate::output::{ColorChoice, ProgressStyle};
use crate::store::presigned::Method;

macro_rules! values {
    ($kind:ident { $($variant:ident => $name:literal, $help:literal;)* }) => {
        impl ValueEnum for $kind {
            fn value_variants<'a>() -> &'a [$kind] {
                &[$($kind::$variant),*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(match self {
                    $($kind::$variant => PossibleValue::new($name).help($help),)*
                })
            }
        }
    };
}

values!(Format {
    Auto => "auto", "Detected: 32 bytes, base64, hex, or 32 ASCII characters";
    Base64 => "base64", "Base64 of 32 bytes: padded, unpadded or url-safe";
    Hex => "hex", "64 hexadecimal digits";
    Raw => "raw", "Exactly 32 bytes";
});

values!(Encoding {
    Base64 => "base64", "Base64 with padding (RFC 4648, section 4): 44 characters, as S3's header wants it";
    Hex => "hex", "64 lower-case hexadecimal digits";
    Raw => "raw", "The 32 bytes as they are";
});

values!(Dialect {
    Aws => "aws", "aws-cli: the 32 raw bytes, for `--sse-c-key fileb://FILE` and `--sse-customer-key fileb://FILE`";
    S3api => "s3api", "aws-cli: JSON with key and MD5, for `aws s3api … --cli-input-json file://FILE`, which get-object lacks";
    Rclone => "rclone", "rclone: lines for the remote's section of rclone.conf";
    Mc => "mc", "MinIO Client: base64 without padding, for `--enc-c ALIAS/BUCKET/=…`";
    S3fs => "s3fs", "s3fs: a key file for `-o use_sse=custom:FILE`, with all keys: the first writes";
    Curl => "curl", "curl: the three headers, for `-H @FILE`";
    Env => "env", "Env files of docker, systemd and CI: `S3SEAL_KEY=…`";
    Velero => "velero", "Velero: the 32 raw bytes, for `customerKeyEncryptionFile`";
    Thanos => "thanos", "Thanos: the 32 raw bytes, for `encryption_key` of `sse_config`";
    Terraform => "terraform", "Terraform and OpenTofu: `AWS_SSE_CUSTOMER_KEY=…` for the s3 backend with `encrypt = true`";
    ObjectStore => "object-store", "obstore, polars, delta-rs and others on Rust's object_store: its options as variables";
    Clickhouse => "clickhouse", "ClickHouse: the element of an S3 disk or endpoint";
    Nextcloud => "nextcloud", "Nextcloud: the line of `objectstore` in config.php";
    Pgbackrest => "pgbackrest", "pgBackRest: the option of pgbackrest.conf";
    Litestream => "litestream", "Litestream: the lines of a replica in litestream.yml";
    Tempo => "tempo", "Grafana Tempo: the lines of `storage.trace.s3.sse`";
    Duckdb => "duckdb", "DuckDB: the option of CREATE SECRET, for an httpfs that knows SSE_C_KEY";
    K8sSecret => "k8s-secret", "Kubernetes: the manifest of a Secret with a key file; only into a file";
});

values!(ProgressStyle {
    Auto => "auto", "Bars, if stderr is a terminal; with CI in the environment, two lines for a run of over 30 seconds";
    Plain => "plain", "A line of text every 30 seconds";
    None => "none", "Nothing";
});

values!(ColorChoice {
    Auto => "auto", "On a terminal, as NO_COLOR, CLICOLOR and CLICOLOR_FORCE want it";
    Always => "always", "Also in files and pipes";
    Never => "never", "Nowhere";
});

values!(Method {
    Get => "GET", "To download the object";
    Put => "PUT", "To upload it";
    Head => "HEAD", "To ask for its metadata";
});
