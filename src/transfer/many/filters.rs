//! `--include` and `--exclude`: which names of a folder are selected, as aws-cli understands it.

use std::ops::RangeInclusive;

/// Patterns in the order of the command line. Everything is included at first, and the last matching pattern decides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filters(Vec<Filter>);

#[derive(Debug, Clone)]
struct Filter {
    pattern: Pattern,
    includes: bool,
}

impl Filters {
    /// Patterns, each with whether it includes the names that it matches.
    pub(crate) fn new<'a>(patterns: impl Iterator<Item = (&'a str, bool)>) -> Filters {
        let filter = |(text, includes)| Filter { pattern: Pattern::parse(text), includes };
        Filters(patterns.map(filter).collect())
    }

    /// Whether there is no pattern, so that everything is included.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name, which is relative to the source, is selected.
    pub(crate) fn admit(&self, name: &str) -> bool {
        let last = self.0.iter().rev().find(|filter| filter.pattern.is_match(name));
        last.is_none_or(|filter| filter.includes)
    }
}

/// A pattern of Python's `fnmatch`, as aws-cli uses it: `*` matches any characters, including `/`; `?`, `[abc]`, `[a-c]`
/// and `[!abc]` match one; all other characters match themselves.
#[derive(Debug, Clone)]
struct Pattern(Vec<Token>);

#[derive(Debug, Clone)]
enum Token {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
    Class {
        negated: bool,
        members: Vec<RangeInclusive<char>>,
    },
}

impl Pattern {
    fn parse(text: &str) -> Pattern {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = &rest[next.len_utf8()..];
            tokens.push(match next {
                '*' => Token::Any,
                '?' => Token::One,
                '[' => match split_class(rest) {
                    Some((class, after)) => {
                        rest = after;
                        Token::class(class)
                    }
                    None => Token::Char(next),
                },
                other => Token::Char(other),
            });
        }
        Pattern(tokens)
    }

    fn is_match(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut token) = (0, 0);
        // Where to continue if the text after the last `*` does not match: the `*` then matches one more character.
        let mut retry = None;
        while at < name.len() {
            match self.0.get(token) {
                Some(Token::Any) => {
                    retry = Some((at, token));
                    token += 1;
                }
                Some(found) if found.is_match(name[at]) => {
                    at += 1;
                    token += 1;
                }
                _ => match retry {
                    Some((start, star)) => {
                        retry = Some((start + 1, star));
                        (at, token) = (start + 1, star + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0[token..].iter().all(|token| matches!(token, Token::Any))
    }
}

impl Token {
    fn class(text: &str) -> Token {
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |text| (true, text));
        let mut members = Vec::new();
        let mut rest = text.chars();
        while let Some(first) = rest.next() {
            let mut ahead = rest.clone();
            let range = (ahead.next() == Some('-')).then(|| ahead.next()).flatten();
            members.push(first..=range.unwrap_or(first));
            if range.is_some() {
                rest = ahead;
            }
        }
        Token::Class { negated, members }
    }

    fn is_match(&self, c: char) -> bool {
        match self {
            Token::Any | Token::One => true,
            Token::Char(own) => *own == c,
            Token::Class { negated, members } => {
                members.iter().any(|range| range.contains(&c)) != *negated
            }
        }
    }
}

/// The members of a class before its closing bracket, and the text after it. A bracket in the first place is a member.
/// None if no bracket closes the class.
fn split_class(text: &str) -> Option<(&str, &str)> {
    let start = usize::from(text.starts_with('!'));
    let first = text[start..].chars().next()?.len_utf8();
    let end = start + first + text[start + first..].find(']')?;
    Some((&text[..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(arguments: &[&str]) -> Filters {
        Filters::new(arguments.chunks(2).map(|it| (it[1], it[0] == "--include")))
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let both = ["--exclude", "*", "--include", "*.sql", "--exclude", "tmp/*"];
        let it = filters(&both);
        assert!(it.admit("a.sql") && it.admit("deep/er/a.sql"));
        assert!(!it.admit("a.txt") && !it.admit("tmp/a.sql") && !it.admit("tmp/deep/a.sql"));
        let turned = filters(&["--include", "*.sql", "--exclude", "*"]);
        assert!(!turned.admit("a.sql"));
        assert!(filters(&[]).admit("anything"));
        assert!(filters(&["--include", "*.sql"]).admit("a.txt"));
    }

    #[test]
    fn patterns_are_anchored() {
        let it = filters(&["--exclude", "a?[0-9]"]);
        assert!(!it.admit("ab1") && it.admit("ab1x") && it.admit("xab1") && it.admit("a1"));
        assert!(
            filters(&["--exclude", "a["]).admit("a") && !filters(&["--exclude", "a["]).admit("a[")
        );
    }

    #[test]
    fn patterns_mean_what_they_mean_to_aws_cli() {
        for (pattern, matches, others) in [
            ("keep{1}.txt", &["keep{1}.txt"][..], &["keep1.txt"][..]),
            ("{a,b}", &["{a,b}"], &["a", "b"]),
            ("[^y]*", &["^.txt", "y"], &["x"]),
            ("[^]", &["^"], &["x", ""]),
            ("[!^y]", &["x"], &["^", "y"]),
            ("[!y]", &["x"], &["y"]),
            ("[]x]", &["]", "x"], &["y"]),
            ("[!]x]", &["y"], &["]", "x"]),
            ("[a-c]", &["b"], &["d", "-"]),
            ("[x", &["[x"], &["x"]),
            ("a\\*", &["a\\b"], &["a*"]),
            ("\u{e4}[\u{f6}]?", &["\u{e4}\u{f6}\u{1f511}"], &["\u{e4}o\u{1f511}", "\u{e4}\u{f6}"]),
            ("[a-]", &["a", "-"], &["b"]),
            ("*a*b", &["ab", "xaxbxb", "a/b"], &["ba", "abx"]),
            ("**", &["", "x"], &[]),
        ] {
            let it = filters(&["--exclude", pattern]);
            for name in matches {
                assert!(!it.admit(name), "{pattern}: {name}");
            }
            for name in others {
                assert!(it.admit(name), "{pattern}: {name}");
            }
        }
    }
}
