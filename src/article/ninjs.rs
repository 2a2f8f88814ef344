//! IPTC ninjs 1.x, 2.x and 3.x (<https://iptc.org/std/ninjs/>): JSON news items.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::plain::{self, Layout};
use super::{Article, Block, Format, RawArticle, Reader, Warning, markup};
use crate::event::{BlockKind, Dateline, Signal, Status};
use crate::rejection::{Reason, Rejection};

pub(super) const NINJS: Format = Format {
    name: "ninjs",
    content_types: &["application/json", "application/ninjs+json", "application/vnd.iptc.ninjs+json", "text/json"],
    sniff,
    read,
};

fn sniff(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn read(text: &str, raw: &RawArticle<'_>, reader: &mut Reader) -> Result<Article, Rejection> {
    let value: Value = serde_json::from_str(text).map_err(|e| {
        Rejection::parse(Reason::Malformed, format!("not valid JSON: {e}; send one ninjs object a record"))
    })?;
    let Value::Object(item) = value else {
        return Err(Rejection::parse(Reason::Malformed, "the JSON is not an object; send one ninjs object a record"));
    };
    let status = match string(&item, &["pubstatus", "pubStatus"]) {
        None | Some("usable") => Status::Usable,
        Some("withheld") => Status::Withheld,
        Some("canceled" | "cancelled") => Status::Canceled,
        Some(_) => {
            reader.warn(Warning::UnknownSignal);
            Status::Usable
        }
    };
    let headline = best(&item, "headline", "headlines");
    let body = if status == Status::Canceled { None } else { best(&item, "body", "bodies") };
    let byline = string(&item, &["byline", "by"]).map(str::to_owned);
    if body.is_none() && status != Status::Canceled {
        let kind = string(&item, &["type"]).unwrap_or("item");
        let detail = format!(
            "the ninjs {kind} has no body text: none of body_* (1.x) or bodies (2.x, 3.x); send the text or leave it out"
        );
        return Err(Rejection::parse(Reason::NoText, detail));
    }
    let (text, mut layout) = assemble(headline.as_deref(), byline.as_deref(), body.as_deref());
    layout.headline = headline;
    layout.byline = byline;
    let embargoed = string(&item, &["embargoed"]).filter(|time| {
        let readable = time.parse::<Timestamp>().is_ok();
        if !readable {
            reader.warn(Warning::UnreadableDate);
        }
        readable
    });
    let published =
        ["firstcreated", "firstCreated", "contentcreated", "contentCreated", "versioncreated", "versionCreated"];
    let published_at = string(&item, &published).map(str::to_owned);
    let mut signals = std::mem::take(&mut layout.signals);
    signals.extend(ednote_signals(string(&item, &["ednote", "edNote"]).unwrap_or("")));
    signals.dedup();
    if let Some(place) = string(&item, &["located"]).filter(|_| layout.dateline.is_none()) {
        layout.dateline = Some((Dateline { place: Some(place.to_owned()), ..Dateline::default() }, None));
    }
    let mut article = reader.article(raw, NINJS.name, text, layout, published_at);
    if let Some(uri) = string(&item, &["uri", "altids"]) {
        article.id = uri.to_owned();
    }
    let version = item.get("version").map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    article.version = version.unwrap_or(article.version);
    article.status = status;
    article.embargoed_until = embargoed.map(str::to_owned);
    article.signals = signals;
    article.language = string(&item, &["language"]).map(str::to_owned);
    Ok(article)
}

/// The first of `keys` that holds a string with something in it.
fn string<'a>(item: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| item.get(*key)?.as_str()).map(str::trim).filter(|s| !s.is_empty())
}

/// The fullest variant of a text: 1.x has one key a role (`body_text`, `body_xhtml`), 2.x and 3.x a list with role and content type.
fn best(item: &Map<String, Value>, key: &str, list: &str) -> Option<String> {
    let mut variants = Vec::new();
    for (name, value) in item {
        let role = name.strip_prefix(key).map(|rest| rest.trim_start_matches('_'));
        if let (Some(role), Some(text)) = (role, value.as_str()) {
            variants.push((role, text, matches!(role, "xhtml" | "richtext" | "html" | "nitf")));
        }
    }
    for entry in item.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
        let Some(text) = entry.get("value").and_then(Value::as_str) else { continue };
        let content_type = string(entry, &["contenttype", "contentType"]).unwrap_or("");
        let role = string(entry, &["role"]).unwrap_or("");
        variants.push((role, text, content_type.contains("html") || content_type.contains("xml")));
    }
    let rank = |role: &str| match role {
        "" | "main" | "text" | "default" => 0,
        "xhtml" | "richtext" | "html" => 1,
        _ => 2,
    };
    variants.sort_by_key(|(role, ..)| rank(role));
    let texts = variants
        .into_iter()
        .map(|(_, text, is_markup)| if is_markup { markup::text(text) } else { text.trim().to_owned() });
    texts.into_iter().find(|text| !text.is_empty())
}

/// One text of headline, byline and body, with its blocks.
fn assemble(headline: Option<&str>, byline: Option<&str>, body: Option<&str>) -> (String, Layout) {
    let (mut text, mut layout) = (String::new(), Layout::default());
    for (kind, part) in [(BlockKind::Headline, headline), (BlockKind::Byline, byline)] {
        if let Some(part) = part {
            let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
            layout.blocks.push(Block { kind, bytes: text.len()..text.len() + part.len() });
            text.push_str(&part);
            text.push('\n');
        }
    }
    if let Some(body) = body {
        let start = text.len();
        text.push_str(body);
        layout.headline = headline.map(str::to_owned);
        plain::body(&text, start..text.len(), &mut layout);
    }
    let end = text.trim_end().len();
    text.truncate(end);
    (text, layout)
}

/// Signals that editors' notes carry in words.
fn ednote_signals(note: &str) -> Vec<Signal> {
    let note = note.to_lowercase();
    let words = [
        ("correct", Signal::Correction),
        ("kill", Signal::Kill),
        ("withdraw", Signal::Withdrawal),
        ("repeat", Signal::Repeat),
        ("update", Signal::Update),
    ];
    words.into_iter().filter(|(word, _)| note.contains(word)).map(|(_, signal)| signal).collect()
}
