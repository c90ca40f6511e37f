//! Members of a type that end with their line: the grammar takes a `<` that begins the next line for type arguments.

/// The text with a semicolon in place of the space before each `<` that begins a line after a complete member; None:
/// it has none.
pub fn insert(source: &[u8]) -> Option<Vec<u8>> {
    let mut found: Option<Vec<u8>> = None;
    // After these a member continues; any other byte may also be the end of a comment.
    let ends = |byte: u8| !b"=,(&|?:<;{[".contains(&byte);
    // The last byte that is no space, and whether a line has ended since.
    let (mut last, mut broken) = (b' ', false);
    for (at, &byte) in source.iter().enumerate() {
        match byte {
            b'\n' => broken = true,
            b' ' | b'\t' | b'\r' => {}
            _ => {
                let space = at > 0 && matches!(source[at - 1], b' ' | b'\t');
                let opens = byte == b'<' && source.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
                if opens && broken && space && ends(last) {
                    found.get_or_insert_with(|| source.to_vec())[at - 1] = b';';
                }
                (last, broken) = (byte, false);
            }
        }
    }
    found
}
