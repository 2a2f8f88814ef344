//! What `extract` and `annotate` read: files, folders or standard input, whole or a JSON object a line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::article::RawArticle;
use crate::rejection::{Reason, Rejection};

/// One article to be read.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// The line's id, or the file's path.
    pub(super) id: String,
    pub(super) payload: Vec<u8>,
    pub(super) content_type: Option<String>,
    pub(super) received: Option<String>,
    /// What is wrong with the line, where it is no article at all.
    pub(super) broken: Option<Rejection>,
    /// True where `id` is the caller's and may name the article.
    pub(super) has_id: bool,
}

impl Input {
    /// The record as the parser sees it.
    pub(super) fn raw(&self) -> RawArticle<'_> {
        RawArticle {
            payload: &self.payload,
            content_type: self.content_type.as_deref(),
            id: self.has_id.then_some(self.id.as_str()),
            received: self.received.as_deref(),
        }
    }
}

/// Longest line and file that is read, bytes: well over the size limit of articles, JSON escapes included.
const MAX_LINE: usize = 32 << 20;

#[derive(Deserialize)]
struct OnlyId {
    id: String,
}

#[derive(Deserialize)]
struct ArticleLine {
    id: String,
    body: String,
    content_type: Option<String>,
    received: Option<String>,
}

/// Inputs of all `paths`, lazily; `-` and no path at all mean standard input.
pub(super) fn inputs(
    paths: &[PathBuf],
    jsonl: bool,
    content_type: Option<&str>,
) -> Result<Box<dyn Iterator<Item = Result<Input>> + Send>> {
    let files = files(paths)?;
    let content_type = content_type.map(str::to_owned);
    if jsonl {
        let lines = files.into_iter().map(move |path| lines(&path));
        return Ok(Box::new(lines.flat_map(|lines| match lines {
            Ok(lines) => lines,
            Err(error) => Box::new(std::iter::once(Err(error))),
        })));
    }
    Ok(Box::new(files.into_iter().map(move |path| {
        let mut payload = Vec::new();
        // More than any limit on articles allows is not worth reading: the parser refuses it by its size.
        let read = open(&path)?.take(MAX_LINE as u64).read_to_end(&mut payload);
        read.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Input { id: path.display().to_string(), payload, content_type: content_type.clone(), ..Input::default() })
    })))
}

/// The files that `paths` stand for: a folder stands for the files in it, in the order of their names.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if paths.is_empty() {
        return Ok(vec![PathBuf::from("-")]);
    }
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("cannot read the folder {}", path.display()))?;
        let mut within: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_file()).collect();
        within.sort();
        files.extend(within);
    }
    Ok(files)
}

fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(file))
}

fn lines(path: &Path) -> Result<Box<dyn Iterator<Item = Result<Input>> + Send>> {
    let mut reader = BufReader::with_capacity(1 << 18, open(path)?);
    let name = path.display().to_string();
    let mut number = 0;
    Ok(Box::new(std::iter::from_fn(move || {
        loop {
            number += 1;
            let line = match bounded_line(&mut reader).with_context(|| format!("cannot read {name}")).transpose()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => {}
                Line::Whole(bytes) => return Some(Ok(input(&bytes, number))),
                Line::TooLong => {
                    let detail = format!("line {number} has more than {MAX_LINE} bytes; split it, or leave it out");
                    return Some(Ok(broken(format!("line {number}"), Rejection::parse(Reason::TooLarge, detail))));
                }
            }
        }
    })))
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// The next line without its end; the rest of a line that is too long is skipped, not held.
fn bounded_line(reader: &mut impl BufRead) -> std::io::Result<Option<Line>> {
    let mut line = Vec::new();
    if reader.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() || line.len() < MAX_LINE {
        return Ok(Some(Line::Whole(line)));
    }
    loop {
        let available = reader.fill_buf()?;
        match available.iter().position(|&b| b == b'\n') {
            Some(end) => {
                reader.consume(end + 1);
                return Ok(Some(Line::TooLong));
            }
            None if available.is_empty() => return Ok(Some(Line::TooLong)),
            None => {
                let length = available.len();
                reader.consume(length);
            }
        }
    }
}

/// An article of a line; what is wrong with the line where it is none.
fn input(line: &[u8], number: usize) -> Input {
    match serde_json::from_slice::<ArticleLine>(line) {
        Ok(ArticleLine { id, body, content_type, received }) => {
            Input { id, payload: body.into_bytes(), content_type, received, broken: None, has_id: true }
        }
        Err(error) => {
            let detail = format!("line {number} is no {{\"id\", \"body\"}} object of strings: {error}");
            let id = serde_json::from_slice::<OnlyId>(line).map_or_else(|_| format!("line {number}"), |line| line.id);
            broken(id, Rejection::parse(Reason::Malformed, detail))
        }
    }
}

fn broken(id: String, rejection: Rejection) -> Input {
    Input { id, broken: Some(rejection), ..Input::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, id: &str, broken: Option<&str>) {
        let input = input(line.as_bytes(), 7);
        assert_eq!(input.id, id);
        match (input.broken, broken) {
            (None, None) => {}
            (Some(found), Some(part)) => assert!(found.detail.contains(part), "{}", found.detail),
            (found, _) => panic!("{line}: {found:?}"),
        }
    }

    #[test]
    fn a_line_that_is_no_article_keeps_its_id_where_it_has_one() {
        check(r#"{"id": "a", "body": "x"}"#, "a", None);
        check(r#"{"id": "a", "body": "x", "more": 1}"#, "a", None);
        check(r#"{"id": "a"}"#, "a", Some("line 7 is no"));
        check(r#"{"id": "a", "body": null}"#, "a", Some("invalid type: null"));
        check("not json", "line 7", Some("column 2"));
        check("\u{0}", "line 7", Some("line 7"));
    }

    #[test]
    fn a_line_without_an_end_is_cut_and_its_neighbours_stay() {
        let long = "x".repeat(MAX_LINE + 10);
        let mut reader = std::io::Cursor::new(format!("first\n{long}\nlast"));
        let mut next = || bounded_line(&mut reader).unwrap();
        assert!(matches!(next(), Some(Line::Whole(line)) if line == b"first"));
        assert!(matches!(next(), Some(Line::TooLong)));
        assert!(matches!(next(), Some(Line::Whole(line)) if line == b"last"));
        assert!(next().is_none());
    }
}
