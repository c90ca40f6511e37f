//! Assembling the graph: nodes from definitions, edges from what was resolved, dispatch and guesses by all names.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::calls::{Found, Outcome, Resolved};
use super::hierarchy::Hierarchy;
use super::value::Def;
use super::world::{Target, World};
use crate::facts::{Bound, Definition, DefinitionId, Export, Facts, ScopeId, ScopeKind};
use crate::graph::{
    Contract, Edge, EdgeKind, External, Field, File, FileId, Graph, Node, NodeId, NodeKind, Parameter,
    Skipped, Unresolved, Via, flag,
};

/// More overrides than this: dispatch says too little to be followed.
const MOST_OVERRIDES: usize = 32;
/// Candidates that are kept of an ambiguous name.
const MOST_CANDIDATES: usize = 5;

pub fn assemble(
    world: &World,
    hierarchy: &Hierarchy,
    resolved: &[Vec<Resolved>],
    files: Vec<File>,
    skipped: Vec<Skipped>,
) -> Graph {
    let (nodes, numbers) = nodes(world);
    let mut graph = Graph::default();
    (graph.files, graph.nodes, graph.skipped) = (files, nodes, skipped);
    let mut builder = Builder { world, hierarchy, numbers, by_name: by_name(world), graph };
    builder.contain();
    builder.inherit();
    builder.import();
    for (file, all) in resolved.iter().enumerate() {
        for resolved in all {
            builder.reference(file as u32, resolved);
        }
    }
    let mut graph = builder.graph.finish();
    let tests = tests(&graph);
    if !tests.is_empty() {
        graph.edges.extend(tests);
        graph = graph.finish();
    }
    graph
}

struct Builder<'w> {
    world: &'w World,
    hierarchy: &'w Hierarchy,
    /// The node of each definition; of one without a name, the node that its code belongs to.
    numbers: FxHashMap<Def, NodeId>,
    /// Callable definitions by (family, name).
    by_name: FxHashMap<(&'static str, u64), Vec<Def>>,
    graph: Graph,
}

