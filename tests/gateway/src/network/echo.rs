//! The small services of old: echo (RFC 862), discard (RFC 863) and a source of bytes like chargen (RFC 864).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::pattern::pattern;

/// Bytes moved at a time.
const CHUNK: usize = 32 * 1024;

/// Sends back what comes until the peer's end, then ends too.
pub(crate) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while let Some(data) = read(&mut stream, &mut buffer).await? {
        stream.write_all(data).await?;
    }
    stream.shutdown().await
}

/// Reads until the peer's end, then ends too.
pub(crate) async fn discard<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while read(&mut stream, &mut buffer).await?.is_some() {}
    stream.shutdown().await
}

/// Sends the [`pattern`] from its beginning until the peer ends its side, whose data it ignores.
pub(crate) async fn source<S: AsyncRead + AsyncWrite>(stream: S) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let send = async {
        let mut buffer = vec![0; CHUNK];
        let mut offset = 0;
        loop {
            pattern(offset, &mut buffer);
            writer.write_all(&buffer).await?;
            offset += CHUNK as u64;
        }
    };
    let wait = async {
        let mut buffer = [0; 1024];
        while read(&mut reader, &mut buffer).await?.is_some() {}
        io::Result::Ok(())
    };
    tokio::select! {
        ended = send => ended,
        ended = wait => ended,
    }?;
    writer.shutdown().await
}

/// What came; none at the peer's end.
async fn read<'a, R: AsyncRead + Unpin>(
    stream: &mut R,
    buffer: &'a mut [u8],
) -> io::Result<Option<&'a [u8]>> {
    let length = stream.read(buffer).await?;
    Ok(buffer.get(..length).filter(|data| !data.is_empty()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn echo_returns_every_byte_and_then_the_end() {
        let (near, far) = duplex(1000);
        let service = tokio::spawn(echo(far));
        let mut sent = vec![0; 200_000];
        pattern(7, &mut sent);

        let (mut reader, mut writer) = tokio::io::split(near);
        let mut received = Vec::new();
        let (read, ()) = tokio::join!(reader.read_to_end(&mut received), async {
            writer.write_all(&sent).await.unwrap();
            writer.shutdown().await.unwrap();
        });

        assert_eq!(read.unwrap(), sent.len());
        assert!(received == sent);
        service.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn discard_takes_everything_and_says_nothing() {
        let (mut near, far) = duplex(1000);
        let service = tokio::spawn(discard(far));

        near.write_all(&[9; 100_000]).await.unwrap();
        near.shutdown().await.unwrap();

        let mut received = Vec::new();
        near.read_to_end(&mut received).await.unwrap();
        assert!(received.is_empty());
        service.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_source_sends_the_pattern_until_the_peer_ends() {
        let (mut near, far) = duplex(1000);
        let service = tokio::spawn(source(far));
        let mut received = vec![0; 100_000];
        near.read_exact(&mut received).await.unwrap();
        let mut expected = vec![0; received.len()];
        pattern(0, &mut expected);
        assert!(received == expected);

        near.shutdown().await.unwrap();

        let mut rest = Vec::new();
        near.read_to_end(&mut rest).await.unwrap();
        service.await.unwrap().unwrap();
    }
}
