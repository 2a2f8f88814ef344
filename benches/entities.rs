//! What do entities cost? `cargo bench --bench entities`: the engine's time per article, the time of names, coreference and linking, and
//! how long the knowledge base takes to open, over the sample wire.

use std::hint::black_box;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use copydesk::article::{Article, Limits, RawArticle, parse};
use copydesk::extract::Context;
use copydesk::extract::attribution::attributions;
use copydesk::extract::entity::entities;
use copydesk::kb::Kb;
use copydesk_nlp::Pipeline;

const ROUNDS: u32 = 20;

fn main() {
    let start = Instant::now();
    let kb = Kb::builtin();
    let opening = start.elapsed();
    let pipeline = Pipeline::builtin().expect("the engine is compiled in");
    let articles = articles();
    let (mut engine, mut entity, mut words) = (Duration::ZERO, Duration::ZERO, 0);
    for round in 0..ROUNDS {
        for article in &articles {
            let annotated = article.blocks.iter().filter(|b| Context::is_annotated(b.kind));
            let segments: Vec<Range<usize>> = annotated.map(|b| b.bytes.clone()).collect();
            let start = Instant::now();
            let doc = pipeline.annotate_segments(&article.text, &segments);
            let annotation = start.elapsed();
            let ctx = Context::new(article, &doc);
            let found = attributions(&ctx);
            let start = Instant::now();
            black_box(entities(&ctx, &kb, &found).events(&ctx, &Default::default()));
            // the first round warms the caches
            if round > 0 {
                engine += annotation;
                entity += start.elapsed();
                words += article.text.split_whitespace().count();
            }
        }
    }
    let runs = (ROUNDS - 1) * articles.len() as u32;
    println!("knowledge base: opened in {opening:?}, hash {}", kb.hash());
    println!("{} articles, {words} words in {} rounds", articles.len(), ROUNDS - 1);
    println!(
        "engine {:?} an article; entities {:?} an article, {:.1} % of it",
        engine / runs,
        entity / runs,
        100.0 * entity.as_secs_f64() / engine.as_secs_f64()
    );
}

/// The sample wire.
fn articles() -> Vec<Article> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the samples").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let payload = std::fs::read(path).expect("a sample");
        parse(
            RawArticle { payload: &payload, received: Some("2025-11-01T00:00:00Z"), ..RawArticle::default() },
            Limits::default(),
        )
        .ok()
    };
    files.iter().filter_map(read).filter(|a| !a.blocks.is_empty()).collect()
}
