//! Every answer of Amazon S3 about SSE-C: status, code, message and echo.

use s3seal_mock::Server;

use crate::harness::{BUCKET, Key, ONE, TWO, server};
use crate::raw::{Answer, Raw};

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY: &str = "x-amz-server-side-encryption-customer-key";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const SOURCE_ALGORITHM: &str = "x-amz-copy-source-server-side-encryption-customer-algorithm";
const SOURCE_KEY: &str = "x-amz-copy-source-server-side-encryption-customer-key";
const SOURCE_MD5: &str = "x-amz-copy-source-server-side-encryption-customer-key-md5";

const NO_KEY: &str = "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";
const WRONG_KEY: &str = "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.";
const BAD_LENGTH: &str = "The secret key was invalid for the specified algorithm.";
const NO_MD5: &str = "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.";
const BAD_MD5: &str =
    "The calculated MD5 hash of the key did not match the hash that was provided.";
const NO_ALGORITHM: &str = "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.";
const NO_SECRET: &str = "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.";
const BAD_ALGORITHM: &str =
    "The Encryption request you specified is not valid. Supported value: AES256.";
const TWO_METHODS: &str = "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
const NOT_SEALED: &str = "The encryption parameters are not applicable to this object.";
const PART_KEY: &str = "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.";
const OTHER_PART_KEY: &str =
    "The provided encryption parameters did not match the ones used originally.";

