//! Extract: one file in, its `Facts` out. One parse, one iterative walk; knows no other file.

mod access;
mod bare;
mod bind;
mod close;
mod collect;
mod define;
mod documentation;
mod file;
mod frame;
mod groups;
mod modules;
mod narrow;
mod open;
mod ordered;
mod parameters;
mod parse;
mod patterns;
mod tokens;
mod trees;
mod unread;
mod words;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Parser, TreeCursor};

use crate::arena;
use crate::facts::{
    Definition, DefinitionId, Expression, ExpressionId, Facts, Scope, ScopeId, ScopeKind, Symbol,
};
use crate::graph::{NodeKind, Visibility};
use crate::languages::syntax::{Capture, Role, Syntax, mark};
use crate::languages::{Language, PseudoVariable};
pub use bare::MIXED_INTO_CLASS;
pub use file::{Bounds, extract};
use frame::{Captured, Frame};
pub use parse::{parse, parse_file};
use tokens::Hashes;

/// The facts of one file with what is already known of its platform; see `extract`.
pub(crate) fn walk_file(
    language: &'static Language,
    parser: &mut Parser,
    path: &str,
    source: &[u8],
    bounds: Bounds,
) -> Result<Facts, &'static str> {
    let tree = parse_file(language, parser, source, bounds.time).ok_or("parse time")?;
    let mut walk = Walk::new(language, path, source, tree.root_node());
    walk.reader = Some(unread::Reader::new(parser, bounds.time));
    let walked = walk.walk(tree.walk(), 0, bounds);
    arena::discard(tree);
    walked.map(|()| walk.finish())
}

/// The state of the walk over one tree.
struct Walk<'a> {
    language: &'static Language,
    syntax: &'static Syntax,
    source: &'a [u8],
    test_file: bool,
    facts: Facts,
    /// Open nodes that have a rule or are captured, outermost first.
    frames: Vec<Frame>,
    /// What closed children gave to the open nodes.
    values: Vec<Captured>,
    scope: ScopeId,
    /// Where the node begins that is being closed.
    line: u32,
    hashes: Hashes,
    /// Decorators that were read and whose definition is still to come: expression, text and hash.
    decorators: Vec<(ExpressionId, Symbol, u64)>,
    /// Assignments to names that may be declared further out: indices of bindings.
    assigned: Vec<usize>,
    /// What is put into containers: indices of bindings whose names are declared here or further out.
    added: Vec<usize>,
    /// Names that a function says are bound outside: (function scope, name).
    outer: Vec<(ScopeId, Symbol)>,
    /// Members that are called, so no reads.
    callees: Vec<ExpressionId>,
    /// What holds if some expression does, or does not: the latest few.
    checks: Vec<narrow::Check>,
    /// The definition whose further parameters go by keyword only.
    keyword_only: Option<crate::facts::DefinitionId>,
    /// Where the last package that was named begins.
    package_inside: u32,
    /// Who sees what comes next in the code of a type, where a word has said it.
    visibilities: FxHashMap<ScopeId, Visibility>,
    callables: bare::Callables,
    /// Names that functions bind.
    locals: rustc_hash::FxHashSet<(ScopeId, Symbol)>,
    /// Imports by calls: the names that they are bound to.
    required: FxHashMap<Symbol, u32>,
    /// Definitions without a body that the next one of the name takes over, with the indices of their bindings.
    signatures: FxHashMap<(ScopeId, Symbol), (DefinitionId, Vec<usize>)>,
    /// What comments say of types, and the one that says it of the node that comes next.
    documentations: Vec<documentation::Types>,
    pending: Option<documentation::Pending>,
    types_parser: Option<Parser>,
    /// How many nodes were walked.
    nodes: u64,
    reader: Option<unread::Reader<'a>>,
}

impl<'a> Walk<'a> {
    fn new(language: &'static Language, path: &str, source: &'a [u8], root: Node) -> Self {
        let mut facts =
            Facts { language: language.name.to_owned(), broken: root.has_error(), ..Facts::default() };
        let name = facts.strings.intern(path);
        facts.strings.intern("default");
        facts.definitions.push(Definition::file(
            name,
            root.end_byte() as u32,
            root.end_position().row as u32 + 1,
        ));
        facts.scopes.push(Scope { kind: ScopeKind::File, parent: ScopeId::FILE, owner: Default::default() });
        facts.expressions.push(Expression::Unknown);
        facts.lists.push(0);
        Walk { test_file: language.is_test_file(path), ..Walk::over(language, source, facts) }
    }

