//! Claims as schema.org `Claim` JSON-LD, for fact-checking tools and web pages.

use serde_json::{Value, json};

use super::super::Extraction;
use crate::event::{ClaimEvent, ClaimSource};

/// All claims of an article as one JSON-LD document (`@graph`), after <https://schema.org/Claim>.
///
/// The newsroom is the author of its own statements where the article has a byline.
pub fn jsonld(extraction: &Extraction) -> Value {
    let article = &extraction.article;
    let appearance = json!({
        "@type": "NewsArticle",
        "@id": article.id,
        "headline": article.headline,
        "datePublished": article.published_at,
        "author": article.byline,
    });
    let graph: Vec<Value> = extraction.claims.iter().map(|c| claim(extraction, c, &appearance)).collect();
    json!({ "@context": "https://schema.org", "@graph": graph })
}

fn claim(extraction: &Extraction, claim: &ClaimEvent, appearance: &Value) -> Value {
    let mut out = json!({
        "@type": "Claim",
        "@id": format!("urn:copydesk:claim:{}", claim.id),
        "text": claim.text,
        "datePublished": extraction.article.published_at,
        "appearance": appearance,
    });
    let author = match &claim.source {
        Some(source) => author(source),
        None => extraction.article.byline.as_ref().map_or(Value::Null, |b| json!({ "@type": "Person", "name": b })),
    };
    if let Some(fields) = out.as_object_mut() {
        if !author.is_null() {
            fields.insert("author".to_owned(), author);
        }
        let about: Vec<Value> = extraction
            .entities
            .iter()
            .filter(|e| claim.entity_ids.contains(&e.entity_id))
            .map(|e| thing(&e.kind, &e.name, &e.entity_id))
            .collect();
        if !about.is_empty() {
            fields.insert("about".to_owned(), Value::Array(about));
        }
    }
    out
}

fn author(source: &ClaimSource) -> Value {
    let mut out = thing(source.kind.as_deref().unwrap_or(""), &source.name, source.entity_id.as_deref().unwrap_or(""));
    if let (Some(fields), Some(role)) = (out.as_object_mut(), &source.role) {
        fields.insert("jobTitle".to_owned(), json!(role));
    }
    out
}

/// A schema.org node of the type that an OntoNotes label stands for; linked where the knowledge base knows it.
fn thing(kind: &str, name: &str, id: &str) -> Value {
    let kind = match kind {
        "PERSON" => "Person",
        "ORG" | "NORP" => "Organization",
        "GPE" | "LOC" | "FAC" => "Place",
        "EVENT" => "Event",
        "PRODUCT" => "Product",
        "WORK_OF_ART" | "LAW" => "CreativeWork",
        _ => "Thing",
    };
    let mut out = json!({ "@type": kind, "name": name });
    if let (Some(fields), Some(wikidata)) = (out.as_object_mut(), id.strip_prefix("wd:")) {
        fields.insert("sameAs".to_owned(), json!(format!("https://www.wikidata.org/entity/{wikidata}")));
    }
    out
}
