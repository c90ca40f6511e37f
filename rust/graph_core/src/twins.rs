//! Finds the twins (code clones) of functions. MinHash sketches of all functions, which are computed from text for each
//! query and not stored, give candidates; only candidates are parsed and compared token by token.

mod align;
mod answer;
mod lexer;
mod minhash;
mod tokens;

pub use answer::{Answer, Function, LeftOut, Meta, Options, Range, Twin};

use std::time::Duration;

use rapidfuzz::distance::indel;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Parser;

use crate::answer::{Counts, Symbol};
use crate::changes::changed_definitions;
use crate::error::Result;
use crate::file_texts::FileTexts;
use crate::graph::{Graph, Node, NodeId, NodeKind, flag};
use crate::languages::Language;
use crate::query;
use crate::source::Limits;
use align::align;
use lexer::Keywords;
use minhash::{Bands, Sketch, Sketcher, shared_hashes};
use tokens::{NAME, Token, Tokens, tokens};

/// Shorter functions are too small to be compared.
const MIN_LINES: u32 = 6;
const MIN_TOKENS: usize = 50;
/// The number of functions with the most similar sketches that are compared with a function.
const MAX_CANDIDATES: usize = 60;
/// The number of the 128 hashes of a sketch that two functions must share to be compared.
const MIN_SHARED: u32 = 8;
/// Functions that differ in length by a larger factor cannot reach the least score.
const MAX_LENGTH_RATIO: u32 = 4;
/// The largest difference in the number of parameters of twins.
const MAX_PARAMETER_DIFFERENCE: usize = 4;
/// Functions whose token shapes are less similar than this are not aligned, whatever the least score is.
const MIN_SHAPE_SIMILARITY: f64 = 0.5;

/// The functions to find twins of: those that `symbols` name and, if there is a base, those that `head` adds or rewrites.
/// An error if a name matches no symbol or several.
pub fn selected(base: Option<&Graph>, head: &Graph, symbols: &[String]) -> Result<Vec<NodeId>> {
    let mut functions: Vec<NodeId> =
        symbols.iter().map(|name| query::symbol(head, name)).collect::<Result<_>>()?;
    functions.extend(base.into_iter().flat_map(|base| rewritten(base, head)));
    functions.sort_unstable();
    functions.dedup();
    Ok(functions)
}

/// The functions of `head` that are not in `base`, or have another body or contract there.
pub fn rewritten(base: &Graph, head: &Graph) -> Vec<NodeId> {
    let changes = changed_definitions(base, head).into_iter();
    changes
        .filter(|change| change.rewritten)
        .filter_map(|change| change.head)
        .filter(|id| is_callable(head.node(*id)))
        .collect()
}

/// The twins in `graph` of the `wanted` functions of it. `texts` reads the files that it was built from.
pub fn twins(
    texts: &FileTexts,
    graph: &Graph,
    wanted: &[NodeId],
    options: &Options,
    limits: &Limits,
) -> Result<Answer> {
    let mut left_out = LeftOut::default();
    let asked: Vec<NodeId> = wanted
        .iter()
        .copied()
        .filter(|id| {
            let node = graph.node(*id);
            let is_test = node.is(flag::TEST) && !options.tests;
            left_out.tests += usize::from(is_test && is_callable(node));
            is_callable(node) && !is_test
        })
        .collect();
    let (long, short): (Vec<NodeId>, Vec<NodeId>) =
        asked.into_iter().partition(|id| lines(graph.node(*id)) >= MIN_LINES);
    left_out.short = short.iter().map(|id| graph.id(*id)).collect();
    let corpus = Corpus::read(texts, graph, &long, options, limits)?;
    left_out.unreadable = corpus.unreadable;
    let near = corpus.candidates(graph, &long);
    let candidates = near.iter().map(Vec::len).sum();
    let streams = corpus.token_streams(graph, &long, &near, Duration::from_millis(limits.parse_ms));
    let found: Vec<(NodeId, Option<Vec<Twin>>)> = long
        .par_iter()
        .zip(&near)
        .map(|(id, near)| {
            let Some(own) = streams.get(id).filter(|s| s.token_count >= MIN_TOKENS) else {
                return (*id, None);
            };
            let mut scored: Vec<Twin> = near
                .iter()
                .filter_map(|other| compare(graph, own, (*other, streams.get(other)?), options))
                .collect();
            scored.sort_by(|a, b| {
                b.score
                    .total_cmp(&a.score)
                    .then_with(|| a.r#type.cmp(&b.r#type))
                    .then_with(|| a.symbol.id.cmp(&b.symbol.id))
            });
            (*id, Some(scored))
        })
        .collect();
    let mut functions = Vec::new();
    for (id, twins) in found {
        match twins {
            Some(mut twins) => {
                let more = twins.len().saturating_sub(options.most);
                twins.truncate(options.most);
                functions.push(Function { symbol: Symbol::of(graph, id), twins, more });
            }
            None => left_out.short.push(graph.id(id)),
        }
    }
    left_out.short.sort();
    Ok(Answer {
        meta: Meta {
            format: 1,
            tool_version: env!("CARGO_PKG_VERSION"),
            options: options.clone(),
            head: Counts::of(graph),
        },
        functions,
        left_out,
        sketched: corpus.sketches.len(),
        candidates,
    })
}

fn is_callable(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor) && node.body_hash != 0
}

