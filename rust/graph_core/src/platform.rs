//! Platform: reads the platform files of a language with the ordinary extractor, once, and derives from their
//! declarations what calls of the platform return and what its types hold. Knows facts and the extractor; no
//! resolver.

mod declarations;
mod derive;
#[cfg(test)]
mod tests;
mod written;

use std::time::Duration;

use tree_sitter::Parser;

use crate::extract::{Bounds, walk_file};
use crate::languages::Language;
use crate::languages::platform::{NOTHING, Platform, PlatformSource};
use declarations::Declarations;

/// What a platform file may take: far more than any has, since they are part of the program.
const BOUNDS: Bounds = Bounds { depth: 1000, time: Duration::from_secs(60), nodes: 10_000_000 };

/// The platform of a language.
pub fn of(language: &'static Language) -> &'static Platform {
    match language.platform_source {
        Some(source) => source.declared_by(read),
        None => &NOTHING,
    }
}

fn read(source: &PlatformSource) -> Platform {
    let language = Language::named(source.language).expect("the language of a platform is one of ALL");
    let mut declarations = Declarations::default();
    for (texts, universal) in [(source.universal, true), (source.library, false)] {
        for text in texts {
            let mut parser = Parser::new();
            // A platform file is part of this program: a test reads every one.
            parser.set_language(&(language.grammar)()).expect("a grammar of this version");
            let facts = walk_file(language, &mut parser, "platform", text.as_bytes(), BOUNDS);
            declarations.add(language, &facts.expect("a platform file within bounds"), universal);
        }
    }
    derive::platform(language, &declarations)
}
