use std::io::{BufRead, BufReader, ErrorKind, Result, Write};
use std::os::unix::net::UnixStream;

use crate::error::LabError;
use crate::patience::PATIENCE;
use crate::site::Site;

/// The management interface of a running server, over a Unix socket in the site's folder.
pub struct Management {
    stream: BufReader<UnixStream>,
}

impl Management {
    /// The line of a server's configuration that offers it.
    pub fn line(site: &Site) -> String {
        format!("management {}/{SOCKET} unix", site.folder().display())
    }

    /// Connects to the server that runs.
    ///
    /// # Errors
    /// [`LabError::System`] when it offers none.
    pub fn connect(site: &Site) -> std::result::Result<Self, LabError> {
        let connect = || -> Result<_> {
            let stream = UnixStream::connect(site.folder().join(SOCKET))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(BufReader::new(stream))
        };
        let stream = connect().map_err(LabError::system("connecting to a server's management"))?;
        Ok(Self { stream })
    }

    /// Gives a command and returns what was answered after `SUCCESS: `.
    ///
    /// # Errors
    /// [`LabError::Traffic`] with the server's refusal, [`LabError::System`] without an answer.
    pub fn command(&mut self, command: &str) -> std::result::Result<String, LabError> {
        let answer = self.ask(command).map_err(LabError::system(command))?;
        match answer.strip_prefix("SUCCESS: ") {
            Some(text) => Ok(text.to_owned()),
            None => Err(LabError::Traffic(format!("{command}: {answer}"))),
        }
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        writeln!(self.stream.get_mut(), "{command}")?;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            // Lines that begin with `>` tell what happens meanwhile.
            if line.starts_with("SUCCESS: ") || line.starts_with("ERROR: ") {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}

const SOCKET: &str = "management";
