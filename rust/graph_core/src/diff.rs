//! Parses unified and git diffs, and the format with `__new hunk__` and `__old hunk__` sections of numbered lines, and
//! reverts a diff on the text after it, which gives the text before it.

use crate::error::{Error, Result};

/// What happened to one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDiff {
    /// The path before; None: the file is new.
    pub before: Option<String>,
    /// The path after; None: the file is deleted.
    pub after: Option<String>,
    pub hunks: Vec<Hunk>,
}

/// Lines that replace others, both with the unchanged lines around them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    /// The 1-based number of the first line of `new`; if `new` is empty, of the line before it.
    pub start: usize,
    pub old: Vec<String>,
    pub new: Vec<String>,
}

/// The largest distance in lines at which a hunk is searched from its stated line.
const MAX_OFFSET: usize = 1000;

/// The files of a diff, in its order. `path` is the file of a diff that names none. `BadDiff` if it is none.
pub fn parse(text: &str, path: Option<&str>) -> Result<Vec<FileDiff>> {
    let mut files: Vec<FileDiff> = Vec::new();
    let mut lines = text.lines().peekable();
    let unchanged_path =
        |path: &str| FileDiff { before: Some(path.into()), after: Some(path.into()), hunks: Vec::new() };
    while let Some(line) = lines.next() {
        if let Some(names) = line.strip_prefix("diff --git ") {
            // Ambiguous if a path contains ` b/`; the `---` and `+++` lines replace it where there are any.
            let (before, after) = names.split_once(" b/").unwrap_or((names, names));
            let before = before.strip_prefix("a/").unwrap_or(before);
            files.push(FileDiff {
                before: Some(before.into()),
                after: Some(after.into()),
                hunks: Vec::new(),
            });
        } else if let Some(name) = line.strip_prefix("rename from ") {
            last_file(&mut files)?.before = Some(unquoted(name));
        } else if let Some(name) = line.strip_prefix("rename to ") {
            last_file(&mut files)?.after = Some(unquoted(name));
        } else if line.starts_with("new file mode") {
            last_file(&mut files)?.before = None;
        } else if line.starts_with("deleted file mode") {
            last_file(&mut files)?.after = None;
        } else if line.starts_with("--- ") && lines.peek().is_some_and(|next| next.starts_with("+++ ")) {
            let before = side_path(line.trim_start_matches("--- "), "a/");
            let after = side_path(lines.next().unwrap_or_default().trim_start_matches("+++ "), "b/");
            match files.last_mut() {
                Some(file) if file.hunks.is_empty() => (file.before, file.after) = (before, after),
                _ => files.push(FileDiff { before, after, hunks: Vec::new() }),
            }
        } else if let Some(name) = line.strip_prefix("## File: ").or_else(|| line.strip_prefix("## file: ")) {
            files.push(unchanged_path(name.trim().trim_matches(['\'', '"', '`'])));
        } else if line.trim() == "__new hunk__" {
            let file = current_file(&mut files, path)?;
            file.hunks.push(parse_numbered(&mut lines)?);
        } else if line.starts_with("@@ ") && line[3..].starts_with('-') {
            let Some(hunk) = parse_unified(line, &mut lines)? else { continue };
            current_file(&mut files, path)?.hunks.push(hunk);
        }
    }
    if files.is_empty() {
        return Err(Error::BadDiff("the diff names no file and has no hunk".to_owned()));
    }
    Ok(files)
}

type Lines<'t> = std::iter::Peekable<std::str::Lines<'t>>;

fn last_file(files: &mut [FileDiff]) -> Result<&mut FileDiff> {
    files.last_mut().ok_or_else(|| Error::BadDiff("the diff does not say which file it is about".to_owned()))
}

/// The file that the next hunk belongs to.
fn current_file<'f>(files: &'f mut Vec<FileDiff>, path: Option<&str>) -> Result<&'f mut FileDiff> {
    if files.is_empty()
        && let Some(path) = path
    {
        files.push(FileDiff { before: Some(path.into()), after: Some(path.into()), hunks: Vec::new() });
    }
    last_file(files)
}

