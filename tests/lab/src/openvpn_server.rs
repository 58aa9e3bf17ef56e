use nix::sys::signal::Signal;

use crate::authority::write;
use crate::error::LabError;
use crate::patience::PATIENCE;
use crate::process::Process;
use crate::server_options::ServerOptions;
use crate::site::Site;

/// An openvpn server as the gateway of a [`Site`].
pub struct OpenVpnServer {
    process: Process,
}

impl OpenVpnServer {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with its log when it does not come up.
    pub fn start(site: &Site, options: &ServerOptions) -> Result<Self, LabError> {
        let text = options.configuration(site)?;
        let mut command = options.version.command();
        command
            .arg("--config")
            .arg(write(site.folder(), "server.conf", &text)?);
        // Plug-ins may start programs, which would outlive it.
        let start = match options.plugin {
            None => Process::start,
            Some(_) => Process::start_with_children,
        };
        let process = start(&site.gateway, "the openvpn server", &command)?;
        process.wait_for("that it is ready", 0, PATIENCE, |line| {
            line.contains("Initialization Sequence Completed")
                .then_some(())
        })?;
        Ok(Self { process })
    }

    /// The program.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Waits for the first line of its log that contains the text.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with the whole log when there is none.
    pub fn wait_log(&self, text: &str) -> Result<String, LabError> {
        self.wait_log_from(0, text)
    }

    /// Waits for the first line of its log from this [position](crate::Transcript::end) on that contains the text.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with the whole log when there is none.
    pub fn wait_log_from(&self, position: usize, text: &str) -> Result<String, LabError> {
        let pick = |line: &str| line.contains(text).then(|| line.to_owned());
        let (line, _) = self.process.wait_for(text, position, PATIENCE, pick)?;
        Ok(line)
    }

    /// Waits until so many lines of its log contain the text.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with the whole log when there are fewer.
    pub fn wait_log_times(&self, text: &str, times: usize) -> Result<(), LabError> {
        let mut seen = 0;
        let pick = |line: &str| {
            seen += usize::from(line.contains(text));
            (seen >= times).then_some(())
        };
        let wanted = format!("{text} {times} times");
        self.process.wait_for(&wanted, 0, PATIENCE, pick)?;
        Ok(())
    }

    /// How many lines of its log contain the text.
    pub fn count_log(&self, text: &str) -> usize {
        let log = self.process.output().text();
        log.lines().filter(|line| line.contains(text)).count()
    }

    /// Kills it without a goodbye; the kernel still closes its connections.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// Asks it to end, as its service manager would, and waits.
    ///
    /// # Errors
    /// [`LabError::Traffic`] when it had to be killed.
    pub fn stop(mut self) -> Result<(), LabError> {
        self.process.signal(Signal::SIGTERM)?;
        match self.process.wait_end(PATIENCE) {
            true => Ok(()),
            false => Err(LabError::Traffic(
                "the openvpn server did not end".to_owned(),
            )),
        }
    }

    /// Stops it where it stands: its connections stay open, and nothing comes any more.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn freeze(&self) -> Result<(), LabError> {
        self.process.signal(Signal::SIGSTOP)
    }
}
