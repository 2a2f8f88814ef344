//! IPTC ninjs 1.x, 2.x and 3.x (<https://iptc.org/std/ninjs/>): JSON news items.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::plain::{self, Layout};
use super::{Article, Block, Format, RawArticle, Reader, Warning, markup, signal};
use crate::event::{BlockKind, Dateline, Signal, Status};
use crate::rejection::{Reason, Rejection};

pub(super) const NINJS: Format = Format {
    name: "ninjs",
    content_types: &["application/json", "application/ninjs+json", "application/vnd.iptc.ninjs+json", "text/json"],
    sniff,
    read,
};

fn sniff(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
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
    let (slug_signals, headline) = match best(&item, "headline", "headlines") {
        Some(headline) => {
            let (signals, at) = signal::slug(&headline);
            (signals, Some(headline[at..].to_owned()).filter(|headline| !headline.is_empty()))
        }
        None => (Vec::new(), None),
    };
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
    let mut signals = slug_signals;
    for signal in ednote_signals(string(&item, &["ednote", "edNote"]).unwrap_or("")) {
        if !signals.contains(&signal) {
            signals.push(signal);
        }
    }
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
    let signals = [
        (["correct", "corrects", "corrected", "correction", "correcting"].as_slice(), Signal::Correction),
        (&["kill", "kills"], Signal::Kill),
        (&["withdraw", "withdraws", "withdrawn", "withdrawal"], Signal::Withdrawal),
        (&["repeat", "repeats", "repeating"], Signal::Repeat),
        (&["refile", "refiles", "refiling"], Signal::Refile),
        (&["update", "updates", "updated", "updating", "adds"], Signal::Update),
    ];
    let words: Vec<&str> = note.split(|c: char| !c.is_alphabetic()).collect();
    let said = |forms: &&[&str]| forms.iter().any(|form| words.contains(form));
    signals.into_iter().filter(|(forms, _)| said(forms)).map(|(_, signal)| signal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Limits, parse};

    fn item(json: &str) -> Result<Article, Rejection> {
        parse(RawArticle { payload: json.as_bytes(), ..RawArticle::default() }, Limits::default())
    }

    #[test]
    fn the_three_generations_say_the_same() {
        let first = r#"{"uri": "u:1", "version": 2, "versioncreated": "2025-01-02T03:04:05Z", "headline": "Rates Rise",
            "byline": "Ann Lee", "body_xhtml": "<p>PARIS (AP) -- Rates rose.</p><p>So did rents.</p>"}"#;
        let third = r#"{"uri": "u:1", "version": "2", "versionCreated": "2025-01-02T03:04:05Z", "by": "Ann Lee",
            "headlines": [{"role": "main", "value": "Rates Rise"}],
            "bodies": [{"contentType": "application/xhtml+xml", "value": "<p>PARIS (AP) -- Rates rose.</p><p>So did rents.</p>"}]}"#;
        let article = item(first).unwrap();
        assert_eq!(item(third).unwrap(), article);
        assert_eq!((article.id.as_str(), article.version.as_str()), ("u:1", "2"));
        assert_eq!(article.text, "Rates Rise\nAnn Lee\nPARIS (AP) -- Rates rose.\nSo did rents.");
        assert_eq!(article.dateline.unwrap().agency.as_deref(), Some("AP"));
        assert_eq!(article.reference_date, Some(jiff::civil::date(2025, 1, 2)));
    }

    #[test]
    fn slug_and_editors_note_are_signals() {
        let article =
            item(r#"{"headline": "CORRECTED-Rates rise", "body_text": "Rates rose.", "ednote": "Updates with rents"}"#);
        let article = article.unwrap();
        assert_eq!(article.headline.as_deref(), Some("Rates rise"));
        assert_eq!(article.signals, [Signal::Correction, Signal::Update]);
        assert!(ednote_signals("This is the correctly skilled note.").is_empty());
    }

    #[test]
    fn a_canceled_item_needs_no_text_and_a_usable_one_does() {
        let canceled = item(r#"{"uri": "u:1", "version": "3", "pubstatus": "canceled"}"#).unwrap();
        assert_eq!((canceled.status, canceled.text.as_str()), (Status::Canceled, ""));
        assert_eq!(item(r#"{"uri": "u:1", "type": "picture"}"#).unwrap_err().reason, Reason::NoText);
    }

    #[test]
    fn broken_json_says_where() {
        let rejection = item("{\"headline\": \"x\",\n ]").unwrap_err();
        assert_eq!(rejection.reason, Reason::Malformed);
        assert!(rejection.detail.contains("line 2 column 2"), "{}", rejection.detail);
        let deep = format!("{{\"a\": {}", "[".repeat(10_000));
        assert_eq!(item(&deep).unwrap_err().reason, Reason::Malformed);
    }
}
