//! ACLs, which no copy takes over: told where one is lost, and where that cannot be known.

use s3seal_mock::Answer;

use super::Rig;

/// Objects with ACLs that count, and a server that denies this operation.
fn rig(denied: &'static str) -> Rig {
    let rig = Rig::with(|server| {
        server.interceptor(move |request| {
            let is_denied = request.operation == denied;
            is_denied.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.server().allow_acls("demo", true);
    for (object, acl) in [("own", "private"), ("public", "public-read")] {
        let put = ["put", "-k", "./old", "--acl", acl, "-", &format!("s3://demo/{object}")];
        rig.lab.run(put).stdin(b"content").succeeds();
    }
    rig
}

#[test]
fn an_acl_that_is_lost_is_told() {
    let items = rig("").rotate(["--json", "s3://demo"]).succeeds().json_lines();
    assert_eq!(items[0].get("notes"), None, "{}", items[0]);
    assert!(items[1]["notes"][0].as_str().unwrap().starts_with("its ACL granted others"));
    let told = rig("").rotate(["s3://demo"]).succeeds();
    told.says(&["s3://demo/public: its ACL granted others something"]);
    assert!(!rig("").rotate(["s3://demo/own"]).succeeds().stderr.contains("ACL"));
    // The original keeps what it has.
    let kept = rig("").rotate(["--dest", "s3://demo/copy", "s3://demo/public"]).succeeds();
    assert!(!kept.stderr.contains("ACL"), "{}", kept.stderr);
}

#[test]
fn acls_that_may_not_be_read_are_a_warning_and_no_obstacle() {
    for (denied, right) in [
        ("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
        ("GetObjectAcl", "s3:GetObjectAcl"),
    ] {
        let rig = rig(denied);
        let done = rig.rotate(["s3://demo"]).succeeds();
        let done =
            done.says(&["whether the objects in demo have ACLs", right, "rotated 2 objects"]);
        assert_eq!(done.stderr.matches("have ACLs").count(), 1, "{}", done.stderr);
        assert_eq!(rig.sealed_with("public"), Some(rig.new_md5.clone()));
    }
}
