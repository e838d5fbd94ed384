//! A typed line as words, up to the cursor: with the quotes of bash and fish, but without expansion.

/// The quotes that are open at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
    /// `$'…'`.
    Dollar,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words without quotes; the last one, which may be empty, is the word at the cursor.
    pub(super) words: Vec<String>,
    /// The quotes that are open at the cursor.
    pub(super) quote: Quote,
    /// Whether the line ends in a backslash that quotes what comes next.
    pub(super) is_escaped: bool,
    /// Whether the last word is the file of a redirection.
    pub(super) is_redirected: bool,
}

/// The word that is typed so.
pub(super) fn word(typed: &str) -> String {
    parse(typed).words.pop().unwrap_or_default()
}

pub(super) fn parse(typed: &str) -> Line {
    let mut line =
        Line { words: Vec::new(), quote: Quote::None, is_escaped: false, is_redirected: false };
    let mut word: Option<String> = None;
    let mut chars = typed.chars().peekable();
    while let Some(c) = chars.next() {
        if line.quote == Quote::None && " \t\n<>".contains(c) {
            // A number before a redirection names a descriptor, and is no word.
            let is_number = |it: &String| it.chars().all(|c| c.is_ascii_digit());
            let is_redirection = "<>".contains(c);
            if let Some(word) = word.take().filter(|it| !is_redirection || !is_number(it)) {
                line.end_word(word);
            }
            line.is_redirected |= is_redirection;
            continue;
        }
        let text = word.get_or_insert_default();
        match (line.quote, c) {
            (Quote::None, '\'') => line.quote = Quote::Single,
            (Quote::None, '"') => line.quote = Quote::Double,
            (Quote::None, '$') if chars.next_if_eq(&'\'').is_some() => line.quote = Quote::Dollar,
            (Quote::Single | Quote::Dollar, '\'') | (Quote::Double, '"') => {
                line.quote = Quote::None;
            }
            (Quote::Single, c) => text.push(c),
            (quote, '\\') => match chars.next() {
                None => line.is_escaped = true,
                Some(next) if quote == Quote::Double && !"$`\"\\".contains(next) => {
                    text.extend(['\\', next]);
                }
                Some(next) => text.push(next),
            },
            (_, c) => text.push(c),
        }
    }
    line.words.push(word.unwrap_or_default());
    line
}

impl Line {
    fn end_word(&mut self, word: String) {
        // The file of a redirection is no argument.
        if !std::mem::take(&mut self.is_redirected) {
            self.words.push(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off() {
        for (typed, words, quote) in [
            ("s3seal get ", vec!["s3seal", "get", ""], Quote::None),
            ("s3seal  get s3://b/x", vec!["s3seal", "get", "s3://b/x"], Quote::None),
            (r"s3seal get s3://b/a\ b", vec!["s3seal", "get", "s3://b/a b"], Quote::None),
            ("s3seal get \"s3://b/a b", vec!["s3seal", "get", "s3://b/a b"], Quote::Double),
            ("s3seal get 's3://b/a b", vec!["s3seal", "get", "s3://b/a b"], Quote::Single),
            ("s3seal get s3://b/$'a\\'b", vec!["s3seal", "get", "s3://b/a'b"], Quote::Dollar),
            (r#"a "b\$c\d" "#, vec!["a", r"b$c\d", ""], Quote::None),
            ("a '' b", vec!["a", "", "b"], Quote::None),
            ("a b 2>/dev/null c", vec!["a", "b", "c"], Quote::None),
            ("a b > out c", vec!["a", "b", "c"], Quote::None),
            ("", vec![""], Quote::None),
        ] {
            let line = parse(typed);
            assert_eq!(
                (line.words, line.quote),
                (words.iter().map(ToString::to_string).collect(), quote),
                "{typed}"
            );
        }
        assert!(parse("a b\\").is_escaped && !parse("a b\\\\").is_escaped);
        assert!(parse("a b >").is_redirected && parse("a 2> fi").is_redirected);
        assert!(!parse("a > fi ").is_redirected);
        assert_eq!(word("\"s3://b/a b"), "s3://b/a b");
    }
}
