//! The sentences of [`Advice`]: hints that name options or commands.

use crate::failure::Advice;

/// The options that send headers.
const OPTIONS: [(&str, &str); 15] = [
    ("content-type", "--content-type"),
    ("cache-control", "--cache-control"),
    ("content-encoding", "--content-encoding"),
    ("content-disposition", "--content-disposition"),
    ("content-language", "--content-language"),
    ("x-amz-tagging", "--tagging"),
    ("x-amz-acl", "--acl"),
    ("x-amz-storage-class", "--storage-class"),
    ("x-amz-server-side-encryption", "--sse"),
    ("x-amz-server-side-encryption-aws-kms-key-id", "--sse-kms-key-id"),
    ("x-amz-request-payer", "--request-payer"),
    ("x-amz-expected-bucket-owner", "--expected-bucket-owner"),
    ("if-match", "--if-match"),
    ("if-none-match", "--if-none-match"),
    ("range", "--range"),
];

pub(crate) fn sentence(advice: &Advice) -> String {
    let text = match advice {
        Advice::LeaveOutHeader(header) => {
            return match option(header) {
                Some(option) => format!("leave out {option}"),
                None => "a proxy in between may have added it: go around it".to_owned(),
            };
        }
        Advice::GiveHeader(header) => {
            return match option(header) {
                Some(option) => format!("give {option} the value that was signed"),
                None => "no option sends it: use curl, with the headers that came with the URL"
                    .to_owned(),
            };
        }
        Advice::LeaveOutSignedHeader(header) => {
            let option = option(header).unwrap_or_default();
            return format!("leave out {option}, or ask for a URL that was signed with it");
        }
        Advice::DropCondition { on_etag } => {
            let option = if *on_etag { "--if-match" } else { "--if-none-match" };
            return format!("leave out {option}, and see to it that no other client writes there");
        }
        Advice::CheckHost { is_url } => {
            return format!("check the name in {}, the region, and the network", named_by(*is_url));
        }
        Advice::CheckPort { is_url } => {
            return format!(
                "check that the store runs and that {} names its port",
                named_by(*is_url)
            );
        }
        Advice::StoreKeyFilesToo => "--include-keys stores it, too",
        Advice::GrantTagsOrName => {
            "grant s3:GetObjectTagging (or say with --tagging which ones the copy gets), or use other credentials"
        }
        Advice::GrantAndVerify => {
            "grant s3:GetObject there, and look with `s3seal key verify`, or copy again"
        }
        Advice::VerifyOrCopyAgain => "look with `s3seal key verify`, or copy again",
        Advice::AbortUpload(url) => {
            return format!(
                "`s3seal rm --incomplete {url}` aborts the upload, whose parts cost money"
            );
        }
        Advice::ResumeOrAbort(url) => {
            return format!(
                "run the same command again to go on, or abort the upload with `s3seal rm --incomplete {url}`"
            );
        }
        Advice::KeepWritersApart => {
            "let no two writers work on the same names: --if-none-match and --if-match do not keep them apart here"
        }
        Advice::GetRecursive(url) => {
            return format!("there are objects below {url}: add -r for all of them");
        }
        Advice::EmptyBucket(bucket) => {
            return format!(
                "`s3seal rm -r --all --all-versions s3://{bucket}` deletes all that is in it, for ever; see it first with --dry-run"
            );
        }
        Advice::BeginAnew => "--no-resume begins anew",
        Advice::ListOrDeleteVersions => {
            "--all-versions lists them, --delete-old-versions deletes them"
        }
        Advice::PutAndSyncFollowLinks => "put and sync follow them with --follow-symlinks",
        Advice::PrintSheet => "`s3seal key show --as sheet SPEC` writes a page to print",
        Advice::AddRecursive => "add -r to delete what is below it; look with --dry-run first",
        Advice::AddRegion(region) => return format!("add --region {region}"),
        Advice::AllowEmpty => {
            "check the source and the filters; add --allow-empty if the source is meant to be empty"
        }
        Advice::AllowMoreAttempts => "try again later, or allow more attempts with --max-attempts",
        Advice::AllowMoreFiles => {
            "allow more (`ulimit -n 1024`), or do less at once with --concurrency 1"
        }
        Advice::AllowMoreTime => "try again later, or allow more time with --time-limit",
        Advice::AllowSseC(bucket) => {
            return format!(
                "an administrator of the bucket can allow it: `s3seal bucket allow s3://{bucket}`"
            );
        }
        Advice::AllowTagging => "allow s3:PutObject and, for --tag-key, s3:PutObjectTagging",
        Advice::AskForFullySealedUrl => {
            "ask for one that signs all three, as `s3seal presign -k KEY` does"
        }
        Advice::AskForHttpsUrl => {
            "ask for an https URL, or say --allow-http if no one else can listen"
        }
        Advice::AskForKeyOfUrl => {
            "ask the sender of the URL which key it is for: `s3seal key md5` tells a key's MD5"
        }
        Advice::AskForSealedUrl => "ask for one that signs them, as `s3seal presign -k KEY` does",
        Advice::AskForSealedUrlOrPlain => {
            "ask for one that signs them, as `s3seal presign -k KEY` does; for a plain object say --no-key to put it, --allow-plain to get it"
        }
        Advice::AskForUrlOfOperation => {
            "`get` wants a URL for GetObject, `head` one for HeadObject, `put` one for PutObject: ask for that"
        }
        Advice::AskForUrlWithSealHeaders => {
            "ask for a URL that signs the seal as headers, as `s3seal presign` makes them; if the key itself is in this one, give it up"
        }
        Advice::AvoidRanges => "try --concurrency 1, which asks for no ranges",
        Advice::CheckVersionId => "check --version-id",
        Advice::RecoverKey(accepted) => {
            return format!(
                "{accepted}; of a passphrase, `s3seal key recover` finds the key that was made of it"
            );
        }
        Advice::CheckWholeKey(where_from) => {
            return format!(
                "check that the variable or file holds all of the key ({where_from}); if these 32 characters are the key, say `--key-format raw`, or `format = \"raw\"` in config.toml"
            );
        }
        Advice::ConfirmRegion(region) => {
            return format!(
                "if that is right, say --region {region}, with credentials of that partition"
            );
        }
        Advice::ConvertForAwsCli => {
            "name the file with -k alone; for aws-cli: `s3seal key convert FILE --as aws -o key.bin`"
        }
        Advice::CopyEverything => "use `put -r` or `get -r`, which copy everything",
        Advice::EnableVersions => {
            "enable versions again while objects are rotated, or copy it elsewhere with --dest"
        }
        Advice::FetchByItself => "fetch it by itself and name the file: `s3seal get URL FILE`",
        Advice::FetchWhole => "fetch the whole object, without --range",
        Advice::FindOtherWriters => "look who writes there, and what is there now: `s3seal head`",
        Advice::FindReplacer => {
            "another user may have replaced it: find out who; --allow-plain reads it all the same"
        }
        Advice::FindSealingKey => {
            "find the key it was sealed with: `s3seal key md5` tells a key's MD5, as the log of the upload does; a master key opens with --derive-as s3://BUCKET what keys derived from it have sealed"
        }
        Advice::FindTaggedKey(md5) => {
            return format!(
                "its tag says that it needs the key with the MD5 {md5}: `s3seal key list` and `s3seal key md5` tell which that is"
            );
        }
        Advice::FollowSymlinks => "--follow-symlinks follows them",
        Advice::GetThenRemove => "`s3seal get` writes to it, and `s3seal rm` deletes the object",
        Advice::IncludeKeys => {
            "keep a copy of the key elsewhere; --include-keys stores the file nevertheless"
        }
        Advice::InventoryOfVersions => {
            "configure one of all versions with the fields Size and LastModifiedDate, or leave --versions out"
        }
        Advice::InventoryWithDates => {
            "add the fields Size and LastModifiedDate to it, or leave --since out"
        }
        Advice::LargerParts(mib) => {
            return format!("give --part-size {mib}MiB or more, or leave it out");
        }
        Advice::LeaveOutAcl => "leave out --acl; who may read is a matter of the bucket's policy",
        Advice::LeaveOutChecksum => "leave out --checksum",
        Advice::LeaveOutPartSize => "leave out --part-size, or make it larger",
        Advice::LeaveOutStorageClass => {
            "leave out --storage-class, or ask the store's operator which ones there are"
        }
        Advice::LeaveOutTagKey => "leave out --tag-key, or take a key of `s3seal keygen`",
        Advice::LeaveOutUnknownOptions => {
            "leave out the options that it may not know, such as --version-id or --tagging"
        }
        Advice::LeaveOutVersionId => "leave out --version-id",
        Advice::LeaveOutVersions => {
            "leave out --versions, or --all-versions: there is one of each object"
        }
        Advice::Look(url) => return format!("look with `s3seal head {url}`"),
        Advice::LookForETag => {
            "--if-match names another ETag: look at the object with `s3seal head`, then decide anew"
        }
        Advice::LookAndDecide => "look at it with `s3seal head`, then decide anew",
        Advice::LookAndRetry(url) => {
            return format!("look with `s3seal head {url}`, then try again");
        }
        Advice::LookAndStoreAgain => "look at it with `s3seal head`, and store it again",
        Advice::LookForSize => "`s3seal head` shows how many bytes it has",
        Advice::MakeMasterKey => {
            "anyone with one object's key could guess it, and all others: make one with `s3seal keygen`"
        }
        Advice::NameCaBundle => {
            "if the store has its own certificate authority, name its PEM file with --ca-bundle or AWS_CA_BUNDLE"
        }
        Advice::NameCredentials => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --profile, or write one with `s3seal setup`"
        }
        Advice::NameDeriveBucket => {
            "name the bucket: `--derive-as s3://BUCKET`, or `derive_bucket` in config.toml"
        }
        Advice::NameDerivedObject => {
            "name the object with --derive-as s3://bucket/object, or take the object's own key (`s3seal key derive`)"
        }
        Advice::NameKeyFormat(form) => {
            return format!("leave `--key-format` out, or say `--key-format {form}`");
        }
        Advice::NameKeyOrRule => "name a key with -k or S3SEAL_KEY, add a rule, or say --no-key",
        Advice::NameKeyToSeal => {
            "name a key with -k or S3SEAL_KEY (`s3seal keygen -o FILE` makes one), or say --no-key or --sse"
        }
        Advice::NameNewKey => "name one with --to, or add a rule",
        Advice::NameOlderVersion => "name an older version with --version-id",
        Advice::NameSourceKey => "name the key that the source was sealed with: --source-key SPEC",
        Advice::NameVersion => "start again, or name one version with --version-id",
        Advice::ProveByPut => {
            "whether it seals is shown by the first sealed `s3seal put`, which counts only with proof"
        }
        Advice::PutByName => "name it directly to upload it: `s3seal put FILE s3://bucket/object`",
        Advice::PutKeyIntoVariable => {
            "put the key into it, as `s3seal keygen` prints it, or where the key is: file:PATH, cmd:COMMAND"
        }
        Advice::PutTargetOfLink => "`s3seal put` stores what it leads to",
        Advice::RaiseMaxDelete => {
            "look with --dry-run what would be deleted; if it is right, raise --max-delete or leave it out"
        }
        Advice::ReadUnchanged => {
            "there is nothing to do; leave --if-none-match out to read it all the same"
        }
        Advice::RemoveLink => "remove the link, or leave out --follow-symlinks",
        Advice::ReplaceExpires => {
            "give the source another one, for instance with aws-cli's --expires"
        }
        Advice::RunKeyCommand => {
            "run it by itself to see what it waits for; `--key-timeout` sets how long it may"
        }
        Advice::SayNoKey => "to store without a key, say `--no-key`",
        Advice::SealThroughThisMachine => {
            "seal it through this machine: `s3seal get --allow-plain`, then `s3seal put`; and ask the operator of the store"
        }
        Advice::ShowConfigFormat => "`s3seal help config` shows how the file is written",
        Advice::ShowKeyNames(name) => {
            return format!(
                "`s3seal key list` shows the names there; for a file of that name, write file:{name} or ./{name}"
            );
        }
        Advice::SignRequests => "leave out --no-sign-request",
        Advice::UseHttpsEndpoint => {
            "use the store's https endpoint, or --allow-http if no one else can listen"
        }
        Advice::UseUrlByItself => {
            "a presigned URL is for one object by itself: `s3seal get URL FILE` or `s3seal put FILE URL`"
        }
        Advice::WriteDescriptorSpec => {
            "write its number after the colon: `s3seal … -k fd:3 3< FILE`"
        }
        Advice::WriteFileSpec => {
            "write file:PATH; 32 raw bytes are recognised, or demanded with `--key-format raw`"
        }
        Advice::WriteListOfUrls => {
            "write URLs into it, one a line: `s3seal ls -r --json s3://BUCKET | jq -r .url`"
        }
    };
    text.to_owned()
}

/// What has named the store.
fn named_by(is_url: bool) -> &'static str {
    if is_url { "the URL" } else { "--endpoint-url" }
}

/// The option that sends a header, written in lower case.
fn option(header: &str) -> Option<String> {
    if let Some(name) = header.strip_prefix("x-amz-meta-") {
        return Some(format!("--metadata {name}=VALUE"));
    }
    OPTIONS.iter().find(|(known, _)| *known == header).map(|(_, option)| (*option).to_owned())
}
