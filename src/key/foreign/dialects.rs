//! The key formats of other tools. This only builds text: it reads, writes and prints nothing.

use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::key::core::Key;

/// A tool's key format. None of them requires the key on a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dialect {
    /// aws-cli: the 32 raw bytes, for `--sse-c-key fileb://FILE` and `--sse-customer-key fileb://FILE`.
    Aws,
    /// aws-cli: JSON with key and MD5, for `aws s3api … --cli-input-json file://FILE`, which get-object lacks.
    S3api,
    /// rclone: lines for the remote's section of rclone.conf.
    Rclone,
    /// MinIO Client: base64 without padding, for `--enc-c ALIAS/BUCKET/=…`.
    Mc,
    /// s3fs: a key file for `-o use_sse=custom:FILE`, with all keys: the first writes.
    S3fs,
    /// curl: the three headers, for `-H @FILE`.
    Curl,
    /// Env files of docker, systemd and CI: `S3SEAL_KEY=…`.
    Env,
    /// Velero's plugin for AWS: the 32 raw bytes, in a file that `customerKeyEncryptionFile` names. It reads the first
    /// 32 bytes of any file.
    Velero,
    /// Thanos: the 32 raw bytes, in a file that `encryption_key` of `sse_config` names.
    Thanos,
    /// Terraform's and OpenTofu's S3 backend: the variable for `encrypt = true`.
    Terraform,
    /// What is built on the Rust crate object_store (obstore, polars, delta-rs): its two options as variables.
    ObjectStore,
    /// ClickHouse: the element of an S3 disk or endpoint.
    Clickhouse,
    /// Nextcloud: the line for `objectstore` in config.php.
    Nextcloud,
    /// pgBackRest: the option of its first repository, for pgbackrest.conf. It takes base64, and makes the MD5 itself.
    Pgbackrest,
    /// Litestream: the lines for a replica of type s3 in litestream.yml.
    Litestream,
    /// Grafana Tempo: the lines for `storage.trace.s3.sse`. Its key is a string of 32 bytes, so YAML needs the tag
    /// `!!binary` for any other than text.
    Tempo,
    /// DuckDB: the option of `CREATE SECRET`.
    Duckdb,
    /// Kubernetes: the manifest of a Secret with a key file in it.
    K8sSecret,
}

impl Dialect {
    /// The text that the tool reads: the first key; for s3fs all keys, of which the first writes. Panics without a key.
    pub(crate) fn write(self, keys: &[Key]) -> Zeroizing<Vec<u8>> {
        let key = &keys[0];
        let (base64, md5) = (key.base64(), key.md5_base64());
        // Joined in one step: a text that grows leaves copies in memory.
        Zeroizing::new(match self {
            Dialect::Aws => key.bytes().to_vec(),
            Dialect::S3api => concat([
                "{\n  \"SSECustomerAlgorithm\": \"AES256\",\n  \"SSECustomerKey\": \"",
                &base64,
                "\",\n  \"SSECustomerKeyMD5\": \"",
                &md5,
                "\"\n}\n",
            ]),
            Dialect::Rclone => concat([
                "sse_customer_algorithm = AES256\nsse_customer_key_base64 = ",
                &base64,
                "\nsse_customer_key_md5 = ",
                &md5,
                "\n",
            ]),
            Dialect::Mc => concat([base64.trim_end_matches('='), "\n"]),
            Dialect::S3fs => all_lines(keys),
            Dialect::Curl => concat([
                "x-amz-server-side-encryption-customer-algorithm: AES256\n\
                 x-amz-server-side-encryption-customer-key: ",
                &base64,
                "\nx-amz-server-side-encryption-customer-key-MD5: ",
                &md5,
                "\n",
            ]),
            Dialect::Env => concat(["S3SEAL_KEY=", &base64, "\n"]),
            Dialect::Velero | Dialect::Thanos => key.bytes().to_vec(),
            Dialect::Terraform => concat(["AWS_SSE_CUSTOMER_KEY=", &base64, "\n"]),
            Dialect::ObjectStore => concat([
                "AWS_SERVER_SIDE_ENCRYPTION=sse-c\nAWS_SSE_CUSTOMER_KEY_BASE64=",
                &base64,
                "\n",
            ]),
            Dialect::Clickhouse => concat([
                "<server_side_encryption_customer_key_base64>",
                &base64,
                "</server_side_encryption_customer_key_base64>\n",
            ]),
            Dialect::Nextcloud => concat(["'sse_c_key' => '", &base64, "',\n"]),
            Dialect::Pgbackrest => concat(["repo1-s3-sse-customer-key=", &base64, "\n"]),
            Dialect::Litestream => {
                concat(["sse-customer-algorithm: AES256\nsse-customer-key: ", &base64, "\n"])
            }
            Dialect::Tempo => concat(["type: SSE-C\nencryption_key: !!binary ", &base64, "\n"]),
            Dialect::Duckdb => concat(["SSE_C_KEY '", &base64, "'\n"]),
            Dialect::K8sSecret => concat([
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s3seal-key\ntype: Opaque\nimmutable: true\n\
                 stringData:\n  s3seal.key: ",
                &base64,
                "\n",
            ]),
        })
    }

