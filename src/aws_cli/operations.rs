//! The operations of aws-cli that are taken, what each takes, and what to use instead of others.

use crate::failure::Failure;

/// An operation of aws-cli.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    /// The command of this program that does it; a second word is its subcommand.
    pub(super) target: &'static str,
    pub(super) operands: &'static str,
    /// The options of aws-cli, without hyphens.
    pub(super) options: &'static [&'static str],
}

const KEY: [&str; 3] = ["sse-customer-algorithm", "sse-customer-key", "sse-customer-key-md5"];

const fn s3(
    name: &'static str,
    target: &'static str,
    operands: &'static str,
    options: &'static [&'static str],
) -> Operation {
    Operation { service: "s3", name, target, operands, options }
}

const fn s3api(
    name: &'static str,
    target: &'static str,
    operands: &'static str,
    options: &'static [&'static str],
) -> Operation {
    Operation { service: "s3api", name, target, operands, options }
}

/// Options of all of aws-cli.
const GLOBAL: [&str; 12] = [
    "endpoint-url",
    "profile",
    "region",
    "ca-bundle",
    "no-sign-request",
    "cli-connect-timeout",
    "cli-read-timeout",
    "debug",
    "color",
    "no-paginate",
    "no-cli-pager",
    "cli-binary-format",
];

/// The options of `aws s3 cp` and `mv`.
const COPY: &[&str] = &[
    "recursive",
    "include",
    "exclude",
    "dryrun",
    "sse-c",
    "sse-c-key",
    "sse-c-copy-source",
    "sse-c-copy-source-key",
    "sse",
    "sse-kms-key-id",
    "source-region",
    "acl",
    "storage-class",
    "metadata",
    "metadata-directive",
    "copy-props",
    "content-type",
    "no-guess-mime-type",
    "cache-control",
    "content-encoding",
    "content-disposition",
    "content-language",
    "expected-size",
    "follow-symlinks",
    "no-follow-symlinks",
    "only-show-errors",
    "quiet",
    "no-progress",
    "page-size",
    "checksum-algorithm",
    "checksum-mode",
    "request-payer",
];

pub(super) const OPERATIONS: &[Operation] = &[
    s3("cp", "cp", "SOURCE DEST", COPY),
    s3("mv", "mv", "SOURCE DEST", COPY),
    s3(
        "sync",
        "sync",
        "SOURCE DEST",
        &[
            "delete",
            "size-only",
            "include",
            "exclude",
            "dryrun",
            "sse-c",
            "sse-c-key",
            "sse-c-copy-source",
            "sse-c-copy-source-key",
            "sse",
            "sse-kms-key-id",
            "source-region",
            "acl",
            "storage-class",
            "metadata",
            "content-type",
            "cache-control",
            "content-encoding",
            "content-disposition",
            "content-language",
            "follow-symlinks",
            "no-follow-symlinks",
            "only-show-errors",
            "quiet",
            "no-progress",
            "page-size",
            "checksum-algorithm",
            "checksum-mode",
            "request-payer",
        ],
    ),
    s3(
        "rm",
        "rm",
        "s3://BUCKET/KEY",
        &[
            "recursive",
            "include",
            "exclude",
            "dryrun",
            "only-show-errors",
            "quiet",
            "page-size",
            "request-payer",
        ],
    ),
    s3("presign", "presign", "s3://BUCKET/KEY", &["expires-in"]),
    s3("mb", "bucket create", "s3://BUCKET", &[]),
    s3("rb", "bucket delete", "s3://BUCKET", &[]),
    s3api(
        "put-object",
        "put",
        "",
        &[
            "bucket",
            "key",
            "body",
            KEY[0],
            KEY[1],
            KEY[2],
            "server-side-encryption",
            "ssekms-key-id",
            "acl",
            "storage-class",
            "metadata",
            "tagging",
            "content-type",
            "cache-control",
            "content-encoding",
            "content-disposition",
            "content-language",
            "if-match",
            "if-none-match",
            "checksum-algorithm",
            "request-payer",
            "expected-bucket-owner",
            "query",
            "output",
        ],
    ),
    s3api(
        "get-object",
        "get",
        "FILE",
        &[
            "bucket",
            "key",
            KEY[0],
            KEY[1],
            KEY[2],
            "version-id",
            "range",
            "if-match",
            "if-none-match",
            "checksum-mode",
            "request-payer",
            "expected-bucket-owner",
            "query",
            "output",
        ],
    ),
    s3api(
        "head-object",
        "head",
        "",
        &[
            "bucket",
            "key",
            KEY[0],
            KEY[1],
            KEY[2],
            "version-id",
            "if-match",
            "if-none-match",
            "checksum-mode",
            "request-payer",
            "expected-bucket-owner",
            "query",
            "output",
        ],
    ),
    s3api(
        "copy-object",
        "cp",
        "",
        &[
            "bucket",
            "key",
            "copy-source",
            KEY[0],
            KEY[1],
            KEY[2],
            "copy-source-sse-customer-algorithm",
            "copy-source-sse-customer-key",
            "copy-source-sse-customer-key-md5",
            "server-side-encryption",
            "ssekms-key-id",
            "acl",
            "storage-class",
            "metadata",
            "metadata-directive",
            "tagging",
            "tagging-directive",
            "content-type",
            "cache-control",
            "content-encoding",
            "content-disposition",
            "content-language",
            "if-match",
            "if-none-match",
            "checksum-algorithm",
            "request-payer",
            "expected-bucket-owner",
            "query",
            "output",
        ],
    ),
    s3api(
        "delete-object",
        "rm",
        "",
        &[
            "bucket",
            "key",
            "version-id",
            "request-payer",
            "expected-bucket-owner",
            "query",
            "output",
        ],
    ),
];

