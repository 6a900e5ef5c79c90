//! Rust source as the rules need it: string literals and code apart, comments and tests left out.
//!
//! A scanner of a page, not a parser: it knows comments, strings, raw strings, characters and lifetimes, which is
//! enough to tell a text from code. Everything from the first `#[cfg(test)]` module on counts as test,
//! and so do files named `tests.rs` and `testing.rs`.

use std::path::{Path, PathBuf};

/// A Rust file, read and taken apart.
pub struct Source {
    pub path: PathBuf,
    pub lines: usize,
    /// Code without comments and with every literal emptied, by line number.
    pub code: Vec<(usize, String)>,
    /// String literals with the line they begin in.
    pub texts: Vec<(usize, String)>,
}

/// Every Rust file below a folder, tests left out.
pub fn sources(folder: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let (code, texts) = split(without_tests(&text));
            Source { path, lines: text.lines().count(), code, texts }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" && name != "testing.rs" {
            files.push(path);
        }
    }
}

fn without_tests(text: &str) -> &str {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("#[cfg(test)]")) {
        let at = from + found;
        let next = text.get(at..).unwrap_or_default().lines().find(|line| !line.starts_with('#'));
        if next.is_some_and(|line| line.trim_start().starts_with("mod ") && line.trim_end().ends_with('{')) {
            return text.get(..at).unwrap_or(text);
        }
        from = at + 1;
    }
    text
}

type Lines = Vec<(usize, String)>;

fn split(text: &str) -> (Lines, Lines) {
    let mut scanner = Scanner { rest: text, line: 1, code: vec![(1, String::new())], texts: Vec::new() };
    scanner.run();
    (scanner.code, scanner.texts)
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    code: Lines,
    texts: Lines,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut word = false;
        while let Some(first) = self.rest.chars().next() {
            let raw = raw_string_hashes(self.rest).filter(|_| !word);
            if self.rest.starts_with("//") {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.skip(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2));
            } else if let Some(hashes) = raw {
                let open = hashes + 2;
                let end = format!("\"{}", "#".repeat(hashes));
                let body = self.rest.get(open..).unwrap_or_default();
                let length = body.find(&end).unwrap_or(body.len());
                self.text(open, length, end.len());
            } else if first == '"' {
                let length = string_length(self.rest.get(1..).unwrap_or_default());
                self.text(1, length, 1);
            } else if let Some(length) = character_length(self.rest) {
                self.skip(length);
            } else {
                if first == '\n' {
                    self.code.push((self.line + 1, String::new()));
                } else if let Some((_, line)) = self.code.last_mut() {
                    line.push(first);
                }
                self.skip(first.len_utf8());
            }
            word = first.is_alphanumeric() || first == '_';
        }
    }

    fn text(&mut self, open: usize, length: usize, close: usize) {
        let body = self.rest.get(open..open + length).unwrap_or_default();
        self.texts.push((self.line, body.to_owned()));
        if let Some((_, line)) = self.code.last_mut() {
            line.push_str("\"\"");
        }
        self.skip((open + length + close).min(self.rest.len()));
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }
}

fn raw_string_hashes(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after.get(hashes..)?.starts_with('"').then_some(hashes)
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of a character literal, or nothing for a lifetime.
fn character_length(text: &str) -> Option<usize> {
    let body = text.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let end = escape.get(1..)?.find('\'')?;
        return Some(end + 4);
    }
    let width = body.chars().next()?.len_utf8();
    body.get(width..)?.starts_with('\'').then_some(width + 2)
}

#[test]
fn scanner_tells_texts_from_code() {
    let check = |source: &str, code: &str, texts: &[&str]| {
        let (lines, found) = split(source);
        let joined: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        assert_eq!(joined.join("\n"), code, "{source}");
        let found: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, texts, "{source}");
    };
    check(r#"let a = "x \" y"; // "no""#, r#"let a = ""; "#, &[r#"x \" y"#]);
    check("f(r#\"a \"b\" c\"#)", "f(\"\")", &["a \"b\" c"]);
    check("fn f<'a>(x: &'a str) { '\"'; '\\''; }", "fn f<'a>(x: &'a str) { ; ; }", &[]);
    check("/* \"no\" */ g(\"\")", " g(\"\")", &[""]);
    check("for r in x {}\n\"t\"", "for r in x {}\n\"\"", &["t"]);
}

#[test]
fn tests_are_left_out() {
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n}\n"), "a\n");
    assert_eq!(without_tests("#[cfg(test)]\nuse x;\nb"), "#[cfg(test)]\nuse x;\nb");
}
