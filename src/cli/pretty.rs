//! Events for people: the article with its claims marked, then who said what, in whose words, with which numbers.

use std::fmt::Write as _;
use std::io::IsTerminal;

use crate::event::{BlockKind, ClaimEvent, ClaimKind, EntityEvent, MentionKind, Span};
use crate::extract::Extraction;

/// Longest line, characters.
const WIDTH: usize = 100;
/// Entities that are shown, by salience.
const MAX_ENTITIES: usize = 24;

/// Whether to write ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    On,
    Off,
}

impl Colors {
    /// Colours for a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(crate) fn for_stdout() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        if wanted && std::io::stdout().is_terminal() { Colors::On } else { Colors::Off }
    }

    fn paint(self, style: Style, text: &str) -> String {
        // Control characters of articles never reach the terminal.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        match (self, style.code()) {
            (Colors::On, code) if !code.is_empty() && !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text,
        }
    }
}

/// What a piece of text is to the eye; later ones lie over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Title,
    Faint,
    Warning,
    Content,
    Name,
    Number,
    Time,
    Cue,
    Source,
    Unnamed,
}

impl Style {
    /// SGR parameters.
    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Title => "1",
            Style::Faint => "2",
            Style::Warning => "31",
            Style::Content => "32",
            Style::Name => "1;32",
            Style::Number => "1;34",
            Style::Time => "34",
            Style::Cue => "33",
            Style::Source => "1;36",
            Style::Unnamed => "1;35",
        }
    }
}

/// One article with its claims and entities.
pub(crate) fn extraction(extraction: &Extraction, colors: Colors) -> String {
    let mut out = String::new();
    write_head(extraction, colors, &mut out);
    // Without colours the marks could not be seen, and the text is in the file already.
    if colors == Colors::On {
        write_text(extraction, colors, &mut out);
    }
    write_claims(&extraction.claims, colors, &mut out);
    write_entities(&extraction.entities, colors, &mut out);
    out.push('\n');
    out
}

fn write_head(extraction: &Extraction, colors: Colors, out: &mut String) {
    let article = &extraction.article;
    let title = article.headline.as_deref().unwrap_or("(no headline)");
    let _ = writeln!(out, "{}", colors.paint(Style::Faint, &"─".repeat(WIDTH)));
    let _ = writeln!(out, "{}", colors.paint(Style::Title, title));
    let dateline = article.dateline.as_ref();
    let by = article.byline.as_deref().map(|by| format!("by {by}"));
    let status = name_of(&article.status);
    let signals: Vec<String> = article.signals.iter().map(name_of).collect();
    let embargo = article.embargoed_until.as_deref().map(|until| format!("embargoed until {until}"));
    let facts = [
        by.as_deref(),
        dateline.and_then(|d| d.place.as_deref()),
        dateline.and_then(|d| d.agency.as_deref()),
        article.published_at.as_deref(),
        Some(status.as_str()),
        embargo.as_deref(),
    ];
    let facts: Vec<&str> = facts.into_iter().flatten().chain(signals.iter().map(String::as_str)).collect();
    let _ = writeln!(out, "{}", colors.paint(Style::Faint, &facts.join(" · ")));
    let _ = writeln!(out, "{}", colors.paint(Style::Faint, &article.id));
}

/// The paragraphs with sources, cues, contents and numbers in their colours.
fn write_text(extraction: &Extraction, colors: Colors, out: &mut String) {
    let article = &extraction.article;
    let mut styles = vec![Style::Plain; article.text.len()];
    let mut lay = |spans: &mut dyn Iterator<Item = &Span>, style: Style| {
        for span in spans {
            styles[span.bytes[0]..span.bytes[1]].fill(style);
        }
    };
    let said = || extraction.claims.iter().filter(|claim| claim.kind != ClaimKind::Statement);
    lay(&mut said().flat_map(|claim| &claim.content), Style::Content);
    let names = extraction.entities.iter().flat_map(|entity| &entity.mentions).filter(|m| m.kind == MentionKind::Name);
    let in_content = |span: &&Span| {
        said()
            .flat_map(|c| &c.content)
            .any(|content| content.bytes[0] <= span.bytes[0] && span.bytes[1] <= content.bytes[1])
    };
    lay(&mut names.clone().map(|mention| &mention.span).filter(in_content), Style::Name);
    lay(&mut names.map(|mention| &mention.span).filter(|span| !in_content(span)), Style::Title);
    lay(&mut extraction.claims.iter().flat_map(|claim| &claim.times).map(|time| &time.span), Style::Time);
    lay(
        &mut extraction.claims.iter().flat_map(|claim| &claim.quantities).map(|quantity| &quantity.span),
        Style::Number,
    );
    lay(&mut said().filter_map(|claim| claim.cue.as_ref()), Style::Cue);
    let sources = |anonymous| {
        said()
            .filter_map(|c| c.source.as_ref())
            .filter(move |s| s.anonymous == anonymous)
            .filter_map(|s| s.span.as_ref())
    };
    lay(&mut sources(false), Style::Source);
    lay(&mut sources(true), Style::Unnamed);
    for block in &article.blocks {
        match block.kind {
            BlockKind::Paragraph | BlockKind::Caption => {
                out.push('\n');
                write_marked(&article.text, block.span.bytes, &styles, colors, out);
            }
            BlockKind::Subhead => {
                let _ = writeln!(out, "\n  {}", colors.paint(Style::Title, &block.span.text));
            }
            _ => {}
        }
    }
}