impl Builder<'_> {
    fn node(&self, def: Def) -> NodeId {
        self.numbers[&def]
    }

    fn edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, line: u32, via: Via) {
        self.graph.edges.push(Edge { from, to, kind, line, via, confidence: via.confidence() });
    }

    fn contain(&mut self) {
        for (def, definition) in self.world.definitions() {
            if def.id.0 == 0 || definition.name.0 == 0 {
                continue;
            }
            let facts = self.world.facts(def.file);
            let parent = Def { file: def.file, id: facts.named(definition.parent) };
            let (from, to) = (self.node(parent), self.node(def));
            self.edge(from, to, EdgeKind::Contains, definition.start_line, Via::Syntax);
        }
    }

    fn inherit(&mut self) {
        let mut classes: Vec<_> = self.hierarchy.bases.iter().collect();
        classes.sort_unstable_by_key(|(def, _)| **def);
        for (class, bases) in classes {
            let line = self.world.definition(*class).start_line;
            for (base, implements) in bases {
                let kind = if *implements { EdgeKind::Implements } else { EdgeKind::Extends };
                let via = if base.file == class.file { Via::Scope } else { Via::Import };
                self.edge(self.node(*class), self.node(*base), kind, line, via);
            }
        }
        let members: Vec<(Def, u64, Def)> = self.world.all_members().collect();
        for (class, name, member) in members {
            if !self.world.definition(member).is_callable() || self.world.definition(member).name.0 == 0 {
                continue;
            }
            if self.world.definition(member).kind == NodeKind::Constructor {
                continue;
            }
            let mut overridden: SmallVec<[Def; 2]> = SmallVec::new();
            for (base, _) in self.hierarchy.bases.get(&class).into_iter().flatten() {
                if let Some((_, found)) = self.hierarchy.member(self.world, *base, name, 0) {
                    let callable = found.iter().find(|d| self.world.definition(**d).is_callable());
                    if let Some(to) = callable.filter(|d| !overridden.contains(d)) {
                        overridden.push(*to);
                    }
                }
            }
            for to in overridden {
                let line = self.world.definition(member).start_line;
                self.edge(self.node(member), self.node(to), EdgeKind::Overrides, line, Via::Receiver);
            }
        }
    }

    fn import(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            let facts = self.world.facts(file);
            for (i, import) in facts.imports.iter().enumerate() {
                let from = self.node(Def { file, id: facts.named(facts.scope(import.scope).owner) });
                let targets: SmallVec<[Def; 1]> = match &self.world.imports[file as usize][i] {
                    Target::Files(files) => {
                        files.iter().map(|f| Def { file: *f, id: DefinitionId(0) }).collect()
                    }
                    Target::Definitions(defs) => defs.clone(),
                    _ => continue,
                };
                let name = facts.strings.hash(import.name);
                for target in targets {
                    if target.file == file {
                        continue;
                    }
                    self.edge(from, self.node(target), EdgeKind::Imports, import.line, Via::Import);
                    let unit = self.world.unit_of[target.file as usize];
                    if import.name.0 != 0 && target.id.0 == 0 && self.world.units[unit as usize].len() == 1 {
                        for symbol in self.world.in_unit(unit, name).to_vec() {
                            self.edge(from, self.node(symbol), EdgeKind::Imports, import.line, Via::Import);
                        }
                    }
                }
            }
        }
    }

    fn reference(&mut self, file: u32, resolved: &Resolved) {
        let facts = self.world.facts(file);
        let from_def = Def { file, id: resolved.from };
        let from = self.node(from_def);
        match &resolved.outcome {
            Outcome::Edges(edges) => {
                for found in edges {
                    self.found(from, resolved.line, found);
                }
            }
            Outcome::External(package) => {
                let package = self.world.packages.get(package).cloned().unwrap_or_default();
                let name = facts.text(resolved.name).to_owned();
                self.graph.external.push(External { from, package, name, line: resolved.line });
            }
            Outcome::Guess { member } => self.guess(file, from, resolved, *member),
            Outcome::Unresolved => {
                let name = facts.text(resolved.name).to_owned();
                let line = resolved.line;
                self.graph.unresolved.push(Unresolved { from, name, line, candidates: Vec::new() });
            }
        }
    }

    fn found(&mut self, from: NodeId, line: u32, found: &Found) {
        let to = self.node(found.to);
        let own_type = found.kind == EdgeKind::UsesType && (from == to || self.contains(to, from));
        if !own_type {
            self.edge(from, to, found.kind, line, found.via);
        }
        if !found.dispatches || found.kind != EdgeKind::Calls {
            return;
        }
        for other in self.overrides(found.to) {
            let other = self.node(other);
            if other != to {
                self.edge(from, other, EdgeKind::Calls, line, Via::Dispatch);
            }
        }
    }

    fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        let (outer, inner) = (&self.graph.nodes[outer.0 as usize], &self.graph.nodes[inner.0 as usize]);
        outer.file == inner.file && outer.start_byte <= inner.start_byte && inner.end_byte <= outer.end_byte
    }

    /// Methods of the name in the types below the one that defines it.
    fn overrides(&self, method: Def) -> Vec<Def> {
        let definition = self.world.definition(method);
        let facts = self.world.facts(method.file);
        let mut owner = Def { file: method.file, id: definition.parent };
        if definition.receiver.0 == 0
            && facts.scope(facts.scope(definition.scope).parent).kind != ScopeKind::Class
        {
            return Vec::new();
        }
        if definition.receiver.0 != 0 {
            owner = method; // written outside: no type has it as a base's method but through embedding
        }
        let below = self.hierarchy.below(owner, MOST_OVERRIDES + 1);
        if below.len() > MOST_OVERRIDES {
            return Vec::new();
        }
        let name = self.world.name_hash(method);
        below.into_iter().flat_map(|class| self.world.members(class, name).first().copied()).collect()
    }

    /// The one definition of that name in the repository, or candidates.
    fn guess(&mut self, file: u32, from: NodeId, resolved: &Resolved, member: bool) {
        let facts = self.world.facts(file);
        let name = facts.strings.hash(resolved.name);
        let family = self.world.language(file).family;
        let all = self.by_name.get(&(family, name)).map_or(&[][..], |d| d.as_slice());
        let fits = |d: &&Def| (self.world.definition(**d).kind != NodeKind::Function) == member;
        let fitting: Vec<Def> = all.iter().filter(fits).copied().collect();
        let text = facts.text(resolved.name).to_owned();
        let line = resolved.line;
        match fitting[..] {
            [] if resolved.name.0 != 0 => {
                let package = super::world::BUILTIN.to_owned();
                self.graph.external.push(External { from, package, name: text, line });
            }
            [only] => {
                let to = self.node(only);
                self.edge(from, to, EdgeKind::Calls, line, Via::UniqueName);
            }
            _ => {
                let mut candidates: Vec<NodeId> = fitting.iter().map(|d| self.node(*d)).collect();
                candidates.truncate(MOST_CANDIDATES);
                self.graph.unresolved.push(Unresolved { from, name: text, line, candidates });
            }
        }
    }
}

