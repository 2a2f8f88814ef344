//! Amounts, percentages, counts and how they changed.

mod approximators;
mod change;
mod counted;
mod currency;
pub(crate) mod exclusion;
mod grammar;
pub(crate) mod lexer;
mod measure;
pub(crate) mod numerals;
mod units;

use rust_decimal::Decimal;

use self::grammar::{Candidate, Surroundings, candidates};
use self::lexer::Atoms;
use super::{Context, Located};
use crate::event::{BlockKind, Quantity, QuantityChange};

pub use super::arithmetic::{Inconsistency, inconsistencies};

/// All quantities of the document, in text order, disjoint.
pub fn quantities(ctx: &Context<'_>) -> Vec<Located<Quantity>> {
    let country = place(ctx).and_then(currency::country_of_place);
    let mut all = Vec::new();
    for (kind, tokens) in &ctx.blocks {
        if tokens.is_empty() {
            continue;
        }
        let atoms = Atoms::of_block(&ctx.article.text, ctx.bytes(tokens), ctx.doc, tokens.clone());
        let times = super::time::grammar::expressions(&atoms);
        let title_case = matches!(kind, BlockKind::Headline | BlockKind::Subhead);
        let found = candidates(&atoms, &times, Surroundings { doc: ctx.doc, country, title_case });
        let changes = change::changes(&atoms, ctx.doc, &found, &times);
        for (candidate, change) in found.iter().zip(changes) {
            all.push(Located { tokens: atoms.tokens(&candidate.span), item: publish(ctx, &atoms, candidate, change) });
        }
    }
    all
}

/// Place of the dateline, else the city at the end of the byline.
fn place<'a>(ctx: &Context<'a>) -> Option<&'a str> {
    let dateline = ctx.article.dateline.as_ref().and_then(|d| d.place.as_deref());
    dateline.or_else(|| ctx.article.byline.as_deref()?.rsplit_once(',').map(|(_, place)| place.trim()))
}

fn publish(ctx: &Context<'_>, atoms: &Atoms<'_>, candidate: &Candidate, change: Option<change::Change>) -> Quantity {
    let exact = candidate.high.is_none();
    Quantity {
        span: ctx.byte_span(atoms.bytes(&candidate.span)),
        value: exact.then(|| plain(candidate.low)),
        low: (!exact).then(|| plain(candidate.low)),
        high: candidate.high.map(plain),
        approx: candidate.approx.map(str::to_owned),
        unit: candidate.unit.clone(),
        currency: candidate.currency.map(str::to_owned),
        per: candidate.per.clone(),
        measure: measure::measure(atoms, ctx.doc, candidate).map(|tokens| ctx.span(&tokens)),
        change: change.map(|c| QuantityChange {
            direction: c.direction.as_str().to_owned(),
            amount: c.amount.map(plain),
            unit: c.unit.map(str::to_owned),
            baseline: c.baseline.map(|range| ctx.byte_span(atoms.bytes(&range))),
        }),
    }
}

/// In full, without exponent and trailing zeros.
fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}
