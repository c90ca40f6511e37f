//! What makes a definition a test, by the conventions of a language's test frameworks.

/// What makes a definition a test.
pub struct TestRules {
    /// Names of test files with at most one `*`, or folders as `name/` or `outer/inner/`.
    pub files: &'static [&'static str],
    /// Beginnings of the names of functions and methods that are tests, in such a file.
    pub function_prefixes: &'static [&'static str],
    /// Decorators that make a test, in any file.
    pub decorators: &'static [&'static str],
    /// Calls with a title and a function: `test("adds", () => …)`.
    pub calls: &'static [&'static str],
    /// Calls that group such calls.
    pub groups: &'static [&'static str],
    /// Such a group is a class: its tests are methods of it, and a nested group is a subclass.
    pub group_types: bool,
    /// Calls in such a class that define a member with the result of their function, named by their title or else by
    /// the call.
    pub members: &'static [&'static str],
    /// The member that is the subject of a group: the first argument of its call.
    pub subject: &'static str,
    /// Decorators of fixtures: a test takes a fixture as a parameter of its name.
    pub fixture_decorators: &'static [&'static str],
    /// Decorators whose first argument names parameters and whose second lists their values.
    pub parametrize_decorators: &'static [&'static str],
    /// Files whose fixtures are visible in their folder and below.
    pub fixture_files: &'static [&'static str],
}
