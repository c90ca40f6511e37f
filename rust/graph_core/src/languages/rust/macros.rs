//! Arguments of macros as statements: most macros take expressions behind commas, or statements in braces.

use std::ops::Range;

/// Macros whose second argument is a pattern, with a guard perhaps.
const MATCHING: &[&str] = &["matches", "assert_matches", "debug_assert_matches"];

/// Words that no value ends with.
const BEFORE_VALUES: &[&[u8]] = &[
    b"async", b"await", b"break", b"else", b"if", b"in", b"let", b"loop", b"match", b"move", b"mut",
    b"return", b"static", b"unsafe", b"while",
];

/// What types follow.
const BEFORE_TYPES: &[&[u8]] =
    &[b":", b"->", b"as", b"enum", b"fn", b"for", b"impl", b"struct", b"trait", b"type", b"union"];

/// What lists open and close, within which a comma separates no arguments: parameters of a closure, types.
const PARAMETERS: &[u8] = b"|";
const TYPES: &[u8] = b">";

/// Commas become semicolons, unless they stand between the parameters of a closure or between types; what is no value
/// becomes white space: patterns, as what stands before `=>`.
pub fn statements(name: &str, tokens: &[Range<usize>], text: &mut [u8]) {
    let [open, inner @ .., close] = tokens else { return };
    text[open.clone()].fill(b' ');
    text[close.clone()].fill(b';');
    let matching = MATCHING.contains(&name);
    let mut lists: Vec<&[u8]> = Vec::new();
    let mut arguments = 0;
    let mut begin = open.end;
    // Where the value begins that is given to a pattern.
    let mut assigned = None;
    // May a value begin here?
    let mut fresh = true;
    // Do types go on here?
    let (mut path, mut typed) = (false, false);
    for token in inner {
        let written = &text[token.clone()];
        let mut ended = false;
        match (written, lists.last().copied()) {
            (b"|", Some(PARAMETERS)) => {
                lists.pop();
            }
            (b"|", None) if fresh => lists.push(PARAMETERS),
            (b"<", list) if fresh || path || typed || list.is_some() => lists.push(TYPES),
            (b">", Some(TYPES)) => {
                lists.pop();
                ended = true;
            }
            (b">>", Some(TYPES)) => {
                lists.truncate(lists.len().saturating_sub(2));
                ended = true;
            }
            (b"," | b";", None) => {
                text[token.clone()].fill(b';');
                if matching && arguments == 1 {
                    blank(text, begin..token.start);
                }
                arguments += 1;
                (begin, assigned) = (token.end, None);
            }
            (b"=>", None) => {
                blank(text, begin..assigned.take().unwrap_or(token.start));
                text[token.clone()].copy_from_slice(b"; ");
                begin = token.end;
            }
            (b"if", None) if matching && arguments == 1 => {
                blank(text, begin..token.end);
                begin = token.end;
                arguments += 1;
            }
            (b"=", None) => assigned = Some(token.end),
            _ => ended = ends_value(written),
        }
        let written = &text[token.clone()];
        path = written == b"::";
        typed = BEFORE_TYPES.contains(&written) || typed && !matches!(written, [b'=' | b';', ..]);
        fresh = !ended;
    }
    if matching && arguments == 1 {
        blank(text, begin..close.start);
    }
}

fn ends_value(token: &[u8]) -> bool {
    let first = token.first().copied().unwrap_or(b' ');
    (first.is_ascii_alphanumeric() || first >= 0x80 || b"_\"'([{?".contains(&first))
        && !BEFORE_VALUES.contains(&token)
}

fn blank(text: &mut [u8], range: Range<usize>) {
    for byte in text.get_mut(range).into_iter().flatten() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens stand apart by white space.
    fn read(name: &str, code: &str) -> String {
        let mut tokens = Vec::new();
        let mut end = 0;
        for token in code.split(' ') {
            tokens.push(end..end + token.len());
            end += token.len() + 1;
        }
        tokens.retain(|token| !token.is_empty());
        let mut text = code.as_bytes().to_vec();
        statements(name, &tokens, &mut text);
        let read = String::from_utf8(text).expect("a text");
        assert_eq!(read.len(), code.len());
        read.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn arguments_are_statements() {
        let cases = [
            ("assert_eq", "( f (x) , 1 )", "f (x) ; 1 ;"),
            ("vec", "[ a ; n ]", "a ; n ;"),
            (
                "check",
                "( name , | a , b : Vec < u8 , A > | { a } , c )",
                "name ; | a , b : Vec < u8 , A > | { a } ; c ;",
            ),
            ("check", "( a | b , move | | a , || b )", "a | b ; move | | a ; || b ;"),
            (
                "check",
                "( a :: < A , Vec < B >> (1) , b < c , d > e )",
                "a :: < A , Vec < B >> (1) ; b < c ; d > e ;",
            ),
            ("check", "( < A as B < C , D > > :: f () , a )", "< A as B < C , D > > :: f () ; a ;"),
            ("matches", "( f (x) , A (_) | B (1) if g (y) , )", "f (x) ; g (y) ; ;"),
            ("matches", "( x , A )", "x ; ;"),
            ("select", "{ x = f () => g () , A (y) => { h } }", "f () ; g () ; ; { h } ;"),
            (
                "local",
                "{ static A : Map < B , C > = f () ; g () , }",
                "static A : Map < B , C > = f () ; g () ; ;",
            ),
            ("check", "( )", ";"),
        ];
        for (name, code, statements) in cases {
            assert_eq!(read(name, code), statements, "{code}");
        }
    }
}
