//! Undoes pseudo-projective labels (`spacy/pipeline/_parser_internals/nonproj.pyx`; Nivre and Nilsson 2005), and finds the
//! edges of subtrees and the starts of sentences (`set_children_from_heads` in `spacy/tokens/doc.pyx`).

use rustc_hash::FxHashMap;

use super::Parse;

/// Rounds in which spaCy looks for edges before it gives up.
const MAX_ROUNDS: usize = 12;

/// Replaces each label `a||b` by `a` and hangs its token on the nearest descendant of its head, breadth first and from left to
/// right, that is labelled `b`. Sets edges and sentence starts.
pub(super) fn deprojectivize(decorated: &[Option<(u16, Option<u16>)>], is_space: &[bool], parse: &mut Parse) {
    set_edges(&parse.heads, &mut parse.edges);
    let mut children: Option<Children> = None;
    for i in 0..parse.heads.len() {
        let Some((bare, head_label)) = decorated[usize::from(parse.labels[i])] else { continue };
        let children = children.get_or_insert_with(|| Children::new(&parse.heads));
        if let Some(head) = head_label.and_then(|label| find_head(parse, children, is_space, i, label)) {
            parse.heads[i] = head;
            children.hang(i, head);
        }
        parse.labels[i] = bare;
    }
    if children.is_some() {
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

/// Most tokens that are looked at for one head: beyond it the tree is no sentence of any language.
const MAX_VISITED: usize = 2_000;

fn find_head(parse: &Parse, children: &Children, is_space: &[bool], token: usize, label: u16) -> Option<usize> {
    let mut level = vec![parse.heads[token]];
    let mut visited = 0;
    while !level.is_empty() && visited < MAX_VISITED {
        let mut next = Vec::new();
        for &parent in &level {
            let (left, right) = parse.edges[parent];
            for child in children.of(parent) {
                visited += 1;
                let moved = parse.heads[child] != parent || child < left || child > right;
                if moved || is_space[child] || child == token {
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

/// Children of each token, in text order.
struct Children {
    /// Children by the parser's heads: those of token i are `list[starts[i]..starts[i + 1]]`.
    list: Vec<usize>,
    starts: Vec<usize>,
    /// Tokens that were hung elsewhere since, by their new head.
    hung: FxHashMap<usize, Vec<usize>>,
}

impl Children {
    fn new(heads: &[usize]) -> Self {
        let mut starts = vec![0; heads.len() + 1];
        let is_child = |&(child, &head): &(usize, &usize)| child != head;
        for (_, &head) in heads.iter().enumerate().filter(is_child) {
            starts[head + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let (mut next, mut list) = (starts.clone(), vec![0; starts[heads.len()]]);
        for (child, &head) in heads.iter().enumerate().filter(is_child) {
            list[next[head]] = child;
            next[head] += 1;
        }
        Self { list, starts, hung: FxHashMap::default() }
    }

    fn hang(&mut self, child: usize, head: usize) {
        let hung = self.hung.entry(head).or_default();
        let at = hung.partition_point(|&other| other < child);
        hung.insert(at, child);
    }

    fn of(&self, parent: usize) -> impl Iterator<Item = usize> + '_ {
        let mut first = self.list[self.starts[parent]..self.starts[parent + 1]].iter().copied().peekable();
        let mut hung = self.hung.get(&parent).map_or(&[][..], Vec::as_slice).iter().copied().peekable();
        std::iter::from_fn(move || match (first.peek(), hung.peek()) {
            (Some(a), Some(b)) if b < a => hung.next(),
            (None, _) => hung.next(),
            _ => first.next(),
        })
    }
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
    for (i, &starts_here) in starts.iter().enumerate() {
        if i > 0 && starts_here || i + 1 == n {
            if !(from..i).all(|j| (from..i + 1).contains(&heads[j])) {
                return false;
            }
            from = i;
        }
    }
    true
}