/// The path in `a/path`, which a time may follow; None for `/dev/null`.
fn side_path(name: &str, prefix: &str) -> Option<String> {
    let name = unquoted(name.split('\t').next().unwrap_or(name).trim_end());
    (name != "/dev/null").then(|| name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name))
}

fn unquoted(name: &str) -> String {
    name.trim().trim_matches('"').to_owned()
}

/// Parses the hunk after a header `@@ -1,2 +3,4 @@`. None if a section in the numbered format follows the header.
fn parse_unified(header: &str, lines: &mut Lines) -> Result<Option<Hunk>> {
    let bad = || Error::BadDiff(format!("the hunk '{header}' cannot be read"));
    let mut ranges = header[3..].split(' ').take(2).map(|part| {
        let range = part.get(1..)?;
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
    });
    let (Some(Some((_, mut olds))), Some(Some((start, mut news)))) = (ranges.next(), ranges.next()) else {
        return Err(bad());
    };
    if lines.peek().is_some_and(|line| matches!(line.trim(), "__new hunk__" | "")) {
        return Ok(None);
    }
    let mut hunk = Hunk { start, ..Hunk::default() };
    while olds > 0 || news > 0 {
        let line = lines.next().ok_or_else(bad)?;
        let (mark, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        match mark {
            "-" if olds > 0 => hunk.old.push(rest.to_owned()),
            "+" if news > 0 => hunk.new.push(rest.to_owned()),
            " " if olds > 0 && news > 0 => {
                hunk.old.push(rest.to_owned());
                hunk.new.push(rest.to_owned());
            }
            "\\" => continue,
            _ => return Err(bad()),
        }
        olds -= usize::from(mark != "+");
        news -= usize::from(mark != "-");
    }
    Ok(Some(hunk))
}

/// Parses lines `12 +code` and `12  code`, and an optional `__old hunk__` section of lines `-code` and ` code`.
fn parse_numbered(lines: &mut Lines) -> Result<Hunk> {
    let mut hunk = Hunk::default();
    let ends = |line: &str| {
        line.starts_with("@@ ")
            || line.starts_with("## ")
            || line.starts_with("diff ")
            || line.trim() == "__new hunk__"
    };
    let mut kept = Vec::new();
    while let Some(line) = lines.next_if(|line| !ends(line) && line.trim() != "__old hunk__") {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = line[..digits].parse::<usize>() else {
            if line.trim().is_empty() {
                continue;
            }
            return Err(Error::BadDiff(format!("'{line}' has no line number")));
        };
        if hunk.new.is_empty() {
            hunk.start = number;
        }
        let code = line[digits..].strip_prefix(' ').unwrap_or(&line[digits..]);
        let (mark, rest) = code.split_at_checked(1).unwrap_or((" ", ""));
        hunk.new.push(rest.to_owned());
        if mark != "+" {
            kept.push(rest.to_owned());
        }
    }
    let mut old = None;
    if lines.next_if(|line| line.trim() == "__old hunk__").is_some() {
        let mut lines_before = Vec::new();
        while let Some(line) = lines.next_if(|line| !ends(line)) {
            lines_before.push(line.split_at_checked(1).map_or("", |(_, rest)| rest).to_owned());
        }
        while lines_before.len() > kept.len() && lines_before.last().is_some_and(String::is_empty) {
            lines_before.pop(); // an empty line between hunks
        }
        old = Some(lines_before);
    }
    hunk.old = old.unwrap_or(kept);
    Ok(hunk)
}

impl FileDiff {
    /// The text before the diff, given the text after it. Line ends are those of the text after. `BadDiff` if a hunk does
    /// not match the text.
    pub fn revert(&self, after: &str) -> Result<String> {
        let end = if after.contains("\r\n") { "\r\n" } else { "\n" };
        let mut lines: Vec<&str> = after.lines().collect();
        let bare = |line: &str| line.trim_end_matches('\r').to_owned();
        // From the last to the first, so that the line numbers of the others stay valid.
        let mut hunks: Vec<&Hunk> = self.hunks.iter().collect();
        hunks.sort_by_key(|hunk| hunk.start);
        for hunk in hunks.into_iter().rev() {
            let at = if hunk.new.is_empty() { hunk.start } else { hunk.start.saturating_sub(1) };
            let fits = |at: usize| {
                let there = at.checked_add(hunk.new.len()).and_then(|end| lines.get(at..end));
                there.is_some_and(|there| hunk.new.iter().zip(there).all(|(new, line)| bare(new) == *line))
            };
            let near = (0..=MAX_OFFSET).flat_map(|d| [at.checked_sub(d), at.checked_add(d)]).flatten();
            let start = near.into_iter().find(|at| fits(*at)).ok_or_else(|| {
                let path = self.after.as_deref().or(self.before.as_deref()).unwrap_or("the file");
                Error::BadDiff(format!("{path}: the hunk at line {} does not fit the text", hunk.start))
            })?;
            lines.splice(
                start..start + hunk.new.len(),
                hunk.old.iter().map(|line| line.trim_end_matches('\r')),
            );
        }
        let mut text = lines.join(end);
        if !text.is_empty() {
            text.push_str(end);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: &str = "one\ntwo and\nthree\nfour\n";
    const BEFORE: &str = "one\ntwo\nthree\nmore\nfour\n";

    fn revert(diff: &str) -> String {
        parse(diff, Some("a.py")).unwrap()[0].revert(AFTER).unwrap()
    }

    #[test]
    fn a_unified_diff_is_reverted() {
        let diff = "--- a/a.py\t2024\n+++ b/a.py\n@@ -1,5 +1,4 @@ def f\n one\n-two\n+two and\n three\n-more\n four\n";
        assert_eq!(revert(diff), BEFORE);
        let shifted = diff.replace("-1,5 +1,4", "-11,5 +11,4");
        assert_eq!(revert(&shifted), BEFORE);
    }

    #[test]
    fn the_numbered_format_is_reverted() {
        let diff = "## File: 'a.py'\n\n@@ -1,5 +1,4 @@\n__new hunk__\n1  one\n2 +two and\n3  three\n4  four\n__old hunk__\n one\n-two\n three\n-more\n four\n";
        assert_eq!(revert(diff), BEFORE);
        assert_eq!(parse(diff, None).unwrap()[0].after.as_deref(), Some("a.py"));
        let added = "__new hunk__\n1  one\n2 +two and\n3  three\n";
        assert_eq!(revert(added), "one\nthree\nfour\n");
    }

    #[test]
    fn git_says_what_came_went_and_was_renamed() {
        let diff = "diff --git a/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n\
            diff --git a/g.py b/g.py\ndeleted file mode 100644\n--- a/g.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-y\n-z\n\
            diff --git a/o.py b/m.py\nsimilarity index 100%\nrename from o.py\nrename to m.py\n";
        let files = parse(diff, None).unwrap();
        let sides: Vec<_> = files.iter().map(|f| (f.before.as_deref(), f.after.as_deref())).collect();
        assert_eq!(sides, [(None, Some("n.py")), (Some("g.py"), None), (Some("o.py"), Some("m.py"))]);
        assert_eq!(files[1].revert("").unwrap(), "y\nz\n");
    }

    #[test]
    fn what_does_not_fit_or_is_no_diff_is_an_error() {
        let diff = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n";
        assert_eq!(parse(diff, None).unwrap()[0].revert(AFTER).unwrap_err().code(), "bad_diff");
        for bad in
            ["", "hello", "@@ -1 +1 @@\n-x\n+y\n", "--- a\n+++ b\n@@ -1,9 +1,9 @@\n x\n", "__new hunk__\nx\n"]
        {
            assert_eq!(parse(bad, None).unwrap_err().code(), "bad_diff", "{bad:?}");
        }
        for odd in ["@@ -", "@@ - ", "@@ -1 ", "@@ -1 \u{e9}", "@@ -1 +1,99999999999999999999 @@\n x\n"] {
            assert_eq!(parse(odd, Some("a.py")).unwrap_err().code(), "bad_diff", "{odd:?}");
        }
        for far in ["@@ -0,0 +18446744073709551615 @@\n+y\n", "@@ -1 +18446744073709551615,0 @@\n-y\n"] {
            let files = parse(far, Some("a.py")).unwrap();
            assert_eq!(files[0].revert(AFTER).unwrap_err().code(), "bad_diff", "{far:?}");
        }
    }
}
