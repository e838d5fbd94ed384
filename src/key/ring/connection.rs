//! Where a bucket is, and with which credentials it is reached, as the rules of `config.toml` say.

/// The connection of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RuleConnection {
    /// The endpoint's URL. None for Amazon.
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
    /// The profile of the AWS files.
    pub(crate) profile: Option<String>,
}