    /// A walk that adds to facts.
    fn over(language: &'static Language, source: &'a [u8], facts: Facts) -> Self {
        Walk {
            language,
            syntax: language.syntax(),
            source,
            test_file: false,
            facts,
            frames: Vec::new(),
            values: Vec::new(),
            scope: ScopeId::FILE,
            line: 1,
            hashes: Hashes::new(),
            decorators: Vec::new(),
            assigned: Vec::new(),
            added: Vec::new(),
            outer: Vec::new(),
            callees: Vec::new(),
            checks: Vec::new(),
            keyword_only: None,
            package_inside: 0,
            locals: Default::default(),
            visibilities: FxHashMap::default(),
            callables: bare::Callables::default(),
            required: FxHashMap::default(),
            signatures: FxHashMap::default(),
            documentations: Vec::new(),
            pending: None,
            types_parser: None,
            nodes: 0,
            reader: None,
        }
    }

    /// Walks a tree whose root is so deep. In code that is read again nothing is too deep: what is is left out.
    fn walk(&mut self, mut cursor: TreeCursor, root: u32, bounds: Bounds) -> Result<(), &'static str> {
        let mut depth = root;
        loop {
            self.nodes += 1;
            if self.nodes > bounds.nodes {
                return Err("too many nodes");
            }
            let descend = self.enter(&cursor, depth, bounds);
            let again = self.reader.as_ref().is_some_and(|r| r.nested > 0);
            if descend && !(again && depth >= bounds.depth) && cursor.goto_first_child() {
                depth += 1;
                if depth > bounds.depth {
                    return Err("too deep");
                }
                continue;
            }
            if descend {
                self.leave(depth);
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Ok(());
                }
                depth -= 1;
                self.leave(depth);
            }
        }
    }

    /// Enters a node; false when nothing below it matters and it is done with.
    fn enter(&mut self, cursor: &TreeCursor, depth: u32, bounds: Bounds) -> bool {
        let node = cursor.node();
        let kind = node.kind_id();
        let rule = self.syntax.rule(kind);
        let capture = match self.frames.last() {
            Some(Frame { rule: Some(parent), depth: above, .. }) if above + 1 == depth => {
                parent.capture(|| cursor.field_id().map_or(0, |f| f.get()), kind, || node.is_named())
            }
            _ => None,
        };
        if rule.is_none() && capture.is_none() {
            if node.child_count() == 0 {
                if self.is_thin(depth) {
                    return false;
                }
                let token = text(self.source, node);
                self.hashes.token(token);
                self.modify(token, depth);
                return false;
            }
            self.hashes.open(kind);
            return true;
        }
        if capture == Some(Capture::Tokens) && self.read_again(node, depth, bounds) {
            return false;
        }
        let role = rule.map_or(Role::Plain, |r| r.role);
        if rule.is_some_and(|r| r.has(mark::LEAF)) {
            self.begin_body(capture);
            self.leaf(node, role, capture);
            self.end_body(capture);
            return false;
        }
        match role {
            Role::Comment => {
                self.note_documentation(node, depth);
                return false;
            }
            Role::Documentation if self.is_documentation(node) => return false,
            Role::Name | Role::NameOrCall | Role::Path => {
                self.begin_body(capture);
                self.hashes.token(text(self.source, node));
                self.end_body(capture);
                if role == Role::NameOrCall
                    && let Some(value) = self.bare_call(node, capture)
                {
                    if let Some(capture) = capture {
                        self.deliver(Captured::new(capture, value, node));
                    }
                    return false;
                }
                if let Some(capture) = capture {
                    let value = match self.names_member(capture) {
                        true => self.plain_name(node),
                        false => self.name(node),
                    };
                    self.note_bare(value, capture, node);
                    self.deliver(Captured::new(capture, value, node));
                }
                return false;
            }
            _ => {}
        }
        if node.child_count() == 0 && role == Role::Modifiers {
            let word = text(self.source, node);
            self.hashes.token(word);
            self.modify(word, depth);
            return false;
        }
        if node.child_count() == 0 && role == Role::Plain && capture.is_none() {
            if !rule.is_some_and(|r| r.has(mark::SILENT)) && !self.is_thin(depth) {
                self.hashes.token(text(self.source, node));
            }
            if rule.is_some_and(|r| r.has(mark::BRANCH)) {
                self.branch();
            }
            return false;
        }
        self.begin_body(capture);
        let mut frame = Frame::new(rule, role, capture, node, depth, self.values.len(), self.scope);
        // `| A` is the same as `A`.
        frame.thin = role == Role::Either && node.named_child_count() == 1;
        let silent = frame.thin || frame.has(mark::SILENT);
        self.open(frame, node);
        if !silent {
            if node.child_count() == 0 {
                self.hashes.token(text(self.source, node));
            } else {
                self.hashes.open(kind);
            }
        }
        true
    }

    /// Leaves the node at `depth`, if it has a frame.
    fn leave(&mut self, depth: u32) {
        self.close_node(depth);
        self.forget_documentation(depth);
    }

    fn close_node(&mut self, depth: u32) {
        match self.frames.last() {
            Some(frame) if frame.depth == depth => {}
            _ => return self.hashes.close(),
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if !frame.thin && !frame.has(mark::SILENT) {
            self.hashes.close();
        }
        self.end_body(frame.capture);
        self.line = frame.line;
        // A type's text is without what introduces it: `: T` is `T`.
        let inner = match (frame.role, frame.capture) {
            (Role::Same, Some(Capture::Type | Capture::Returns)) => self.values.get(frame.values),
            _ => None,
        };
        let written = inner.map_or((frame.start, frame.end), |i| (i.start, i.end));
        let mut value = self.close(&frame);
        if value.is_known() && frame.has(mark::SCOPE) {
            value = self.add(Expression::Within { value, scope: self.scope });
        }
        let is_declarator = frame.role == Role::Declarator;
        let declared = is_declarator.then(|| self.all(&frame, Capture::Type).first().copied()).flatten();
        self.values.truncate(frame.values);
        self.scope = frame.scope;
        if let Some(capture) = frame.capture {
            self.deliver(Captured {
                capture,
                value,
                start: written.0,
                end: written.1,
                end_line: frame.end_line,
            });
        }
        if let Some(declared) = declared {
            self.declare_type(declared);
        }
    }

    fn begin_body(&mut self, capture: Option<Capture>) {
        if capture == Some(Capture::Body) {
            self.hashes.enter_body();
        }
    }

    fn end_body(&mut self, capture: Option<Capture>) {
        if capture == Some(Capture::Body) {
            self.hashes.leave_body();
        }
    }

    /// Gives a closed child to the innermost open node.
    fn deliver(&mut self, value: Captured) {
        match self.frames.last() {
            Some(frame) if frame.role == Role::Parameters && value.capture == Capture::Name => {
                let line = frame.line;
                self.add_parameters(&[value], Role::Parameter);
                self.document_last_parameter(&value, line);
            }
            Some(frame) if frame.role == Role::Parameters && value.capture == Capture::Default => {
                self.default_of_last(value);
            }
            _ if value.capture == Capture::Parameter => {
                self.add_parameters(&[value], Role::Parameter);
            }
            _ => self.values.push(value),
        }
    }

    /// A node of which only the text matters: a string by its content, or words between white space.
    fn leaf(&mut self, node: Node, role: Role, capture: Option<Capture>) {
        let bytes = text(self.source, node);
        if role != Role::Text {
            for word in bytes.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()) {
                self.hashes.token(word);
            }
            return;
        }
        let content = match bytes {
            [b':', name @ ..] => name,
            _ => bytes.get(1..bytes.len().saturating_sub(1)).unwrap_or(&[]),
        };
        let value = if capture.is_none() || content.len() > 300 {
            ExpressionId::UNKNOWN
        } else {
            let symbol = self.facts.strings.intern(&String::from_utf8_lossy(content));
            self.add(Expression::Text(symbol))
        };
        self.hashes.text(content, capture == Some(Capture::Key));
        if let Some(capture) = capture {
            self.deliver(Captured::new(capture, value, node));
        }
    }

    /// Is the innermost open node one whose tokens do not count?
    fn is_thin(&self, depth: u32) -> bool {
        self.frames.last().is_some_and(|f| f.thin && f.depth + 1 == depth)
    }

    /// The name that a leaf or a path is, if it is no word for something else.
    fn name(&mut self, node: Node) -> ExpressionId {
        let text = String::from_utf8_lossy(text(self.source, node));
        if let Some((_, word)) =
            self.language.rules.names.pseudo_variables.iter().find(|(name, _)| *name == text)
        {
            if *word == PseudoVariable::ImplicitParameter {
                let name = self.facts.strings.intern(&text);
                self.implied_parameter(name, node.start_byte() as u32);
                return self.add(Expression::Name(name));
            }
            return self.add(match word {
                PseudoVariable::SelfType | PseudoVariable::ImplicitParameter => Expression::Own,
                PseudoVariable::This => Expression::This,
                PseudoVariable::Super => Expression::Super,
            });
        }
        if !self.language.rules.names.field_sigil.is_empty()
            && text.starts_with(self.language.rules.names.field_sigil)
        {
            let name = self.facts.strings.intern(&text);
            let object = self.add(Expression::This);
            return self.add(Expression::Member { object, name });
        }
        self.plain_name(node)
    }

    /// The name that a leaf or a path is, without white space.
    fn plain_name(&mut self, node: Node) -> ExpressionId {
        let text = text(self.source, node);
        if text.len() > 300 {
            return ExpressionId::UNKNOWN;
        }
        let text = String::from_utf8_lossy(text);
        let text = text.strip_prefix('`').and_then(|t| t.strip_suffix('`')).unwrap_or(&text);
        let symbol = if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            || !text.contains(char::is_whitespace)
        {
            self.facts.strings.intern(text)
        } else {
            self.facts.strings.intern(&text.split_whitespace().collect::<String>())
        };
        self.add(Expression::Name(symbol))
    }

    fn add(&mut self, expression: Expression) -> ExpressionId {
        let id = ExpressionId(self.facts.expressions.len() as u32);
        self.facts.expressions.push(expression);
        id
    }

    /// White space folded, cut at `most` bytes at a character's start.
    fn folded(&mut self, start: u32, end: u32, most: usize) -> Symbol {
        let bytes = self.source.get(start as usize..end as usize).unwrap_or(&[]);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * most)]);
        let mut folded = String::with_capacity(text.len().min(2 * most));
        for word in text.split_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(word);
        }
        if folded.len() > most {
            let cut = (0..=most).rev().find(|i| folded.is_char_boundary(*i)).unwrap_or(0);
            folded.truncate(cut);
            folded.push('…');
        }
        self.facts.strings.intern(&folded)
    }

    fn finish(mut self) -> Facts {
        self.settle_assignments();
        self.mark_exported();
        self.list_wildcards();
        self.facts.references.sort_by_key(|r| r.at);
        self.facts.bindings.sort_by_key(|b| (b.name, b.scope, b.at));
        self.facts.bindings.dedup_by(|b, a| (a.name, a.scope, a.bound) == (b.name, b.scope, b.bound));
        self.drop_plain_reads();
        let (signature, body) = self.hashes.finish();
        let file = &mut self.facts.definitions[0];
        file.signature_hash = 0;
        file.body_hash = tokens::joined(signature, body);
        self.facts
    }
}

fn text<'a>(source: &'a [u8], node: Node) -> &'a [u8] {
    source.get(node.byte_range()).unwrap_or(&[])
}

/// The kind of node that a role defines.
fn node_kind(role: Role) -> Option<NodeKind> {
    Some(match role {
        Role::Function | Role::Closure => NodeKind::Function,
        Role::Method => NodeKind::Method,
        Role::Constructor => NodeKind::Constructor,
        Role::Class | Role::Extension => NodeKind::Class,
        Role::Interface => NodeKind::Interface,
        Role::Enum => NodeKind::Enum,
        Role::Type => NodeKind::Type,
        Role::Module => NodeKind::Module,
        _ => return None,
    })
}
