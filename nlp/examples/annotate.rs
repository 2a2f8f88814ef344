//! Annotates texts: `annotate FILE...` prints spaCy's columns as one JSON object a text, `annotate --time N FILE...` words per CPU second.
//! COPYDESK_MODEL names a weights file to use instead of the one that is compiled in, COPYDESK_ISA an instruction set.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use copydesk_nlp::{Iob, Isa, Pipeline};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let model = std::env::var_os("COPYDESK_MODEL");
    let mut pipeline = model.map_or_else(Pipeline::builtin, |path| Pipeline::load(path.as_ref()))?;
    if let Ok(name) = std::env::var("COPYDESK_ISA") {
        let isa = Isa::ALL.into_iter().find(|isa| format!("{isa:?}").eq_ignore_ascii_case(&name));
        pipeline = pipeline.with_isa(isa.ok_or("COPYDESK_ISA is avx512, avx2 or portable")?);
    }
    if args.first().is_some_and(|a| a == "--time") {
        let rounds: usize = args[1].parse()?;
        let texts: Vec<String> = args.drain(2..).map(std::fs::read_to_string).collect::<Result<_, _>>()?;
        let words: usize = texts.iter().map(|t| t.split_whitespace().count()).sum();
        for round in 0..rounds {
            let start = Instant::now();
            let tokens: usize = texts.iter().map(|text| pipeline.annotate(text).len()).sum();
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "round {round}: {words} words {tokens} tokens {seconds:.3} s {:.0} words/s",
                words as f64 / seconds
            );
        }
        for cache in pipeline.cache_stats() {
            println!("{cache:?}");
        }
        return Ok(());
    }
    for path in args {
        let text = std::fs::read_to_string(&path)?;
        let doc = pipeline.annotate(&text);
        let tokens: Vec<_> = (0..doc.len())
            .map(|i| {
                let iob = match doc.ent_iob(i) {
                    Iob::O => "O",
                    Iob::B => "B",
                    Iob::I => "I",
                };
                json!([
                    doc.text(i),
                    u8::from(doc.space_after(i)),
                    doc.norm(i),
                    doc.shape(i),
                    doc.tag(i),
                    doc.pos(i),
                    doc.morph(i),
                    doc.lemma(i),
                    doc.head(i),
                    doc.dep(i),
                    u8::from(doc.is_sent_start(i)),
                    iob,
                    doc.ent_type(i)
                ])
            })
            .collect();
        let noun_chunks: Vec<_> = doc.noun_chunks().into_iter().map(|chunk| [chunk.start, chunk.end]).collect();
        println!("{}", json!({ "tokens": tokens, "noun_chunks": noun_chunks }));
    }
    Ok(())
}
