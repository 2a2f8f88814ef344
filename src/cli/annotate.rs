//! `copydesk annotate`: the language engine alone.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use copydesk_nlp::{Doc, Iob, Pipeline};
use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};

use super::extract::{Refusal, default_threads, write_line};
use super::{Exit, batch, input};
use crate::article::{self, Limits};
use crate::pipeline::guarded;
use crate::rejection::{Reason, Rejection, Stage};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Text or article files or folders; `-` or nothing is standard input
    paths: Vec<PathBuf>,
    /// Read {"id", "body", "content_type"?} a line, write {"id", "text", "tokens"} a line
    #[arg(long)]
    jsonl: bool,
    /// Worker threads
    #[arg(long, value_name = "N", default_value_t = default_threads())]
    threads: usize,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let pipeline = Pipeline::builtin()?;
    let inputs = input::inputs(&args.paths, args.jsonl, None)?;
    let mut out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let mut exit = Exit::Done;
    let work = |input: &input::Input| -> Result<Vec<u8>, Rejection> {
        if let Some(broken) = &input.broken {
            return Err(Rejection::parse(Reason::Malformed, broken.clone()));
        }
        let text = text(input)?;
        guarded(Stage::Extract, || {
            let doc = pipeline.annotate(&text);
            let mut line = Vec::with_capacity(64 + doc.len() * 160);
            write_line(&mut line, &Annotation { id: &input.id, text: &text, doc: &doc })
                .expect("annotations are always JSON");
            Ok(line)
        })
    };
    batch::run(inputs, args.threads.max(1), work, |input, outcome| {
        match outcome {
            Ok(line) => out.write_all(&line)?,
            Err(rejection) => {
                exit = Exit::Rejected;
                write_line(&mut out, &Refusal { id: &input.id, rejection: &rejection })?;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(exit)
}

/// The text to annotate: the body of a line as it is, else the text of the article.
fn text(input: &input::Input) -> Result<String, Rejection> {
    let is_text = input.content_type.as_deref().is_some_and(|t| t.starts_with("text/plain; charset=utf-8"));
    match std::str::from_utf8(&input.payload) {
        Ok(text) if is_text => Ok(text.to_owned()),
        _ => guarded(Stage::Parse, || article::parse(input.raw(), Limits::default())).map(|article| article.text),
    }
}

/// The published form of a [`Doc`].
struct Annotation<'a> {
    id: &'a str,
    text: &'a str,
    doc: &'a Doc,
}

impl Serialize for Annotation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Annotation", 3)?;
        object.serialize_field("id", self.id)?;
        object.serialize_field("text", self.text)?;
        object.serialize_field("tokens", &Tokens(self.doc))?;
        object.end()
    }
}

struct Tokens<'a>(&'a Doc);

impl Serialize for Tokens<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for i in 0..self.0.len() {
            list.serialize_element(&Token::new(self.0, i))?;
        }
        list.end()
    }
}

/// A token with code-point offsets; `head` is a token index.
#[derive(Serialize)]
struct Token<'a> {
    start: usize,
    end: usize,
    tag: &'a str,
    pos: &'a str,
    morph: &'a str,
    lemma: &'a str,
    head: usize,
    dep: &'a str,
    sent_start: bool,
    ent_iob: &'a str,
    ent_type: &'a str,
}

impl<'a> Token<'a> {
    fn new(doc: &'a Doc, i: usize) -> Self {
        let chars = doc.chars(i);
        Self {
            start: chars.start,
            end: chars.end,
            tag: doc.tag(i),
            pos: doc.pos(i),
            morph: doc.morph(i),
            lemma: doc.lemma(i),
            head: doc.head(i),
            dep: doc.dep(i),
            sent_start: doc.is_sent_start(i),
            ent_iob: match doc.ent_iob(i) {
                Iob::O => "O",
                Iob::B => "B",
                Iob::I => "I",
            },
            ent_type: doc.ent_type(i),
        }
    }
}
