//! *George W. Bush ... George Bush*, *Bill Clinton ... William Clinton*, *J. Smith ... John Smith*: the same family name, and given
//! names that fit: one left out, shortened to its initial, or the usual short form of the other.

use super::super::words::is_nickname;
use super::{Chain, ChainRule, View};
use crate::kb::EntityType;

pub(super) const RULE: ChainRule = ChainRule { id: "partial_name", joins };

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    if short.kind != EntityType::Person || full.kind != EntityType::Person {
        return false;
    }
    let (a, b) = (short.longest(view), full.longest(view));
    let order = a.len() < b.len() || a.len() == b.len() && full.members[0].name < short.members[0].name;
    a.len() >= 2 && b.len() >= 2 && order && fits(a, b)
}

/// True where the two names, of two words or more, can be one person's.
fn fits(a: &[String], b: &[String]) -> bool {
    if a.last() != b.last() || !given_names_fit(&a[0], &b[0]) {
        return false;
    }
    let (middle_a, middle_b) = (&a[1..a.len() - 1], &b[1..b.len() - 1]);
    middle_a.is_empty()
        || middle_b.is_empty()
        || middle_a.iter().all(|m| middle_b.iter().any(|n| given_names_fit(m, n)))
}

fn given_names_fit(a: &str, b: &str) -> bool {
    let initial = |short: &str, full: &str| short.chars().count() == 1 && full.starts_with(short);
    a == b || initial(a, b) || initial(b, a) || is_nickname(a, b)
}

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::kb::fold;

    fn check(a: &str, b: &str, expected: bool) {
        assert_eq!(fits(&fold::words(a), &fold::words(b)), expected, "{a} and {b}");
    }

    #[test]
    fn given_names_may_be_short_or_missing() {
        check("George Bush", "George W. Bush", true);
        check("J. Smith", "John Smith", true);
        check("Bill Clinton", "William Clinton", true);
        check("Bill Clinton", "William Jefferson Clinton", true);
    }

    #[test]
    fn other_people_of_the_same_family_are_others() {
        check("Bill Clinton", "Hillary Clinton", false);
        check("George H. W. Bush", "George W. Bush", false);
        check("Nawaz Sharif", "Shehbaz Sharif", false);
        check("John Smith", "John Smithson", false);
    }
}
