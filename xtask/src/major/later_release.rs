//! Packages of a later release of Debian, without touching the packages of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

/// Who signs Debian's releases, also the later ones.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Packages whose names start like libraries', and which no program of PostgreSQL needs. The compiler's libraries are
/// for just-in-time compilation.
const NO_LIBRARIES: &[&str] = &["libclang", "libllvm", "libperl", "libpython", "libz3-"];

/// apt with a state of its own that knows one release.
pub struct LaterRelease {
    directory: PathBuf,
}

impl LaterRelease {
    /// Reads the packages of `release` from the mirror that this machine uses, into `directory`.
    ///
    /// # Errors
    /// When this is no Debian, or the mirror does not have the release.
    pub fn open(release: &str, directory: &Path) -> anyhow::Result<Self> {
        for part in ["lists/partial", "cache/archives/partial", "packages"] {
            let part = directory.join(part);
            fs::create_dir_all(&part).with_context(|| format!("cannot make \"{}\"", part.display()))?;
        }
        let own = Self { directory: directory.to_owned() };
        own.write("status", "")?;
        own.write("sources.list", &format!("deb [signed-by={KEYRING}] {} {release} main\n", mirror()?))?;
        own.write("apt.conf", &own.configuration()?)?;
        own.apt_get(&["--quiet", "update"])?;
        Ok(own)
    }

    /// Downloads packages with the libraries they need, and `alone` without anything; returns the files.
    ///
    /// # Errors
    /// When a package does not exist, or can't be downloaded.
    pub fn download(&self, packages: &[&str], alone: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
        let plan = self.apt_get(&[&["--quiet", "--simulate", "install"], packages].concat())?;
        let mut names: Vec<&str> = plan
            .lines()
            .filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next())
            .filter(|name| packages.contains(name) || is_library(name))
            .collect();
        names.extend(alone);
        self.apt_get(&[&["--quiet", "download"], names.as_slice()].concat())?;
        let mut files = Vec::new();
        let directory = self.directory.join("packages");
        for entry in
            fs::read_dir(&directory).with_context(|| format!("cannot read \"{}\"", directory.display()))?
        {
            files.push(entry.context("cannot read the packages")?.path());
        }
        files.sort();
        ensure!(files.len() == names.len(), "{} of {} packages were downloaded", files.len(), names.len());
        Ok(files)
    }

    /// Nothing of this machine's settings counts, such as what to run after a download, but how to reach the mirror.
    fn configuration(&self) -> anyhow::Result<String> {
        let network = output(Command::new("apt-config").args(["dump", "Acquire"]))?;
        let about_files = ["IndexTargets", "Changelogs", "Languages", "GzipIndexes", "CompressionTypes"];
        let mut configuration: String = network
            .lines()
            .filter(|line| !about_files.iter().any(|part| line.starts_with(&format!("Acquire::{part}"))))
            .fold(String::new(), |text, line| text + line + "\n");
        let directory = self.directory.to_str().context("the cache directory's path is not UTF-8")?;
        for (setting, path) in [
            ("Dir::Etc::sourcelist", "/sources.list"),
            ("Dir::State::lists", "/lists"),
            ("Dir::State::status", "/status"),
            ("Dir::Cache", "/cache"),
        ] {
            configuration += &format!("{setting} \"{directory}{path}\";\n");
        }
        for setting in [
            "Dir::Etc::parts \"/dev/null\"",
            "Dir::Etc::main \"/dev/null\"",
            "Dir::Etc::sourceparts \"/dev/null\"",
            "Dir::Etc::preferences \"/dev/null\"",
            "Dir::Etc::preferencesparts \"/dev/null\"",
            "APT::Install-Recommends \"false\"",
            // The directory is ours alone.
            "APT::Sandbox::User \"root\"",
            "Acquire::Languages \"none\"",
        ] {
            configuration += &format!("{setting};\n");
        }
        Ok(configuration)
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.directory.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write \"{}\"", file.display()))
    }

    fn apt_get(&self, arguments: &[&str]) -> anyhow::Result<String> {
        output(
            Command::new("apt-get")
                .env("APT_CONFIG", self.directory.join("apt.conf"))
                .env("LC_ALL", "C")
                .current_dir(self.directory.join("packages"))
                .args(arguments),
        )
    }
}

fn is_library(name: &str) -> bool {
    let named = name.starts_with("lib") || name == "zlib1g";
    let other = name.ends_with("-perl") || name.ends_with("-dev") || name.ends_with("-common");
    named && !other && !NO_LIBRARIES.iter().any(|start| name.starts_with(start))
}

/// Where this machine gets its own packages of Debian from.
fn mirror() -> anyhow::Result<String> {
    let own = fs::read_to_string("/etc/os-release").unwrap_or_default();
    ensure!(
        own.lines().any(|line| line == "ID=debian") && Path::new(KEYRING).exists(),
        "other major versions can be fetched on Debian alone\n\
         Install the wanted one, or set PGGIT_PG_CONFIG to the pg_config of an installation elsewhere."
    );
    let codename = own.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME=")).unwrap_or("stable");
    let sources = output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(RELEASE) $(COMPONENT) $(REPO_URI)",
        "Created-By: Packages",
    ]))?;
    sources
        .lines()
        .filter_map(|line| line.split_once(" main "))
        .find(|(release, _)| [codename, "stable", "oldstable"].contains(release))
        .map(|(_, mirror)| mirror.to_owned())
        .context("apt's sources name no mirror of Debian")
}

/// Runs a program and returns what it prints.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{program} could not be started"))?;
    ensure!(
        output.status.success(),
        "{program} failed: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).with_context(|| format!("{program} did not write UTF-8"))
}
