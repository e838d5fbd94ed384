//! A browser's form, signed by its policy.

use aws_lc_rs::hmac;
use base64::Engine as _;
use s3seal_mock::Server;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use crate::harness::Key;
use crate::raw::{Answer, Raw, hex};

pub(crate) struct Form<'a> {
    server: &'a Server,
    bucket: String,
    key: String,
    fields: Vec<(String, String)>,
    /// Fields that the policy does not name.
    extra: Vec<(String, String)>,
    conditions: Vec<String>,
    expires: Duration,
    secret: Option<String>,
    date: String,
}

impl<'a> Form<'a> {
    pub(crate) fn new(server: &'a Server, bucket: &str) -> Self {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        Self {
            server,
            bucket: bucket.to_owned(),
            key: "form".to_owned(),
            fields: Vec::new(),
            extra: Vec::new(),
            conditions: Vec::new(),
            expires: Duration::minutes(5),
            secret: None,
            date: OffsetDateTime::now_utc().format(format).unwrap(),
        }
    }

    pub(crate) fn key(mut self, key: &str) -> Self {
        self.key = key.to_owned();
        self
    }

    /// A field that the policy names with its value.
    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn extra(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A further condition, in JSON.
    pub(crate) fn condition(mut self, condition: &str) -> Self {
        self.conditions.push(condition.to_owned());
        self
    }

    pub(crate) fn expires(mut self, minutes: i64) -> Self {
        self.expires = Duration::minutes(minutes);
        self
    }

    pub(crate) fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    pub(crate) fn sse_c(self, key: Key) -> Self {
        self.field("x-amz-server-side-encryption-customer-algorithm", "AES256")
            .field("x-amz-server-side-encryption-customer-key", key.base64)
            .field("x-amz-server-side-encryption-customer-key-MD5", key.md5)
    }

    pub(crate) fn policy(&self) -> String {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
        let expiration = (OffsetDateTime::now_utc() + self.expires).format(format).unwrap();
        let own = [
            ("bucket", self.bucket.as_str()),
            ("x-amz-credential", &self.credential()),
            ("x-amz-date", &self.date),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ]
        .map(|(name, value)| format!("{{{name:?}: {value:?}}}"));
        let named = self.fields.iter().map(|(name, value)| format!("{{{name:?}: {value:?}}}"));
        let key = [r#"["starts-with", "$key", ""]"#.to_owned()];
        let conditions: Vec<_> =
            own.into_iter().chain(key).chain(named).chain(self.conditions.clone()).collect();
        format!("{{\"expiration\": {expiration:?}, \"conditions\": [{}]}}", conditions.join(", "))
    }

    /// The form with this policy, signed.
    pub(crate) fn body(&self, policy: &str, file: &[u8]) -> Vec<u8> {
        let policy = base64::engine::general_purpose::STANDARD.encode(policy);
        let secret = self.secret.as_deref().unwrap_or(self.server.secret_key());
        let mut key = format!("AWS4{secret}").into_bytes();
        for step in [&self.date[..8], self.server.region(), "s3", "aws4_request", policy.as_str()] {
            let signer = hmac::Key::new(hmac::HMAC_SHA256, &key);
            key = hmac::sign(&signer, step.as_bytes()).as_ref().to_vec();
        }
        let own = [
            ("key", self.key.as_str()),
            ("x-amz-credential", &self.credential()),
            ("X-Amz-Date", &self.date),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("Policy", &policy),
            ("x-amz-signature", &hex(&key)),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut body = String::new();
        for (name, value) in own.iter().chain(&self.fields).chain(&self.extra) {
            body.push_str(&format!(
                "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
        );
        let mut body = body.into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        body
    }

    pub(crate) fn send(&self, file: &[u8]) -> Answer {
        self.send_policy(&self.policy(), file)
    }

    pub(crate) fn send_policy(&self, policy: &str, file: &[u8]) -> Answer {
        Raw::post(&format!("/{}", self.bucket), &self.body(policy, file))
            .anonymous()
            .header("content-type", "multipart/form-data; boundary=limit")
            .send(self.server)
    }

    fn credential(&self) -> String {
        let (id, region) = (self.server.access_key(), self.server.region());
        format!("{id}/{}/{region}/s3/aws4_request", &self.date[..8])
    }
}
