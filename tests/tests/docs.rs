//! The documents of the repository lead where they say.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Folders that are no part of the checkout.
const NOT_OURS: [&str; 2] = ["target", ".git"];

#[test]
fn every_link_in_the_documents_leads_to_a_file() -> Result<()> {
    let root = root()?;
    let mut dead = Vec::new();
    let mut links = 0;
    for document in documents(&root)? {
        let text = std::fs::read_to_string(&document)?;
        let folder = document.parent().context("no folder")?;
        for target in links_in(&text) {
            links += 1;
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !folder.join(path).exists() {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(links > 10, "only {links} links were found");
    assert_eq!(dead, Vec::<String>::new());
    Ok(())
}

#[test]
fn every_source_file_that_the_documents_name_is_there() -> Result<()> {
    let root = root()?;
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    let files: Vec<_> = files
        .iter()
        .filter_map(|file| file.strip_prefix(&root).ok())
        .collect();
    let mut unknown = Vec::new();
    for document in documents(&root)? {
        let text = std::fs::read_to_string(&document)?;
        for name in text.split('`').skip(1).step_by(2) {
            let is_source = name.ends_with(".rs") && !name.contains(['*', ' ']);
            if is_source && !files.iter().any(|file| file.ends_with(name)) {
                unknown.push(format!("{}: {name}", document.display()));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
    Ok(())
}

/// What stands as a [`name`](file) is a function of that file.
#[test]
fn every_test_that_shows_a_promise_is_where_it_is_said_to_be() -> Result<()> {
    let docs = root()?.join("docs");
    let mut absent = Vec::new();
    for page in ["guarantees.md", "terminal.md"] {
        let text = std::fs::read_to_string(docs.join(page))?;
        let mut named = 0;
        for link in text.split("[`").skip(1) {
            let (name, rest) = link.split_once("`](").context("a link without an end")?;
            let (path, _) = rest.split_once(')').context("a link without an end")?;
            let source = std::fs::read_to_string(docs.join(path)).context(path.to_owned())?;
            named += 1;
            // Generic promises of a store go on with `<`.
            let is_there = |next| source.contains(&format!("fn {name}{next}"));
            if !["(", "<"].into_iter().any(is_there) {
                absent.push(format!("{page}: {path}: {name}"));
            }
        }
        assert!(named > 100, "only {named} tests were found in {page}");
    }
    assert_eq!(absent, Vec::<String>::new());
    Ok(())
}

fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .context("no root")
}

fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.iter().any(|skipped| *skipped == name) {
                walk(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// What stands behind `](`, unless it leads out of the checkout.
fn links_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://"))
}
