//! bash replaces only the part of the word after its last `:`, `=` or `@` or after an open quote, with exactly the text that it
//! is given. So that part is repeated as it was typed, and the rest of the name is quoted as its place in the line needs.

use super::line::{self, Line, Quote};
use crate::commands::completions::live::{self, Candidate};

/// `COMP_TYPE` where bash only lists the candidates.
const LISTING: &str = "63";

/// Candidates for `[LINE, PART, COMP_TYPE]`: the line up to the cursor, and the part of it that bash will replace.
pub(super) fn answer(
    fields: &[String],
    find: impl FnOnce(Vec<String>) -> Vec<Candidate>,
) -> Vec<String> {
    let [typed, part, kind] = fields else { return Vec::new() };
    let mut line = line::parse(typed);
    let word = line.words.last().cloned().unwrap_or_default();
    let words = std::mem::take(&mut line.words);
    let found = if line.is_redirected { live::files(&word) } else { find(words) };
    let fitting = found.iter().filter(|it| it.value.starts_with(&word));
    if kind == LISTING {
        return fitting.map(|it| it.shown.clone()).collect();
    }
    fitting.map(|it| replacement(it, part, &word, &line)).collect()
}

fn replacement(candidate: &Candidate, part: &str, word: &str, line: &Line) -> String {
    // The backslash at the end comes again with the character that it quotes.
    let part = part.strip_suffix('\\').filter(|_| line.is_escaped).unwrap_or(part);
    let mut text = part.to_owned();
    text.extend(candidate.value[word.len()..].chars().map(|c| escaped(c, line.quote)));
    // bash closes open quotes itself.
    if line.quote == Quote::None && !candidate.goes_on() {
        text.push(' ');
    }
    text
}

fn escaped(c: char, quote: Quote) -> String {
    let is_plain = c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c) || !c.is_ascii();
    match (quote, c) {
        (_, c) if is_plain => c.to_string(),
        (Quote::None, c) => format!("\\{c}"),
        (Quote::Double, '$' | '`' | '"' | '\\') => format!("\\{c}"),
        // Between double quotes, bash expands the history, and keeps a backslash before `!`.
        (Quote::Double, '!') => "\"\\!\"".to_owned(),
        (Quote::Single, '\'') => "'\\''".to_owned(),
        (Quote::Dollar, '\'' | '\\') => format!("\\{c}"),
        (_, c) => c.to_string(),
    }
}

/// The text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(typed: &str, part: &str, value: &str) -> String {
        let candidate =
            Candidate { value: value.to_owned(), shown: String::new(), help: String::new() };
        let fields = [typed, part, "9"].map(str::to_owned);
        answer(&fields, |_| vec![candidate]).join("\n")
    }

    #[test]
    fn names_are_words_of_bash() {
        let name = "s3://b/it's $(a) `b` \"c\" \\d!.txt";
        for (typed, part, expected) in [
            ("s3seal get s3:", "", r#"//b/it\'s\ \$\(a\)\ \`b\`\ \"c\"\ \\d\!.txt "#),
            ("s3seal get s3://b/i", "//b/i", r#"//b/it\'s\ \$\(a\)\ \`b\`\ \"c\"\ \\d\!.txt "#),
            ("s3seal get 's3://b/i", "s3://b/i", r#"s3://b/it'\''s $(a) `b` "c" \d!.txt"#),
            ("s3seal get \"s3://b/i", "s3://b/i", r#"s3://b/it's \$(a) \`b\` \"c\" \\d"\!".txt"#),
            (
                "s3seal get s3://b/it\\",
                "//b/it\\",
                r#"//b/it\'s\ \$\(a\)\ \`b\`\ \"c\"\ \\d\!.txt "#,
            ),
        ] {
            assert_eq!(completed(typed, part, name), expected, "{typed}");
        }
        assert_eq!(completed("s3seal get s3://b/a\\ ", "//b/a\\ ", "s3://b/a b/"), "//b/a\\ b/");
        assert_eq!(completed("s3seal get x", "x", "s3://b/"), "");
    }

    #[test]
    fn a_list_shows_the_last_parts() {
        let candidate = |name: &str| Candidate {
            value: format!("s3://b/dir/{name}"),
            shown: name.to_owned(),
            help: String::new(),
        };
        let fields = ["s3seal get s3://b/dir/", "//b/dir/", LISTING].map(str::to_owned);
        assert_eq!(answer(&fields, |_| vec![candidate("a b"), candidate("c/")]), ["a b", "c/"]);
    }
}
