//! Tells which directories hold third-party code, by names alone, so that a directory and a commit with the same
//! content give the same answer.

/// A directory with this name is vendored if one of the `beside` files is next to it or one of the `inside` entries is in
/// it; if both lists are empty, always. Names such as `vendor` and `target` need such evidence, because packages of the
/// project itself have them too.
struct Rule {
    name: &'static str,
    beside: &'static [&'static str],
    inside: &'static [&'static str],
}

const fn always(name: &'static str) -> Rule {
    Rule { name, beside: &[], inside: &[] }
}

const RULES: &[Rule] = &[
    always("node_modules"),
    always("bower_components"),
    always("jspm_packages"),
    always("third_party"),
    always("site-packages"),
    always("dist-packages"),
    always("__pycache__"),
    always("Pods"),
    Rule {
        name: "vendor",
        beside: &["go.mod", "composer.json", "Gemfile"],
        inside: &["modules.txt", "autoload.php", "bundle"],
    },
    Rule { name: "venv", beside: &[], inside: &["pyvenv.cfg"] },
    Rule { name: "env", beside: &[], inside: &["pyvenv.cfg"] },
    Rule { name: "target", beside: &["Cargo.toml", "pom.xml"], inside: &["CACHEDIR.TAG"] },
];

/// Whether the directory `name` is vendored according to its name and the files next to it.
pub fn is_by_siblings<'a>(name: &[u8], siblings: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
    rules(name).any(|rule| {
        (rule.beside.is_empty() && rule.inside.is_empty()) || holds_any(rule.beside, siblings.clone())
    })
}

/// Whether the directory `name` is vendored according to the entries in it.
pub fn is_by_children<'a>(name: &[u8], children: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
    rules(name).any(|rule| holds_any(rule.inside, children.clone()))
}

fn rules(name: &[u8]) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.name.as_bytes() == name)
}

fn holds_any<'a>(evidence: &[&str], names: impl IntoIterator<Item = &'a [u8]>) -> bool {
    !evidence.is_empty() && names.into_iter().any(|name| evidence.iter().any(|e| e.as_bytes() == name))
}
