//! Access control lists: canned ones, and grants one by one. Source: "Access control list (ACL) overview" in the Amazon S3
//! user guide.

use aws_lc_rs::digest;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::requester::{DEFAULT_ACCOUNT, Requester};
use crate::encoding;
use crate::refusal::Refusal;
use crate::xml::{Element, escape};

/// The most grants of one list.
const MAX_GRANTS: usize = 100;
const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const WITH_AN_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
/// The account of Amazon EC2 that `aws-exec-read` is for.
const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

use Permission::{FullControl, Read, ReadAcp, Write, WriteAcp};

impl Permission {
    /// With the header that grants each.
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (FullControl, "FULL_CONTROL", "x-amz-grant-full-control"),
        (Read, "READ", "x-amz-grant-read"),
        (Write, "WRITE", "x-amz-grant-write"),
        (ReadAcp, "READ_ACP", "x-amz-grant-read-acp"),
        (WriteAcp, "WRITE_ACP", "x-amz-grant-write-acp"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// Who gets a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Grantee {
    /// An account, by its canonical user ID.
    Account(String),
    /// A group, by its URI.
    Group(String),
}

impl Grantee {
    fn account(id: &str) -> Result<Self, Refusal> {
        if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self::Account(id.to_ascii_lowercase()));
        }
        Err(Refusal::invalid_argument("Invalid id", "CanonicalUser/ID", id))
    }

    fn group(uri: &str) -> Result<Self, Refusal> {
        if [EVERYBODY, WITH_AN_ACCOUNT, LOG_DELIVERY].contains(&uri) {
            return Ok(Self::Group(uri.to_owned()));
        }
        Err(Refusal::invalid_argument("Invalid group uri", "Group/URI", uri))
    }

    /// Amazon S3 takes no e-mail addresses since October 2025: "PutBucketAcl" in its API reference.
    fn email() -> Refusal {
        let message = "The specified method is not allowed against this resource.";
        Refusal::new(405, "MethodNotAllowed", message)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) grantee: Grantee,
    pub(crate) permission: Permission,
}

/// The grants of a bucket or an object.
pub(crate) struct Acl(pub(crate) Vec<Grant>);

impl Acl {
    /// The ACL that is stored as `text` for something that `owner`, an account, owns: a canned ACL's name, which leaves the
    /// owner all rights, or a list of grants in JSON. Without a text it is `private`.
    pub(crate) fn stored(text: Option<&str>, owner: &str) -> Self {
        let text = text.unwrap_or("private");
        if let Ok(grants) = serde_json::from_str(text) {
            return Self(grants);
        }
        let own = Grantee::Account(canonical_id(owner));
        let others = canned(text).unwrap_or_default().iter().map(|(who, permission)| {
            let grantee = if who.contains(':') { Grantee::Group } else { Grantee::Account };
            (grantee((*who).to_owned()), *permission)
        });
        let all = [(own, FullControl)].into_iter().chain(others);
        Self(all.map(|(grantee, permission)| Grant { grantee, permission }).collect())
    }

    /// The text of the ACL that headers ask for, if they do.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
        Self::requested(|name| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
    }

