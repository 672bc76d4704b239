//! How a copy of another major version is made.
//!
//! The programs of a later Debian need its C library. They are given the dynamic loader and the libraries that are
//! unpacked beside them, by absolute paths, so that they run wherever they are copied to. An extension that was built
//! here runs in such a server, since a newer C library has all that an older one has.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};

use super::later_release::LaterRelease;
use super::unpacked::Unpacked;

/// The releases of Debian that have a major version.
const RELEASES: &[(u8, &str)] = &[(17, "trixie"), (18, "forky")];

/// What nobody needs of the packages: the compiler's parts of just-in-time compilation with libraries of 150 MB, without
/// which the server does not compile; documentation, and translated messages.
const LEFT_OUT: &[&str] = &[
    "usr/lib/postgresql/{major}/lib/llvmjit.so",
    "usr/lib/postgresql/{major}/lib/llvmjit_types.bc",
    "usr/lib/postgresql/{major}/lib/bitcode",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/postgresql/{major}/man",
];

/// Makes the copy in `place`, complete or not at all.
///
/// # Errors
/// When a step fails.
pub fn make(major: u8, place: &Path) -> anyhow::Result<()> {
    let Some((_, release)) = RELEASES.iter().find(|(of, _)| *of == major) else {
        bail!(
            "PostgreSQL {major} with its headers is not installed, and no release of Debian has it\n\
             Install it, or set PGGIT_PG_CONFIG to the pg_config of an installation elsewhere."
        );
    };
    let start = Instant::now();
    eprintln!("fetching PostgreSQL {major} into {}", place.display());
    let unfinished = with_ending(place, ".new");
    remove(&unfinished)?;
    let root = unfinished.join("root");
    fs::create_dir_all(&root).with_context(|| format!("cannot make \"{}\"", root.display()))?;

    let packages = LaterRelease::open(release, &unfinished.join("apt"))?.download(
        &[&format!("postgresql-{major}"), &format!("postgresql-client-{major}"), "patchelf"],
        &[&format!("postgresql-server-dev-{major}")],
    )?;
    let unpacked = Unpacked::new(&root, &packages)?;
    for path in LEFT_OUT {
        remove(&root.join(path.replace("{major}", &major.to_string())))?;
    }
    unpacked.settle(&format!("usr/lib/postgresql/{major}/bin"), place)?;
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755))
        .context("cannot open the copy to other users")?;

    remove(place)?;
    fs::rename(&root, place).with_context(|| format!("cannot make \"{}\"", place.display()))?;
    remove(&unfinished)?;
    eprintln!("PostgreSQL {major} is there after {} s", start.elapsed().as_secs());
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Removes a file or directory, if it is there.
fn remove(path: &Path) -> anyhow::Result<()> {
    let result = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    result.with_context(|| format!("cannot remove \"{}\"", path.display()))
}
