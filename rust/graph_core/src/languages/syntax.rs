//! From `tags.scm` to a table: for each kind of node its role, and which of its children it captures as what.
//!
//! The files are valid tree-sitter queries whose patterns are one level deep, so that one walk of the tree, which
//! the token hashes need anyway, does what running the query would do at three times the cost (bench/README.md).

use tree_sitter::Language as Grammar;

macro_rules! vocabulary {
    ($(#[$doc:meta])* $type:ident { $($(#[$of:meta])* $variant:ident = $name:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[$of])* $variant),* }
        impl $type {
            pub const ALL: &'static [(&'static str, $type)] = &[$(($name, $type::$variant)),*];
            fn named(name: &str) -> Option<$type> {
                Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
            }
        }
    };
}

vocabulary!(
    /// What a node is: the capture behind the closing parenthesis of a pattern.
    Role {
        Function = "definition.function",
        Method = "definition.method",
        Constructor = "definition.constructor",
        Class = "definition.class",
        Interface = "definition.interface",
        Enum = "definition.enum",
        Type = "definition.type",
        Module = "definition.module",
        Closure = "definition.closure",
        /// Members that are written for a type outside of it.
        Extension = "definition.extension",
        Call = "reference.call",
        New = "reference.new",
        /// Markup that calls a component, if the name is one.
        Element = "reference.element",
        Extends = "reference.extends",
        Implements = "reference.implements",
        /// Bases that come before those that are written so far.
        Mixin = "reference.mixin",
        Import = "import",
        Imported = "import.name",
        ImportedNamespace = "import.namespace",
        ImportClause = "import.clause",
        Export = "export",
        Package = "package",
        Binding = "binding",
        /// A type variable and what bounds it.
        TypeVariable = "binding.type_variable",
        Assignment = "binding.assign",
        LoopVariable = "binding.loop",
        ContextVariable = "binding.context",
        /// A context that is entered, whether or not its value is bound.
        Context = "context",
        Field = "binding.field",
        EnumMember = "binding.member",
        /// Fields of a type that go by their places.
        PositionalFields = "binding.positional_fields",
        Declarator = "declarator",
        Nonlocal = "binding.nonlocal",
        TypeBranch = "branch.type",
        /// What holds if the value around fits a pattern.
        MatchArm = "match.arm",
        Parameters = "parameters",
        Parameter = "parameter",
        OptionalParameter = "parameter.optional",
        RestParameter = "parameter.rest",
        Keyword = "parameter.keyword",
        KeywordRest = "parameter.keyword_rest",
        KeywordMark = "parameter.keyword_mark",
        PositionalMark = "parameter.positional_mark",
        /// A pattern by the name of what it takes apart.
        ConstructorPattern = "pattern.constructor",
        /// A pattern with a default; a parameter where it stands among them.
        DefaultPattern = "pattern.default",
        Decorator = "decorator",
        Modifiers = "modifiers",
        Throws = "throws",
        Return = "return",
        Yield = "yield",
        Name = "name",
        /// A name that is a call if nothing binds it.
        NameOrCall = "name.or_call",
        Path = "path",
        This = "this",
        Super = "super",
        Member = "member",
        MethodReference = "reference.method",
        Index = "index",
        Await = "await",
        Literal = "literal",
        Text = "text",
        Array = "array",
        Sequence = "sequence",
        ExpressionList = "expression_list",
        Object = "object",
        Entry = "entry",
        /// An entry whose functions are not named after it.
        Attribute = "attribute",
        Spread = "spread",
        Either = "either",
        /// Either side, if its operator is a branch.
        BinaryOperator = "operator.binary",
        /// What is given if the middle one holds, and else.
        Conditional = "conditional",
        Negation = "negation",
        /// A condition within an expression or behind a pattern.
        Guard = "guard",
        /// What is checked holds from here on.
        Assertion = "assertion",
        /// What a container of at most one holds.
        Unwrap = "unwrap",
        /// What the last of its values is.
        LastValue = "last_value",
        Typed = "typed",
        /// The type of a value that is named.
        TypeOf = "type_of",
        /// A value that is checked against a type and keeps its own.
        Checked = "checked",
        Wrapper = "wrapper",
        Comment = "comment",
        Docstring = "docstring",
        Plain = "plain",
    }
);