fn lines(node: &Node) -> u32 {
    node.end_line + 1 - node.start_line.min(node.end_line)
}

fn bytes(node: &Node) -> u32 {
    node.end_byte.saturating_sub(node.start_byte)
}

/// Whether two functions may be twins according to the graph: they are not nested and similar in length and parameters.
fn may_be_twins(graph: &Graph, a: NodeId, b: NodeId) -> bool {
    let (x, y) = (graph.node(a), graph.node(b));
    let nested = x.file == y.file && x.start_byte < y.end_byte && y.start_byte < x.end_byte;
    let parameters = x.contract.parameters.len().abs_diff(y.contract.parameters.len());
    !nested
        && bytes(x) <= bytes(y).saturating_mul(MAX_LENGTH_RATIO)
        && bytes(y) <= bytes(x).saturating_mul(MAX_LENGTH_RATIO)
        && parameters <= MAX_PARAMETER_DIFFERENCE
}

fn language(graph: &Graph, id: NodeId) -> Option<&'static Language> {
    Language::named(&graph.file(graph.node(id).file).language)
}

/// The texts of the files that are searched, and the sketches of the functions in them.
struct Corpus {
    /// By index in the graph's files.
    texts: FxHashMap<u32, Vec<u8>>,
    sketches: Vec<(NodeId, Sketch)>,
    unreadable: usize,
}

impl Corpus {
    fn read(
        texts: &FileTexts,
        graph: &Graph,
        wanted: &[NodeId],
        options: &Options,
        limits: &Limits,
    ) -> Result<Self> {
        let families: FxHashSet<&str> =
            wanted.iter().filter_map(|id| language(graph, *id)).map(|l| l.family).collect();
        let shortest = wanted.iter().map(|id| bytes(graph.node(*id))).min().unwrap_or(0) / MAX_LENGTH_RATIO;
        let longest = wanted
            .iter()
            .map(|id| bytes(graph.node(*id)))
            .max()
            .unwrap_or(0)
            .saturating_mul(MAX_LENGTH_RATIO);
        let is_asked: FxHashSet<NodeId> = wanted.iter().copied().collect();
        let mut by_file: Vec<Vec<NodeId>> = vec![Vec::new(); graph.files.len()];
        for id in graph.node_ids() {
            let node = graph.node(id);
            let fits = is_callable(node)
                && lines(node) >= MIN_LINES
                && (shortest..=longest).contains(&bytes(node))
                && (options.tests || !node.is(flag::TEST));
            if is_asked.contains(&id)
                || (fits && language(graph, id).is_some_and(|l| families.contains(l.family)))
            {
                by_file[node.file.0 as usize].push(id);
            }
        }
        let wanted_files: Vec<u32> =
            (0..by_file.len() as u32).filter(|file| !by_file[*file as usize].is_empty()).collect();
        let paths: Vec<&str> = wanted_files.iter().map(|f| &*graph.files[*f as usize].path).collect();
        let read = texts.read(&paths, limits)?;
        let keywords: FxHashMap<&str, Keywords> = wanted_files
            .iter()
            .filter_map(|f| Language::named(&graph.files[*f as usize].language))
            .map(|l| (l.name, l))
            .collect::<FxHashMap<_, _>>()
            .into_iter()
            .map(|(name, language)| (name, Keywords::of(language)))
            .collect();
        let unreadable = read.iter().filter(|text| text.is_none()).count();
        let sketches: Vec<Vec<(NodeId, Sketch)>> = wanted_files
            .par_iter()
            .zip(&read)
            .map_init(
                || (Sketcher::new(), Vec::new()),
                |(sketcher, words), (file, text)| {
                    let language = &*graph.files[*file as usize].language;
                    let (Some(text), Some(keywords)) = (text, keywords.get(language)) else {
                        return Vec::new();
                    };
                    let own = by_file[*file as usize].iter();
                    own.filter_map(|id| {
                        let node = graph.node(*id);
                        keywords
                            .normalise(text.get(node.start_byte as usize..node.end_byte as usize)?, words);
                        Some((*id, sketcher.sketch(words)))
                    })
                    .collect()
                },
            )
            .collect();
        let texts =
            wanted_files.into_iter().zip(read).filter_map(|(file, text)| Some((file, text?))).collect();
        Ok(Corpus { texts, sketches: sketches.into_iter().flatten().collect(), unreadable })
    }

