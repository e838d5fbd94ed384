//! The options of aws-cli that this program spells otherwise, needs not, or has not. All others are its own
//! options of the same names.

/// The commands of this program that command lines of aws-cli are translated to.
pub(super) const TARGETS: [&str; 9] =
    ["put", "get", "head", "sync", "rm", "presign", "cp", "mv", "bucket"];

/// What becomes of an option of aws-cli.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// This program calls it so.
    Named(&'static str),
    /// It may stand without a value, which is this one then.
    Default(&'static str),
    /// A flag that says what this option of this program says, with this value.
    Means(&'static str, Option<&'static str>),
    /// A flag without a meaning here.
    Flag,
    /// It takes a value, and has no meaning here.
    Value,
    /// It takes a value, and has no meaning here as long as the value is this one.
    Only(&'static str, &'static str),
    /// It cannot be done here; what to do instead.
    Refused(&'static str),
}

use Rule::{Default, Flag, Means, Named, Only, Refused, Value};

const NO_CHECKSUM: &str =
    "leave it out: every upload carries a CRC64NVME, which the store and every download check";
const ALL_IS_KEPT: &str =
    "leave it out: what is given replaces what the source has, and the rest is kept";
const NO_GRANT: &str = "a canned ACL can be set: --acl";

/// The rule for an option of this name, which is written without its hyphens.
pub(super) fn rule(name: &str) -> Option<Rule> {
    RULES.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
}

/// Whether the option is about the object that a copy is made of.
pub(super) fn is_copy_source(name: &str) -> bool {
    name.starts_with("sse-c-copy-source") || name.starts_with("copy-source")
}

const RULES: &[(&str, Rule)] = &[
    // aws s3
    ("dryrun", Named("dry-run")),
    ("only-show-errors", Named("quiet")),
    ("sse", Default("AES256")),
    ("request-payer", Default("requester")),
    ("no-guess-mime-type", Means("content-type", Some("binary/octet-stream"))),
    // Followed unless told otherwise: see `following_symlinks`.
    ("follow-symlinks", Flag),
    ("no-follow-symlinks", Flag),
    ("page-size", Value),
    ("ignore-glacier-warnings", Flag),
    ("force-glacier-transfer", Flag),
    ("checksum-mode", Value),
    ("checksum-algorithm", Only("CRC64NVME", NO_CHECKSUM)),
    ("grants", Refused(NO_GRANT)),
    ("no-overwrite", Refused("for one object, `s3seal put --if-none-match '*'` does that")),
    (
        "exact-timestamps",
        Refused("leave it out: what is newer at the source, or of another size, is copied"),
    ),
    ("metadata-directive", Only("COPY", ALL_IS_KEPT)),
    ("tagging-directive", Only("COPY", ALL_IS_KEPT)),
    ("copy-props", Only("default", ALL_IS_KEPT)),
    ("force", Refused("empty the bucket first: `s3seal s3 rm --recursive --all s3://BUCKET`")),
    // aws s3api
    ("server-side-encryption", Named("sse")),
    ("ssekms-key-id", Named("sse-kms-key-id")),
    ("content-md5", Refused(NO_CHECKSUM)),
    ("checksum-crc32", Refused(NO_CHECKSUM)),
    ("checksum-crc32-c", Refused(NO_CHECKSUM)),
    ("checksum-crc64-nvme", Refused(NO_CHECKSUM)),
    ("checksum-sha1", Refused(NO_CHECKSUM)),
    ("checksum-sha256", Refused(NO_CHECKSUM)),
    ("grant-full-control", Refused(NO_GRANT)),
    ("grant-read", Refused(NO_GRANT)),
    ("grant-read-acp", Refused(NO_GRANT)),
    ("grant-write-acp", Refused(NO_GRANT)),
    ("part-number", Refused("fetch the bytes of the part: --range bytes=FIRST-LAST")),
    // all of aws
    ("debug", Means("verbose", None)),
    (
        "output",
        Only("json", "`s3seal s3api head-object` and `s3seal head --json` print JSON, for `jq`"),
    ),
    ("query", Refused("`s3seal head --json URL | jq -r .NAME` picks out a field")),
    ("no-verify-ssl", Refused("trust the store's own certificate authority: --ca-bundle FILE")),
    ("color", Value),
    ("cli-binary-format", Value),
    ("no-paginate", Flag),
    ("no-cli-pager", Flag),
    ("no-cli-auto-prompt", Flag),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_option_is_called_here_exists() {
        let tree = crate::cli::command();
        for (name, rule) in RULES {
            let (Named(own) | Means(own, _)) = rule else { continue };
            let commands = TARGETS.iter().filter_map(|target| tree.find_subcommand(target));
            let mut options = commands.chain([&tree]).flat_map(clap::Command::get_arguments);
            assert!(options.any(|option| option.get_long() == Some(own)), "{name}: {own}");
        }
    }
}
