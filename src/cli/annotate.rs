//! `copydesk annotate`: the language engine alone.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use copydesk_nlp::{Doc, Iob};
use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};

use super::extract::{Refusal, default_threads, write_line};
use super::run::language;
use super::{Exit, batch, input};
use crate::article::{self, Limits};
use crate::config::Config;
use crate::pipeline::guarded;
use crate::rejection::{Rejection, Stage};

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
    /// Settings over the defaults: engine.model is read
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let pipeline = language(&Config::load(args.config.as_deref(), std::env::vars())?)?;
    let inputs = input::inputs(&args.paths, args.jsonl, None)?;
    let work = |input: &input::Input| -> Result<Vec<u8>, Rejection> {
        if let Some(rejection) = &input.broken {
            return Err(rejection.clone());
        }
        let text = text(input, args.jsonl)?;
        guarded(Stage::Extract, || {
            let doc = pipeline.annotate(&text);
            let mut line = Vec::with_capacity(64 + text.len() + doc.len() * 160);
            write_line(&mut line, &Annotation { id: &input.id, text: &text, doc: &doc })
                .expect("annotations are always JSON");
            Ok(line)
        })
    };
    let out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let mut answers = Writer { out, exit: Exit::Done };
    batch::run(inputs, args.threads.max(1), work, &mut answers)?;
    Ok(answers.exit)
}

struct Writer<W: Write> {
    out: W,
    exit: Exit,
}

impl<W: Write> batch::Answers<Result<Vec<u8>, Rejection>> for Writer<W> {
    fn write(&mut self, input: &input::Input, line: Result<Vec<u8>, Rejection>) -> Result<()> {
        match line {
            Ok(line) => Ok(self.out.write_all(&line)?),
            Err(rejection) => {
                self.exit = Exit::Rejected;
                write_line(&mut self.out, &Refusal { id: &input.id, rejection: &rejection })
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}

/// The text to annotate: the body of a line without a content type as it is, else the text of the article.
fn text(input: &input::Input, jsonl: bool) -> Result<Cow<'_, str>, Rejection> {
    match std::str::from_utf8(&input.payload) {
        Ok(text) if jsonl && input.content_type.is_none() => Ok(Cow::Borrowed(text)),
        _ => {
            let article = guarded(Stage::Parse, || article::parse(input.raw(), Limits::default()))?;
            Ok(Cow::Owned(article.text))
        }
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