    /// The text of the ACL that a request's headers ask for, by their names.
    pub(crate) fn requested(
        header: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, Refusal> {
        let mut grants = Vec::new();
        let mut is_granted = false;
        for (permission, _, name) in Permission::ALL {
            let Some(text) = header(name) else { continue };
            is_granted = true;
            for grantee in text.split(',') {
                let grantee = grantee_of(grantee.trim(), name, &text)?;
                grants.push(Grant { grantee, permission });
            }
        }
        match header("x-amz-acl") {
            Some(_) if is_granted => Err(Refusal::invalid_request(
                "Specifying both Canned ACLs and Header Grants is not allowed",
            )),
            Some(name) if canned(&name).is_none() => {
                Err(Refusal::invalid_argument("", "x-amz-acl", &name))
            }
            Some(name) => Ok(Some(name)),
            None if is_granted => written(&grants).map(Some),
            None => Ok(None),
        }
    }

    /// The text of the ACL in a document about something that `owner`, an account, owns.
    pub(crate) fn of_document(document: &[u8], owner: &str) -> Result<String, Refusal> {
        let root = Element::parse(document, "AccessControlPolicy")?;
        root.only(&["Owner", "AccessControlList"])?;
        let given = root.one("Owner")?.ok_or_else(malformed)?.texts("ID");
        if given != [canonical_id(owner)] {
            return Err(Refusal::access_denied("Access Denied"));
        }
        let list = root.one("AccessControlList")?.ok_or_else(malformed)?;
        list.only(&["Grant"])?;
        let mut grants = Vec::new();
        for grant in list.all("Grant") {
            grant.only(&["Grantee", "Permission"])?;
            let grantee = grant.one("Grantee")?.ok_or_else(malformed)?;
            let texts = |name| grantee.texts(name);
            let grantee = match (&texts("ID")[..], &texts("URI")[..], &texts("EmailAddress")[..]) {
                ([id], [], []) => Grantee::account(id)?,
                ([], [uri], []) => Grantee::group(uri)?,
                ([], [], [_]) => return Err(Grantee::email()),
                _ => return Err(malformed()),
            };
            let permission = match &grant.texts("Permission")[..] {
                [name] => Permission::of(name).ok_or_else(malformed)?,
                _ => return Err(malformed()),
            };
            grants.push(Grant { grantee, permission });
        }
        let own = Grantee::Account(canonical_id(owner));
        if grants == [Grant { grantee: own, permission: FullControl }] {
            return Ok("private".to_owned());
        }
        written(&grants)
    }

    /// Whether it grants anything to everybody, or to everybody with an account.
    pub(crate) fn is_public(&self) -> bool {
        let public = [EVERYBODY, WITH_AN_ACCOUNT].map(|uri| Grantee::Group(uri.to_owned()));
        self.0.iter().any(|grant| public.contains(&grant.grantee))
    }

    /// Whether it gives a requester a permission; where public ACLs are ignored, only to its account.
    pub(crate) fn allows(
        &self,
        requester: &Requester,
        permission: Permission,
        ignores_public: bool,
    ) -> bool {
        let own = requester.account().map(canonical_id);
        self.0.iter().any(|grant| {
            let is_meant = match &grant.grantee {
                Grantee::Account(id) => Some(id) == own.as_ref(),
                Grantee::Group(uri) if ignores_public || uri == LOG_DELIVERY => false,
                Grantee::Group(uri) => uri == EVERYBODY || own.is_some(),
            };
            is_meant && (grant.permission == permission || grant.permission == FullControl)
        })
    }

    /// The content of an `AccessControlPolicy` of something that `owner`, an account, owns.
    pub(crate) fn to_xml(&self, owner: &str) -> String {
        let own = canonical_id(owner);
        let user = |id: &str| {
            let name = display_name(id).map(|name| format!("<DisplayName>{name}</DisplayName>"));
            format!("<ID>{id}</ID>{}", name.unwrap_or_default())
        };
        let grants = self.0.iter().map(|grant| {
            let (kind, who) = match &grant.grantee {
                Grantee::Account(id) => ("CanonicalUser", user(id)),
                Grantee::Group(uri) => ("Group", format!("<URI>{}</URI>", escape(uri))),
            };
            format!(
                "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">{who}</Grantee><Permission>{}</Permission></Grant>",
                grant.permission.name()
            )
        });
        let grants: String = grants.collect();
        format!("<Owner>{}</Owner><AccessControlList>{grants}</AccessControlList>", user(&own))
    }
}

/// The canonical user ID of an account.
pub(crate) fn canonical_id(account: &str) -> String {
    if account == DEFAULT_ACCOUNT {
        return DEFAULT_ID.to_owned();
    }
    encoding::hex(digest::digest(&digest::SHA256, account.as_bytes()).as_ref())
}

const DEFAULT_ID: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// The name that answers show beside a canonical user ID; only the default account has one.
pub(crate) fn display_name(id: &str) -> Option<&'static str> {
    (id == DEFAULT_ID).then_some("mock")
}

/// What a canned ACL grants beside its owner's rights; `None` if its name is unknown.
fn canned(name: &str) -> Option<&'static [(&'static str, Permission)]> {
    Some(match name {
        // The bucket's owner owns all objects here.
        "private" | "bucket-owner-read" | "bucket-owner-full-control" => &[],
        "public-read" => &[(EVERYBODY, Read)],
        "public-read-write" => &[(EVERYBODY, Read), (EVERYBODY, Write)],
        "authenticated-read" => &[(WITH_AN_ACCOUNT, Read)],
        "aws-exec-read" => &[(EC2, Read)],
        "log-delivery-write" => &[(LOG_DELIVERY, Write), (LOG_DELIVERY, ReadAcp)],
        _ => return None,
    })
}

/// A grantee as a header names it, such as `id="…"`.
fn grantee_of(text: &str, name: &str, whole: &str) -> Result<Grantee, Refusal> {
    let bad = || Refusal::invalid_argument("Argument format not recognized", name, whole);
    let (kind, value) = text.split_once('=').ok_or_else(bad)?;
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
    match kind.trim().to_ascii_lowercase().as_str() {
        "id" => Grantee::account(value),
        "uri" => Grantee::group(value),
        "emailaddress" => Err(Grantee::email()),
        _ => Err(bad()),
    }
}

fn written(grants: &[Grant]) -> Result<String, Refusal> {
    if grants.len() > MAX_GRANTS {
        return Err(malformed());
    }
    serde_json::to_string(grants).map_err(|_| Refusal::internal_error())
}

fn malformed() -> Refusal {
    let message =
        "The XML you provided was not well-formed or did not validate against our published schema";
    Refusal::new(400, "MalformedACLError", message)
}
