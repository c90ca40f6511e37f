//! JSON as configuration files write it: with comments and trailing commas.

use serde_json::Value;

/// The value, or null where there is none.
pub fn parse(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&plain(text))).unwrap_or(Value::Null)
}

/// The text without comments and trailing commas.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    // The length up to a comma behind which only white space and comments came so far.
    let mut comma = None;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
            continue;
        }
        if first == '"' {
            let end = string_end(rest);
            plain.push_str(&rest[..end]);
            rest = &rest[end..];
            comma = None;
            continue;
        }
        if matches!(first, '}' | ']')
            && let Some(at) = comma
        {
            plain.truncate(at);
        }
        if first == ',' {
            comma = Some(plain.len());
        } else if !first.is_whitespace() {
            comma = None;
        }
        plain.push(first);
        rest = &rest[first.len_utf8()..];
    }
    plain
}

/// Where the string ends that the text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn comments_and_trailing_commas_are_legal() {
        let text = "{ // a comment, with \"quotes\"\n \"a\": [1, 2, /* , */ ], \"b//c\": \"*/,}\", }";
        let value = parse(text);
        assert_eq!(value["a"][1], 2);
        assert_eq!(value["b//c"], "*/,}");
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        assert!(parse("{ a: ").is_null());
        assert!(parse("\"open").is_null());
    }
}
