//! Faults: running work for every file on its own. If the work on a file panics, the other files are finished first, so
//! that the reported files do not depend on the order of threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::graph::FileId;
use crate::resolve::index::SourceFile;

/// The most files of a repository that may fail; more of them point to a fault of the resolver.
pub(super) const MOST_FAILED: usize = 3;

/// The files at which the work panicked, in order.
pub type FailedFiles = Vec<FileId>;

/// Is notified when the work on a file begins and ends, on the thread that does it; several times for each file,
/// because there are several rounds.
pub trait FileObserver: Sync {
    fn begin(&self, _path: &str) {}
    fn end(&self) {}
    /// Suspect files are tried before the others, one after the other.
    fn is_suspect(&self, _path: &str) -> bool {
        false
    }
}

/// An observer that ignores everything.
pub struct NoObserver;

impl FileObserver for NoObserver {}

/// The results of `work` for each file, in the order of files; Err if it panicked at some.
pub fn map_files<T: Send>(
    files: &[SourceFile],
    observer: &dyn FileObserver,
    work: impl Fn(FileId) -> T + Sync,
) -> Result<Vec<T>, FailedFiles> {
    let guarded = |file: FileId| {
        let result = catch_unwind(AssertUnwindSafe(|| {
            observer.begin(&files[file.at()].path);
            work(file)
        }));
        observer.end();
        result.ok()
    };
    let all = 0..files.len() as u32;
    // The results are dropped: a suspect that does not end the process now does not end it below.
    all.clone()
        .map(FileId)
        .filter(|file| observer.is_suspect(&files[file.at()].path))
        .for_each(|file| drop(guarded(file)));
    let results: Vec<Option<T>> = all.into_par_iter().map(FileId).map(guarded).collect();
    if results.iter().all(Option::is_some) {
        return Ok(results.into_iter().flatten().collect());
    }
    Err((0..)
        .map(FileId)
        .zip(&results)
        .filter(|(_, result)| result.is_none())
        .map(|(file, _)| file)
        .collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::Error;
    use crate::extract::{Bounds, extract};
    use crate::graph::Graph;
    use crate::languages::Language;
    use crate::resolve::{Memory, resolve};

    /// Panics at the `at`-th time that the work on a file whose name begins with `bad` begins.
    struct Breaking {
        at: usize,
        begun: AtomicUsize,
    }

    impl FileObserver for Breaking {
        fn begin(&self, path: &str) {
            let begun = path.starts_with("bad").then(|| self.begun.fetch_add(1, Ordering::Relaxed));
            assert_ne!(begun, Some(self.at), "the panic of this test");
        }
    }

    fn files(names: &[&str]) -> (Vec<SourceFile>, Vec<[u8; 20]>) {
        let bounds = Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 1_000_000 };
        let source = |name: &&str| {
            let language = Language::of(name).expect("a language");
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&(language.grammar)()).expect("a grammar");
            let text = "from good import f\nclass C: pass\ndef g():\n    return f()\ndef f(): return C()\n";
            let facts = extract(language, &mut parser, name, text.as_bytes(), bounds).expect("facts");
            SourceFile { path: (*name).to_owned(), language, facts: Arc::new(facts) }
        };
        (names.iter().map(source).collect(), vec![[1; 20]; names.len()])
    }

    fn broken(names: &[&str], observer: &dyn FileObserver) -> Result<(Graph, Memory), Error> {
        let (files, blobs) = files(names);
        resolve(files, &blobs, Default::default(), Vec::new(), None, observer)
    }

    #[test]
    fn a_file_that_breaks_any_stage_is_left_out_and_named() {
        let (whole, _) = broken(&["good.py", "user.py"], &NoObserver).expect("a graph");
        let mut stages = 0;
        for at in 0.. {
            let observer = Breaking { at, begun: AtomicUsize::new(0) };
            let (graph, memory) = broken(&["bad.py", "good.py", "user.py"], &observer).expect("a graph");
            if observer.begun.load(Ordering::Relaxed) <= at {
                break;
            }
            stages += 1;
            let skipped: Vec<_> =
                graph.skipped.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
            assert_eq!(skipped, [("bad.py", "the resolver failed on it")]);
            assert_eq!(
                (&graph.files, &graph.nodes),
                (&whole.files, &whole.nodes),
                "the graph without the file"
            );
            assert_eq!(graph.edges, whole.edges);
            assert_eq!(memory.nodes.len(), 2, "nothing of it is remembered");
        }
        assert_eq!(
            stages, 11,
            "imports, bases twice, prepended types twice, three rounds, references, nodes, edges"
        );
    }

    #[test]
    fn more_than_three_are_an_error_that_names_them() {
        struct All;
        impl FileObserver for All {
            fn begin(&self, path: &str) {
                assert!(!path.starts_with("bad"), "the panic of this test");
            }
        }
        let names = ["bad1.py", "bad2.py", "bad3.py", "bad4.py", "good.py"];
        let (graph, _) = broken(&names[1..], &All).expect("a graph");
        assert_eq!(graph.skipped.len(), 3);
        let Err(error) = broken(&names, &All) else { panic!("a graph") };
        assert_eq!(error.code(), "poisoned_files");
        assert!(names[..4].iter().all(|name| error.to_string().contains(name)), "{error}");
    }

    #[test]
    fn suspects_are_done_alone_before_the_others() {
        #[derive(Default)]
        struct Begun(std::sync::Mutex<Vec<String>>);
        impl FileObserver for Begun {
            fn begin(&self, path: &str) {
                self.0.lock().expect("no panic").push(path.to_owned());
            }
            fn is_suspect(&self, path: &str) -> bool {
                path == "c.py"
            }
        }
        let observer = Begun::default();
        let (files, _) = files(&["a.py", "b.py", "c.py"]);
        assert_eq!(map_files(&files, &observer, |file| file.0 * 2), Ok(vec![0, 2, 4]));
        let begun = observer.0.into_inner().expect("no panic");
        assert_eq!((begun.len(), begun[0].as_str()), (4, "c.py"));
    }
}
