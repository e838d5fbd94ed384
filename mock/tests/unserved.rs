//! What is not served is 501: an operation taken for another one would be a false success.

use crate::harness::server;
use crate::raw::Raw;

const OF_BUCKETS: &[&str] =
    &["abac", "attributes", "metadataConfiguration", "metadataTable", "retention", "session"];
const OF_OBJECTS: &[&str] =
    &["annotation", "cors", "encryption", "lifecycle", "location", "object-lock", "versioning"];

#[test]
fn no_subresource_is_taken_for_an_object_or_a_list() {
    let server = server();
    assert_eq!(Raw::put("/demo/key", b"content").send(&server).status, 200);
    let mut requests = vec![
        ("GET", "/demo?session=".to_owned()),
        ("GET", "/demo/key?torrent=".to_owned()),
        ("PUT", "/demo/key?renameObject=".to_owned()),
        ("POST", "/demo/key?restore=".to_owned()),
        ("POST", "/demo/key?select=&select-type=2".to_owned()),
        ("PUT", "/demo/key?policy=".to_owned()),
        ("GET", "/demo/key?ownershipControls=".to_owned()),
    ];
    for method in ["GET", "PUT"] {
        requests.extend(OF_BUCKETS.iter().map(|name| (method, format!("/demo?{name}="))));
        requests.extend(OF_BUCKETS.iter().map(|name| (method, format!("/demo?{name}=&id=x"))));
        requests.extend(OF_OBJECTS.iter().map(|name| (method, format!("/demo/key?{name}="))));
    }
    for name in ["notification", "logging", "accelerate", "requestPayment", "object-lock"] {
        requests.push(("DELETE", format!("/demo?{name}=")));
    }
    for name in ["lifecycle", "object-lock", "versions", "website"] {
        requests.push(("DELETE", format!("/demo/key?{name}=")));
    }
    let mut wrong = Vec::new();
    for (method, target) in requests {
        let answer = Raw::new(method, &target).send(&server);
        if answer.verdict() != (501, "NotImplemented".to_owned()) {
            wrong.push(format!("{method} {target}: {:?}", answer.verdict()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(Raw::get("/demo/key").send(&server).body, b"content");
}
