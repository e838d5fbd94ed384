//! Temporary credentials: what STS gives, and what S3 takes them for.

use std::time::Duration;

use s3seal_mock::Server;

use crate::harness::builder;
use crate::raw::{Answer, Raw, encode};

const ROLE: &str = "arn:aws:iam::123456789012:role/team/writer";
const OTHER_ROLE: &str = "arn:aws:iam::222222222222:role/reader";

fn server() -> Server {
    let server = builder()
        .bucket("other")
        .identity("OWNER:secret".parse().unwrap())
        .identity("BOB:secret:111111111111:bob".parse().unwrap())
        .start()
        .unwrap();
    assert_eq!(Raw::put("/demo/a/one", b"content").send(&server).status, 200);
    server
}

fn form(parameters: &[(&str, &str)]) -> Raw {
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&") + "&Version=2011-06-15";
    Raw::post("/", body.as_bytes())
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .service("sts")
}

fn assume(more: &[(&str, &str)]) -> Raw {
    let own = [("Action", "AssumeRole"), ("RoleArn", ROLE), ("RoleSessionName", "night")];
    form(&[&own, more].concat())
}

/// What STS gave.
struct Session {
    access_key: String,
    secret_key: String,
    token: String,
}

impl Session {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.message());
        let [access_key, secret_key, token] =
            ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| answer.element(name));
        assert!(access_key.starts_with("ASIA") && token.len() > 100, "{access_key} {token}");
        Self { access_key, secret_key, token }
    }

    fn sign(&self, raw: Raw) -> Raw {
        self.sign_without_token(raw).header("x-amz-security-token", &self.token)
    }

    fn sign_without_token(&self, raw: Raw) -> Raw {
        raw.access_key(&self.access_key).secret_key(&self.secret_key)
    }
}

fn session(server: &Server, policy: &str) -> Session {
    Session::of(&assume(&[("Policy", policy)]).send(server))
}

fn get() -> Raw {
    Raw::get("/demo/a/one")
}

#[test]
fn the_credentials_of_a_role_are_taken_with_their_token_and_only_with_it() {
    let server = server();
    let answer = assume(&[]).send(&server);
    assert_eq!(answer.element("Arn"), "arn:aws:sts::123456789012:assumed-role/writer/night");
    assert!(answer.element("AssumedRoleId").starts_with("AROA"));
    assert!(answer.element("AssumedRoleId").ends_with(":night"));
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    let session = Session::of(&answer);
    assert_eq!(session.sign(get()).send(&server).body, b"content");
    assert_eq!(session.sign(Raw::put("/demo/new", b"x")).send(&server).status, 200);
    let presigned = session.sign_without_token(get()).param("X-Amz-Security-Token", &session.token);
    assert_eq!(presigned.presigned_for(60).send(&server).body, b"content");

    let absent = session.sign_without_token(get()).send(&server);
    assert_eq!(absent.verdict(), (403, "InvalidAccessKeyId".to_owned()));
    let absent = session.sign_without_token(get()).presigned_for(60).send(&server);
    assert_eq!(absent.verdict(), (403, "InvalidAccessKeyId".to_owned()));
    for wrong in [format!("{}x", session.token), session.token[1..].to_owned(), "x".to_owned()] {
        let header = session.sign_without_token(get()).header("x-amz-security-token", &wrong);
        assert_eq!(header.send(&server).verdict(), (400, "InvalidToken".to_owned()));
        let query = session.sign_without_token(get()).param("X-Amz-Security-Token", &wrong);
        let answer = query.presigned_for(60).send(&server);
        assert_eq!(answer.verdict(), (400, "InvalidToken".to_owned()));
        assert_eq!(answer.message(), "The provided token is malformed or otherwise invalid.");
    }
    let of_a_user = get().header("x-amz-security-token", &session.token).send(&server);
    assert_eq!(of_a_user.verdict(), (400, "InvalidToken".to_owned()));
    let unsigned = session.sign_without_token(get());
    let unsigned = unsigned.unsigned_header("x-amz-security-token", &session.token).send(&server);
    assert_eq!(unsigned.verdict(), (403, "AccessDenied".to_owned()));
    let wrong_secret = session.sign(get()).secret_key("wrong").send(&server);
    assert_eq!(wrong_secret.verdict(), (403, "SignatureDoesNotMatch".to_owned()));
}

