//! Events for people: who said what, in whose words, with which numbers.

use std::fmt::Write as _;
use std::io::IsTerminal;

use crate::event::{ClaimEvent, ClaimKind, EntityEvent, MentionKind};
use crate::extract::Extraction;

/// Longest line of content, characters.
const WIDTH: usize = 96;

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

    fn paint(self, code: &str, text: &str) -> String {
        // Control characters of articles never reach the terminal.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self == Colors::On { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }
}

/// One article with its claims and entities.
pub(crate) fn extraction(extraction: &Extraction, colors: Colors) -> String {
    let Extraction { article, entities, claims } = extraction;
    let mut out = String::new();
    let title = article.headline.as_deref().unwrap_or("(no headline)");
    let _ = writeln!(out, "{}", colors.paint("1", title));
    let place = article.dateline.as_ref().and_then(|d| d.place.as_deref());
    let date = article.published_at.as_deref();
    let byline = article.byline.as_deref().map(|by| format!("by {by}"));
    let status = serde_json::to_string(&article.status).unwrap_or_default();
    let facts = [byline.as_deref(), place, date, Some(status.trim_matches('"')), Some(&article.id)];
    let facts: Vec<&str> = facts.into_iter().flatten().collect();
    let _ = writeln!(out, "{}", colors.paint("2", &facts.join(" · ")));
    for claim in claims {
        write_claim(claim, colors, &mut out);
    }
    if !entities.is_empty() {
        out.push('\n');
    }
    for entity in entities {
        write_entity(entity, colors, &mut out);
    }
    out.push('\n');
    out
}

fn write_claim(claim: &ClaimEvent, colors: Colors, out: &mut String) {
    let who = match &claim.source {
        Some(source) if source.anonymous => colors.paint("1;35", source.descriptor.as_deref().unwrap_or(&source.name)),
        Some(source) => colors.paint("1;36", &source.name),
        None if claim.kind == ClaimKind::Statement => colors.paint("2", "the newsroom"),
        None => colors.paint("2", "unnamed"),
    };
    let role = claim.source.as_ref().and_then(|s| s.role.as_deref()).map(|r| format!(" ({r})")).unwrap_or_default();
    let cue = claim.cue.as_ref().map_or_else(String::new, |cue| format!(" {}", colors.paint("33", &cue.text)));
    let relay = claim.source.as_ref().and_then(|s| s.relayed_by.as_deref());
    let relay = relay.map(|by| format!(", relayed by {by}")).unwrap_or_default();
    let kind = serde_json::to_string(&claim.kind).unwrap_or_default();
    let details = format!("{} {:.2} {}", kind.trim_matches('"'), claim.confidence, claim.rule);
    let _ = writeln!(
        out,
        "\n  {who}{}{cue}{} {}",
        colors.paint("2", &role),
        colors.paint("2", &relay),
        colors.paint("2", &details)
    );
    for line in wrap(&claim.text) {
        let _ = writeln!(out, "    {}", colors.paint("32", &line));
    }
    for quantity in &claim.quantities {
        let value = match (&quantity.value, &quantity.low, &quantity.high) {
            (Some(value), ..) => value.clone(),
            (None, low, high) => format!("{}..{}", low.as_deref().unwrap_or(""), high.as_deref().unwrap_or("")),
        };
        let unit = quantity.currency.as_deref().or(quantity.unit.as_deref()).unwrap_or("");
        let change = quantity.change.as_ref().map(|c| format!(", {}", c.direction)).unwrap_or_default();
        let fact = format!("# {} = {value} {unit}{change}", quantity.span.text);
        let _ = writeln!(out, "    {}", colors.paint("34", fact.trim_end()));
    }
    for time in &claim.times {
        let _ = writeln!(
            out,
            "    {}",
            colors.paint("34", &format!("@ {} = {} ({})", time.span.text, time.value, time.role))
        );
    }
    for warning in &claim.warnings {
        let _ = writeln!(out, "    {}", colors.paint("31", &format!("! {warning}")));
    }
}

fn write_entity(entity: &EntityEvent, colors: Colors, out: &mut String) {
    let roles = if entity.roles.is_empty() { String::new() } else { format!(" ({})", entity.roles.join("; ")) };
    let pronouns = entity.mentions.iter().filter(|m| m.kind == MentionKind::Pronoun).count();
    let pronouns = if pronouns > 0 { format!(", {pronouns} pronouns") } else { String::new() };
    let facts = format!("×{}{pronouns} {}", entity.mentions.len(), entity.entity_id);
    let name = colors.paint("1;36", &entity.name);
    let _ = writeln!(
        out,
        "  {} {name}{} {}",
        colors.paint("33", &format!("{:<11}", entity.kind)),
        colors.paint("2", &roles),
        colors.paint("2", &facts)
    );
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
