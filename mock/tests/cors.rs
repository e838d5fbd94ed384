//! Requests of browsers from other origins.

use crate::harness::{ONE, server};
use crate::raw::{Answer, Raw};

const RULES: &str = "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule><ID>uploads</ID><AllowedOrigin>https://*.example.test</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
const ORIGIN: &str = "access-control-allow-origin";

fn preflight(origin: &str, method: &str, headers: &str) -> Raw {
    let mut request = Raw::new("OPTIONS", "/demo/key")
        .anonymous()
        .header("origin", origin)
        .header("access-control-request-method", method);
    if !headers.is_empty() {
        request = request.header("access-control-request-headers", headers);
    }
    request
}

fn allowed(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.header(ORIGIN))
}

#[test]
fn a_preflight_is_answered_by_the_first_rule_that_fits() {
    let server = server();
    let app = "https://app.example.test";
    let before = preflight(app, "PUT", "").send(&server);
    assert_eq!(before.verdict(), (403, "AccessForbidden".to_owned()));
    assert_eq!(before.message(), "CORSResponse: CORS is not enabled for this bucket.");
    assert_eq!(Raw::put("/demo?cors=", RULES.as_bytes()).send(&server).status, 200);

    let keys = "x-amz-server-side-encryption-customer-key, X-Amz-Date";
    let answer = preflight(app, "PUT", keys).send(&server);
    assert_eq!(allowed(&answer), (200, Some(app)));
    assert_eq!(answer.header("access-control-allow-methods"), Some("PUT, GET"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("x-amz-server-side-encryption-customer-key, x-amz-date")
    );
    assert_eq!(answer.header("access-control-expose-headers"), Some("ETag"));
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(
        allowed(&preflight("https://other.test", "GET", "").send(&server)),
        (200, Some("*"))
    );
    for refused in [
        preflight("https://other.test", "PUT", ""),
        preflight(app, "DELETE", ""),
        preflight(app, "PUT", "x-other"),
    ] {
        assert_eq!(allowed(&refused.send(&server)), (403, None));
    }
    let insufficient = Raw::new("OPTIONS", "/demo/key").anonymous().send(&server);
    assert_eq!(insufficient.verdict(), (400, "BadRequest".to_owned()));
    assert_eq!(preflight(app, "PATCH", "").send(&server).status, 400);
}

#[test]
fn answers_and_errors_name_the_origin() {
    let server = server();
    assert_eq!(Raw::put("/demo?cors=", RULES.as_bytes()).send(&server).status, 200);
    let put = Raw::put("/demo/key", b"x").sse_c(ONE).header("origin", "https://a.example.test");
    assert_eq!(allowed(&put.send(&server)), (200, Some("https://a.example.test")));
    let get = || Raw::get("/demo/key").header("origin", "https://other.test");
    assert_eq!(allowed(&get().send(&server)), (400, Some("*")));
    assert_eq!(
        allowed(&Raw::put("/demo/k", b"").header("origin", "https://b.test").send(&server)),
        (200, None)
    );
    assert_eq!(Raw::delete("/demo?cors=").send(&server).status, 204);
    assert_eq!(allowed(&get().send(&server)), (400, None));
}

#[test]
fn the_configuration_is_checked_and_returned() {
    let server = server();
    let get = || Raw::get("/demo?cors=").send(&server);
    assert_eq!(get().verdict(), (404, "NoSuchCORSConfiguration".to_owned()));
    let put = |from: &str, to: &str| {
        Raw::put("/demo?cors=", RULES.replacen(from, to, 1).as_bytes()).send(&server).verdict()
    };
    let rows = [
        (
            "<AllowedMethod>PUT</AllowedMethod>",
            "<AllowedMethod>PATCH</AllowedMethod>",
            "InvalidRequest",
        ),
        ("https://*.example", "https://*.*.example", "InvalidRequest"),
        ("<ExposeHeader>ETag", "<ExposeHeader>*", "InvalidRequest"),
        ("<AllowedOrigin>*</AllowedOrigin>", "", "MalformedXML"),
        ("<ID>uploads</ID>", "<Surprise/>", "MalformedXML"),
        ("600", "soon", "MalformedXML"),
        ("</CORSRule>", "", "MalformedXML"),
    ];
    for (from, to, code) in rows {
        assert_eq!(put(from, to), (400, code.to_owned()), "{to}");
    }
    assert_eq!(get().status, 404, "what is refused is not kept");
    assert_eq!(put("", "").0, 200);
    let answer = get();
    assert!(String::from_utf8(answer.body).unwrap().ends_with(RULES));
}
