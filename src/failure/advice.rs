//! Hints: what the user can do about a failure.

use std::fmt;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

/// A hint that names options or commands. `commands::advice` has the sentences; the fields are the values that appear in
/// them.
#[derive(Debug, Clone)]
pub enum Advice {
    AbortUpload(String),
    AddRecursive,
    AddRegion(String),
    AllowEmpty,
    AllowMoreAttempts,
    AllowMoreFiles,
    AllowMoreTime,
    AllowSseC(String),
    AllowTagging,
    AskForFullySealedUrl,
    AskForHttpsUrl,
    AskForKeyOfUrl,
    AskForSealedUrl,
    AskForSealedUrlOrPlain,
    AskForUrlOfOperation,
    AskForUrlWithSealHeaders,
    AvoidRanges,
    BeginAnew,
    CheckHost { is_url: bool },
    CheckPort { is_url: bool },
    CheckVersionId,
    CheckWholeKey(&'static str),
    ConfirmRegion(String),
    ConvertForAwsCli,
    CopyEverything,
    DropCondition { on_etag: bool },
    EmptyBucket(String),
    EnableVersions,
    FetchByItself,
    FetchWhole,
    FindOtherWriters,
    FindReplacer,
    FindSealingKey,
    FindTaggedKey(String),
    FollowSymlinks,
    GetRecursive(String),
    GetThenRemove,
    GiveHeader(String),
    GrantAndVerify,
    GrantTagsOrName,
    IncludeKeys,
    InventoryOfVersions,
    InventoryWithDates,
    KeepWritersApart,
    LargerParts(u64),
    LeaveOutAcl,
    LeaveOutChecksum,
    LeaveOutHeader(String),
    LeaveOutPartSize,
    LeaveOutSignedHeader(String),
    LeaveOutStorageClass,
    LeaveOutTagKey,
    LeaveOutUnknownOptions,
    LeaveOutVersionId,
    LeaveOutVersions,
    ListOrDeleteVersions,
    Look(String),
    LookAndDecide,
    LookForETag,
    LookAndRetry(String),
    LookAndStoreAgain,
    LookForSize,
    MakeMasterKey,
    NameCaBundle,
    NameCredentials,
    NameDeriveBucket,
    NameDerivedObject,
    NameKeyFormat(String),
    NameKeyOrRule,
    NameKeyToSeal,
    NameNewKey,
    NameOlderVersion,
    NameSourceKey,
    NameVersion,
    PrintSheet,
    ProveByPut,
    PutAndSyncFollowLinks,
    PutByName,
    PutKeyIntoVariable,
    PutTargetOfLink,
    RaiseMaxDelete,
    ReadUnchanged,
    RecoverKey(&'static str),
    RemoveLink,
    ReplaceExpires,
    ResumeOrAbort(String),
    RunKeyCommand,
    SayNoKey,
    SealThroughThisMachine,
    ShowConfigFormat,
    ShowKeyNames(String),
    SignRequests,
    StoreKeyFilesToo,
    UseHttpsEndpoint,
    UseUrlByItself,
    VerifyOrCopyAgain,
    WriteDescriptorSpec,
    WriteFileSpec,
    WriteListOfUrls,
}

/// One line that says what to do about a failure.
#[derive(Debug, Clone)]
pub enum Hint {
    /// A sentence that holds on every command line.
    Text(String),
    /// A sentence with options or commands of this program.
    Advice(Advice),
}

/// Puts advice into words.
type Advisor = fn(&Advice) -> String;

static ADVISOR: OnceLock<Advisor> = OnceLock::new();

/// Says once, at the start of the program, how advice is put into words.
pub(crate) fn set_advisor(advisor: Advisor) {
    // A second call would say the same.
    let _ = ADVISOR.set(advisor);
}

impl From<Advice> for Hint {
    fn from(advice: Advice) -> Hint {
        Hint::Advice(advice)
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Hint {
        Hint::Text(text)
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Hint {
        Hint::Text(text.to_owned())
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ADVISOR.get() {
            Some(advisor) => f.write_str(&advisor(self)),
            None => write!(f, "{self:?}"),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::Text(text) => f.write_str(text),
            Hint::Advice(advice) => advice.fmt(f),
        }
    }
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
