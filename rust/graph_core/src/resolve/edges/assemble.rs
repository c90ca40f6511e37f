//! Assembling the graph from the nodes and the resolved references of all files.

use std::sync::Arc;

use crate::facts::DefinitionId;
use crate::graph::{EdgeKind, File, FileId, Graph, Skipped, Via};
use crate::resolve::edges::builder::{FilePart, GraphBuilder, callables_by_name};
use crate::resolve::edges::call_shapes::joined_sites;
use crate::resolve::edges::nodes::{FileNodes, NodeNumbers};
use crate::resolve::edges::outcome::ResolvedFile;
use crate::resolve::edges::test_edges::test_edges;
use crate::resolve::faults::{FailedFiles, FileObserver, map_files};
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::hierarchy::Hierarchy;

/// A repository whose references are resolved.
pub struct Resolved<'w> {
    pub index: &'w Index,
    pub hierarchy: &'w Hierarchy,
    pub files: &'w [Arc<ResolvedFile>],
    pub nodes: &'w [Arc<FileNodes>],
}

/// The graph of a resolved repository with these files and skipped files.
pub fn assemble(
    resolved: &Resolved<'_>,
    files: Vec<File>,
    skipped: Vec<Skipped>,
    observer: &dyn FileObserver,
) -> Result<Graph, FailedFiles> {
    let Resolved { index, hierarchy, .. } = *resolved;
    let all_nodes = || resolved.nodes.iter().flat_map(|file| file.nodes.iter().cloned()).collect::<Vec<_>>();
    let (nodes, by_name) = rayon::join(all_nodes, || callables_by_name(index));
    let numbers = NodeNumbers::new(resolved.nodes);
    let builder = GraphBuilder { index, hierarchy, numbers, nodes: &nodes, by_name };
    let part_of = |file: FileId| file_part(&builder, file, &resolved.files[file.at()]);
    let (inheritance, parts) =
        rayon::join(|| builder.inheritance_edges(), || map_files(&index.files, observer, part_of));
    let parts: Vec<FilePart> = parts?;
    let mut graph = Graph::default();
    graph.edges.reserve(inheritance.len() + parts.iter().map(|p| p.edges.len()).sum::<usize>());
    graph.external.reserve(parts.iter().map(|p| p.external.len()).sum());
    graph.unresolved.reserve(parts.iter().map(|p| p.unresolved.len()).sum());
    let mut sites = Vec::with_capacity(parts.len());
    for (part, file) in parts.into_iter().zip(resolved.files) {
        graph.edges.extend(part.edges);
        graph.entry_points.extend(part.entry_points);
        graph.external.extend(part.external);
        graph.unresolved.extend(part.unresolved);
        sites.push((part.sites, file.shapes.as_slice()));
    }
    graph.edges.extend(inheritance);
    (graph.files, graph.nodes, graph.skipped) = (files, nodes, skipped);
    (graph.call_sites, graph.call_shapes) = joined_sites(sites);
    graph.entry_points.sort_unstable();
    graph.entry_points.dedup();
    Ok(graph.finish(test_edges))
}

/// What one file adds to the graph.
fn file_part(builder: &GraphBuilder<'_>, file: FileId, resolved: &ResolvedFile) -> FilePart {
    let mut part = FilePart::default();
    add_containment(builder, file, &mut part);
    for reference in &resolved.references {
        builder.add_reference(file, reference, &mut part);
    }
    builder.add_import_edges(file, &mut part);
    part.entry_points
        .extend(resolved.entry_points.iter().map(|declared| builder.entry_point(file, declared)));
    part.sort();
    part
}

/// Adds the edges from each definition of a file to those that it contains.
fn add_containment(builder: &GraphBuilder<'_>, file: FileId, part: &mut FilePart) {
    let facts = builder.index.facts(file);
    for (i, definition) in facts.definitions.iter().enumerate().skip(1) {
        if definition.name.is_empty() {
            continue;
        }
        let from = builder.node(Def { file, id: facts.nearest_named(definition.parent) });
        let to = builder.node(Def { file, id: DefinitionId(i as u32) });
        part.edge(from, to, EdgeKind::Contains, definition.start_line, Via::Syntax);
    }
}