    /// Whether it is bytes and no text.
    pub(crate) fn is_raw(self) -> bool {
        matches!(self, Dialect::Aws | Dialect::Velero | Dialect::Thanos)
    }

    /// Whether it is only written into a file of its own: it is meant to be kept, and applied later.
    pub(crate) fn is_only_a_file(self) -> bool {
        self == Dialect::K8sSecret
    }

    /// Whether the tool reads more than one key.
    pub(crate) fn takes_all(self) -> bool {
        self == Dialect::S3fs
    }

    /// Whether the tool is known to skip this key. s3fs 1.90 takes a key whose first byte is 0 for an empty one.
    pub(crate) fn skips(self, key: &Key) -> bool {
        self == Dialect::S3fs && key.bytes()[0] == 0
    }

    /// A command line that uses the file. `file` must be one shell word.
    pub(crate) fn usage(self, file: &str) -> String {
        match self {
            Dialect::Aws => {
                format!("aws s3 cp s3://BUCKET/KEY . --sse-c AES256 --sse-c-key fileb://{file}")
            }
            Dialect::S3api => format!(
                "aws s3api put-object --cli-input-json file://{file} --bucket BUCKET --key KEY --body FILE"
            ),
            Dialect::Rclone => format!(
                "rclone copy REMOTE:BUCKET/KEY .   (with the lines of {file} in the section [REMOTE] of rclone.conf)"
            ),
            Dialect::Mc => {
                format!(
                    "mc cp --enc-c \"ALIAS/BUCKET/=$(cat {file})\" ALIAS/BUCKET/KEY .   (mc takes the key from its command line alone, where `ps` shows it)"
                )
            }
            Dialect::S3fs => format!("s3fs BUCKET MOUNTPOINT -o use_sse=custom:{file}"),
            Dialect::Curl => {
                format!("curl -H @{file} -o OUTFILE \"$(s3seal presign -k SPEC s3://BUCKET/KEY)\"")
            }
            Dialect::Env => {
                format!("docker run --env-file {file} IMAGE s3seal get s3://BUCKET/KEY")
            }
            Dialect::Velero => format!(
                "velero backup-location create NAME --provider aws --bucket BUCKET --config customerKeyEncryptionFile=PATH   (PATH of {file} in the pod)"
            ),
            Dialect::Terraform => format!(
                "set -a; . {file}; terraform init   (with `encrypt = true` in the s3 backend)"
            ),
            Dialect::ObjectStore => format!("set -a; . {file}; python PROGRAM"),
            Dialect::Clickhouse => {
                format!(
                    "the line of {file} goes into the <disk> or <s3> endpoint of the configuration"
                )
            }
            Dialect::Nextcloud => {
                format!("the line of {file} goes into 'objectstore' => 'arguments' of config.php")
            }
            Dialect::Thanos => format!(
                "`sse_config: {{type: SSE-C, encryption_key: PATH}}` below `config` of the bucket configuration   (PATH of {file} where it runs)"
            ),
            Dialect::Pgbackrest => format!(
                "the line of {file} goes into the section [global] of pgbackrest.conf   (repo2-… for the second repository)"
            ),
            Dialect::Litestream => {
                format!("the lines of {file} go into the replica of type s3 in litestream.yml")
            }
            Dialect::Tempo => format!(
                "the lines of {file} go below `sse` of storage.trace.s3   (an old Tempo shows them at /status/config)"
            ),
            Dialect::Duckdb => format!(
                "the option of {file} goes into CREATE SECRET (TYPE s3, …) of an httpfs that knows it   (that of DuckDB 1.5 does not know it)"
            ),
            Dialect::K8sSecret => {
                format!(
                    "kubectl apply -f {file}   (then mount it, and: s3seal -k file:/MOUNTED/s3seal.key)"
                )
            }
        }
    }
}