/// One paragraph, wrapped.
fn write_marked(text: &str, [start, end]: [usize; 2], styles: &[Style], colors: Colors, out: &mut String) {
    let (mut column, mut run, mut style) = (0, String::from("  "), Style::Plain);
    for word in text[start..end].split_inclusive(char::is_whitespace) {
        let length = word.trim_end().chars().count();
        if column > 0 && column + length > WIDTH - 4 {
            run.truncate(run.trim_end_matches(' ').len());
            out.push_str(&colors.paint(style, &run));
            out.push_str("\n  ");
            run.clear();
            column = 0;
        }
        let offset = word.as_ptr() as usize - text.as_ptr() as usize;
        for (at, c) in word.char_indices() {
            if styles[offset + at] != style {
                out.push_str(&colors.paint(style, &run));
                run.clear();
                style = styles[offset + at];
            }
            run.push(c);
        }
        column += word.chars().count();
    }
    out.push_str(&colors.paint(style, run.trim_end()));
    out.push('\n');
}

/// Claims by source, in the order in which the sources first speak; the newsroom's own statements last.
fn write_claims(claims: &[ClaimEvent], colors: Colors, out: &mut String) {
    let mut speakers: Vec<(String, Vec<&ClaimEvent>)> = Vec::new();
    let (statements, said): (Vec<_>, Vec<_>) = claims.iter().partition(|claim| claim.kind == ClaimKind::Statement);
    for claim in said {
        let key = speaker_key(claim);
        match speakers.iter_mut().find(|(known, _)| *known == key) {
            Some((_, claims)) => claims.push(claim),
            None => speakers.push((key, vec![claim])),
        }
    }
    for (_, claims) in &speakers {
        out.push('\n');
        let _ = writeln!(out, "  {}", speaker(claims[0], colors));
        claims.iter().for_each(|claim| write_claim(claim, colors, out));
    }
    if !statements.is_empty() {
        let _ = writeln!(out, "\n  {}", colors.paint(Style::Faint, "the newsroom's own voice"));
        statements.iter().for_each(|claim| write_claim(claim, colors, out));
    }
}

fn speaker_key(claim: &ClaimEvent) -> String {
    let Some(source) = &claim.source else { return String::new() };
    format!(
        "{}\n{}\n{}",
        source.entity_id.as_deref().unwrap_or(""),
        source.name,
        source.relayed_by.as_deref().unwrap_or("")
    )
}

fn speaker(claim: &ClaimEvent, colors: Colors) -> String {
    let Some(source) = &claim.source else { return colors.paint(Style::Unnamed, "someone unnamed") };
    let name = match (&source.descriptor, source.anonymous) {
        (Some(descriptor), true) => colors.paint(Style::Unnamed, descriptor),
        (None, true) => colors.paint(Style::Unnamed, &source.name),
        (_, false) => colors.paint(Style::Source, &source.name),
    };
    let mut facts: Vec<String> = Vec::new();
    facts.extend(source.role.clone());
    if source.anonymous {
        facts.push("not named".to_owned());
    }
    facts.extend(source.relayed_by.as_ref().map(|by| format!("relayed by {by}")));
    let facts = if facts.is_empty() { String::new() } else { format!(" · {}", facts.join(" · ")) };
    format!("{name}{}", colors.paint(Style::Faint, &facts))
}

