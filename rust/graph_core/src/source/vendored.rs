//! Vendored: which directories hold other people's code, judged by names alone so that a directory
//! and a commit of the same content are judged alike.

/// A directory of this name is vendored always when it asks for no evidence, else when a file of its
/// parent (`beside`) or an entry of its own (`inside`) says so: `vendor` and `target` are also words of
/// people's own packages.
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

/// Whether the directory `name` is vendored by its name and the files next to it.
pub fn from_outside<'a>(name: &[u8], siblings: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
    rules(name).any(|rule| {
        (rule.beside.is_empty() && rule.inside.is_empty()) || holds(rule.beside, siblings.clone())
    })
}

/// Whether the directory `name` is vendored by what it holds.
pub fn from_inside<'a>(name: &[u8], children: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
    rules(name).any(|rule| holds(rule.inside, children.clone()))
}

fn rules(name: &[u8]) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.name.as_bytes() == name)
}

fn holds<'a>(evidence: &[&str], names: impl IntoIterator<Item = &'a [u8]>) -> bool {
    !evidence.is_empty() && names.into_iter().any(|name| evidence.iter().any(|e| e.as_bytes() == name))
}
