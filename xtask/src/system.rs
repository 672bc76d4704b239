//! Packages of the system that building and testing need.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

/// A package and a file that is there when it is installed.
struct Package {
    name: &'static str,
    file: &'static str,
}

/// What Debian 12 calls them. The server comes with the contrib extensions.
const PACKAGES: &[Package] = &[
    Package { name: "gcc", file: "/usr/bin/cc" },
    Package { name: "libc6-dev", file: "/usr/include/stdio.h" },
    Package { name: "libclang-14-dev", file: "/usr/lib/llvm-14/lib/libclang.so" },
    Package { name: "postgresql-15", file: "/usr/lib/postgresql/15/bin/postgres" },
    Package { name: "postgresql-server-dev-15", file: "/usr/include/postgresql/15/server/postgres.h" },
];

/// What tests need besides.
const TEST_PACKAGES: &[Package] = &[Package { name: "pgbouncer", file: "/usr/sbin/pgbouncer" }];

/// Installs what building needs and is missing, as root on Debian; elsewhere names it.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn require_packages() -> anyhow::Result<()> {
    require(PACKAGES)
}

/// The same for what the tests need too.
///
/// # Errors
/// As [`require_packages`].
pub fn require_test_packages() -> anyhow::Result<()> {
    require_packages()?;
    require(TEST_PACKAGES)
}

fn require(packages: &[Package]) -> anyhow::Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|package| !Path::new(package.file).exists())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    ensure!(
        is_root() && Path::new("/usr/bin/apt-get").exists(),
        "these packages are missing: {list}\nInstall them: sudo apt-get install --no-install-recommends {list}"
    );
    eprintln!("installing {list}");
    apt_get(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    apt_get(&arguments)
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(std::io::stderr())
        .status()
        .context("apt-get could not be started")?;
    ensure!(status.success(), "apt-get {} failed: {status}", arguments.join(" "));
    Ok(())
}

/// Whether we run as root.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Where things of one sort are kept that are fetched once. The user that a server of root's runs as gets there too.
///
/// # Errors
/// When there is no such place.
pub fn cache(sort: &str) -> anyhow::Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = if is_root() {
        PathBuf::from("/var/cache")
    } else {
        variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .context("neither XDG_CACHE_HOME nor HOME is set")?
    };
    let cache = cache.join("pggit").join(sort);
    fs::create_dir_all(&cache).with_context(|| format!("cannot make \"{}\"", cache.display()))?;
    if is_root() {
        for directory in cache.ancestors().take(2) {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755))
                .with_context(|| format!("cannot open \"{}\" to other users", directory.display()))?;
        }
    }
    Ok(cache)
}
