//! A page from the VNet, fetched through the tunnel.

use std::time::Duration;

use p2svpn_client::Session;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::failure::Failure;

/// How long the whole page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest answer that is shown.
const LONGEST: u64 = 64 * 1024;

/// Fetches `http://ADDRESS[:PORT]/PATH` and answers the body.
pub(crate) async fn fetch(session: &Session, url: &str) -> Result<String, Failure> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("only http:// is fetched")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse()?),
        None => (authority, 80),
    };
    let answer = tokio::time::timeout(PATIENCE, async {
        let mut stream = session.dial(host, port, PATIENCE).await?;
        let request = format!("GET /{path} HTTP/1.0\r\nHost: {authority}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer).await?;
        Ok::<_, Failure>(String::from_utf8_lossy(&answer).into_owned())
    });
    let answer = answer
        .await
        .map_err(|_| format!("{url} did not answer in time"))??;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or("the answer is no HTTP")?;
    if !head.contains(" 200 ") {
        return Err(head.lines().next().unwrap_or_default().into());
    }
    Ok(body.to_owned())
}
