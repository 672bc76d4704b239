//! Programs of another release of Debian with their own C library.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::later_release::output;

/// What a program that can be loaded starts with.
const ELF: &[u8] = b"\x7fELF";

/// Packages unpacked into a directory.
pub struct Unpacked {
    root: PathBuf,
    /// The directory of the libraries, from the root.
    libraries: PathBuf,
    /// The name of the dynamic loader there.
    loader: String,
}

impl Unpacked {
    /// Unpacks `packages` into `root`, which must have a C library then.
    ///
    /// # Errors
    /// When a package is broken, or there is no C library.
    pub fn new(root: &Path, packages: &[PathBuf]) -> anyhow::Result<Self> {
        for package in packages {
            output(Command::new("dpkg-deb").arg("--extract").args([package, root]))?;
        }
        let below = root.join("usr/lib");
        for directory in entries(&below)? {
            for file in entries(&directory)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if name.starts_with("ld-linux") && name.contains(".so.") {
                    let libraries = directory.strip_prefix(root).unwrap_or(&directory).to_owned();
                    return Ok(Self { root: root.to_owned(), libraries, loader: name });
                }
            }
        }
        anyhow::bail!("the packages hold no C library")
    }

    /// Makes the programs in `directory` run once the root is moved to `place`.
    ///
    /// # Errors
    /// When a program can't be changed.
    pub fn settle(&self, directory: &str, place: &Path) -> anyhow::Result<()> {
        let here = self.root.join(&self.libraries);
        let there = place.join(&self.libraries);
        let directory = self.root.join(directory);
        let programs: Vec<PathBuf> = entries(&directory)?.into_iter().filter(|path| is_elf(path)).collect();
        ensure!(!programs.is_empty(), "\"{}\" holds no programs", directory.display());
        for program in programs {
            // patchelf is of that release as well, so this one's loader can't start it.
            let mut patchelf = Command::new(here.join(&self.loader));
            patchelf.arg("--library-path").arg(&here).arg(self.root.join("usr/bin/patchelf"));
            patchelf.arg("--set-interpreter").arg(there.join(&self.loader));
            // Not the newer RUNPATH, which would not hold for the libraries that a server loads while it runs.
            patchelf.arg("--force-rpath").arg("--set-rpath").arg(&there);
            output(patchelf.arg(&program))?;
        }
        Ok(())
    }
}

fn is_elf(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == ELF
}

/// What is in a directory, in order; nothing if it is none.
fn entries(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in
        fs::read_dir(directory).with_context(|| format!("cannot read \"{}\"", directory.display()))?
    {
        paths.push(entry.with_context(|| format!("cannot read \"{}\"", directory.display()))?.path());
    }
    paths.sort();
    Ok(paths)
}