#[test]
fn credentials_end_by_the_servers_clock_and_with_a_reset() {
    let server = server();
    let answer = assume(&[("DurationSeconds", "900")]).send(&server);
    let session = Session::of(&answer);
    server.advance(Duration::from_secs(890));
    assert_eq!(session.sign(get()).send(&server).status, 200);
    server.advance(Duration::from_secs(11));
    let expired = session.sign(get()).send(&server);
    assert_eq!(expired.verdict(), (400, "ExpiredToken".to_owned()));
    assert_eq!(expired.message(), "The provided token has expired.");
    let expired = session.sign(form(&[("Action", "GetCallerIdentity")])).send(&server);
    assert_eq!(expired.verdict(), (403, "ExpiredToken".to_owned()));
    server.reset().unwrap();
    let unknown = session.sign(get()).send(&server);
    assert_eq!(unknown.verdict(), (403, "InvalidAccessKeyId".to_owned()));
}

#[test]
fn who_calls() {
    let server = server();
    let identity = || form(&[("Action", "GetCallerIdentity")]);
    let user = identity().send(&server);
    assert_eq!(user.element("Arn"), "arn:aws:iam::123456789012:user/mock");
    assert_eq!(user.element("Account"), "123456789012");
    assert!(user.element("UserId").starts_with("AIDA"), "{}", user.element("UserId"));
    let bob = identity().access_key("BOB").send(&server);
    assert_eq!(bob.element("Account"), "111111111111");
    let role = Session::of(&assume(&[]).send(&server)).sign(identity()).send(&server);
    assert_eq!(role.element("Arn"), "arn:aws:sts::123456789012:assumed-role/writer/night");
    let token = Session::of(&form(&[("Action", "GetSessionToken")]).send(&server));
    let same = token.sign(identity()).send(&server);
    assert_eq!(same.element("Arn"), "arn:aws:iam::123456789012:user/mock");
    assert_eq!(token.sign(get()).send(&server).body, b"content");
    let again = token.sign(form(&[("Action", "GetSessionToken")])).send(&server);
    assert_eq!(again.verdict(), (403, "AccessDenied".to_owned()));
    let named = |operation| server.requests().iter().any(|it| it.operation == operation);
    assert!(named("SecurityTokenService") && !named("Unknown"));
}

