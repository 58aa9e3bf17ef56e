//! `quickstart --entra` says where to sign in, and connects when the user has.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use p2svpn_client::{
    HttpClient, HttpMethod, HttpProxy, HttpRequest, HttpResponse, SystemHttp, SystemHttpOptions,
};
use zeroize::Zeroizing;

const USER: [(&str, &str); 2] = [
    ("username", "alice@contoso.example"),
    ("password", "secret"),
];

#[tokio::test]
async fn it_connects_when_its_user_has_signed_in_at_the_page_that_it_prints() {
    let mut program = Program::start(&["--entra"]);
    let browser = program.browser();
    let line = program.line_with("Sign in with Microsoft Entra ID at its web page. ");
    let (_, page) = line.split_once("https://").unwrap();

    let page = browser.open(&format!("https://{page}")).await;
    let back = browser.fill(&page, &USER).await;
    let seen = visit(back.response.header("location").unwrap());

    assert!(seen.starts_with("HTTP/1.1 200"), "{seen}");
    program.line_with("This page came through the tunnel");
    program.ends_well();
}

#[tokio::test]
async fn it_connects_when_its_user_has_typed_the_code_that_it_prints() {
    let mut program = Program::start(&["--entra", "--device-code"]);
    let browser = program.browser();
    let line = program.line_with("with the code. It is ");
    let (page, code) = line.split_once(" with the code. It is ").unwrap();
    let (_, page) = page.split_once("Sign in at ").unwrap();

    let page = browser.open(page).await;
    let page = browser.fill(&page, &[("user_code", code)]).await;
    let done = browser.fill(&page, &USER).await;

    assert_eq!(done.response.status, 200);
    program.line_with("This page came through the tunnel");
    program.ends_well();
}

/// The program, which is ended with the test.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        Self {
            child,
            lines: BufReader::new(output).lines(),
        }
    }

    /// Reads up to the line with this text.
    fn line_with(&mut self, text: &str) -> String {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        lines
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("it ended without {text:?}"))
    }

    /// A browser that trusts the root that the program names.
    fn browser(&mut self) -> Browser {
        let line = self.line_with("The root of its certificate");
        let (_, file) = line.rsplit_once(" is in ").unwrap();
        let options = SystemHttpOptions::default().proxy(HttpProxy::Direct);
        let options = options.trusted_roots(&std::fs::read(file).unwrap());
        Browser(SystemHttp::new(options.unwrap()).unwrap())
    }

    fn ends_well(mut self) {
        self.lines.by_ref().for_each(drop);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Browser(SystemHttp);

impl Browser {
    async fn open(&self, url: &str) -> Page {
        self.send(url, None).await
    }

    /// Fills in the form of a page.
    async fn fill(&self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let html = page.html();
        let mut form = form_urlencoded::Serializer::new(String::new());
        if let Some(ticket) = attribute(&html, "name=\"ticket\" type=\"hidden\" value=\"") {
            form.append_pair("ticket", &ticket);
        }
        form.extend_pairs(typed);
        let action = attribute(&html, "action=\"").unwrap_or_else(|| panic!("{html}"));
        let (scheme, place) = page.url.split_once("://").unwrap();
        let host = place.split('/').next().unwrap();
        let address = format!("{scheme}://{host}{action}");
        self.send(&address, Some(form.finish())).await
    }

    async fn send(&self, url: &str, form: Option<String>) -> Page {
        let method = match form {
            Some(_) => HttpMethod::Post,
            None => HttpMethod::Get,
        };
        let body = Zeroizing::new(form.unwrap_or_default().into_bytes());
        let mut request = HttpRequest::post_form(url, body);
        request.method = method;
        Page {
            url: url.to_owned(),
            response: self.0.send(request).await.unwrap(),
        }
    }
}

/// What the browser has open.
struct Page {
    url: String,
    response: HttpResponse,
}

impl Page {
    fn html(&self) -> String {
        String::from_utf8(self.response.body.to_vec()).unwrap()
    }
}

fn attribute(html: &str, before: &str) -> Option<String> {
    let (_, rest) = html.split_once(before)?;
    rest.split('"').next().map(str::to_owned)
}

/// What the browser shows at an address of this machine.
fn visit(url: &str) -> String {
    let (_, place) = url.split_once("://").unwrap();
    let (host, query) = place.split_once('?').unwrap();
    let host = host.trim_end_matches('/');
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET /?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut seen = String::new();
    stream.read_to_string(&mut seen).unwrap();
    seen
}
