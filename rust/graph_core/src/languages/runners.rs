//! Runners: how the test runner of each family of languages is told which test to run.

/// A template, and what stands between the names of a test: its groups or types, and itself.
pub struct Runner {
    pub family: &'static str,
    /// How the names of its files end; empty: all others.
    pub files: &'static str,
    /// With `{path}`, `{folder}`, `{first}` (the outermost name), `{last}` (its own) and `{names}`.
    pub template: &'static str,
    pub between: &'static str,
    /// Before the last name.
    pub last: &'static str,
}

const fn runner(
    family: &'static str,
    files: &'static str,
    template: &'static str,
    between: &'static str,
    last: &'static str,
) -> Runner {
    Runner { family, files, template, between, last }
}

pub static RUNNERS: &[Runner] = &[
    runner("python", "", "{path}::{names}", "::", "::"), // pytest
    runner("javascript", "", "{path} -t '{names}'", " ", " "), // jest, vitest
    runner("java", "", "{names}", "$", "#"),             // JUnit by surefire
    runner("go", "", "./{folder} -run '^{first}$'", "/", "/"), // go test
    runner("rust", "", "{names}", "::", "::"),           // cargo test
    runner("php", "", "{path} --filter '{names}'", "::", "::"), // phpunit
    runner("csharp", "", "--filter FullyQualifiedName~{names}", ".", "."), // dotnet test
    runner("ruby", "_spec.rb", "{path} -e '{names}'", " ", " "), // rspec
    runner("ruby", "", "{path} -n '{last}'", " ", " "),  // minitest, test-unit
    runner("kotlin", "", "--tests '{names}'", "$", "."), // gradle test
];

/// What the runner takes to run the test of these names, outermost first, in the file of that path.
pub fn command(family: &str, path: &str, names: &[&str]) -> String {
    let Some(runner) = RUNNERS.iter().find(|r| r.family == family && path.ends_with(r.files)) else {
        return format!("{path} {}", names.join(" "));
    };
    let (outer, own) = names.split_at(names.len().saturating_sub(1));
    let own = own.first().copied().unwrap_or_default();
    let is_quoted = runner.template.contains('\'');
    let mut said = String::with_capacity(path.len() + 64);
    let mut rest = runner.template;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        let (what, behind) = after.split_once('}').unwrap_or((after, ""));
        match what {
            "path" => said.push_str(path),
            "folder" => said.push_str(path.rsplit_once('/').map_or(".", |(folder, _)| folder)),
            "first" => said.push_str(names.first().copied().unwrap_or_default()),
            "last" => push(&mut said, own, true),
            _ => {
                for (i, name) in outer.iter().enumerate() {
                    said.push_str(if i == 0 { "" } else { runner.between });
                    push(&mut said, name, is_quoted);
                }
                said.push_str(if outer.is_empty() { "" } else { runner.last });
                push(&mut said, own, is_quoted);
            }
        }
        rest = behind;
    }
    said + rest
}

/// A quote ends in a quoted text of a shell, is written, and begins again.
fn push(said: &mut String, text: &str, is_quoted: bool) {
    if is_quoted && text.contains('\'') {
        said.push_str(&text.replace('\'', "'\\''"));
    } else {
        said.push_str(text);
    }
}
