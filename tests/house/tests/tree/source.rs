//! A crate's source as its tree of modules, found by following `mod` from the crate's root file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// A module by its place in the crate: `["connection", "tls"]`; the root is empty.
pub(crate) type ModulePath = Vec<String>;

pub(crate) struct CrateSource {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) modules: BTreeMap<ModulePath, Module>,
}

pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// Compiled for tests only.
    pub(crate) test: bool,
    pub(crate) uses: Vec<Use>,
    /// What the items other than `use` and `mod` consist of, without items for tests.
    pub(crate) tokens: Vec<TokenStream>,
    /// The names that the module's own items define.
    pub(crate) defines: BTreeSet<String>,
}

/// One name that a `use` brings in.
#[derive(Clone)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    /// The name it has here; none for a glob.
    pub(crate) name: Option<String>,
    /// Passed on to others: `pub use`, `pub(crate) use`.
    pub(crate) passed_on: bool,
    pub(crate) line: usize,
}

/// Names joined by `::` in an expression, a type or a macro's input.
pub(crate) struct PathInTokens {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl CrateSource {
    /// Reads the crate whose root is `root_file`: `src/lib.rs` or `src/main.rs`.
    pub(crate) fn read(root_file: &Path) -> Self {
        let mut source = Self {
            attributes: Vec::new(),
            modules: BTreeMap::new(),
        };
        let file = parse(root_file);
        source.attributes = file.attrs;
        source.add(
            Vec::new(),
            root_file,
            root_file.parent().unwrap(),
            file.items,
            false,
        );
        source
    }

    /// The files the crate consists of.
    pub(crate) fn files(&self) -> BTreeSet<&Path> {
        self.modules
            .values()
            .map(|module| module.file.as_path())
            .collect()
    }

    fn add(
        &mut self,
        path: ModulePath,
        file: &Path,
        children: &Path,
        items: Vec<Item>,
        test: bool,
    ) {
        let mut module = Module {
            file: file.to_owned(),
            test,
            uses: Vec::new(),
            tokens: Vec::new(),
            defines: BTreeSet::new(),
        };
        for item in items {
            let item_is_for_tests = is_for_tests(attributes_of(&item));
            match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let inner_path = [path.clone(), vec![name.clone()]].concat();
                    let inner_test = test || item_is_for_tests;
                    if let Some((_, inner_items)) = inner.content {
                        self.add(
                            inner_path,
                            file,
                            &children.join(&name),
                            inner_items,
                            inner_test,
                        );
                    } else {
                        let (inner_file, inner_children) =
                            locate(children, file, &name, &inner.attrs);
                        let inner_items = parse(&inner_file).items;
                        self.add(
                            inner_path,
                            &inner_file,
                            &inner_children,
                            inner_items,
                            inner_test,
                        );
                    }
                }
                _ if item_is_for_tests => {}
                Item::Use(item) => {
                    let passed_on = !matches!(item.vis, Visibility::Inherited);
                    flatten(&item.tree, Vec::new(), passed_on, &mut module.uses);
                }
                item => {
                    module.defines.extend(defined_name(&item));
                    module.tokens.push(item.into_token_stream());
                }
            }
        }
        self.modules.insert(path, module);
    }
}

impl Module {
    pub(crate) fn paths(&self) -> Vec<PathInTokens> {
        let mut paths = Vec::new();
        for tokens in &self.tokens {
            collect_paths(tokens.clone(), &mut paths);
        }
        paths
    }

    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.tokens
            .iter()
            .any(|tokens| has_identifier(tokens.clone(), name))
    }
}

/// Whether the word occurs as an identifier or keyword: not in a comment, a string or a longer word.
pub(crate) fn has_identifier(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(identifier) => identifier == name,
        TokenTree::Group(group) => has_identifier(group.stream(), name),
        _ => false,
    })
}

pub(crate) fn parse(file: &Path) -> syn::File {
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| {
        panic!("{}:{}: {error}", file.display(), error.span().start().line);
    })
}

/// Every Rust file under a folder, in order, without what git ignores.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return files;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            if !name.starts_with('.') && name != "target" {
                files.extend(rust_files(&path));
            }
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn locate(
    children: &Path,
    file: &Path,
    name: &str,
    attributes: &[Attribute],
) -> (PathBuf, PathBuf) {
    for attribute in attributes {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("path")
        {
            let text = pair.value.to_token_stream().to_string();
            let path = file.parent().unwrap().join(text.trim_matches('"'));
            let folder = path.parent().unwrap().to_owned();
            return (path, folder);
        }
    }
    let folder = children.join(name);
    let beside = children.join(format!("{name}.rs"));
    if beside.is_file() {
        (beside, folder)
    } else {
        (folder.join("mod.rs"), folder)
    }
}

/// `#[cfg(test)]`, `#[cfg(all(test, ...))]` and `#[test]`; not `any` and `not`, which reach builds that are not tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let has = |name| has_identifier(attribute.meta.to_token_stream(), name);
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && has("test") && !has("not") && !has("any")
    })
}

fn flatten(tree: &UseTree, mut prefix: Vec<String>, passed_on: bool, uses: &mut Vec<Use>) {
    let mut add = |path: Vec<String>, name: Option<String>, line: usize| {
        uses.push(Use {
            path,
            name,
            passed_on,
            line,
        });
    };
    match tree {
        UseTree::Path(tree) => {
            prefix.push(tree.ident.to_string());
            flatten(&tree.tree, prefix, passed_on, uses);
        }
        UseTree::Name(tree) if tree.ident == "self" => {
            let name = prefix.last().cloned();
            add(prefix, name, tree.ident.span().start().line);
        }
        UseTree::Name(tree) => {
            prefix.push(tree.ident.to_string());
            add(
                prefix,
                Some(tree.ident.to_string()),
                tree.ident.span().start().line,
            );
        }
        UseTree::Rename(tree) => {
            if tree.ident != "self" {
                prefix.push(tree.ident.to_string());
            }
            add(
                prefix,
                Some(tree.rename.to_string()),
                tree.ident.span().start().line,
            );
        }
        UseTree::Glob(tree) => add(prefix, None, tree.star_token.spans[0].start().line),
        UseTree::Group(tree) => {
            for item in &tree.items {
                flatten(item, prefix.clone(), passed_on, uses);
            }
        }
    }
}

fn collect_paths(tokens: TokenStream, paths: &mut Vec<PathInTokens>) {
    let mut current: Option<PathInTokens> = None;
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(identifier) => {
                let line = identifier.span().start().line;
                match current.as_mut() {
                    Some(path) if colons == 2 => path.segments.push(identifier.to_string()),
                    _ => {
                        paths.extend(current.take());
                        current = Some(PathInTokens {
                            segments: vec![identifier.to_string()],
                            line,
                        });
                    }
                }
            }
            TokenTree::Group(group) => {
                paths.extend(current.take());
                collect_paths(group.stream(), paths);
            }
            _ => paths.extend(current.take()),
        }
        colons = 0;
    }
    paths.extend(current);
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined_name(item: &Item) -> Option<String> {
    let identifier = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(identifier.to_string())
}
