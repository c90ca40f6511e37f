//! Nodes: the definitions of each file as nodes of the graph, numbered file by file.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::compressed::Compressed;
use crate::facts::{Bound, Definition, DefinitionId, Export, Facts, ScopeId, ScopeKind, Symbol};
use crate::graph::{Contract, Field, FileId, Node, NodeId, NodeKind, Parameter, flag};
use crate::languages::Exported;
use crate::resolve::faults::{FailedFiles, FileObserver, map_files};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::{Index, SourceFile};

/// The nodes of one file, in the order of their positions.
pub struct FileNodes {
    pub nodes: Vec<Arc<Node>>,
    /// The index of each definition's node; of one without a name the node that its code belongs to.
    positions: Vec<u32>,
    compressed: OnceLock<Compressed>,
}

impl FileNodes {
    /// The nodes as an artefact stores them; they are compressed once.
    pub fn compressed(&self) -> crate::Result<&Compressed> {
        if let Some(compressed) = self.compressed.get() {
            return Ok(compressed);
        }
        let compressed = Compressed::of(&self.nodes)?;
        Ok(self.compressed.get_or_init(|| compressed))
    }
}

/// The node of each definition: nodes are numbered file by file.
pub(super) struct NodeNumbers<'n> {
    files: &'n [Arc<FileNodes>],
    /// The number of the first node of each file.
    first: Vec<u32>,
}

impl<'n> NodeNumbers<'n> {
    pub fn new(files: &'n [Arc<FileNodes>]) -> Self {
        let counts = files.iter().map(|file| file.nodes.len() as u32);
        let first = counts.scan(0, |next, count| Some(std::mem::replace(next, *next + count))).collect();
        NodeNumbers { files, first }
    }

    pub fn of(&self, def: Def) -> NodeId {
        let file = def.file.at();
        NodeId(self.first[file] + self.files[file].positions[def.id.at()])
    }
}

/// The nodes of all files; `known` returns those of an earlier version for files where they are the same.
pub fn nodes<'m>(
    index: &Index,
    observer: &dyn FileObserver,
    known: impl Fn(FileId) -> Option<&'m Arc<FileNodes>> + Sync,
) -> Result<Vec<Arc<FileNodes>>, FailedFiles> {
    map_files(&index.files, observer, |file| {
        known(file).cloned().unwrap_or_else(|| Arc::new(nodes_of(file, index.source(file))))
    })
}

fn nodes_of(file: FileId, source: &SourceFile) -> FileNodes {
    let facts = &source.facts;
    let names = qualified_names(facts);
    let exported = exported_by_statement(facts);
    let signatures = signatures(facts);
    let texts = value_texts(facts);
    let mut order: Vec<u32> = (0..facts.definitions.len() as u32).collect();
    order.sort_by_key(|i| (*i != 0, facts.definitions[*i as usize].start, *i));
    let mut nodes = Vec::with_capacity(order.len());
    let mut positions = vec![0; order.len()];
    for (i, name) in order.into_iter().map(|i| (i, &names[i as usize])) {
        let id = DefinitionId(i);
        let definition = facts.definition(id);
        if definition.name.is_empty() {
            continue;
        }
        positions[id.at()] = nodes.len() as u32;
        let exported = if exported.contains(&id) { flag::EXPORTED } else { 0 };
        nodes.push(Arc::new(Node {
            kind: definition.kind,
            file,
            name: facts.text(definition.name).to_owned(),
            qualified_name: name.clone(),
            start_line: definition.start_line,
            end_line: definition.end_line,
            start_byte: definition.start,
            end_byte: definition.end,
            contract: contract(source, id, signatures.get(&id).copied(), &texts),
            flags: definition.flags | exported,
            complexity: definition.complexity,
            body_hash: definition.body_hash,
            signature_hash: definition.signature_hash,
        }));
    }
    for i in 0..positions.len() {
        positions[i] = positions[facts.nearest_named(DefinitionId(i as u32)).at()];
    }
    FileNodes { nodes, positions, compressed: OnceLock::new() }
}

/// The qualified names of all definitions, as `Outer.inner`; a second definition of the same name is `Outer.inner#2`.
fn qualified_names(facts: &Facts) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); facts.definitions.len()];
    let mut order: Vec<usize> = (1..facts.definitions.len()).collect();
    order.sort_by_key(|i| (facts.definitions[*i].start, std::cmp::Reverse(facts.definitions[*i].end), *i));
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    for i in order {
        let definition = &facts.definitions[i];
        if definition.name.is_empty() {
            continue;
        }
        let mut name = names[facts.nearest_named(definition.parent).at()].clone();
        let mut part = |text: &str| {
            if !text.is_empty() {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(text);
            }
        };
        let parent = facts.definition(definition.parent);
        if !parent.is_type() || parent.receiver.is_known() {
            part(receiver_name(facts, definition));
        }
        part(facts.text(definition.qualifier));
        part(facts.text(definition.name));
        let count = seen.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            name.push_str(&format!("#{count}"));
        }
        names[i] = name;
    }
    names
}

/// The name of the receiver type of a method that is written outside of its type.
fn receiver_name<'f>(facts: &'f Facts, definition: &Definition) -> &'f str {
    use crate::facts::Expression;
    let mut expression = definition.receiver;
    for _ in 0..4 {
        expression = match facts.expression(expression) {
            Expression::Name(name) | Expression::Literal(name) => return facts.text(name),
            Expression::Member { name, .. } => return facts.text(name),
            Expression::Index { object, .. } => object,
            Expression::Typed(inner) | Expression::Array(inner) => inner,
            _ => return "",
        };
    }
    ""
}

