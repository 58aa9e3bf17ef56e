//! What users see: plain forms without scripts.

/// Asks for name and password.
pub(super) fn password(
    action: &str,
    ticket: &str,
    username: &str,
    problem: Option<&str>,
) -> String {
    let fields = format!(
        r#"<p><label>User name <input name="username" type="email" autocomplete="username" value="{}" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
"#,
        escape(username)
    );
    form("Sign in", action, ticket, &fields, "Sign in", problem)
}

/// Asks for the code of the second step.
pub(super) fn second_factor(action: &str, ticket: &str, problem: Option<&str>) -> String {
    let fields = r#"<p><label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required></label></p>
"#;
    form("Enter the code", action, ticket, fields, "Verify", problem)
}

/// Asks the user to agree to what the application may do.
pub(super) fn consent(action: &str, ticket: &str) -> String {
    let fields = r#"<p>Azure VPN wants to sign you in and read your profile.</p>
<input name="consent" type="hidden" value="yes">
"#;
    form(
        "Permissions requested",
        action,
        ticket,
        fields,
        "Accept",
        None,
    )
}

/// Asks for a device code.
pub(super) fn device(action: &str, problem: Option<&str>) -> String {
    let fields = r#"<p><label>Code <input name="user_code" autocomplete="off" required></label></p>
"#;
    form(
        "Enter the code that your device shows",
        action,
        "",
        fields,
        "Next",
        problem,
    )
}

/// Tells something.
pub(super) fn message(title: &str, text: &str) -> String {
    document(title, &format!("<p>{}</p>\n", escape(text)))
}

fn form(
    title: &str,
    action: &str,
    ticket: &str,
    fields: &str,
    button: &str,
    problem: Option<&str>,
) -> String {
    let problem = problem.map_or_else(String::new, |problem| {
        format!("<p role=\"alert\">{}</p>\n", escape(problem))
    });
    let (action, ticket) = (escape(action), escape(ticket));
    document(
        title,
        &format!(
            r#"{problem}<form method="post" action="{action}">
<input name="ticket" type="hidden" value="{ticket}">
{fields}<button name="action" value="next">{button}</button>
<button name="action" value="cancel" formnovalidate>Cancel</button>
</form>
"#
        ),
    )
}

fn document(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
{body}</body>
</html>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_cannot_become_markup() {
        let page = password("/x", "\"><b>", "<script>\"&", Some("<i>"));

        assert!(page.contains("value=\"&lt;script&gt;&quot;&amp;\""));
        assert!(!page.contains("<script>") && !page.contains("<b>") && !page.contains("<i>"));
    }
}
