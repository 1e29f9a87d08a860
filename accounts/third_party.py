"""The policies of the URLs we did not write (allauth), by view name. What the house does not use answers 404."""

from accounts.policy import Policy

_PUBLIC = Policy(public=True)
_OWN = Policy(signed_in=True)
_ENROLMENT = Policy(signed_in=True, enrolment=True)  # what a person without their second factor may still reach
_CLOSED = Policy(closed=True)

POLICIES: dict[str, Policy] = {
    "account_login": _PUBLIC,
    "account_logout": Policy(public=True, enrolment=True),
    "account_request_login_code": _PUBLIC,
    "account_confirm_login_code": _PUBLIC,
    "account_reset_password": _PUBLIC,
    "account_reset_password_done": _PUBLIC,
    "account_reset_password_from_key": _PUBLIC,
    "account_reset_password_from_key_done": _PUBLIC,
    "account_change_password": _OWN,
    "account_reauthenticate": _ENROLMENT,
    "mfa_authenticate": _PUBLIC,
    "mfa_reauthenticate": _ENROLMENT,
    "mfa_index": _ENROLMENT,
    "mfa_activate_totp": _ENROLMENT,
    "mfa_deactivate_totp": _OWN,
    "mfa_view_recovery_codes": _ENROLMENT,
    "mfa_generate_recovery_codes": _ENROLMENT,
    "mfa_download_recovery_codes": _ENROLMENT,
    "usersessions_list": _OWN,
    "account_signup": _CLOSED,
    "account_inactive": _CLOSED,
    "account_email": _CLOSED,
    "account_email_verification_sent": _CLOSED,
    "account_confirm_email": _CLOSED,
    "account_set_password": _CLOSED,
}