    /// The functions to compare with each wanted function, by sketch and signature, the most similar first.
    fn candidates(&self, graph: &Graph, wanted: &[NodeId]) -> Vec<Vec<NodeId>> {
        let by_node: FxHashMap<NodeId, &Sketch> = self.sketches.iter().map(|(id, s)| (*id, s)).collect();
        let mut bands = Bands::default();
        for (i, id) in wanted.iter().enumerate() {
            if let Some(sketch) = by_node.get(id) {
                bands.add(i as u32, sketch);
            }
        }
        let similar: Vec<(u32, u32, NodeId)> = self
            .sketches
            .par_iter()
            .flat_map_iter(|(id, sketch)| {
                let owners = bands.sharing_a_band(sketch).into_iter();
                owners
                    .filter_map(|owner| {
                        let asked = wanted[owner as usize];
                        let shared = shared_hashes(by_node.get(&asked)?, sketch);
                        let fits = asked != *id && shared >= MIN_SHARED && may_be_twins(graph, asked, *id);
                        fits.then_some((owner, shared, *id))
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut near: Vec<Vec<(u32, NodeId)>> = vec![Vec::new(); wanted.len()];
        for (owner, shared, id) in similar {
            near[owner as usize].push((shared, id));
        }
        near.into_iter()
            .map(|mut near| {
                near.sort_unstable_by_key(|(shared, id)| (std::cmp::Reverse(*shared), *id));
                near.truncate(MAX_CANDIDATES);
                near.into_iter().map(|(_, id)| id).collect()
            })
            .collect()
    }

    /// The tokens of all functions that are to be compared. Each of their files is parsed once.
    fn token_streams(
        &self,
        graph: &Graph,
        wanted: &[NodeId],
        near: &[Vec<NodeId>],
        time: Duration,
    ) -> FxHashMap<NodeId, TokenStream> {
        let mut by_file: FxHashMap<u32, FxHashSet<NodeId>> = FxHashMap::default();
        for id in wanted.iter().chain(near.iter().flatten()) {
            by_file.entry(graph.node(*id).file.0).or_default().insert(*id);
        }
        by_file
            .into_par_iter()
            .map_init(Parser::new, |parser, (file, ids)| {
                let language = Language::named(&graph.files[file as usize].language);
                let (Some(language), Some(text)) = (language, self.texts.get(&file)) else {
                    return Vec::new();
                };
                let all = tokens(language, parser, text, time);
                ids.into_iter().map(|id| (id, TokenStream::of(graph.node(id), &all, text))).collect()
            })
            .flatten_iter()
            .collect()
    }
}

/// The tokens of one function.
struct TokenStream {
    tokens: Vec<Token>,
    shapes: Vec<u64>,
    /// The number of all tokens, including those that `tokens` leaves out.
    token_count: usize,
    /// The index of the function's own name in `tokens`.
    own_name: Option<usize>,
    /// The texts of the names, by hash.
    names: FxHashMap<u64, String>,
}

impl TokenStream {
    fn of(node: &Node, all: &Tokens, text: &[u8]) -> Self {
        let (own, token_count) = all.in_range(node.start_byte, node.end_byte.max(node.start_byte));
        let own_name = crate::hashing::hash(crate::answer::without_ordinal(&node.name).as_bytes());
        let names = own.iter().filter(|t| t.shape == NAME);
        let text_of = |t: &Token| text.get(t.start as usize..t.end as usize).unwrap_or(&[]);
        TokenStream {
            tokens: own.to_vec(),
            shapes: own.iter().map(|t| t.shape).collect(),
            token_count,
            own_name: own.iter().position(|t| t.shape == NAME && t.text == own_name),
            names: names.map(|t| (t.text, String::from_utf8_lossy(text_of(t)).into_owned())).collect(),
        }
    }
}

/// Compares two functions. Returns the second as a twin of the first, if it is one.
fn compare(
    graph: &Graph,
    own: &TokenStream,
    (b, other): (NodeId, &TokenStream),
    options: &Options,
) -> Option<Twin> {
    if other.token_count < MIN_TOKENS || lines(graph.node(b)) < MIN_LINES {
        return None;
    }
    let cutoff = indel::Args::default().score_cutoff(MIN_SHAPE_SIMILARITY.min(options.min_score));
    indel::normalized_similarity_with_args(
        own.shapes.iter().copied(),
        other.shapes.iter().copied(),
        &cutoff,
    )?;
    let aligned = align(&own.tokens, &other.tokens, (own.own_name, other.own_name));
    let r#type = match (aligned.same, aligned.same_shape) {
        (true, _) => 1,
        (_, true) => 2,
        _ => 3,
    };
    let score = (aligned.score * 1000.0).round() / 1000.0;
    (score >= options.min_score || r#type < 3)
        .then(|| answer::twin(graph, b, token_pair(own, other), &aligned, r#type, score))
}

fn token_pair<'a>(own: &'a TokenStream, other: &'a TokenStream) -> answer::TokenPair<'a> {
    answer::TokenPair {
        own: &own.tokens,
        other: &other.tokens,
        own_names: &own.names,
        other_names: &other.names,
    }
}
