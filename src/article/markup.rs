//! XHTML and HTML fragments to text: block elements become lines. One pass over the tokens of the WHATWG tokenizer, no tree, so
//! nesting depth costs nothing.

use html5gum::{Token, Tokenizer};

/// The text of a fragment: a line for each block element, white space joined.
pub(super) fn text(fragment: &str) -> String {
    let mut text = String::with_capacity(fragment.len());
    let mut skipped = 0usize;
    for token in Tokenizer::new(fragment) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = tag.name.as_slice();
                if is_skipped(name) && !tag.self_closing {
                    skipped += 1;
                } else if is_block(name) {
                    new_line(&mut text);
                }
            }
            Token::EndTag(tag) => {
                let name = tag.name.as_slice();
                if is_skipped(name) {
                    skipped = skipped.saturating_sub(1);
                } else if is_block(name) {
                    new_line(&mut text);
                }
            }
            Token::String(string) if skipped == 0 => push(&String::from_utf8_lossy(&string), &mut text),
            _ => {}
        }
    }
    text.trim_end().to_owned()
}

fn is_skipped(name: &[u8]) -> bool {
    matches!(name, b"script" | b"style" | b"head" | b"template" | b"noscript" | b"figure")
}

fn is_block(name: &[u8]) -> bool {
    const BLOCKS: [&[u8]; 27] = [
        b"p",
        b"div",
        b"br",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"li",
        b"ul",
        b"ol",
        b"section",
        b"article",
        b"blockquote",
        b"table",
        b"tr",
        b"td",
        b"th",
        b"hr",
        b"header",
        b"footer",
        b"body",
        b"block",
        b"dd",
        b"dt",
        b"pre",
    ];
    BLOCKS.contains(&name)
}

fn new_line(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn push(string: &str, text: &mut String) {
    for c in string.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn blocks_become_lines_and_entities_characters() {
        let fragment = "<div><h2>Title</h2>\n <p>One &amp; <b>two</b>,\n three.</p><script>no()</script><p>Caf&eacute;<br/>bar</p></div>";
        assert_eq!(super::text(fragment), "Title\nOne & two, three.\nCafé\nbar");
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = "<ul><li>".repeat(100_000) + "x";
        assert_eq!(super::text(&deep), "x");
    }
}
