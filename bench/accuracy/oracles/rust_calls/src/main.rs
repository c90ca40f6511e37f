//! Tells what rust-analyzer says of every call and construction in a Cargo workspace, as JSON lines.
//!
//! Usage: `rust_calls FOLDER LIBRARY`, where LIBRARY is the source of Rust's standard library. Macros by example are
//! expanded, and calls in their arguments are judged as what they become; no build script and no procedural macro is
//! run, so what those make is unknown. A method of a trait that is known to be implemented for the type is the
//! implementation; the trait's own is then `beside`.

use std::env;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use ra_ap_hir::{
    Adt, AsAssocItem, AssocItem, EnumVariant, Function, HasSource, InFile, Semantics, attach_db,
};
use ra_ap_ide_db::defs::{Definition, NameRefClass};
use ra_ap_ide_db::{RootDatabase, line_index};
use ra_ap_load_cargo::{LoadCargoConfig, ProcMacroServerChoice, load_workspace_at};
use ra_ap_project_model::{CargoConfig, CargoFeatures, RustLibSource};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken};
use ra_ap_vfs::{AbsPathBuf, Vfs};
use serde_json::{Value, json};

struct Oracle<'db> {
    sema: Semantics<'db, RootDatabase>,
    db: &'db RootDatabase,
    vfs: &'db Vfs,
    folder: String,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, library] = arguments.as_slice() else {
        anyhow::bail!("usage: rust_calls FOLDER LIBRARY");
    };
    let folder = Path::new(folder).canonicalize()?;
    let library = Path::new(library).canonicalize()?;
    let config = CargoConfig {
        all_targets: true,
        features: CargoFeatures::All,
        set_test: true,
        sysroot: Some(RustLibSource::Discover),
        sysroot_src: Some(AbsPathBuf::assert_utf8(library)),
        ..CargoConfig::default()
    };
    let loading = LoadCargoConfig {
        load_out_dirs_from_check: false,
        with_proc_macro_server: ProcMacroServerChoice::None,
        prefill_caches: false,
        num_worker_threads: 1,
        proc_macro_processes: 0,
    };
    let (db, vfs, _) = load_workspace_at(&folder, &config, &loading, &|_| ())?;
    let folder = format!("{}/", folder.to_str().context("the folder's name is no text")?);
    attach_db(&db, || {
        let oracle = Oracle { sema: Semantics::new(&db), db: &db, vfs: &vfs, folder };
        oracle.tell()
    })
}

