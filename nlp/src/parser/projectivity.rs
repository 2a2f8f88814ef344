//! Undoes pseudo-projective labels (`spacy/pipeline/_parser_internals/nonproj.pyx`; Nivre and Nilsson 2005), and finds the
//! edges of subtrees and the starts of sentences (`set_children_from_heads` in `spacy/tokens/doc.pyx`).

use super::Parse;

/// Rounds in which spaCy looks for edges before it gives up.
const MAX_ROUNDS: usize = 12;

/// Replaces each label `a||b` by `a` and hangs its token on the nearest descendant of its head, breadth first and from left to
/// right, that is labelled `b`. Sets edges and sentence starts.
pub(super) fn deprojectivize(decorated: &[Option<(u16, Option<u16>)>], is_space: &[bool], parse: &mut Parse) {
    set_edges(&parse.heads, &mut parse.edges);
    let mut changed = false;
    for i in 0..parse.heads.len() {
        let Some((bare, head_label)) = decorated[usize::from(parse.labels[i])] else { continue };
        if let Some(head) = head_label.and_then(|label| find_head(parse, is_space, i, label)) {
            parse.heads[i] = head;
            changed = true;
        }
        parse.labels[i] = bare;
    }
    if changed {
        set_edges(&parse.heads, &mut parse.edges);
    }
    let n = parse.heads.len();
    parse.sent_starts.clear();
    parse.sent_starts.resize(n, false);
    for i in 0..n {
        if parse.heads[i] == i {
            parse.sent_starts[parse.edges[i].0] = true;
        }
    }
}

fn find_head(parse: &Parse, is_space: &[bool], token: usize, label: u16) -> Option<usize> {
    let mut level = vec![parse.heads[token]];
    while !level.is_empty() {
        let mut next = Vec::new();
        for &parent in &level {
            let (left, right) = parse.edges[parent];
            for child in (left..parent).chain(parent + 1..right + 1) {
                if parse.heads[child] != parent || is_space[child] || child == token {
                    continue;
                }
                if parse.labels[child] == label {
                    return Some(child);
                }
                next.push(child);
            }
        }
        level = next;
    }
    None
}

/// First and last token of each subtree: two sweeps a round, until every head lies within its token's sentence.
fn set_edges(heads: &[usize], edges: &mut Vec<(usize, usize)>) {
    let n = heads.len();
    edges.clear();
    edges.extend((0..n).map(|i| (i, i)));
    for _ in 0..MAX_ROUNDS {
        for i in (0..n).chain((0..n).rev()) {
            let (left, right) = edges[i];
            let head = &mut edges[heads[i]];
            *head = (head.0.min(left), head.1.max(right));
        }
        if heads_stay_in_sentences(heads, edges) {
            break;
        }
    }
}

fn heads_stay_in_sentences(heads: &[usize], edges: &[(usize, usize)]) -> bool {
    let n = heads.len();
    let mut starts = vec![false; n];
    for i in 0..n {
        if heads[i] == i {
            starts[edges[i].0] = true;
        }
    }
    // As spaCy does it: a sentence's last token is looked at with its successor as part of the range of heads.
    let mut from = 0;
    for i in 0..n {
        if i > 0 && starts[i] || i + 1 == n {
            if !(from..i).all(|j| (from..i + 1).contains(&heads[j])) {
                return false;
            }
            from = i;
        }
    }
    true
}
