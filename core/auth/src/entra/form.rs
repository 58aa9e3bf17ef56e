use form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// Writes a form, wherever it goes: `name=value&...`.
pub(super) fn text(fields: &[(&str, &str)]) -> Zeroizing<String> {
    // A byte becomes three at most. The text never moves while it grows, which would leave copies behind.
    let size: usize = fields
        .iter()
        .map(|(name, value)| (name.len() + value.len()) * 3 + 2)
        .sum();
    let mut form = Serializer::new(String::with_capacity(size));
    form.extend_pairs(fields);
    Zeroizing::new(form.finish())
}

/// Writes the body of a request.
pub(super) fn body(fields: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    let mut text = text(fields);
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}
