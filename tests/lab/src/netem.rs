use crate::error::LabError;
use crate::namespace::Namespace;
use crate::relay::Impairment;
use crate::site::Site;

/// A cable that the kernel impairs at both ends (netem), for every protocol.
pub struct Netem<'a> {
    site: &'a Site,
}

impl<'a> Netem<'a> {
    /// Impairs the site's cable; none where the kernel has no netem, as on slim virtual machines.
    ///
    /// # Errors
    /// [`LabError::Program`] if `tc` refuses something else.
    pub fn start(site: &'a Site, impairment: &Impairment) -> Result<Option<Self>, LabError> {
        let Impairment {
            loss,
            duplication,
            reordering,
            delay,
        } = impairment;
        // A share of the datagrams overtakes the others, which needs a delay to overtake in.
        let words = format!(
            "qdisc add dev wan root netem limit 4096 delay {}us loss {}% duplicate {}% reorder {}%",
            delay.as_micros().max(1_000),
            loss * 100.0,
            duplication * 100.0,
            reordering * 100.0,
        );
        for end in [&site.gateway, &site.client] {
            match tc(end, &words) {
                Ok(()) => {}
                Err(LabError::Program { output, .. }) if is_unknown(&output) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Self { site }))
    }
}

impl Drop for Netem<'_> {
    fn drop(&mut self) {
        for end in [&self.site.gateway, &self.site.client] {
            // The cable goes with the site in any case.
            let _ = tc(end, "qdisc del dev wan root");
        }
    }
}

fn tc(namespace: &Namespace, words: &str) -> Result<(), LabError> {
    let mut command = std::process::Command::new("tc");
    command.args(words.split_whitespace());
    namespace.output(command).map(drop)
}

/// What `tc` says where the kernel was built without it.
fn is_unknown(output: &str) -> bool {
    output.contains("qdisc kind is unknown")
}