/// Operations that are not taken, and the command that does their work.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["ls", "list-objects", "list-objects-v2", "list-buckets"],
        "`s3seal ls`, with --json for scripts",
    ),
    (&["list-object-versions"], "`s3seal ls --versions`, with --json for scripts"),
    (&["delete-objects"], "`s3seal rm`, which takes many URLs and deletes 1,000 with a request"),
    (&["create-bucket"], "`s3seal bucket create`, or `s3seal s3 mb`"),
    (&["delete-bucket"], "`s3seal bucket delete`, or `s3seal s3 rb`"),
    (
        &["head-bucket", "get-bucket-encryption", "put-bucket-encryption"],
        "`s3seal bucket status`, `allow` and `block`",
    ),
    (
        &[
            "create-multipart-upload",
            "upload-part",
            "upload-part-copy",
            "complete-multipart-upload",
        ],
        "`s3seal put` and `s3seal cp`, which send large objects in parts by themselves",
    ),
    (
        &["abort-multipart-upload", "list-multipart-uploads", "list-parts"],
        "`s3seal rm --incomplete`",
    ),
    (&["get-object-attributes"], "`s3seal head --json`"),
];

pub(super) fn operation(service: &str, name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|it| it.service == service && it.name == name)
}

/// The failure for an operation that is not taken; `shown` is its name for messages.
pub(super) fn unknown(service: &str, name: &str, shown: &str) -> Failure {
    let failure = Failure::usage(format!("`{service} {shown}` has no counterpart here"));
    match INSTEAD.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, instead)) => failure.hint(format!("use {instead}")),
        None => failure.hint(format!("{}; aws-cli itself does the rest", there_are(service))),
    }
}

/// The operations that are taken, for a hint.
pub(super) fn there_are(service: &str) -> String {
    let names: Vec<String> =
        of_service(service).map(|it| format!("`{service} {}`", it.name)).collect();
    let (last, rest) = names.split_last().expect("there are operations");
    format!("there are {} and {last}", rest.join(", "))
}

/// What a service takes, a line for each operation and its options below.
pub(super) fn help(service: &str) -> String {
    let mut help = format!(
        "The command lines of `aws {service}` that s3seal takes: put s3seal where aws was.\n\
         stdout is aws-cli's; messages and exit codes are those of s3seal.\n"
    );
    for Operation { name, target, operands, options, .. } in of_service(service) {
        let usage = format!("s3seal {service} {name} {operands}");
        help += &format!("\n{}    (s3seal {target})\n", usage.trim_end());
        help += &wrapped(options);
    }
    help += "\nOptions of all of them:\n";
    help += &wrapped(&GLOBAL);
    help += "\nOptions of the command in parentheses are taken as well, such as -k SPEC for a key.\n\
             Any other option is refused by name, with what to use instead.\n";
    help
}

fn of_service(service: &str) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(move |it| it.service == service)
}

/// The options, in lines of at most 96 columns.
fn wrapped(options: &[&str]) -> String {
    const WIDTH: usize = 96;
    let mut text = String::new();
    let mut line = String::new();
    for option in options {
        if line.len() + option.len() + 7 > WIDTH {
            text += &format!("{}\n", line.trim_end());
            line.clear();
        }
        if line.is_empty() {
            line += "    ";
        }
        line += &format!("--{option} ");
    }
    if !line.is_empty() {
        text += &format!("{}\n", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_cli::options::{Rule, rule};

    #[test]
    fn what_the_help_lists_is_taken() {
        let tree = crate::cli::command();
        for Operation { service, name, target, options, .. } in OPERATIONS {
            let mut command = &tree;
            for word in target.split(' ') {
                command = command.find_subcommand(word).expect("a command");
            }
            for option in options.iter().filter(|option| !is_of_document(service, option)) {
                let own = match rule(option) {
                    Some(Rule::Refused(_)) => panic!("{service} {name} --{option} is refused"),
                    Some(Rule::Named(own) | Rule::Means(own, _)) => own,
                    Some(Rule::Flag | Rule::Value | Rule::Only(..)) => continue,
                    Some(Rule::Default(_)) | None => option,
                };
                let mut known = [command, &tree].into_iter().flat_map(clap::Command::get_arguments);
                let is_known = known.any(|argument| argument.get_long() == Some(own));
                assert!(is_known, "{service} {name} --{option}: --{own}");
            }
        }
    }

    fn is_of_document(service: &str, option: &str) -> bool {
        let read_by_line = ["bucket", "key", "body", "copy-source", "query", "output"];
        service == "s3api" && read_by_line.contains(&option)
    }
}