impl Oracle<'_> {
    fn tell(&self) -> Result<()> {
        let mut out = BufWriter::new(stdout().lock());
        let mut files: Vec<_> = self
            .vfs
            .iter()
            .filter_map(|(id, path)| Some((self.inside(path.as_path()?.as_str())?, id)))
            .filter(|(path, _)| path.ends_with(".rs"))
            .collect();
        files.sort();
        for (path, id) in files {
            let Some(file) = self.sema.attach_first_edition_opt(id) else { continue };
            let tree = self.sema.parse(file);
            let lines = line_index(self.db, id);
            let tokens = tree.syntax().descendants_with_tokens().filter_map(|one| one.into_token());
            for token in tokens.filter(|t| matches!(t.kind(), SyntaxKind::IDENT | SyntaxKind::SELF_TYPE_KW)) {
                let line = lines.line_col(token.text_range().start()).line + 1;
                for row in self.judged(&token) {
                    let mut row = row;
                    row["path"] = json!(path);
                    row["line"] = json!(line);
                    writeln!(out, "{row}")?;
                }
            }
        }
        Ok(out.flush()?)
    }

    /// What is to be told of a name, if it is what a call calls.
    fn judged(&self, token: &SyntaxToken) -> Vec<Value> {
        let in_macro = token.parent_ancestors().any(|node| node.kind() == SyntaxKind::TOKEN_TREE);
        let meant =
            if in_macro { self.sema.descend_into_macros_single_exact(token.clone()) } else { token.clone() };
        if in_macro && meant.parent().is_some_and(|node| node.kind() == SyntaxKind::TOKEN_TREE) {
            // Not expanded, or not to anything that this name is a part of: who knows what it is.
            return vec![
                json!({"name": token.text(), "form": "macro: tokens", "verdict": "unknown", "targets": []}),
            ];
        }
        let Some(name) = meant.parent().and_then(ast::NameRef::cast) else { return vec![] };
        let Some(form) = called(&name) else { return vec![] };
        let definition = match NameRefClass::classify(&self.sema, &name) {
            Some(NameRefClass::Definition(definition, _)) => Some(definition),
            _ => None,
        };
        let mut form = if in_macro { format!("macro: {form}") } else { form };
        let mut written = token.text().to_owned();
        let mut targets = vec![];
        let mut beside = vec![];
        let mut known = true;
        match definition {
            Some(Definition::Function(function)) => {
                targets.push(self.place_of(function));
                beside.extend(self.declared(function).map(|method| self.place_of(method)));
            }
            Some(Definition::Adt(adt)) => {
                form = format!("new {form}");
                targets.push(self.place_of_type(adt));
            }
            Some(Definition::SelfType(part)) => match part.self_ty(self.db).as_adt() {
                Some(adt) => {
                    form = format!("new {form}");
                    written = adt.name(self.db).as_str().to_owned();
                    targets.push(self.place_of_type(adt));
                }
                None => known = false,
            },
            Some(Definition::EnumVariant(variant)) => {
                form = format!("new variant {form}");
                targets.push(self.place_of_variant(variant));
                targets.push(self.place_of_type(Adt::Enum(variant.parent_enum(self.db))));
            }
            _ => known = false,
        }
        let inside: Vec<Value> = targets.iter().flatten().filter_map(Clone::clone).collect();
        // What a macro makes is written nowhere.
        known &= targets.iter().all(Option::is_some);
        let verdict = match (known, inside.is_empty()) {
            (false, _) => "unknown",
            (true, true) => "outside",
            (true, false) => "inside",
        };
        let mut rows = vec![json!({"name": written, "form": form, "verdict": verdict, "targets": inside})];
        let beside: Vec<Value> = beside.into_iter().flatten().flatten().collect();
        if !beside.is_empty() {
            rows.push(json!({"name": written, "form": form, "verdict": "beside", "targets": beside}));
        }
        rows
    }

    /// The trait's method that the function implements.
    fn declared(&self, function: Function) -> Option<Function> {
        let of = function.as_assoc_item(self.db)?.implemented_trait(self.db)?;
        of.items(self.db).into_iter().find_map(|item| match item {
            AssocItem::Function(method) if method.name(self.db) == function.name(self.db) => Some(method),
            _ => None,
        })
    }

    fn place_of(&self, function: Function) -> Option<Option<Value>> {
        let source = function.source(self.db)?;
        self.place(source.as_ref().map(|it| it.name()).transpose_name()?)
    }

    fn place_of_type(&self, adt: Adt) -> Option<Option<Value>> {
        let source = adt.source(self.db)?;
        self.place(source.as_ref().map(|it| it.name()).transpose_name()?)
    }

    fn place_of_variant(&self, variant: EnumVariant) -> Option<Option<Value>> {
        let source = variant.source(self.db)?;
        self.place(source.as_ref().map(|it| it.name()).transpose_name()?)
    }

    /// Where a name is written: nothing if that is unknown, no place if it is outside of the folder.
    fn place(&self, name: InFile<ast::Name>) -> Option<Option<Value>> {
        let file = name.file_id.file_id()?.file_id(self.db);
        let path = self.vfs.file_path(file);
        let Some(inside) = path.as_path().and_then(|path| self.inside(path.as_str())) else {
            return Some(None);
        };
        let start = name.value.syntax().text_range().start();
        let line = line_index(self.db, file).line_col(start).line + 1;
        Some(Some(json!({"path": inside, "line": line, "name": name.value.text().to_string()})))
    }

    fn inside(&self, path: &str) -> Option<String> {
        path.strip_prefix(&self.folder).filter(|path| !path.starts_with("target/")).map(str::to_owned)
    }
}

trait TransposeName {
    fn transpose_name(self) -> Option<InFile<ast::Name>>;
}

impl TransposeName for InFile<Option<ast::Name>> {
    fn transpose_name(self) -> Option<InFile<ast::Name>> {
        Some(InFile::new(self.file_id, self.value?))
    }
}

/// How a call is written whose callee ends with that name, if there is one.
fn called(name: &ast::NameRef) -> Option<String> {
    let parent = name.syntax().parent()?;
    if let Some(call) = ast::MethodCallExpr::cast(parent.clone()) {
        let form = call.receiver().map_or("value", |receiver| receiver_of(&receiver));
        return Some(format!("{form}.name"));
    }
    let path = ast::PathSegment::cast(parent)?.syntax().parent().and_then(ast::Path::cast)?;
    let whole = path.syntax().parent()?;
    let form = match path.qualifier() {
        None => "name",
        Some(qualifier) if qualifier.syntax().text() == "Self" => "Self::name",
        Some(_) => "path::name",
    };
    if ast::RecordExpr::can_cast(whole.kind()) {
        return Some(format!("{form} {{}}"));
    }
    let call = ast::PathExpr::cast(whole)?.syntax().parent().and_then(ast::CallExpr::cast)?;
    let callee: SyntaxNode = call.expr()?.syntax().clone();
    (callee.text_range() == path.syntax().text_range()).then(|| form.to_owned())
}

fn receiver_of(receiver: &ast::Expr) -> &'static str {
    match receiver {
        ast::Expr::PathExpr(path) if path.syntax().text() == "self" => "self",
        ast::Expr::PathExpr(_) => "name",
        ast::Expr::FieldExpr(_) => "field",
        ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) => "call()",
        _ => "value",
    }
}