fn exported_by_statement(facts: &Facts) -> FxHashSet<DefinitionId> {
    let mut found = FxHashSet::default();
    for export in &facts.exports {
        if let Export::Local { local, .. } = export {
            for binding in facts.bindings_of(ScopeId::FILE, *local) {
                if let Bound::Definition(id) = binding.bound {
                    found.insert(id);
                }
            }
        }
    }
    found
}

/// What is written of declared values, by what has them and name.
type ValueTexts = FxHashMap<(DefinitionId, Symbol), Field>;

fn value_texts(facts: &Facts) -> ValueTexts {
    let text = |symbol| facts.text(symbol).to_owned();
    let field = |name, r#type, optional, value| Field {
        name: text(name),
        r#type: text(r#type),
        optional,
        value: text(value),
    };
    let mut texts = ValueTexts::default();
    if !facts.definitions.iter().any(|definition| definition.kind.is_value()) {
        return texts;
    }
    for (definition, owner) in facts.definitions.iter().zip((0..).map(DefinitionId)) {
        for (name, r#type, optional) in &definition.fields {
            texts.entry((owner, *name)).or_insert_with(|| field(*name, *r#type, *optional, Symbol::EMPTY));
        }
    }
    for value in &facts.values {
        let written = || field(value.name, value.r#type, false, value.value);
        texts.entry((value.owner, value.name)).or_insert_with(written);
    }
    texts
}

/// The fields of a definition, or the values of a type or module that others can read. The values of a module are none
/// where they are definitions of their own.
fn fields(source: &SourceFile, id: DefinitionId) -> Vec<Field> {
    let facts = &source.facts;
    let text = |symbol| facts.text(symbol).to_owned();
    let declared = facts.definition(id).fields.iter();
    let mut fields: Vec<Field> = declared
        .map(|(name, r#type, optional)| Field {
            name: text(*name),
            r#type: text(*r#type),
            optional: *optional,
            value: String::new(),
        })
        .collect();
    if id.is_file() && source.language.rules.values {
        return fields;
    }
    let is_exported = |name: Symbol| match source.language.rules.exported {
        _ if !id.is_file() => true,
        Exported::NoUnderscore => !facts.text(name).starts_with('_'),
        Exported::Capital => facts.text(name).starts_with(char::is_uppercase),
        Exported::Explicit => {
            facts.exports.iter().any(|e| matches!(e, Export::Local { local, .. } if *local == name))
        }
        Exported::Visibility => true,
    };
    let mut seen: FxHashSet<Symbol> = facts.definition(id).fields.iter().map(|f| f.0).collect();
    for value in facts.values.iter().filter(|v| v.owner == id) {
        if is_exported(value.name) && seen.insert(value.name) {
            fields.push(Field {
                name: text(value.name),
                r#type: text(value.r#type),
                optional: false,
                value: text(value.value),
            });
        }
    }
    fields
}

/// For each definition with a body the signature that is written before it, if there is exactly one: then callers see
/// only the signature. (Each of several overload signatures tells only a part of what the body accepts.)
fn signatures(facts: &Facts) -> FxHashMap<DefinitionId, DefinitionId> {
    let is_signature = |part: &Definition| {
        let parent = facts.definition(part.parent);
        part.name.is_empty() && !part.has_body && part.is_callable() && part.start == parent.start
    };
    let parts = (1..facts.definitions.len() as u32).map(DefinitionId);
    let parts = parts.filter(|id| is_signature(facts.definition(*id)));
    let mut found: FxHashMap<DefinitionId, DefinitionId> =
        parts.map(|part| (facts.definition(part).parent, part)).collect();
    // Several signatures are nested: each is the parent of the next.
    let several: FxHashSet<DefinitionId> =
        found.values().filter(|part| found.contains_key(part)).copied().collect();
    found.retain(|definition, part| !several.contains(part) && facts.definition(*definition).has_body);
    found
}

/// The contract of a definition, with the parameters of its signature.
fn contract(
    source: &SourceFile,
    id: DefinitionId,
    signature: Option<DefinitionId>,
    texts: &ValueTexts,
) -> Contract {
    let (facts, explicit_self) = (&source.facts, source.language.rules.members.explicit_self);
    let definition = facts.definition(id);
    let text = |symbol| facts.text(symbol).to_owned();
    let in_type = facts.scope(facts.scope(definition.scope).parent).kind == ScopeKind::Class;
    let takes_self =
        explicit_self && in_type && definition.is_callable() && definition.flags & flag::STATIC == 0;
    let seen = facts.definition(signature.unwrap_or(id));
    Contract {
        text: if definition.kind == NodeKind::File { String::new() } else { text(seen.text) },
        parameters: seen
            .parameters
            .iter()
            .skip(usize::from(takes_self))
            .map(|p| Parameter {
                name: text(p.name),
                r#type: text(p.type_text),
                default: text(p.default_text),
                optional: p.optional,
                kind: p.kind,
            })
            .collect(),
        returns: text(seen.returns_text),
        throws: definition.throws.iter().map(|t| text(*t)).collect(),
        decorators: definition.decorators.iter().map(|(_, t)| text(*t)).collect(),
        bases: definition.bases.iter().map(|t| text(*t)).collect(),
        fields: match definition.kind.is_value() {
            true => texts.get(&(definition.parent, definition.name)).cloned().into_iter().collect(),
            false => fields(source, id),
        },
        visibility: definition.visibility,
    }
}
