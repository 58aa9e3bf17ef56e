//! What the browser shows after a sign-in: text alone, without scripts and without anything from elsewhere.

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Done,
    Cancelled,
    Refused,
    /// Somebody called who was not sent here.
    NotExpected,
}

/// In which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Japanese,
}

impl Language {
    /// Chooses by what a browser says it prefers (RFC 9110 section 12.5.4); English if it is none of these.
    pub(super) fn of(accepted: &str) -> Self {
        let weighted = accepted.split(',').filter_map(|item| {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=");
            let weight = weight.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
            let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
            let language = match primary.as_str() {
                "en" => Self::English,
                "de" => Self::German,
                "fr" => Self::French,
                "es" => Self::Spanish,
                "ja" => Self::Japanese,
                _ => return None,
            };
            (weight > 0.0).then_some((language, weight))
        });
        let best = weighted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::English, |(language, _)| language)
    }

    fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
        }
    }
}

/// Writes a whole answer of HTTP with the page.
pub(super) fn http_answer(page: Page, language: Language) -> String {
    let status = match page {
        Page::NotExpected => "404 Not Found",
        _ => "200 OK",
    };
    let (title, text) = words(page, language);
    let tag = language.tag();
    let body = format!(
        "<!doctype html><html lang=\"{tag}\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:1.1em/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em}}</style>\
         <h1>{title}</h1><p>{text}</p></html>\n"
    );
    // Nothing is kept by the browser, and the address with the code is told to nobody.
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn words(page: Page, language: Language) -> (&'static str, &'static str) {
    match (page, language) {
        (Page::Done, Language::English) => (
            "Sign-in passed on",
            "Your VPN program goes on by itself. You can close this page.",
        ),
        (Page::Done, Language::German) => (
            "Anmeldung weitergegeben",
            "Ihr VPN-Programm macht von selbst weiter. Sie können diese Seite schließen.",
        ),
        (Page::Done, Language::French) => (
            "Connexion transmise",
            "Votre programme VPN continue tout seul. Vous pouvez fermer cette page.",
        ),
        (Page::Done, Language::Spanish) => (
            "Inicio de sesión transmitido",
            "Su programa de VPN continúa por sí solo. Puede cerrar esta página.",
        ),
        (Page::Done, Language::Japanese) => (
            "サインインを引き継ぎました",
            "VPN プログラムが自動的に続行します。このページは閉じてかまいません。",
        ),
        (Page::Cancelled, Language::English) => (
            "Sign-in cancelled",
            "Nothing was changed. You can close this page, and connect again when you want to.",
        ),
        (Page::Cancelled, Language::German) => (
            "Anmeldung abgebrochen",
            "Es wurde nichts geändert. Sie können diese Seite schließen und sich jederzeit neu verbinden.",
        ),
        (Page::Cancelled, Language::French) => (
            "Connexion annulée",
            "Rien n’a été modifié. Vous pouvez fermer cette page et vous reconnecter quand vous voudrez.",
        ),
        (Page::Cancelled, Language::Spanish) => (
            "Inicio de sesión cancelado",
            "No se ha cambiado nada. Puede cerrar esta página y volver a conectarse cuando quiera.",
        ),
        (Page::Cancelled, Language::Japanese) => (
            "サインインは取り消されました",
            "何も変更されていません。このページを閉じて、必要なときにもう一度接続してください。",
        ),
        (Page::Refused, Language::English) => (
            "Sign-in refused",
            "Your VPN program says why and what to do about it. You can close this page.",
        ),
        (Page::Refused, Language::German) => (
            "Anmeldung abgelehnt",
            "Ihr VPN-Programm sagt, warum und was zu tun ist. Sie können diese Seite schließen.",
        ),
        (Page::Refused, Language::French) => (
            "Connexion refusée",
            "Votre programme VPN indique la raison et la marche à suivre. Vous pouvez fermer cette page.",
        ),
        (Page::Refused, Language::Spanish) => (
            "Inicio de sesión rechazado",
            "Su programa de VPN explica el motivo y qué hacer. Puede cerrar esta página.",
        ),
        (Page::Refused, Language::Japanese) => (
            "サインインは拒否されました",
            "理由と対処方法は VPN プログラムに表示されます。このページは閉じてかまいません。",
        ),
        (Page::NotExpected, Language::English) => (
            "Nothing here",
            "No sign-in waits for this page. Begin it anew in your VPN program.",
        ),
        (Page::NotExpected, Language::German) => (
            "Hier ist nichts",
            "Keine Anmeldung wartet auf diese Seite. Beginnen Sie sie im VPN-Programm neu.",
        ),
        (Page::NotExpected, Language::French) => (
            "Rien ici",
            "Aucune connexion n’attend cette page. Recommencez-la dans votre programme VPN.",
        ),
        (Page::NotExpected, Language::Spanish) => (
            "Aquí no hay nada",
            "Ningún inicio de sesión espera esta página. Iníciela de nuevo en su programa de VPN.",
        ),
        (Page::NotExpected, Language::Japanese) => (
            "ここには何もありません",
            "このページを待っているサインインはありません。VPN プログラムからやり直してください。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_the_browser_prefers_is_spoken() {
        for (accepted, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("pt-BR,fr;q=0.3,en;q=0.2", Language::French),
            ("en;q=0.1, es-MX", Language::Spanish),
            ("ja", Language::Japanese),
            ("de;q=0,fr;q=x", Language::English),
            ("", Language::English),
            ("*", Language::English),
        ] {
            assert_eq!(Language::of(accepted), language, "{accepted}");
        }
    }

    #[test]
    fn a_page_loads_nothing_and_runs_nothing() {
        for page in [
            Page::Done,
            Page::Cancelled,
            Page::Refused,
            Page::NotExpected,
        ] {
            let answer = http_answer(page, Language::English);

            assert!(answer.contains("default-src 'none'"), "{answer}");
            assert!(
                !answer.contains("<script") && !answer.contains("src=\""),
                "{answer}"
            );
        }
    }
}
