//! The pages of `s3seal help`. Their texts are Markdown, of which the man pages are made, too.

/// A page of `s3seal help`.
#[derive(Debug)]
pub struct Topic {
    /// The word to name it with.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub about: &'static str,
    /// The text, in Markdown: paragraphs, headings, lists, tables of two columns and blocks of code.
    pub text: &'static str,
}

macro_rules! topics {
    ($($name:literal: $about:literal;)*) => {
        /// The pages, in the order in which they are listed.
        pub(crate) const TOPICS: &[Topic] = &[
            $(Topic {
                name: $name,
                about: $about,
                text: include_str!(concat!("topics/", $name, ".md")),
            }),*
        ];
    };
}

topics! {
    "connection": "options of all commands: store, credentials, TLS, output";
    "keys": "where keys come from, and which key an object gets";
    "config": "config.toml: names of keys, and rules";
    "environment": "the variables that are read";
    "patterns": "--include, --exclude, and lists of names";
    "json": "what --json prints";
    "exit-codes": "what an exit code means";
    "aws-cli": "aws-cli's command lines and spellings";
}
