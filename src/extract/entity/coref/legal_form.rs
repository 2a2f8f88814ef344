//! *Boeing Co. ... Boeing*: a company with and without its legal form.

use super::super::words::is_legal_form;
use super::{Chain, ChainRule, View};
use crate::kb::EntityType;

pub(super) const RULE: ChainRule = ChainRule { id: "legal_form_stripped_name", joins };

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    let company = |c: &Chain| matches!(c.kind, EntityType::Org | EntityType::Product);
    if !company(short) && short.kind != EntityType::Person || full.kind != EntityType::Org {
        return false;
    }
    let (a, b) = (short.longest(view), full.longest(view));
    a.len() < b.len() && stripped(b) == a && !a.is_empty()
}

fn stripped(words: &[String]) -> &[String] {
    let mut end = words.len();
    while end > 1 && is_legal_form(&words[end - 1]) {
        end -= 1;
    }
    // "Johnson and Company"
    while end > 1 && end < words.len() && words[end - 1] == "and" {
        end -= 1;
    }
    &words[..end]
}