vocabulary!(
    /// What a child is to its parent: a capture inside of a pattern.
    Capture {
        Name = "of.name",
        /// A decorator that is only a mark for a compiler: it calls nothing.
        Marker = "of.marker",
        Value = "of.value",
        /// A body that is written behind a construction: of the type that is constructed, or of the object.
        Initializer = "of.initializer",
        Type = "of.type",
        TypeArguments = "of.type_arguments",
        TypeParameters = "of.type_parameters",
        /// Around the object that is meant: `this@Outer`.
        OuterType = "of.outer_type",
        Returns = "of.returns",
        Body = "of.body",
        /// What stands before a member or an index; the type that a method is written for.
        Receiver = "of.receiver",
        /// The value that a match compares.
        Subject = "of.subject",
        /// The type or variant that a pattern takes apart.
        PatternType = "of.pattern_type",
        Callee = "of.callee",
        Arguments = "of.arguments",
        /// A function that is written behind the arguments.
        TrailingFunction = "of.trailing_function",
        /// A mark that a method reference is one of the constructor.
        ConstructorMark = "of.constructor_mark",
        Key = "of.key",
        /// A mark that the first of two values names the second.
        NamedArgument = "of.named_argument",
        /// A mark that a loop goes over keys, not elements.
        LoopsOverKeys = "of.loops_over_keys",
        Path = "of.path",
        /// The module that a definition is visible in.
        VisibleIn = "of.visible_in",
        /// The word by which a path begins at the module that it stands in.
        ModuleSelf = "of.module_self",
        Alias = "of.alias",
        /// The local name of a module's default export.
        DefaultImport = "of.default_import",
        Wildcard = "of.wildcard",
        /// The value that is exported as the module itself.
        ModuleValue = "of.module_value",
        Default = "of.default",
        Extends = "of.extends",
        Implements = "of.implements",
        /// The parameters of a type, which are its fields.
        Components = "of.components",
        /// A mark that a parameter is a field of the type around.
        FieldMark = "of.field_mark",
        /// A mark that a parameter is visible in all code of the type around.
        TypeScope = "of.type_scope",
        /// The name of a static property, written as a variable's.
        StaticProperty = "of.static_property",
        /// A mark that a field may be missing.
        Optional = "of.optional",
        /// A parameter without a list around it.
        Parameter = "of.parameter",
        /// A separator of a list in which elements may be missing.
        Separator = "of.separator",
        /// What `(_)` must not capture.
        Ignored = "of.ignored",
        /// A condition, or a pattern that has to fit.
        Condition = "of.condition",
        /// An operator that checks whether a value is of a type.
        TypeCheck = "of.type_check",
        /// An operator that checks that a value is not of a type.
        NegatedTypeCheck = "of.negated_type_check",
        /// An operator that holds if both of its sides do.
        Conjunction = "of.conjunction",
        /// An operator that holds if its operand does not.
        Negates = "of.negates",
        /// An operator that leaves its operand as it is.
        NotNegating = "of.not_negating",
        /// Code that the grammar leaves as tokens, to be read as the language says.
        TokenTree = "of.token_tree",
    }
);