fn by_name(world: &World) -> FxHashMap<(&'static str, u64), Vec<Def>> {
    let mut names: FxHashMap<(&'static str, u64), Vec<Def>> = FxHashMap::default();
    for (def, definition) in world.definitions() {
        if definition.is_callable() && definition.name.0 != 0 && definition.flags & flag::TEST == 0 {
            names.entry((world.language(def.file).family, world.name_hash(def))).or_default().push(def);
        }
    }
    names
}

/// Nodes in order, and the number of each definition's node.
fn nodes(world: &World) -> (Vec<Node>, FxHashMap<Def, NodeId>) {
    let mut nodes = Vec::new();
    let mut numbers: FxHashMap<Def, NodeId> = FxHashMap::default();
    for (file, source) in world.files.iter().enumerate() {
        let facts = &source.facts;
        let names = qualified_names(facts);
        let exported = exported(facts);
        let mut order: Vec<u32> = (0..facts.definitions.len() as u32).collect();
        order.sort_by_key(|i| (*i != 0, facts.definitions[*i as usize].start, *i));
        for i in &order {
            let id = DefinitionId(*i);
            let definition = facts.definition(id);
            if definition.name.0 == 0 {
                continue;
            }
            numbers.insert(Def { file: file as u32, id }, NodeId(nodes.len() as u32));
            let mut flags = definition.flags;
            if exported.contains(&id) {
                flags |= flag::EXPORTED;
            }
            nodes.push(Node {
                kind: definition.kind,
                file: FileId(file as u32),
                name: facts.text(definition.name).to_owned(),
                qualified_name: names[id.at()].clone(),
                start_line: definition.start_line,
                end_line: definition.end_line,
                start_byte: definition.start,
                end_byte: definition.end,
                contract: contract(facts, definition, source.language.rules.explicit_self),
                flags,
                complexity: definition.complexity,
                body_hash: definition.body_hash,
                signature_hash: definition.signature_hash,
            });
        }
        for i in order {
            let def = Def { file: file as u32, id: DefinitionId(i) };
            if facts.definition(def.id).name.0 == 0 {
                let named = Def { file: def.file, id: facts.named(def.id) };
                let number = numbers[&named];
                numbers.insert(def, number);
            }
        }
    }
    (nodes, numbers)
}

/// `Outer.inner`, numbered from the second of the same name on.
fn qualified_names(facts: &Facts) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); facts.definitions.len()];
    let mut order: Vec<usize> = (1..facts.definitions.len()).collect();
    order.sort_by_key(|i| (facts.definitions[*i].start, std::cmp::Reverse(facts.definitions[*i].end), *i));
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    for i in order {
        let definition = &facts.definitions[i];
        if definition.name.0 == 0 {
            continue;
        }
        let mut name = names[facts.named(definition.parent).at()].clone();
        let mut part = |text: &str| {
            if !text.is_empty() {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(text);
            }
        };
        part(receiver_name(facts, definition));
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

/// The name of the type that a method is written for.
fn receiver_name<'f>(facts: &'f Facts, definition: &Definition) -> &'f str {
    use crate::facts::Expression;
    let mut expression = definition.receiver;
    for _ in 0..4 {
        expression = match facts.expression(expression) {
            Expression::Name(name) => return facts.text(name),
            Expression::Index { object, .. } => object,
            Expression::Typed(inner) | Expression::Array(inner) => inner,
            _ => return "",
        };
    }
    ""
}

fn exported(facts: &Facts) -> FxHashSet<DefinitionId> {
    let mut found = FxHashSet::default();
    for export in &facts.exports {
        if let Export::Local { local, .. } = export {
            for binding in facts.bindings_of(ScopeId(0), *local) {
                if let Bound::Definition(id) = binding.bound {
                    found.insert(id);
                }
            }
        }
    }
    found
}

fn contract(facts: &Facts, definition: &Definition, explicit_self: bool) -> Contract {
    let text = |symbol| facts.text(symbol).to_owned();
    let in_type = facts.scope(facts.scope(definition.scope).parent).kind == ScopeKind::Class;
    let own = explicit_self && in_type && definition.is_callable() && definition.flags & flag::STATIC == 0;
    Contract {
        text: if definition.kind == NodeKind::File { String::new() } else { text(definition.text) },
        parameters: definition
            .parameters
            .iter()
            .skip(usize::from(own))
            .map(|p| Parameter {
                name: text(p.name),
                r#type: text(p.type_text),
                default: text(p.default_text),
                optional: p.optional,
                kind: p.kind,
            })
            .collect(),
        returns: text(definition.returns_text),
        throws: definition.throws.iter().map(|t| text(*t)).collect(),
        decorators: definition.decorators.iter().map(|(_, t)| text(*t)).collect(),
        bases: definition.bases.iter().map(|t| text(*t)).collect(),
        fields: definition
            .fields
            .iter()
            .map(|(name, r#type, optional)| Field {
                name: text(*name),
                r#type: text(*r#type),
                optional: *optional,
            })
            .collect(),
        visibility: definition.visibility,
    }
}

/// A test tests what it calls, straight or through what its own file has for helpers.
fn tests(graph: &Graph) -> Vec<Edge> {
    let mut found = Vec::new();
    for test in graph.node_ids().filter(|id| graph.node(*id).is(flag::TEST)) {
        let file = graph.node(test).file;
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut work = vec![(test, 100u8, 0u32)];
        let mut targets: FxHashMap<NodeId, (u8, u32, Via)> = FxHashMap::default();
        while let Some((from, confidence, line)) = work.pop() {
            for (_, edge) in graph.outgoing(from) {
                let confidence = confidence.min(edge.confidence);
                if edge.kind != EdgeKind::Calls || edge.confidence < 50 || !seen.insert(edge.to) {
                    continue;
                }
                let line = if line == 0 { edge.line } else { line };
                if graph.node(edge.to).file == file {
                    work.push((edge.to, confidence, line));
                } else {
                    targets.entry(edge.to).or_insert((confidence, line, edge.via));
                }
            }
        }
        for (to, (confidence, line, via)) in targets {
            found.push(Edge { from: test, to, kind: EdgeKind::Tests, line, via, confidence });
        }
    }
    found
}
