//! Time expressions, resolved against the article's date.

pub(crate) mod calendar;
mod direction;
pub(crate) mod grammar;
mod resolve;
mod role;

use jiff::civil::{Date, date};

use self::calendar::Value;
use self::grammar::Match;
use self::resolve::{Direction, Expr, Frame, Which, YearRef, resolve, vague};
use super::attribution::Attribution;
use super::quantity::lexer::Atoms;
use super::{Context, Located};
use crate::event::{BlockKind, Time};

/// All times of the document, in text order, disjoint. A time that belongs to a cue ("said on Saturday") has the role `report`.
pub fn times(ctx: &Context<'_>, attributions: &[Attribution]) -> Vec<Located<Time>> {
    let mut found = Vec::new();
    for (kind, tokens) in &ctx.blocks {
        if tokens.is_empty() {
            continue;
        }
        let atoms = Atoms::of_block(&ctx.article.text, ctx.bytes(tokens), ctx.doc, tokens.clone());
        block_times(ctx, attributions, *kind, &atoms, &mut found);
    }
    found
}

/// A value that later expressions of the block are counted from, and its sentence.
struct Anchor {
    sentence: usize,
    value: Value,
}

fn block_times(
    ctx: &Context<'_>,
    attributions: &[Attribution],
    kind: BlockKind,
    atoms: &Atoms<'_>,
    found: &mut Vec<Located<Time>>,
) {
    let doc = ctx.doc;
    let headline = matches!(kind, BlockKind::Headline | BlockKind::Subhead | BlockKind::Caption);
    let mut anchors: Vec<Anchor> = Vec::new();
    for one in grammar::expressions(atoms) {
        let tokens = atoms.tokens(&one.atoms);
        let sentence = doc.sent(tokens.start).start;
        let direction = direction::direction(doc, &tokens, headline);
        let anchor = anchors.iter().rev().find(|a| a.sentence == sentence).or(anchors.last()).map(|a| &a.value);
        let Some(value) = value(&one, ctx.article.reference_date, direction, anchor) else { continue };
        let role = role::role(doc, atoms, &one, &tokens, direction, attributions);
        if role != "report" && !matches!(value, Value::Ref(_)) {
            anchors.push(Anchor { sentence, value: value.clone() });
        }
        found.push(Located {
            tokens,
            item: Time {
                span: ctx.byte_span(atoms.bytes(&one.atoms)),
                value: value.to_string(),
                granularity: granularity(&one.expr, &value).to_owned(),
                role: role.to_owned(),
            },
        });
    }
}

fn value(one: &Match, reference: Option<Date>, direction: Direction, anchor: Option<&Value>) -> Option<Value> {
    match reference {
        Some(today) => resolve(&one.expr, Frame { today, direction, anchor }),
        // Without a date of reference a full date is still a date, and the rest is past or future.
        None if is_absolute(&one.expr) => resolve(&one.expr, Frame { today: date(2000, 1, 1), direction, anchor }),
        None => Some(Value::Ref(vague(direction))),
    }
}

fn is_absolute(expr: &Expr) -> bool {
    match expr {
        Expr::Day { year, .. }
        | Expr::Quarter { year, .. }
        | Expr::Half { year, .. }
        | Expr::FirstMonths { year, .. } => {
            matches!(year, YearRef::Absolute(_))
        }
        Expr::Month { year, which, .. } | Expr::Season { year, which, .. } | Expr::Holiday { year, which, .. } => {
            matches!(year, YearRef::Absolute(_)) && *which == Which::Open
        }
        Expr::Year(_) | Expr::FiscalYear(_) | Expr::Decade(_) | Expr::Century(_) | Expr::Ref(_) => true,
        Expr::Interval(start, end) => is_absolute(start) && is_absolute(end),
        _ => false,
    }
}

fn granularity(expr: &Expr, value: &Value) -> &'static str {
    match expr {
        Expr::FiscalYear(_) => "fiscal_year",
        Expr::Half { .. } => "half",
        Expr::Season { .. } => "season",
        Expr::Decade(_) => "decade",
        Expr::Century(_) => "century",
        _ => value.granularity(),
    }
}