/// Main captures that go beside a role.
pub mod mark {
    /// Declares names of its own.
    pub const SCOPE: u16 = 1;
    /// A block of statements; whether it limits names is the language's rule.
    pub const BLOCK: u16 = 1 << 1;
    /// Another way through the code: counts for complexity.
    pub const BRANCH: u16 = 1 << 2;
    /// A token or node that makes no difference to what the code does.
    pub const UNHASHED: u16 = 1 << 3;
    /// Its parent definition is a generator.
    pub const GENERATOR: u16 = 1 << 4;
    /// What is declared in it is seen in the whole function.
    pub const HOISTED: u16 = 1 << 5;
    /// A definition whose own name is seen inside of it only.
    pub const LOCAL_NAME: u16 = 1 << 6;
    /// Nothing in it matters but its text.
    pub const LEAF: u16 = 1 << 7;
    /// Without a body it is one more signature of the next definition of its name.
    pub const OVERLOAD: u16 = 1 << 8;
    /// Nothing behind it in its block is reached.
    pub const JUMP: u16 = 1 << 9;
    /// Without a body it stands for the file of its name.
    pub const FILE_MODULE: u16 = 1 << 10;
    /// A definition that is read, or assigned to, as a member.
    pub const PROPERTY: u16 = 1 << 11;
    /// What is defined straight in it is of the type itself.
    pub const STATIC: u16 = 1 << 12;
    /// It has the type that a comment before it gives.
    pub const TYPED_BY_COMMENT: u16 = 1 << 13;
    /// Without a body it is no definition.
    pub const NEEDS_BODY: u16 = 1 << 14;
}

const MARKS: &[(&str, u16)] = &[
    ("scope", mark::SCOPE),
    ("block", mark::BLOCK),
    ("branch", mark::BRANCH),
    ("unhashed", mark::UNHASHED),
    ("generator", mark::GENERATOR),
    ("hoisted", mark::HOISTED),
    ("local_name", mark::LOCAL_NAME),
    ("leaf", mark::LEAF),
    ("overload", mark::OVERLOAD),
    ("jump", mark::JUMP),
    ("file_module", mark::FILE_MODULE),
    ("property", mark::PROPERTY),
    ("static", mark::STATIC),
    ("typed_by_comment", mark::TYPED_BY_COMMENT),
    ("needs_body", mark::NEEDS_BODY),
];

#[derive(Debug, Clone, Copy)]
struct Child {
    /// 0: any field, or none.
    field: u16,
    /// 0: any named node.
    kind: u16,
    capture: Capture,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub role: Role,
    /// Bits of `mark`.
    pub marks: u16,
    children: Vec<Child>,
}

impl Rule {
    /// What a child of that field and kind is to this node: the first pattern that fits.
    pub fn capture(&self, field: impl Fn() -> u16, kind: u16, named: impl Fn() -> bool) -> Option<Capture> {
        // Most children are of no kind that matters: what has to be asked of the tree comes last.
        self.children
            .iter()
            .find(|c| (c.kind == kind || c.kind == 0 && named()) && (c.field == 0 || c.field == field()))
            .map(|c| c.capture)
    }

    pub fn has(&self, mark: u16) -> bool {
        self.marks & mark != 0
    }
}

/// The table of a language, by kind id.
pub struct Syntax {
    rules: Vec<Option<Rule>>,
}

impl Syntax {
    pub fn rule(&self, kind: u16) -> Option<&Rule> {
        self.rules.get(kind as usize).and_then(Option::as_ref)
    }

    /// Compiles the patterns of `tags`. Errors name the pattern: an unknown kind, field or capture, or a second
    /// role for a kind.
    pub fn compile(grammar: &Grammar, tags: &str) -> Result<Syntax, String> {
        let mut rules: Vec<Option<Rule>> = vec![None; grammar.node_kind_count() + 1];
        let mut reader = Reader { rest: tags };
        while let Some(pattern) = reader.pattern(grammar)? {
            for kind in &pattern.kinds {
                let rule = rules[*kind as usize].get_or_insert_with(|| Rule {
                    role: Role::Plain,
                    marks: 0,
                    children: Vec::new(),
                });
                if let Some(role) = pattern.role {
                    if rule.role != Role::Plain && rule.role != role {
                        return Err(format!(
                            "({}) has two roles",
                            grammar.node_kind_for_id(*kind).unwrap_or("?")
                        ));
                    }
                    rule.role = role;
                }
                rule.marks |= pattern.marks;
                rule.children.extend(pattern.children.iter().copied());
            }
        }
        Ok(Syntax { rules })
    }
}

