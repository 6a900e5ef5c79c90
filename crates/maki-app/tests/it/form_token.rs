//! Tokens of forms.

use crate::support::{Register, both_engines};

both_engines!(a_token_counts_for_whom_it_was_made);

async fn a_token_counts_for_whom_it_was_made(register: &Register) {
    let token = register.app.form_token("anna").await.unwrap();
    let check = async |bound_to: &str, token: &str, expected: bool| {
        assert_eq!(register.app.is_form_token(bound_to, token).await.unwrap(), expected, "{bound_to:?} {token:?}");
    };
    check("anna", &token, true).await;
    check("ben", &token, false).await;
    check("", &token, false).await;
    let (made_at, signature) = token.split_once('.').unwrap();
    let later = made_at.parse::<i64>().unwrap() + 1;
    check("anna", &format!("{later}.{signature}"), false).await;
    check("anna", &format!("{made_at}.{}", "0".repeat(signature.len())), false).await;
    check("anna", &format!("{made_at}."), false).await;
    for garbage in ["", ".", "1.zz", "x.00", "-9223372036854775808.00"] {
        check("anna", garbage, false).await;
    }
    // Another process of the same register knows the same key.
    assert!(register.second().is_form_token("anna", &token).await.unwrap());
}