#[test]
fn a_session_policy_and_the_buckets_must_both_allow() {
    let server = server();
    Raw::put("/demo/b/two", b"content").send(&server);
    let reads = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["s3:GetObject","sqs:*"],"Resource":"arn:aws:s3:::demo/a/*"},
        {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::demo","Condition":{"StringLike":{"s3:prefix":"a/*"}}},
        {"Effect":"Deny","Action":"s3:*","Resource":"*/secret"}]}"#;
    let reads = session(&server, reads);
    let status = |raw: Raw| reads.sign(raw).send(&server).status;
    assert_eq!(status(get()), 200);
    assert_eq!(status(Raw::head("/demo/a/one")), 200);
    assert_eq!(status(Raw::get("/demo").param("prefix", "a/")), 200);
    for refused in [
        Raw::get("/demo/b/two"),
        Raw::get("/demo"),
        Raw::get("/"),
        Raw::put("/demo/a/one", b"x"),
        Raw::delete("/demo/a/one"),
        Raw::put("/new-bucket", b""),
        Raw::get("/demo?policy="),
        Raw::delete("/demo?policy="),
        Raw::get("/demo?versioning="),
        Raw::get("/nowhere/a"),
        Raw::put("/demo/a/copy", b"").header("x-amz-copy-source", "/demo/a/one"),
        Raw::post("/demo/a/up?uploads=", b""),
    ] {
        let answer = reads.sign(refused).send(&server);
        assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
        assert!(
            answer.message().contains("because no session policy allows the s3:"),
            "{answer:?}"
        );
    }
    let list = b"<Delete><Object><Key>a/one</Key></Object></Delete>";
    let delete = Raw::post("/demo?delete=", list).header("content-md5", "vGLJM31nynzDbvyOqbbg5w==");
    let answer = reads.sign(delete).send(&server);
    assert_eq!((answer.status, answer.code()), (200, "AccessDenied".to_owned()), "{answer:?}");
    assert_eq!(get().send(&server).status, 200);
    let denied = reads.sign(Raw::get("/demo/a/secret")).send(&server);
    assert!(denied.message().ends_with("with an explicit deny in a session policy"));
    let chained = reads.sign(assume(&[])).send(&server);
    assert_eq!(chained.verdict(), (403, "AccessDenied".to_owned()));

    // A bucket's own policy still denies what the session's allows.
    let all = session(
        &server,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    );
    assert_eq!(all.sign(get()).send(&server).status, 200);
    assert_eq!(all.sign(Raw::get("/")).send(&server).status, 200);
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Principal":{{"AWS":"{ROLE}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::demo/*"}}}}"#
    );
    assert_eq!(Raw::put("/demo?policy=", deny.as_bytes()).send(&server).status, 204);
    let denied = all.sign(get()).send(&server);
    assert!(denied.message().ends_with("with an explicit deny in a resource-based policy"));
    assert_eq!(get().send(&server).status, 200, "the policy names the role alone");
}

#[test]
fn policies_of_buckets_name_roles_and_sessions() {
    let server = server();
    let other = [("Action", "AssumeRole"), ("RoleArn", OTHER_ROLE), ("RoleSessionName", "night")];
    let reader = Session::of(&form(&other).send(&server));
    let allow = |principal: &str, condition: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::demo/*"{condition}}}}}"#
        );
        let put = Raw::put("/demo?policy=", text.as_bytes()).send(&server);
        assert_eq!(put.status, 204, "{text}: {}", put.message());
    };
    assert_eq!(reader.sign(get()).send(&server).verdict(), (403, "AccessDenied".to_owned()));
    for (principal, expected) in [
        (format!(r#"{{"AWS":"{OTHER_ROLE}"}}"#), 200),
        (r#"{"AWS":"arn:aws:sts::222222222222:assumed-role/reader/night"}"#.to_owned(), 200),
        (r#"{"AWS":"222222222222"}"#.to_owned(), 200),
        (r#"{"AWS":"arn:aws:sts::222222222222:assumed-role/reader/day"}"#.to_owned(), 403),
        (r#"{"AWS":"arn:aws:iam::222222222222:role/writer"}"#.to_owned(), 403),
        (r#"{"AWS":"arn:aws:iam::222222222222:user/reader"}"#.to_owned(), 403),
    ] {
        allow(&principal, "");
        assert_eq!(reader.sign(get()).send(&server).status, expected, "{principal}");
    }
    // The role's ARN, and not the session's, is what the condition sees.
    let any = r#"{"AWS":"222222222222"}"#;
    let arn = |arn: &str| format!(r#","Condition":{{"ArnEquals":{{"aws:PrincipalArn":"{arn}"}}}}"#);
    allow(any, &arn(OTHER_ROLE));
    assert_eq!(reader.sign(get()).send(&server).status, 200);
    allow(any, &arn("arn:aws:sts::222222222222:assumed-role/reader/night"));
    assert_eq!(reader.sign(get()).send(&server).status, 403);
    // Its session policy narrows what a bucket's policy allows.
    allow(any, "");
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}"#;
    let narrowed = Session::of(&form(&[&other[..], &[("Policy", policy)]].concat()).send(&server));
    assert_eq!(narrowed.sign(get()).send(&server).status, 403);
    for principal in
        ["arn:aws:sts::222222222222:federated-user/x", "arn:aws:iam::222222222222:role/*"]
    {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"s3:*","Resource":"arn:aws:s3:::demo/*"}}}}"#
        );
        assert_eq!(Raw::put("/demo?policy=", text.as_bytes()).send(&server).status, 501);
    }
}

#[test]
fn what_is_wrong_is_refused_as_by_sts() {
    let server = server();
    let condition = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}}"#;
    let principal = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    let long = format!("{condition}{}", " ".repeat(2048));
    let named =
        |name| form(&[("Action", "AssumeRole"), ("RoleArn", ROLE), ("RoleSessionName", name)]);
    let of =
        |arn| form(&[("Action", "AssumeRole"), ("RoleArn", arn), ("RoleSessionName", "night")]);
    let anonymous = form(&[("Action", "GetCallerIdentity")]).anonymous();
    let rows: Vec<(Raw, u16, &str)> = vec![
        (assume(&[("Policy", condition)]), 501, "NotImplemented"),
        (assume(&[("Policy", principal)]), 400, "MalformedPolicyDocument"),
        (assume(&[("Policy", "{")]), 400, "MalformedPolicyDocument"),
        (assume(&[("Policy", &long)]), 400, "ValidationError"),
        (
            assume(&[("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/x")]),
            501,
            "NotImplemented",
        ),
        (assume(&[("Tags.member.1.Key", "x")]), 501, "NotImplemented"),
        (assume(&[("RoleArn", OTHER_ROLE)]), 400, "MalformedInput"),
        (assume(&[("DurationSeconds", "899")]), 400, "ValidationError"),
        (assume(&[("DurationSeconds", "43201")]), 400, "ValidationError"),
        (assume(&[("DurationSeconds", "x")]), 400, "ValidationError"),
        (named("x"), 400, "ValidationError"),
        (named("a b"), 400, "ValidationError"),
        (of("arn:aws:iam::12:role/x"), 400, "ValidationError"),
        (of("arn:aws:iam::123456789012:user/x"), 400, "ValidationError"),
        (form(&[("Action", "AssumeRole"), ("RoleArn", ROLE)]), 400, "ValidationError"),
        (form(&[("Action", "GetFederationToken")]), 501, "NotImplemented"),
        (form(&[("Action", "Nothing")]), 400, "InvalidAction"),
        (form(&[]), 400, "MissingAction"),
        (form(&[("Action", "GetSessionToken"), ("SerialNumber", "x")]), 501, "NotImplemented"),
        (anonymous, 403, "MissingAuthenticationToken"),
        (assume(&[]).access_key("NOBODY"), 403, "InvalidClientTokenId"),
        (assume(&[]).header("x-amz-security-token", "x"), 403, "InvalidClientTokenId"),
        (assume(&[]).secret_key("wrong"), 403, "SignatureDoesNotMatch"),
        (assume(&[]).service("s3"), 403, "SignatureDoesNotMatch"),
        (assume(&[]).region("eu-west-1"), 403, "SignatureDoesNotMatch"),
        (assume(&[]).clock(-16), 403, "SignatureDoesNotMatch"),
        (assume(&[]).clock(16), 403, "SignatureDoesNotMatch"),
        (assume(&[]).unsigned_host(), 403, "SignatureDoesNotMatch"),
        (assume(&[]).header("authorization", "Basic x").anonymous(), 400, "IncompleteSignature"),
    ];
    for (at, (raw, status, code)) in rows.into_iter().enumerate() {
        let answer = raw.send(&server);
        assert_eq!(answer.verdict(), (status, code.to_owned()), "row {at}: {}", answer.message());
        assert!(answer.body.starts_with(b"<ErrorResponse xmlns="), "row {at}");
    }
    // The signature covers the body.
    let host = server.addr().to_string();
    let message = assume(&[]).message(&server, &host);
    let text = String::from_utf8(message).unwrap().replace("night", "other");
    let answer = crate::raw::send_bytes(&server, text.as_bytes());
    assert_eq!(answer.verdict(), (403, "SignatureDoesNotMatch".to_owned()));
    let chained = Session::of(&assume(&[]).send(&server));
    let long = chained.sign(assume(&[("DurationSeconds", "3601")])).send(&server);
    assert_eq!(long.verdict(), (400, "ValidationError".to_owned()));
    assert_eq!(chained.sign(assume(&[])).send(&server).status, 200);
    // A request for S3 with the scope of STS is none.
    assert_eq!(get().service("sts").send(&server).status, 400);
}