struct Pattern {
    kinds: Vec<u16>,
    role: Option<Role>,
    marks: u16,
    children: Vec<Child>,
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// `(kind child…) @role @mark`, `"token" @mark` or `[(kind) "token"] @role`; None at the end.
    fn pattern(&mut self, grammar: &Grammar) -> Result<Option<Pattern>, String> {
        self.space();
        let mut pattern = Pattern { kinds: Vec::new(), role: None, marks: 0, children: Vec::new() };
        if self.rest.is_empty() {
            return Ok(None);
        } else if self.take("[") {
            while !self.take("]") {
                pattern.kinds.extend(self.kind(grammar)?);
            }
        } else if self.rest.starts_with('"') {
            pattern.kinds = self.kind(grammar)?;
        } else {
            self.expect("(")?;
            pattern.kinds = kinds(grammar, self.word(), true)?;
            while !self.take(")") {
                self.child(grammar, &mut pattern.children)?;
            }
        }
        while self.take("@") {
            let name = self.word();
            match MARKS.iter().find(|(n, _)| *n == name) {
                Some((_, mark)) => pattern.marks |= mark,
                None => {
                    pattern.role = Some(Role::named(name).ok_or_else(|| format!("unknown capture @{name}"))?)
                }
            }
        }
        if pattern.role.is_none() && pattern.marks == 0 {
            return Err(format!("a pattern without a capture before: {:.40}", self.rest));
        }
        Ok(Some(pattern))
    }

    fn child(&mut self, grammar: &Grammar, children: &mut Vec<Child>) -> Result<(), String> {
        let mut field = 0;
        let start = self.rest;
        let word = self.word();
        if !word.is_empty() && self.take(":") {
            field = grammar.field_id_for_name(word).ok_or_else(|| format!("unknown field {word}"))?.get();
        } else {
            self.rest = start;
        }
        let mut kinds = Vec::new();
        if self.take("[") {
            while !self.take("]") {
                kinds.extend(self.kind(grammar)?);
            }
        } else {
            kinds = self.kind(grammar)?;
        }
        let _ = self.take("*") || self.take("?") || self.take("+");
        self.expect("@")?;
        let name = self.word();
        let capture = Capture::named(name).ok_or_else(|| format!("unknown capture @{name}"))?;
        children.extend(kinds.into_iter().map(|kind| Child { field, kind, capture }));
        Ok(())
    }

    /// `(kind)`, `(_)` or `"token"`.
    fn kind(&mut self, grammar: &Grammar) -> Result<Vec<u16>, String> {
        if self.take("\"") {
            let end = self.rest.find('"').ok_or("an open quote")?;
            let token = &self.rest[..end];
            self.rest = &self.rest[end + 1..];
            return kinds(grammar, token, false);
        }
        self.expect("(")?;
        let word = self.word();
        let found = if word == "_" { vec![0] } else { kinds(grammar, word, true)? };
        self.expect(")")?;
        Ok(found)
    }

    fn word(&mut self) -> &'a str {
        self.space();
        let end =
            self.rest.find(|c: char| !(c.is_alphanumeric() || "_.-".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("'{token}' wanted before: {:.40}", self.rest)) }
    }

    fn space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with(';') {
                return;
            }
            self.rest = self.rest.find('\n').map_or("", |i| &self.rest[i..]);
        }
    }
}

/// All ids of a kind's name: a grammar may have several.
fn kinds(grammar: &Grammar, name: &str, named: bool) -> Result<Vec<u16>, String> {
    let found: Vec<u16> = (0..grammar.node_kind_count() as u16)
        .filter(|id| grammar.node_kind_for_id(*id) == Some(name) && grammar.node_kind_is_named(*id) == named)
        .collect();
    if found.is_empty() { Err(format!("unknown node {name}")) } else { Ok(found) }
}
