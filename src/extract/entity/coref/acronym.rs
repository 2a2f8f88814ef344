//! *World Health Organization (WHO) ... WHO*: the initials of a name, or the capitals that stand in brackets behind it.

use super::{Chain, ChainRule, View};
use crate::kb::EntityType;

pub(super) const RULE: ChainRule = ChainRule { id: "acronym", joins };

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    if short.kind == EntityType::Person || full.kind == EntityType::Person {
        return false;
    }
    let doc = view.ctx.doc;
    let [acronym] = short.longest(view) else { return false };
    let written = view.names[short.members[0].name].tokens.start;
    let capitals = doc.text(written).chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    if !capitals || acronym.len() < 2 || acronym.len() > 8 {
        return false;
    }
    full.keys(view).into_iter().filter(|k| k.len() >= 2).any(|k| is_initials(acronym, k)) || defined(view, short, full)
}

/// True where the letters are the initials of the words, with or without the small ones.
fn is_initials(acronym: &str, words: &[String]) -> bool {
    let initials = |keep: fn(&str) -> bool| -> String {
        words.iter().filter(|w| keep(w)).filter_map(|w| w.chars().next()).collect()
    };
    initials(|_| true) == acronym
        || initials(|w| !matches!(w, "of" | "the" | "for" | "and" | "on" | "in" | "to" | "de")) == acronym
}

/// True where the acronym stands in brackets right behind a name of the chain.
fn defined(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    let doc = view.ctx.doc;
    full.members.iter().any(|f| {
        let end = view.names[f.name].tokens.end;
        short.members.iter().any(|s| {
            let start = view.names[s.name].tokens.start;
            start == end + 1 && doc.text(end) == "(" && view.names[f.name].words.len() >= 2
        })
    })
}

#[cfg(test)]
mod tests {
    use super::is_initials;
    use crate::kb::fold;

    fn check(acronym: &str, name: &str, expected: bool) {
        assert_eq!(is_initials(acronym, &fold::words(name)), expected, "{acronym} of {name}");
    }

    #[test]
    fn an_acronym_is_the_initials_with_or_without_small_words() {
        check("who", "World Health Organization", true);
        check("isro", "Indian Space Research Organisation", true);
        check("fbi", "Federal Bureau of Investigation", true);
        check("doj", "Department of Justice", true);
        check("nasa", "National Science Foundation", false);
        check("un", "United Nations", true);
        check("eu", "United Nations", false);
    }
}
