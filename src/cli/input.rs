//! What `extract` and `annotate` read: files, folders or standard input, whole or a JSON object a line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::article::RawArticle;

/// One article to be read.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// The line's id, or the file's path.
    pub(super) id: String,
    pub(super) payload: Vec<u8>,
    pub(super) content_type: Option<String>,
    pub(super) received: Option<String>,
    /// What is wrong with the line, where it is no article at all.
    pub(super) broken: Option<String>,
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

#[derive(Deserialize)]
struct Line {
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
) -> Result<Box<dyn Iterator<Item = Result<Input>>>> {
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
        open(&path)?.read_to_end(&mut payload).with_context(|| format!("cannot read {}", path.display()))?;
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

fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(file))
}

fn lines(path: &Path) -> Result<Box<dyn Iterator<Item = Result<Input>>>> {
    let reader = BufReader::with_capacity(1 << 20, open(path)?);
    let name = path.display().to_string();
    let lines = reader.split(b'\n').enumerate();
    Ok(Box::new(lines.filter_map(move |(number, line)| {
        let line = match line.with_context(|| format!("cannot read {name}")) {
            Ok(line) if line.trim_ascii().is_empty() => return None,
            Ok(line) => line,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match serde_json::from_slice::<Line>(&line) {
            Ok(Line { id, body, content_type, received }) => Input {
                id,
                payload: body.into_bytes(),
                // A body in JSON is Unicode already: text unless the line says otherwise.
                content_type: content_type.or_else(|| Some("text/plain; charset=utf-8".to_owned())),
                received,
                broken: None,
                has_id: true,
            },
            Err(error) => {
                let broken = format!("line {} is no {{\"id\", \"body\"}} object: {error}", number + 1);
                Input { id: format!("line {}", number + 1), broken: Some(broken), ..Input::default() }
            }
        }))
    })))
}
