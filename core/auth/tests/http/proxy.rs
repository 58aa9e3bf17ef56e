//! A proxy that lets connections through, or refuses them.

use std::sync::{Arc, Mutex};

use p2svpn_auth::HttpProxy;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::server::read_request;

pub(crate) struct Proxy {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Refuses with this status, if there is one.
    pub(crate) async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            let request = read_request(&mut client).await;
            let target = request.split_whitespace().nth(1).unwrap().to_owned();
            seen.lock().unwrap().push(request);
            if let Some(status) = refusal {
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                client.write_all(answer.as_bytes()).await.unwrap();
                return;
            }
            let mut server = TcpStream::connect(target).await.unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
        Self {
            port,
            requests,
            task,
        }
    }

    pub(crate) fn chosen(&self) -> HttpProxy {
        HttpProxy::Url(Zeroizing::new(format!("http://127.0.0.1:{}", self.port)))
    }

    pub(crate) fn request(&self, place: usize) -> String {
        self.requests.lock().unwrap()[place].clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