/// 16 bytes of value 1, with their own MD5.
const SHORT: Key = Key { base64: "AQEBAQEBAQEBAQEBAQEBAQ==", md5: "JDEdmrxAdxI8LJoWevvnVA==" };
/// 33 bytes.
const LONG: Key =
    Key { base64: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", md5: "10M1HRgcfQrBzATB0HsDzg==" };

fn all(key: Key) -> Vec<(&'static str, &'static str)> {
    vec![(ALGORITHM, "AES256"), (KEY, key.base64), (KEY_MD5, key.md5)]
}

fn stocked() -> Server {
    let server = server();
    assert_eq!(Raw::put("/demo/sealed", b"secret").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::put("/demo/plain", b"open").send(&server).status, 200);
    server
}

fn assert_echo(answer: &Answer, key: Key) {
    assert_eq!(answer.header(ALGORITHM), Some("AES256"));
    assert_eq!(answer.header(KEY_MD5), Some(key.md5));
}

type Row = (
    &'static str,
    Vec<(&'static str, &'static str)>,
    u16,
    &'static str,
    &'static str,
    &'static str,
);

#[test]
fn mistakes_in_a_write() {
    let (invalid, sse) = ("InvalidArgument", "x-amz-server-side-encryption");
    let rows: Vec<Row> = vec![
        ("a short key", all(SHORT), 400, invalid, BAD_LENGTH, "null"),
        ("a long key", all(LONG), 400, invalid, BAD_LENGTH, "null"),
        (
            "no base64",
            vec![(ALGORITHM, "AES256"), (KEY, "!"), (KEY_MD5, ONE.md5)],
            400,
            invalid,
            BAD_LENGTH,
            "null",
        ),
        ("no MD5", vec![(ALGORITHM, "AES256"), (KEY, ONE.base64)], 400, invalid, NO_MD5, "null"),
        (
            "another key's MD5",
            vec![(ALGORITHM, "AES256"), (KEY, ONE.base64), (KEY_MD5, TWO.md5)],
            400,
            invalid,
            BAD_MD5,
            "null",
        ),
        (
            "no algorithm",
            vec![(KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            invalid,
            NO_ALGORITHM,
            "null",
        ),
        ("the MD5 alone", vec![(KEY_MD5, ONE.md5)], 400, invalid, NO_ALGORITHM, "null"),
        ("no key", vec![(ALGORITHM, "AES256")], 400, invalid, NO_SECRET, "null"),
        (
            "another algorithm",
            vec![(ALGORITHM, "AES128"), (KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            "InvalidEncryptionAlgorithmError",
            BAD_ALGORITHM,
            "AES128",
        ),
        (
            "lower case",
            vec![(ALGORITHM, "aes256"), (KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            "InvalidEncryptionAlgorithmError",
            BAD_ALGORITHM,
            "aes256",
        ),
        (
            "an empty algorithm",
            vec![(ALGORITHM, ""), (KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            "InvalidEncryptionAlgorithmError",
            BAD_ALGORITHM,
            "",
        ),
        (
            "SSE-S3 as well",
            [all(ONE), vec![(sse, "AES256")]].concat(),
            400,
            invalid,
            TWO_METHODS,
            "AES256",
        ),
        (
            "SSE-KMS as well",
            [all(ONE), vec![(sse, "aws:kms")]].concat(),
            400,
            invalid,
            TWO_METHODS,
            "aws:kms",
        ),
    ];
    let server = server();
    for (what, headers, status, code, message, value) in rows {
        for request in [Raw::put("/demo/new", b"data"), Raw::post("/demo/new?uploads=", b"")] {
            let answer = request.headers(&headers).send(&server);
            assert_eq!(
                (answer.status, answer.code().as_str(), answer.message().as_str()),
                (status, code, message),
                "{what}"
            );
            assert_eq!(
                (answer.element("ArgumentName").as_str(), answer.element("ArgumentValue").as_str()),
                (sse, value),
                "{what}"
            );
        }
    }
    assert!(server.object_keys(BUCKET).is_empty(), "a refused write leaves nothing");
    assert!(server.uploads(BUCKET).is_empty());
}

#[test]
fn mistakes_in_a_read() {
    let rows: Vec<Row> = vec![
        ("no key", vec![], 400, "InvalidRequest", NO_KEY, "sealed"),
        ("a wrong key", all(TWO), 403, "AccessDenied", WRONG_KEY, "sealed"),
        ("a short key", all(SHORT), 403, "AccessDenied", WRONG_KEY, "sealed"),
        ("a long key", all(LONG), 403, "AccessDenied", WRONG_KEY, "sealed"),
        (
            "no base64",
            vec![(ALGORITHM, "AES256"), (KEY, "!")],
            403,
            "AccessDenied",
            WRONG_KEY,
            "sealed",
        ),
        ("no MD5", vec![(ALGORITHM, "AES256"), (KEY, ONE.base64)], 200, "", "", "sealed"),
        ("all three", all(ONE), 200, "", "", "sealed"),
        (
            "another key's MD5",
            vec![(ALGORITHM, "AES256"), (KEY, ONE.base64), (KEY_MD5, TWO.md5)],
            400,
            "InvalidArgument",
            BAD_MD5,
            "sealed",
        ),
        (
            "no algorithm",
            vec![(KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            "InvalidArgument",
            NO_ALGORITHM,
            "sealed",
        ),
        (
            "algorithm alone",
            vec![(ALGORITHM, "AES256")],
            400,
            "InvalidArgument",
            NO_SECRET,
            "sealed",
        ),
        (
            "another algorithm",
            vec![(ALGORITHM, "aes256"), (KEY, ONE.base64), (KEY_MD5, ONE.md5)],
            400,
            "InvalidEncryptionAlgorithmError",
            BAD_ALGORITHM,
            "sealed",
        ),
        ("a key for a plain object", all(ONE), 400, "InvalidRequest", NOT_SEALED, "plain"),
        ("no key for a plain object", vec![], 200, "", "", "plain"),
        (
            "a key for nothing",
            all(ONE),
            404,
            "NoSuchKey",
            "The specified key does not exist.",
            "absent",
        ),
        (
            "nothing for nothing",
            vec![],
            404,
            "NoSuchKey",
            "The specified key does not exist.",
            "absent",
        ),
    ];
    let server = stocked();
    for (what, headers, status, code, message, key) in rows {
        let path = format!("/demo/{key}");
        let got = Raw::get(&path).headers(&headers).send(&server);
        assert_eq!(
            (got.status, got.code().as_str(), got.message().as_str()),
            (status, code, message),
            "GET: {what}"
        );
        let head = Raw::head(&path).headers(&headers).send(&server);
        assert_eq!((head.status, head.body.len()), (status, 0), "HEAD: {what}");
        if status == 200 && key == "sealed" {
            assert_echo(&got, ONE);
            assert_echo(&head, ONE);
            assert_eq!(got.body, b"secret");
        }
    }
}

#[test]
fn a_sealed_write_echoes_and_is_encrypted_at_rest() {
    let server = server();
    let answer = Raw::put("/demo/key", b"a very secret text").sse_c(ONE).send(&server);
    assert_eq!(answer.status, 200);
    assert_echo(&answer, ONE);
    assert_eq!(answer.header("x-amz-server-side-encryption"), None);
    let stored = server.object(BUCKET, "key").unwrap();
    assert!(stored.sealed);
    assert_eq!(stored.key_md5.as_deref(), Some(ONE.md5));
    assert_eq!(stored.size, 18);
    let raw = server.raw_at_rest(BUCKET, "key").unwrap();
    assert!(!raw.windows(6).any(|window| window == b"secret"));
}

#[test]
fn the_etag_of_a_sealed_object_is_not_its_md5() {
    let server = server();
    let sealed = Raw::put("/demo/sealed", b"hello").sse_c(ONE).send(&server);
    let plain = Raw::put("/demo/plain", b"hello").send(&server);
    assert_eq!(plain.header("etag"), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_ne!(sealed.header("etag"), plain.header("etag"));
    assert_eq!(plain.header("x-amz-server-side-encryption"), Some("AES256"));
}

#[test]
fn parts_carry_the_key_of_their_upload() {
    let server = server();
    let begin = |sealed: bool| {
        let request = Raw::post("/demo/big?uploads=", b"");
        let answer = if sealed { request.sse_c(ONE) } else { request }.send(&server);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(KEY_MD5), sealed.then_some(ONE.md5));
        answer.element("UploadId")
    };
    let (sealed, plain) = (begin(true), begin(false));
    let part = |id: &str, headers: Vec<(&str, &str)>| {
        let path = format!("/demo/big?partNumber=1&uploadId={id}");
        Raw::put(&path, b"part").headers(&headers).send(&server)
    };
    let rows = [
        ("without the key", &sealed, vec![], 400, "InvalidRequest", PART_KEY),
        ("a key in a plain upload", &plain, all(ONE), 400, "InvalidRequest", PART_KEY),
        ("another key", &sealed, all(TWO), 400, "InvalidRequest", OTHER_PART_KEY),
        (
            "no MD5",
            &sealed,
            vec![(ALGORITHM, "AES256"), (KEY, ONE.base64)],
            400,
            "InvalidArgument",
            NO_MD5,
        ),
        ("the key", &sealed, all(ONE), 200, "", ""),
        ("none in a plain upload", &plain, vec![], 200, "", ""),
    ];
    for (what, id, headers, status, code, message) in rows {
        let answer = part(id, headers);
        assert_eq!(
            (answer.status, answer.code().as_str(), answer.message().as_str()),
            (status, code, message),
            "{what}"
        );
    }
    let etag = part(&sealed, all(ONE));
    assert_echo(&etag, ONE);
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        etag.header("etag").unwrap()
    );
    let done = Raw::post(&format!("/demo/big?uploadId={sealed}"), list.as_bytes()).send(&server);
    assert_eq!(
        done.status,
        200,
        "no algorithm was announced, so Complete needs no key: {}",
        done.message()
    );
    assert_eq!(
        (done.header(ALGORITHM), done.header(KEY_MD5)),
        (None, None),
        "Complete does not echo"
    );
    assert_eq!(Raw::get("/demo/big").sse_c(ONE).send(&server).body, b"part");
}

#[test]
fn copies_between_sealed_and_plain() {
    let server = stocked();
    let source = |key: Key| {
        vec![(SOURCE_ALGORITHM, "AES256"), (SOURCE_KEY, key.base64), (SOURCE_MD5, key.md5)]
    };
    let copy = |from: &str, to: &str, headers: Vec<(&str, &str)>| {
        Raw::put(&format!("/demo/{to}"), b"")
            .header("x-amz-copy-source", from)
            .headers(&headers)
            .send(&server)
    };
    let resealed = copy("demo/sealed", "two", [source(ONE), all(TWO)].concat());
    assert_eq!(resealed.status, 200, "{}", resealed.message());
    assert_echo(&resealed, TWO);
    assert_eq!(Raw::get("/demo/two").sse_c(TWO).send(&server).body, b"secret");

    assert_eq!(copy("demo/sealed", "opened", source(ONE)).status, 200);
    let opened = Raw::get("/demo/opened").send(&server);
    assert_eq!(
        (opened.body.as_slice(), opened.header("x-amz-server-side-encryption")),
        (&b"secret"[..], Some("AES256"))
    );

    assert_eq!(copy("demo/plain", "closed", all(ONE)).status, 200);
    assert_eq!(Raw::get("/demo/closed").sse_c(ONE).send(&server).body, b"open");

    assert_eq!(
        copy("demo/sealed", "sealed", [source(ONE), all(TWO)].concat()).status,
        200,
        "in place"
    );
    assert_eq!(Raw::get("/demo/sealed").sse_c(TWO).send(&server).body, b"secret");

    let refused = [
        (copy("demo/two", "x", vec![]), 400, "InvalidRequest", NO_KEY),
        (copy("demo/two", "x", source(ONE)), 403, "AccessDenied", WRONG_KEY),
        (copy("demo/plain", "x", source(ONE)), 400, "InvalidRequest", NOT_SEALED),
        (
            copy("demo/two", "x", [source(TWO), vec![(ALGORITHM, "AES256")]].concat()),
            400,
            "InvalidArgument",
            NO_SECRET,
        ),
    ];
    for (answer, status, code, message) in refused {
        assert_eq!(
            (answer.status, answer.code().as_str(), answer.message().as_str()),
            (status, code, message)
        );
    }
}