fn concat<const N: usize>(parts: [&str; N]) -> Vec<u8> {
    parts.concat().into_bytes()
}

/// Every key in base64 on a line of its own.
fn all_lines(keys: &[Key]) -> Vec<u8> {
    let lines: Vec<Zeroizing<String>> = keys.iter().map(Key::base64).collect();
    let parts: Vec<&str> = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    parts.concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dialect: Dialect, keys: &[Key]) -> String {
        String::from_utf8(dialect.write(keys).to_vec()).unwrap()
    }

    #[test]
    fn a_key_in_every_dialect() {
        let key = Key::from_bytes(std::array::from_fn(|index| u8::try_from(index).unwrap()));
        let keys = [key, Key::from_bytes([0; 32])];
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let md5 = "tP/LI3N87DFaSk0aoqYgzg==";
        assert_eq!(*Dialect::Aws.write(&keys), *keys[0].bytes());
        let json: serde_json::Value =
            serde_json::from_str(&written(Dialect::S3api, &keys)).unwrap();
        let expected = serde_json::json!({
            "SSECustomerAlgorithm": "AES256",
            "SSECustomerKey": format!("{base64}="),
            "SSECustomerKeyMD5": md5,
        });
        assert_eq!(json, expected);
        assert_eq!(
            written(Dialect::Rclone, &keys),
            format!(
                "sse_customer_algorithm = AES256\nsse_customer_key_base64 = {base64}=\n\
                 sse_customer_key_md5 = {md5}\n"
            )
        );
        assert_eq!(written(Dialect::Mc, &keys), format!("{base64}\n"));
        assert_eq!(written(Dialect::S3fs, &keys), format!("{base64}=\n{}=\n", "A".repeat(43)));
        let prefix = "x-amz-server-side-encryption-customer-";
        assert_eq!(
            written(Dialect::Curl, &keys),
            format!("{prefix}algorithm: AES256\n{prefix}key: {base64}=\n{prefix}key-MD5: {md5}\n")
        );
        assert_eq!(written(Dialect::Env, &keys), format!("S3SEAL_KEY={base64}=\n"));
        assert_eq!(*Dialect::Velero.write(&keys), *keys[0].bytes());
        assert_eq!(*Dialect::Thanos.write(&keys), *keys[0].bytes());
        let terraform = written(Dialect::Terraform, &keys);
        assert_eq!(terraform, format!("AWS_SSE_CUSTOMER_KEY={base64}=\n"));
        let nextcloud = written(Dialect::Nextcloud, &keys);
        assert_eq!(nextcloud, format!("'sse_c_key' => '{base64}=',\n"));
        for (dialect, expected) in [
            (Dialect::Pgbackrest, format!("repo1-s3-sse-customer-key={base64}=\n")),
            (
                Dialect::Litestream,
                format!("sse-customer-algorithm: AES256\nsse-customer-key: {base64}=\n"),
            ),
            (Dialect::Tempo, format!("type: SSE-C\nencryption_key: !!binary {base64}=\n")),
            (Dialect::Duckdb, format!("SSE_C_KEY '{base64}='\n")),
        ] {
            assert_eq!(written(dialect, &keys), expected);
        }
        let secret = written(Dialect::K8sSecret, &keys);
        assert!(
            secret.starts_with("apiVersion: v1\nkind: Secret\nmetadata:\n  name: "),
            "{secret}"
        );
        assert!(secret.ends_with(&format!("stringData:\n  s3seal.key: {base64}=\n")), "{secret}");
    }
}
