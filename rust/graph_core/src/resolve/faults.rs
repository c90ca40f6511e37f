//! Faults: work that is done for every file on its own. A panic is the fault of the file that it came from; all others are
//! finished first, so that which files are named does not depend on threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::resolve::index::SourceFile;

/// More of them than this in one repository: it is not the files.
pub const MOST: usize = 3;

/// Numbers of the files that were at work when something panicked, in order.
pub type FailedFiles = Vec<u32>;

/// Is told of each file that is begun and done, on the thread that does it: several times, for there are several rounds.
pub trait FileObserver: Sync {
    fn begin(&self, _path: &str) {}
    fn end(&self) {}
    /// Done before the others and one after the other.
    fn is_suspect(&self, _path: &str) -> bool {
        false
    }
}

/// For whom it is enough to know how it ends.
pub struct NoObserver;

impl FileObserver for NoObserver {}

/// What `work` gives for the number of each file, in their order.
pub fn each<T: Send>(
    files: &[SourceFile],
    watch: &dyn FileObserver,
    work: impl Fn(u32) -> T + Sync,
) -> Result<Vec<T>, FailedFiles> {
    let guarded = |file: u32| {
        let done = catch_unwind(AssertUnwindSafe(|| {
            watch.begin(&files[file as usize].path);
            work(file)
        }));
        watch.end();
        done.ok()
    };
    let all = 0..files.len() as u32;
    // What they give is thrown away: who survives it once does so twice.
    all.clone()
        .filter(|file| watch.is_suspect(&files[*file as usize].path))
        .for_each(|file| drop(guarded(file)));
    let done: Vec<Option<T>> = all.into_par_iter().map(guarded).collect();
    if done.iter().all(Option::is_some) {
        return Ok(done.into_iter().flatten().collect());
    }
    Err(done.iter().enumerate().filter(|(_, done)| done.is_none()).map(|(file, _)| file as u32).collect())
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

    /// Panics at files whose names begin with `bad`, the time of the number that it holds.
    struct Breaking {
        at: usize,
        begun: AtomicUsize,
    }

    impl FileObserver for Breaking {
        fn begin(&self, path: &str) {
            let begun = path.starts_with("bad").then(|| self.begun.fetch_add(1, Ordering::Relaxed));
            assert_ne!(begun, Some(self.at), "so it was asked for");
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

    fn broken(names: &[&str], watch: &dyn FileObserver) -> Result<(Graph, Memory), Error> {
        let (files, blobs) = files(names);
        resolve(files, &blobs, Default::default(), Vec::new(), None, watch)
    }

    #[test]
    fn a_file_that_breaks_any_stage_is_left_out_and_named() {
        let (whole, _) = broken(&["good.py", "user.py"], &NoObserver).expect("a graph");
        let mut stages = 0;
        for at in 0.. {
            let watch = Breaking { at, begun: AtomicUsize::new(0) };
            let (graph, memory) = broken(&["bad.py", "good.py", "user.py"], &watch).expect("a graph");
            if watch.begun.load(Ordering::Relaxed) <= at {
                break;
            }
            stages += 1;
            let skipped: Vec<_> =
                graph.skipped.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
            assert_eq!(skipped, [("bad.py", "the resolver failed on it")]);
            assert_eq!(
                (&graph.files, &graph.nodes),
                (&whole.files, &whole.nodes),
                "as if it had not been there"
            );
            assert_eq!(graph.edges, whole.edges);
            assert_eq!(memory.nodes.len(), 2, "nothing of it is remembered");
        }
        assert_eq!(
            stages, 11,
            "imports, bases twice, what comes before twice, three rounds, references, nodes, edges"
        );
    }

    #[test]
    fn more_than_three_are_an_error_that_names_them() {
        struct All;
        impl FileObserver for All {
            fn begin(&self, path: &str) {
                assert!(!path.starts_with("bad"), "so it was asked for");
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
        struct WrittenBases(std::sync::Mutex<Vec<String>>);
        impl FileObserver for WrittenBases {
            fn begin(&self, path: &str) {
                self.0.lock().expect("no panic").push(path.to_owned());
            }
            fn is_suspect(&self, path: &str) -> bool {
                path == "c.py"
            }
        }
        let watch = WrittenBases::default();
        let (files, _) = files(&["a.py", "b.py", "c.py"]);
        assert_eq!(each(&files, &watch, |file| file * 2), Ok(vec![0, 2, 4]));
        let written = watch.0.into_inner().expect("no panic");
        assert_eq!((written.len(), written[0].as_str()), (4, "c.py"));
    }
}
