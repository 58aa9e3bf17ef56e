//! The library as cargo has just built it, and compiling programs against it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::root;

/// A folder with the shared library under the names that it is linked and loaded by.
pub(crate) struct Library {
    folder: tempfile::TempDir,
    built: PathBuf,
}

impl Library {
    /// Finds the library where cargo puts what the test depends on: beside the test's own program.
    pub(crate) fn built() -> Self {
        let program = std::env::current_exe().unwrap();
        let built = program.parent().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        for name in ["libp2svpn.so", "libp2svpn.so.0"] {
            std::os::unix::fs::symlink(built.join("libp2svpn.so"), folder.path().join(name))
                .unwrap();
        }
        Self { folder, built }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("libp2svpn.so")
    }

    /// Compiles a C program against the header and the shared library. It is checked for addresses that it must not use,
    /// undefined behaviour and leaks while it runs.
    pub(crate) fn compile(&self, source: &Path) -> Program<'_> {
        let program = self.folder().join("program");
        let mut compiler = compiler(source, &program);
        compiler.args([
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
            "-pthread",
        ]);
        compiler
            .arg(self.path())
            .arg(format!("-Wl,-rpath,{}", self.folder().display()));
        succeed(&mut compiler);
        Program {
            path: program,
            _library: self,
        }
    }

    /// Compiles a C program against the header and the static library.
    pub(crate) fn compile_static(&self, source: &Path, needed: &[&str]) -> Program<'_> {
        let program = self.folder().join("program");
        succeed(
            compiler(source, &program)
                .arg(self.built.join("libp2svpn.a"))
                .args(needed),
        );
        Program {
            path: program,
            _library: self,
        }
    }
}

/// A compiled program.
pub(crate) struct Program<'a> {
    path: PathBuf,
    _library: &'a Library,
}

impl Program<'_> {
    /// Prepares a run of it.
    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
    }
}

/// Prepares the compiler; warnings are errors.
fn compiler(source: &Path, program: &Path) -> Command {
    let mut compiler = Command::new("cc");
    compiler.args([
        "-std=c11",
        "-D_DEFAULT_SOURCE",
        "-g",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-pedantic",
    ]);
    compiler
        .arg("-I")
        .arg(root().join("include"))
        .arg(source)
        .arg("-o")
        .arg(program);
    compiler
}

/// Runs a program and requires that it succeeds; returns what it wrote.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        everything(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a program wrote, for people.
pub(crate) fn everything(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
