//! Which file of a crate imports which: `use`, and names written with their path.
//!
//! A name that a module only passes on (`pub use`) counts as an import of the file that defines it, and passing on
//! what a child defines does not count as an import by the parent, so `lib.rs` and `mod.rs` may show what is below
//! them. Code for tests does not count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::{CrateSource, Module, ModulePath};

/// From a file to the files it imports, each with a line that does so.
pub(crate) type Imports = BTreeMap<PathBuf, BTreeMap<PathBuf, usize>>;

pub(crate) fn imports(source: &CrateSource) -> Imports {
    let mut imports = Imports::new();
    for (path, module) in &source.modules {
        if module.test {
            continue;
        }
        for (segments, line) in references(path, module) {
            let Some(file) = definer(source, path, &segments, 0) else {
                continue;
            };
            if file != module.file {
                imports
                    .entry(module.file.clone())
                    .or_default()
                    .entry(file.to_owned())
                    .or_insert(line);
            }
        }
    }
    imports
}

fn references(path: &ModulePath, module: &Module) -> Vec<(Vec<String>, usize)> {
    let uses = module
        .uses
        .iter()
        .filter(|item| {
            !(item.passed_on
                && is_below(path, &item.path)
                && !is_used_here(module, item.name.as_deref()))
        })
        .map(|item| (item.path.clone(), item.line));
    let written = module
        .paths()
        .into_iter()
        .filter(|path| path.segments.len() > 1);
    uses.chain(written.map(|path| (path.segments, path.line)))
        .collect()
}

fn is_used_here(module: &Module, name: Option<&str>) -> bool {
    name.is_some_and(|name| module.mentions(name))
}

/// Whether the path of a `use` leads down from the module that states it.
fn is_below(module: &ModulePath, path: &[String]) -> bool {
    match path.first().map(String::as_str) {
        Some("super") => false,
        Some("crate") => path.len() > module.len() + 1 && path[1..].starts_with(module),
        _ => true,
    }
}

/// The file that defines what a path names; none when the path leads out of the crate.
fn definer<'a>(
    source: &'a CrateSource,
    from: &ModulePath,
    path: &[String],
    depth: usize,
) -> Option<&'a Path> {
    const LONGEST_CHAIN: usize = 32;
    if depth > LONGEST_CHAIN {
        return None;
    }
    let (mut place, mut rest) = start(source, from, path)?;
    while let Some((next, after)) = rest.split_first() {
        let inner = [place.clone(), vec![next.clone()]].concat();
        if source.modules.contains_key(&inner) {
            (place, rest) = (inner, after);
            continue;
        }
        let module = &source.modules[&place];
        if module.defines.contains(next) {
            break;
        }
        if let Some(named) = module
            .uses
            .iter()
            .find(|item| item.name.as_ref() == Some(next))
        {
            return definer(
                source,
                &place,
                &[named.path.as_slice(), after].concat(),
                depth + 1,
            );
        }
        return through_a_glob(source, &place, module, rest, depth).or(Some(&module.file));
    }
    Some(&source.modules[&place].file)
}

fn through_a_glob<'a>(
    source: &'a CrateSource,
    place: &ModulePath,
    module: &Module,
    rest: &[String],
    depth: usize,
) -> Option<&'a Path> {
    module
        .uses
        .iter()
        .filter(|item| item.name.is_none())
        .find_map(|glob| {
            let (target, left) = start(source, place, &glob.path)?;
            let target = [target, left.to_vec()].concat();
            let defines = source.modules.get(&target)?.defines.contains(rest.first()?);
            if !defines || target == *place {
                return None;
            }
            definer(
                source,
                place,
                &[glob.path.as_slice(), rest].concat(),
                depth + 1,
            )
        })
}

/// The module at which a path starts, and what is left of the path.
fn start<'a>(
    source: &CrateSource,
    from: &ModulePath,
    path: &'a [String],
) -> Option<(ModulePath, &'a [String])> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some((Vec::new(), rest)),
        "self" => Some((from.clone(), rest)),
        "super" => {
            let mut place = from.clone();
            let mut rest = path;
            while let Some(("super", after)) = rest
                .split_first()
                .map(|(word, after)| (word.as_str(), after))
            {
                place.pop()?;
                rest = after;
            }
            Some((place, rest))
        }
        child => {
            let inner = [from.clone(), vec![child.to_owned()]].concat();
            source.modules.contains_key(&inner).then_some((inner, rest))
        }
    }
}