fn write_claim(claim: &ClaimEvent, colors: Colors, out: &mut String) {
    let mut facts = Vec::new();
    if claim.kind != ClaimKind::Statement {
        facts.push(name_of(&claim.kind));
    }
    if claim.polarity == "negative" {
        facts.push("negative".to_owned());
    }
    if claim.modality != "certain" {
        facts.push(claim.modality.clone());
    }
    facts.extend(claim.attitude.clone());
    facts.extend(claim.addressee.as_ref().map(|to| format!("to {}", to.text)));
    if claim.parent_claim_id.is_some() {
        facts.push("within another claim".to_owned());
    }
    facts.push(format!("{:.0} %", claim.confidence * 100.0));
    let cue = claim.cue.as_ref().map_or_else(String::new, |cue| format!("{} ", colors.paint(Style::Cue, &cue.text)));
    let _ = writeln!(out, "    {cue}{}", colors.paint(Style::Faint, &facts.join(" · ")));
    for line in wrap(&claim.text) {
        let _ = writeln!(out, "      {}", colors.paint(Style::Content, &line));
    }
    for quantity in &claim.quantities {
        let value = match (&quantity.value, &quantity.low, &quantity.high) {
            (Some(value), ..) => value.clone(),
            (None, low, high) => format!("{} to {}", low.as_deref().unwrap_or("?"), high.as_deref().unwrap_or("?")),
        };
        let mut facts = vec![value];
        facts.extend(quantity.currency.clone().or_else(|| quantity.unit.clone()));
        facts.extend(quantity.per.as_ref().map(|per| format!("a {per}")));
        let approx = quantity.approx.as_ref().map(|approx| format!("({})", approx.replace('_', " ")));
        facts.extend(approx);
        facts.extend(quantity.change.as_ref().map(|change| format!("({})", change.direction)));
        write_fact(&quantity.span, &facts.join(" "), Style::Number, colors, out);
    }
    for time in &claim.times {
        write_fact(&time.span, &time.value, Style::Time, colors, out);
    }
    for warning in &claim.warnings {
        let _ = writeln!(out, "      {}", colors.paint(Style::Warning, &format!("! {}", warning.replace('_', " "))));
    }
}

fn write_fact(span: &Span, value: &str, style: Style, colors: Colors, out: &mut String) {
    let _ = writeln!(
        out,
        "      {} {}",
        colors.paint(style, &span.text),
        colors.paint(Style::Faint, &format!("= {value}"))
    );
}

fn write_entities(entities: &[EntityEvent], colors: Colors, out: &mut String) {
    let mut shown: Vec<&EntityEvent> = entities.iter().collect();
    shown.sort_by(|a, b| b.salience.total_cmp(&a.salience));
    if !shown.is_empty() {
        let _ = writeln!(out, "\n  {}", colors.paint(Style::Faint, "who and what"));
    }
    for entity in shown.iter().take(MAX_ENTITIES) {
        let mut facts: Vec<String> = entity.roles.clone();
        let other = entity.mentions.iter().filter(|m| m.kind != MentionKind::Name).count();
        let times = entity.mentions.len();
        facts.push(match (times, other) {
            (1, _) => "once".to_owned(),
            (_, 0) => format!("{times} times"),
            _ => format!("{times} times, {other} without the name"),
        });
        facts.extend(entity.kb.as_ref().map(|kb| format!("{} {}", kb.label, kb.id)));
        let _ = writeln!(
            out,
            "    {} {} {}",
            colors.paint(Style::Faint, &format!("{:<11}", entity.kind)),
            colors.paint(Style::Source, &entity.name),
            colors.paint(Style::Faint, &format!("· {}", facts.join(" · ")))
        );
    }
    if let Some(more) = shown.len().checked_sub(MAX_ENTITIES + 1) {
        let _ = writeln!(out, "    {}", colors.paint(Style::Faint, &format!("and {} more", more + 1)));
    }
}

/// The published name of an enum's value.
fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH - 8 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Limits, RawArticle, parse};
    use crate::event::Provenance;
    use crate::extract::Extractor;

    fn pretty(text: &str, colors: Colors) -> String {
        let raw = RawArticle { payload: text.as_bytes(), ..RawArticle::default() };
        let article = parse(raw, Limits::default()).unwrap();
        extraction(&Extractor::builtin().unwrap().extract(&article, &Provenance::default()).unwrap(), colors)
    }

    const TEXT: &str =
        "Bank Lifts Rates\n\n“Prices \u{1b}[31m rise,” said Ann Lee, the governor. Lee said that rents fell by 3%.\n";

    #[test]
    fn claims_stand_under_their_speaker() {
        let text = pretty(TEXT, Colors::Off);
        let lee = text.find("\n  Ann Lee").expect("the speaker is a heading");
        assert_eq!(text.matches("\n  Ann Lee").count(), 1, "{text}");
        assert!(text[lee..].contains("“Prices") && text[lee..].contains("rents fell by 3%"), "{text}");
    }

    #[test]
    fn escapes_of_the_article_never_reach_the_terminal() {
        assert!(!pretty(TEXT, Colors::Off).contains('\x1b'));
        let coloured = pretty(TEXT, Colors::On);
        assert!(coloured.contains("\x1b[33msaid\x1b[0m") && !coloured.contains("\x1b[31m rise"), "{coloured}");
    }
}
