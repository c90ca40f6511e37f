//! Blocks on one line: the grammar requires a separator before the closing bracket.

/// The text with a semicolon in place of the space before each such bracket; None: it has none.
pub fn insert(text: &[u8]) -> Option<Vec<u8>> {
    let mut separated: Option<Vec<u8>> = None;
    let mut at = 0;
    // The last byte of code in this line; 0: none yet.
    let mut last = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'/' if text[at..].starts_with(b"//") => {
                at += until(&text[at..], b"\n");
                continue;
            }
            b'/' if text[at..].starts_with(b"/*") => at += 2 + until(&text[at + 2..], b"*/") + 1,
            b'"' if text[at..].starts_with(b"\"\"\"") => at += 3 + until(&text[at + 3..], b"\"\"\"") + 2,
            b'"' | b'\'' => at += quoted(&text[at..], *byte),
            _ => {}
        }
        if *byte == b'}' && !matches!(last, 0 | b'{' | b';' | b',' | b'>') && text[at - 1] == b' ' {
            separated.get_or_insert_with(|| text.to_vec())[at - 1] = b';';
        }
        match byte {
            b'\n' => last = 0,
            b' ' | b'\t' | b'\r' => {}
            other => last = *other,
        }
        at += 1;
    }
    separated
}

/// How many bytes there are before the mark.
fn until(text: &[u8], mark: &[u8]) -> usize {
    memchr::memmem::find(text, mark).unwrap_or(text.len())
}

/// How many bytes there are from a quote to the one that ends it, in its line.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return 0,
            byte if *byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    0
}
