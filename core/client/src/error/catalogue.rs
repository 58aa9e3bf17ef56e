//! The one table of everything that can go wrong.

use super::class::Class;
use super::error_codes::error_codes;

error_codes! {
    // ---- 1xx: use of the library ----
    101 ClientClosed "CLIENT_CLOSED" Bug
        "The client is closed"
        "The host program closed the client and went on using it."
        "Make a new client."
    102 EventConsumerConflict "EVENT_CONSUMER_CONFLICT" Bug
        "Events go to the callback"
        "The client was made with an event callback, so events cannot be pulled from it as well."
        "Choose one way: make the client without a callback, or stop pulling."
    103 InvalidArgument "INVALID_ARGUMENT" Bug
        "An argument cannot be used"
        "The host program passed a value outside of what the documentation allows."
        "Correct the call in the host program."
    104 SessionUnknown "SESSION_UNKNOWN" Bug
        "There is no such session"
        "The session id is wrong, or belongs to another client."
        "Use the id of a session that this client started."
    105 SessionEnded "SESSION_ENDED" UserAction
        "The session has ended"
        "The session was disconnected, or it ended by itself; its last event says why."
        "Connect again."
    106 ChallengeUnknown "CHALLENGE_UNKNOWN" Bug
        "There is no such challenge"
        "The challenge id is wrong, or the challenge was answered or withdrawn before."
        "Answer each challenge once, while its session waits for it."
    107 AnswerMismatch "ANSWER_MISMATCH" Bug
        "The answer does not fit the challenge"
        "For example, a password was given where a certificate was asked for."
        "Look at the challenge's kind and answer with what it asks for."
    108 AnotherSessionActive "ANOTHER_SESSION_ACTIVE" UserAction
        "Another session is active"
        "A client keeps one session at a time unless it was made to allow several."
        "Disconnect the other session first."
    109 Cancelled "CANCELLED" UserAction
        "The session was disconnected"
        "Somebody disconnected the session before it was connected."
        "Connect again."
    110 WaitTimedOut "WAIT_TIMED_OUT" Retry
        "The wait took longer than allowed"
        "What was waited for has not happened within the time that the caller allowed; it may still happen."
        "Wait again, or disconnect."

    // ---- 2xx: the profile ----
    201 ProfileUnknown "PROFILE_UNKNOWN" Bug
        "There is no such profile"
        "The profile was removed, or never imported into this client."
        "Import the profile first."
    202 ProfileUnreadable "PROFILE_UNREADABLE" UserAction
        "The profile's file cannot be read"
        "The file does not exist, is larger than any profile, or may not be read by this user."
        "Check the path and the file's permissions."
    203 ProfileForeign "PROFILE_FOREIGN" UserAction
        "This is not an Azure VPN profile"
        "Another file was chosen."
        "Choose azurevpnconfig.xml, in the folder AzureVPN of the package that the Azure portal or the administrator provides."
    204 ProfileDamaged "PROFILE_DAMAGED" UserAction
        "The profile is damaged"
        "The file was cut short or changed on its way, or was saved in another encoding."
        "Download the profile again, or save it as UTF-8."
    205 ProfileUnsafe "PROFILE_UNSAFE" Configuration
        "The profile is refused as unsafe"
        "It contains what no profile needs and what is used in attacks on XML readers, or is far larger than a profile."
        "Do not use this file; ask the administrator where it comes from."
    206 ProfileIncomplete "PROFILE_INCOMPLETE" Configuration
        "The profile is incomplete"
        "A value that every profile has is missing or empty."
        "Download the profile again from the Azure portal, or ask the administrator for a new one."
    207 ProfileValueInvalid "PROFILE_VALUE_INVALID" Configuration
        "The profile has a value that cannot be used"
        "The profile was edited, and a value is misspelt or out of range."
        "Correct the line that is named, or ask the administrator for a corrected profile."
    208 ProfileSignInUnknown "PROFILE_SIGN_IN_UNKNOWN" Configuration
        "The profile's way of signing in is not known"
        "The profile names a kind of sign-in that this version does not know."
        "Update the program, or ask the administrator for a profile with certificate sign-in."
    209 UdpUnsupported "UDP_UNSUPPORTED" Configuration
        "Gateways over UDP are not supported"
        "The first versions connected over TCP only. This one connects over UDP as well and never reports this error."
        "Update the program."
    210 PackageDamaged "PACKAGE_DAMAGED" UserAction
        "The package is damaged"
        "The archive was cut short or changed on its way, or could be read in two ways."
        "Download the package again from the Azure portal."
    211 PackageEncrypted "PACKAGE_ENCRYPTED" UserAction
        "The package is encrypted"
        "Somebody put a password on the archive."
        "Unpack it with the password and import the files in it."
    212 PackageUnsafe "PACKAGE_UNSAFE" Configuration
        "The package is refused as unsafe"
        "It contains what no package contains and what is used in attacks, such as a link or files that inflate without end."
        "Do not use this file; ask the administrator where it comes from."
    213 PackageWithoutProfile "PACKAGE_WITHOUT_PROFILE" UserAction
        "There is no profile in the package"
        "Another archive was chosen, or a file of the package that holds no profile."
        "Choose the package of the Azure portal as it is."
    214 TunnelTypeUnsupported "TUNNEL_TYPE_UNSUPPORTED" Configuration
        "The gateway does not offer OpenVPN"
        "The gateway is set up for IKEv2 or SSTP only, which are not spoken here."
        "Ask the administrator to add the tunnel type OpenVPN to the gateway."
    215 ProfilesDisagree "PROFILES_DISAGREE" UserAction
        "Two files contradict each other"
        "They call the same gateway and say different things about it: one of them is out of date."
        "Download the package again, and import nothing but the files in it."
    216 AuthorityUnknown "AUTHORITY_UNKNOWN" Configuration
        "The profile sends its users to an unknown page to sign in"
        "The page is none of Microsoft's, and this program does not allow it: it could be a bait for passwords."
        "Ask the administrator whether the page is theirs; a program allows such hosts by name."
    217 OpenvpnOptionRefused "OPENVPN_OPTION_REFUSED" Configuration
        "The OpenVPN configuration asks for what is not done here"
        "It is for another kind of connection than this one, or would be less safe than it looks."
        "Ask the administrator for a configuration without the option that is named."
    218 FileBesideMissing "FILE_BESIDE_MISSING" UserAction
        "The profile needs a file that is not there"
        "An OpenVPN configuration names files that lie beside it, such as certificates and keys."
        "Put the file that is named into the same folder, or import both together."
    219 ProfileNewer "PROFILE_NEWER" Configuration
        "The profile was written by a newer version"
        "It may say what this version does not understand."
        "Update the program."
    220 SecretsMissing "SECRETS_MISSING" UserAction
        "The profile comes without its secrets"
        "They were left out when it was exported, or they are gone from the secret store."
        "Import the profile again from where it came from, or export it with its secrets."
    221 SeveralProfiles "SEVERAL_PROFILES" UserAction
        "There are several profiles in it"
        "One profile was expected, and there are several gateways in it."
        "Import it as files that may hold several profiles."
    222 EditRefused "EDIT_REFUSED" UserAction
        "The change is refused"
        "The profile could not be used as it would be then."
        "Correct the value that is named."
    223 UpdateMismatch "UPDATE_MISMATCH" UserAction
        "The file is not for this profile"
        "It calls another gateway, so it is no newer version of the profile."
        "Import it as a profile of its own."
    224 StoreUnavailable "STORE_UNAVAILABLE" UserAction
        "The profiles' folder cannot be used"
        "The folder is gone or belongs to somebody else, its disk is read-only or failing, or the key ring is locked or not there."
        "Check the folder, its permissions and its disk. Unlock the key ring; where there is none, as in services, give a sealing key."
    225 StoreFull "STORE_FULL" UserAction
        "There is no room for the profile"
        "The disk is full, or there are as many profiles, or as large ones, as can be kept."
        "Make room on the disk, or remove profiles."
    226 StoreUntrusted "STORE_UNTRUSTED" Configuration
        "The profiles' folder is not safe"
        "Somebody else could have put files there, or it holds files of something else."
        "Choose an empty folder, or one that is not there yet, of the user who runs the program."
    227 StoreKeyWrong "STORE_KEY_WRONG" Configuration
        "The key does not open the profiles' secrets"
        "The secrets were sealed with another key."
        "Give the key that they were sealed with; without it, choose another folder and import the profiles again."
    228 StoreDamaged "STORE_DAMAGED" UserAction
        "A stored profile is damaged"
        "Its file or its secrets were changed or cut off."
        "Import the profile again."
    229 ImportTooLarge "IMPORT_TOO_LARGE" UserAction
        "The files hold too much for one import"
        "There are many of them, or they list tens of thousands of networks."
        "Import fewer files at a time, or ask the administrator for fewer and larger networks."

    // ---- 3xx: certificates and sign-in ----
    301 SignInCancelled "SIGN_IN_CANCELLED" NeedsSignIn
        "The sign-in was cancelled"
        "Somebody declined to provide what the gateway asks for."
        "Connect again and complete the sign-in."
    302 CertificateUnreadable "CERTIFICATE_UNREADABLE" UserAction
        "The certificate's file cannot be read"
        "The file does not exist, is larger than any certificate, or may not be read by this user."
        "Check the path and the file's permissions."
    303 CertificateDamaged "CERTIFICATE_DAMAGED" UserAction
        "The certificate or its key is damaged"
        "The file is no PEM or PFX file, or was changed on its way."
        "Export the certificate with its key again."
    304 CertificateIncomplete "CERTIFICATE_INCOMPLETE" UserAction
        "The certificate and its private key are not both there"
        "The file lacks the certificate or the private key, or the key belongs to another certificate."
        "Export the certificate together with its private key, and provide both."
    305 CertificatePasswordWrong "CERTIFICATE_PASSWORD_WRONG" NeedsSignIn
        "The password does not open the certificate's key"
        "The password is missing or wrong, and so were the answers to the questions for it."
        "Connect again with the right password."
    306 CertificateUnsupported "CERTIFICATE_UNSUPPORTED" UserAction
        "The certificate's key is of an unsupported kind"
        "The key is too short or of a kind that is not supported, or its file is encrypted in an outdated way."
        "Use an RSA key of at least 2048 bits, ECDSA or Ed25519, and export it with AES-256."
    307 ClientCertificateExpired "CLIENT_CERTIFICATE_EXPIRED" UserAction
        "The client certificate has expired"
        "The certificate's validity is over, or this machine's clock is wrong."
        "Check the clock, then ask the administrator for a new certificate."
    308 ClientCertificateNotYetValid "CLIENT_CERTIFICATE_NOT_YET_VALID" UserAction
        "The client certificate is not valid yet"
        "The certificate's validity begins later, or this machine's clock is wrong."
        "Check the clock."
    309 ClientCertificateUnwanted "CLIENT_CERTIFICATE_UNWANTED" UserAction
        "The profile asks for another client certificate"
        "The profile names the certificate, or the root that it has to come from, and this is another one."
        "Provide the certificate that the administrator issued for this profile."
    310 ClientCertificatePurpose "CLIENT_CERTIFICATE_PURPOSE" UserAction
        "The certificate is not for clients"
        "Its extended key usage leaves out client authentication."
        "Ask the administrator for a certificate for client authentication."
    311 ClientCertificateRefused "CLIENT_CERTIFICATE_REFUSED" UserAction
        "The gateway refused the client certificate"
        "The gateway does not trust the certificate's root, or the certificate was revoked or has expired."
        "Provide the certificate that was issued for this gateway, or ask the administrator for one."
    312 ClientCertificateProbablyRefused "CLIENT_CERTIFICATE_PROBABLY_REFUSED" UserAction
        "The gateway closed the connection after it had seen the client certificate"
        "Gateways do so, without a word, when they refuse a certificate. Rarely it is the network."
        "Provide the certificate that was issued for this gateway; if it is the right one, try again."
    313 SignInRefused "SIGN_IN_REFUSED" NeedsSignIn
        "The gateway refused the sign-in"
        "The gateway knows the user or certificate and does not let it in."
        "Sign in with other credentials, or ask the administrator for access."
    // 314 and 315 were for ways of signing in that were not there yet.
    316 TrustedRootUnreadable "TRUSTED_ROOT_UNREADABLE" Configuration
        "A trusted root cannot be read"
        "What the host program passed as a trusted root is no certificate in PEM or DER."
        "Correct the host program's configuration."

    317 SignInChallenged "SIGN_IN_CHALLENGED" NeedsSignIn
        "The gateway ended the session with a question"
        "The gateway wants a one-time code or the like before the user may go on; only a new connection can bring the answer."
        "Connect again: the question is asked then."
    318 TokenExpired "TOKEN_EXPIRED" Retry
        "The gateway no longer takes the session's token"
        "The gateway gave a token in place of the credentials, and its time is over or the gateway has forgotten it."
        "Connect again, which signs in anew."
    319 SignInTimedOut "SIGN_IN_TIMED_OUT" NeedsSignIn
        "Nobody signed in in time"
        "The page of the sign-in was closed, the code was not typed, or it took longer than is allowed."
        "Connect again and sign in at the page that is shown."
    320 NoCertificateFits "NO_CERTIFICATE_FITS" UserAction
        "No client certificate fits"
        "None of the certificates that were found can be used with this profile; the error's causes say for each why not."
        "Provide the certificate that the administrator issued for this profile, or insert the token that holds it."
    321 PinWrong "PIN_WRONG" NeedsSignIn
        "The token's PIN is wrong or missing"
        "The PIN does not open the token that holds the key. Each wrong one counts, and the last one locks the token."
        "Connect again with the right PIN."
    322 PinLocked "PIN_LOCKED" UserAction
        "The token is locked"
        "Its PIN was wrong too often, or has to be set first."
        "Unlock the token, or set its PIN, with the tool of its maker, or ask whoever issued it."
    323 TokenRemoved "TOKEN_REMOVED" UserAction
        "The token that holds the key is gone"
        "It was pulled out, or its reader was."
        "Insert the token and connect again."
    324 KeyFailed "KEY_FAILED" UserAction
        "The key did not sign"
        "The key is held elsewhere, on a token or by the host program, and its holder failed."
        "Look at what the holder says, then connect again."
    325 KeyTimedOut "KEY_TIMED_OUT" Retry
        "The key did not sign in time"
        "The key is held elsewhere, and its holder, or the person who has to agree, took more than a minute."
        "Connect again, and be quicker to agree."
    326 CertificateStoreUnavailable "CERTIFICATE_STORE_UNAVAILABLE" Configuration
        "The place where certificates are looked for cannot be used"
        "The PKCS#11 module does not exist or is made for another kind of program, or the system has no such store or does not open it."
        "Name a module by its absolute path, made for this kind of program, or give the certificate itself; changing the machine's store takes an administrator."
    327 EntraSignInNeeded "ENTRA_SIGN_IN_NEEDED" NeedsSignIn
        "Entra ID wants the user to sign in again"
        "The former sign-in has ended or was withdrawn, or a rule of the organization asks for more."
        "Connect again and sign in."
    328 EntraNeedsUser "ENTRA_NEEDS_USER" UserAction
        "Entra ID does not let the user sign in"
        "Something about the account, the device or the way of signing in is not as the organization wants it."
        "Do what the message says, or sign in with another account."
    329 EntraNeedsAdministrator "ENTRA_NEEDS_ADMINISTRATOR" Configuration
        "Entra ID refuses the sign-in until an administrator changes something"
        "The application, its consent, the tenant or a rule for access is not set up for this sign-in."
        "Give the administrator this message with its number and correlation id."
    330 EntraBusy "ENTRA_BUSY" Retry
        "Entra ID is busy or out of order"
        "The login host answered that it cannot answer just now."
        "Try again in a few minutes."
    331 EntraAnswerUnusable "ENTRA_ANSWER_UNUSABLE" Retry
        "What the login host answered makes no sense"
        "Something else than Entra ID answered, such as the page of a network that wants a sign-in of its own, or the token cannot be used."
        "Open a web page in the browser to see what the network wants, then try again."
    332 LoginHostUnreachable "LOGIN_HOST_UNREACHABLE" Retry
        "The login host cannot be reached"
        "There is no way to Entra ID from this network, or the connection broke off."
        "Check the network, then try again."
    333 LoginHostNotSecure "LOGIN_HOST_NOT_SECURE" Configuration
        "The connection to the login host is not secure"
        "The login host's certificate is not trusted by this machine: something on the way reads along, or the clock is wrong."
        "Check the clock. Where a firewall of the organization reads along, its root has to be trusted by the machine."
    334 ProxyRefused "PROXY_REFUSED" Configuration
        "The proxy on the way to the login host refused"
        "The proxy wants to be signed in to, or does not let this connection through."
        "Ask the administrator to let the login host through, or have the host program bring its own HTTP client."
    335 SignInMixedUp "SIGN_IN_MIXED_UP" NeedsSignIn
        "The answer belongs to another sign-in"
        "What the browser brought back was not made for this sign-in: an old page was used again, or somebody tried to slip in another account."
        "Connect again, and use the newest page only."
    336 TokenTooLong "TOKEN_TOO_LONG" Configuration
        "The access token is too long"
        "OpenVPN carries at most 65,534 bytes. Tokens grow with the groups that the user is in."
        "Ask the administrator to put only the groups that are assigned to the application into the token."
    337 LoopbackUnavailable "LOOPBACK_UNAVAILABLE" UserAction
        "The browser has no way back"
        "No port of the loopback interface can be listened at, so the browser's answer would not arrive."
        "Allow the program to listen at the loopback interface, or sign in with a device code."
    338 TokenProviderFailed "TOKEN_PROVIDER_FAILED" UserAction
        "The host program brought no access token"
        "The program gets tokens of Entra ID by itself, and what it asks for them failed."
        "Look at what the program says, and sign in there if it wants that."
    339 RevocationListUnreadable "REVOCATION_LIST_UNREADABLE" Configuration
        "A revocation list cannot be read"
        "What the host program passed as a list of withdrawn certificates is none in PEM or DER."
        "Correct the host program's configuration."

    // ---- 4xx: the network towards the gateway ----
    401 NameNotResolved "NAME_NOT_RESOLVED" Retry
        "The gateway's name was not found"
        "The machine is offline, its DNS server does not answer, or the gateway was deleted."
        "Check the connection to the Internet; if it is there, download the profile again."
    402 ConnectionRefused "CONNECTION_REFUSED" Retry
        "The gateway refused the connection"
        "Nothing listens there: the gateway is restarting or was deleted, or a firewall refuses in its place."
        "Try again in a few minutes; if it persists, download the profile again."
    403 GatewayUnreachable "GATEWAY_UNREACHABLE" Retry
        "The gateway cannot be reached"
        "The machine has no way to the gateway: it is offline, or a router turns the packets back."
        "Check the connection to the Internet."
    404 ConnectTimedOut "CONNECT_TIMED_OUT" Retry
        "The gateway did not take the connection in time"
        "The packets are lost on their way: often a firewall that does not allow TCP to this port."
        "Check the connection to the Internet, and ask whether the network allows TCP port 443 to the gateway."
    405 ConnectFailed "CONNECT_FAILED" Retry
        "The connection to the gateway failed"
        "The system reported a failure of the network."
        "Check the connection to the Internet and try again."
    406 NoAnswer "NO_ANSWER" Configuration
        "The gateway does not answer"
        "Gateways ignore a client whose server secret is wrong, which is so with an outdated profile. It may also be another \
         server, a proxy that swallows what it does not know, or, over UDP, a firewall on the way."
        "Download the profile again from the Azure portal; over UDP, ask whether the network allows it."
    407 ClosedWithoutAnswer "CLOSED_WITHOUT_ANSWER" Configuration
        "The gateway closed the connection without an answer"
        "Gateways do so when the server secret is wrong, which is so with an outdated profile. It may also be a proxy or \
         another server."
        "Download the profile again from the Azure portal."
    408 HandshakeInterrupted "HANDSHAKE_INTERRUPTED" Retry
        "The connection ended during the handshake"
        "The gateway restarted, or something on the way reset the connection."
        "Try again; if it persists, ask whether the network inspects or blocks VPN traffic."
    409 HandshakeTimedOut "HANDSHAKE_TIMED_OUT" Retry
        "The handshake took too long"
        "The gateway stopped answering, or the network loses many packets."
        "Try again; if it persists, check the network."
    410 ConnectionLost "CONNECTION_LOST" Retry
        "The connection to the gateway was lost"
        "The network changed or failed, or the gateway restarted."
        "Connect again."
    411 GatewaySilent "GATEWAY_SILENT" Retry
        "The gateway fell silent"
        "Nothing was heard from the gateway for as long as it allows itself."
        "Check the connection to the Internet and connect again."

    // ---- 5xx: the gateway's identity ----
    501 GatewayRootNotPinned "GATEWAY_ROOT_NOT_PINNED" Configuration
        "The gateway's certificate does not come from the root that the profile names"
        "It is another server, a proxy that inspects TLS, or the gateway was given a new root since the profile was made."
        "Do not connect over a network you do not trust. Download the profile again from the Azure portal."
    502 GatewayRootUnknown "GATEWAY_ROOT_UNKNOWN" Configuration
        "The root that the profile names is not known here"
        "The profile names a root by its hash, and neither this library nor the gateway provides that certificate."
        "Pass the root certificate as a trusted root of the connection."
    503 GatewayNameWrong "GATEWAY_NAME_WRONG" Configuration
        "The gateway's certificate is for another name"
        "It is another server, or the profile names the gateway by a name that its certificate lacks."
        "Download the profile again from the Azure portal."
    504 GatewayCertificateExpired "GATEWAY_CERTIFICATE_EXPIRED" Configuration
        "The gateway's certificate has expired"
        "The gateway was not given a new certificate in time, or this machine's clock is wrong."
        "Check the clock, then tell the administrator."
    505 GatewayCertificateNotYetValid "GATEWAY_CERTIFICATE_NOT_YET_VALID" UserAction
        "The gateway's certificate is not valid yet"
        "This machine's clock is most probably wrong."
        "Check the clock."
    506 GatewayCertificatePurpose "GATEWAY_CERTIFICATE_PURPOSE" Configuration
        "The gateway's certificate is not for servers"
        "Somebody with a client certificate may be posing as the gateway."
        "Do not connect over a network you do not trust; tell the administrator."
    507 GatewayCertificateRevoked "GATEWAY_CERTIFICATE_REVOKED" Configuration
        "The gateway's certificate was revoked"
        "The certificate's issuer withdrew it."
        "Do not connect; tell the administrator."
    508 GatewayCertificateDamaged "GATEWAY_CERTIFICATE_DAMAGED" Configuration
        "The gateway's certificate cannot be verified"
        "The certificate is damaged, or a signature does not hold."
        "Tell the administrator."
    509 GatewayFingerprintWrong "GATEWAY_FINGERPRINT_WRONG" Configuration
        "The gateway's certificate is not the one that the profile names"
        "It is another server, or the gateway was given a new certificate since the profile was made."
        "Do not connect over a network you do not trust. Ask the administrator for the certificate's fingerprint."
    510 GatewayCertificateUsage "GATEWAY_CERTIFICATE_USAGE" Configuration
        "The gateway's certificate is not for the use that the profile demands"
        "It is another server, or the profile's rules do not fit the gateway's certificate."
        "Do not connect over a network you do not trust; tell the administrator."
    511 GatewayCertificateUnsupported "GATEWAY_CERTIFICATE_UNSUPPORTED" Configuration
        "The gateway's certificate is of a kind that is refused"
        "It is outdated or weak, such as an RSA key below 2,048 bits or a signature with SHA-1, or was not made for a server."
        "Tell the administrator, who must give the gateway another certificate."
    512 GatewayRevocationUnknown "GATEWAY_REVOCATION_UNKNOWN" Configuration
        "Whether the gateway's certificate was revoked cannot be told"
        "The profile's revocation list is too old or is not its issuer's, or this machine's clock is wrong."
        "Check the clock, then ask the administrator for a new revocation list."

    // ---- 6xx: the protocol and the gateway's answers ----
    601 TlsNothingInCommon "TLS_NOTHING_IN_COMMON" Configuration
        "The gateway offers no TLS that is allowed"
        "The gateway knows only versions or ciphers of TLS that are no longer safe."
        "Ask the administrator to update the gateway."
    602 TlsFailed "TLS_FAILED" Retry
        "TLS failed"
        "The gateway broke off or answered with what is no TLS."
        "Try again; if it persists, tell the administrator."
    603 KeyExchangeInvalid "KEY_EXCHANGE_INVALID" Fatal
        "The key exchange with the gateway failed"
        "The gateway's message makes no sense."
        "Tell the administrator; the gateway may be set up for other clients."
    604 PushTimedOut "PUSH_TIMED_OUT" Retry
        "The gateway sent no settings"
        "The gateway let the client in and did not say what its addresses and routes are; it may be overloaded."
        "Try again; if it persists, tell the administrator."
    605 PushInvalid "PUSH_INVALID" Configuration
        "The gateway's settings cannot be used"
        "The gateway sent settings that contradict each other, cannot be read or are too many."
        "Tell the administrator."
    606 NoAddress "NO_ADDRESS" Configuration
        "The gateway assigned no address"
        "The gateway's address pool is used up, or it is not set up to assign addresses."
        "Try again later; if it persists, ask the administrator for a larger address pool."
    607 CipherRefused "CIPHER_REFUSED" Configuration
        "The gateway asks for a data cipher that is not allowed"
        "The gateway is set up with an outdated or unusual cipher."
        "Ask the administrator to allow AES-256-GCM."
    608 CompressionRefused "COMPRESSION_REFUSED" Configuration
        "The gateway asks for compression"
        "Compression leaks what is sent and is never used."
        "Ask the administrator to turn compression off."
    609 GatewayExit "GATEWAY_EXIT" Retry
        "The gateway ended the session"
        "The gateway said goodbye: it is going down, or somebody ended the session there."
        "Connect again."
    610 GatewayRestart "GATEWAY_RESTART" Retry
        "The gateway asks to connect again"
        "The gateway restarts or moves the session elsewhere."
        "Connect again."
    611 GatewayHalt "GATEWAY_HALT" Fatal
        "The gateway ordered the client to stop"
        "An administrator ended the session and does not want it to be connected again by itself."
        "Ask the administrator."
    612 KeysExhausted "KEYS_EXHAUSTED" Retry
        "The session's keys are used up"
        "The gateway did not renew the keys before they had protected as much as is safe."
        "Connect again."
    613 ProtocolBroken "PROTOCOL_BROKEN" Fatal
        "The gateway broke the protocol"
        "The gateway sent what no gateway sends at that point."
        "Tell the administrator; the server may not be an Azure VPN gateway."

    614 GatewayBusy "GATEWAY_BUSY" Retry
        "The gateway lets nobody in just now"
        "The gateway said that it is overloaded, or that something it needs does not answer."
        "Try again in a few minutes; if it persists, tell the administrator."
    615 GatewayRekey "GATEWAY_REKEY" Retry
        "The session's keys could not be renewed"
        "Keys are renewed about once an hour while connected, and the gateway did not finish it in time."
        "Connect again; if it happens each hour, tell the administrator."
    616 GatewaySettingsChanged "GATEWAY_SETTINGS_CHANGED" Retry
        "The gateway changed a setting that only a new connection can take on"
        "The gateway was set up differently while it was connected to."
        "Connect again."
    617 Inactive "INACTIVE" UserAction
        "There was next to no traffic for as long as the gateway allows"
        "The gateway is set up to end connections that nobody uses."
        "Connect again when there is something to do."
    618 SessionTimedOut "SESSION_TIMED_OUT" UserAction
        "The session lasted as long as the gateway allows"
        "The gateway is set up to end every session after some time."
        "Connect again."
    619 GatewaySilentForGood "GATEWAY_SILENT_FOR_GOOD" UserAction
        "The gateway was silent, and is set up to end sessions then"
        "The network swallows packets, or the gateway went down. It does not want clients to connect again by themselves."
        "Connect again when the network and the gateway are there."

    // ---- 7xx: this machine ----
    701 DeviceUnsupported "DEVICE_UNSUPPORTED" Configuration
        "This system has no network device for the tunnel"
        "No TUN device can be made here, or it is not written yet for this system."
        "Use the userspace device, or pass a device of your own."
    702 DeviceDenied "DEVICE_DENIED" UserAction
        "The tunnel's network device was denied"
        "Network devices may be made only with privilege: CAP_NET_ADMIN on Linux."
        "Run with the privilege, or use the userspace device."
    703 DeviceFailed "DEVICE_FAILED" Configuration
        "The tunnel's network device could not be made"
        "The system reported a failure."
        "Look at the cause; on Linux the module tun has to be there."
    704 DeviceNameInvalid "DEVICE_NAME_INVALID" Bug
        "That is no name for a network device"
        "Names have at most 15 printable ASCII characters, without '/', ':' and '%'."
        "Choose another name."
    705 HostDeviceUnusable "HOST_DEVICE_UNUSABLE" Bug
        "The host's descriptor cannot carry packets"
        "It is neither a TUN device nor a socket that keeps packets apart."
        "Pass another descriptor."
    706 DeviceLost "DEVICE_LOST" Retry
        "The tunnel's network device failed"
        "Somebody removed the device, or the system reported a failure of it."
        "Connect again."
    707 MachineDenied "MACHINE_DENIED" UserAction
        "The machine's network settings may not be changed"
        "Addresses and routes may be set only with privilege: CAP_NET_ADMIN on Linux."
        "Run with the privilege, or use the userspace device."
    708 MachineFailed "MACHINE_FAILED" Configuration
        "The machine's network settings could not be made"
        "The system refused an address or a route; it may be in use by another network."
        "Look at the cause, and for another VPN with the same networks."
    709 ThreadsUnavailable "THREADS_UNAVAILABLE" Retry
        "The system gave no threads"
        "The process or the machine is at its limit of threads."
        "Close other programs, or raise the limit."
    710 RandomnessUnavailable "RANDOMNESS_UNAVAILABLE" Fatal
        "The system gave no random bytes"
        "The system's source of randomness failed."
        "Restart the machine."
    711 TlsUnavailable "TLS_UNAVAILABLE" Bug
        "The TLS settings cannot be used"
        "The settings contradict each other."
        "Report it with the causes."

    712 RouteConflict "ROUTE_CONFLICT" UserAction
        "Another route keeps traffic out of the tunnel"
        "Another VPN or network claims the same addresses."
        "Disconnect the other VPN."
    713 MachineUnsupported "MACHINE_UNSUPPORTED" Configuration
        "This version cannot configure the network of this system"
        "Addresses and routes are set on Linux only so far."
        "Use the userspace device, or let the host program apply the network configuration."
    714 LeakGuardFailed "LEAK_GUARD_FAILED" UserAction
        "The leak guard could not be raised"
        "The program nft is not installed, or the kernel refused its table."
        "Install the package nftables, or connect without the leak guard."

    // ---- 8xx: connections through the userspace stack ----
    801 DialNotUserspace "DIAL_NOT_USERSPACE" Bug
        "The session has no userspace stack"
        "Connections are dialled through the session only with the userspace device."
        "With another device, connect through the operating system as usual."
    802 DialNotConnected "DIAL_NOT_CONNECTED" UserAction
        "The session is not connected"
        "Connections can be dialled only while the session is connected."
        "Wait until the session is connected."
    803 DialRefused "DIAL_REFUSED" Retry
        "The connection through the tunnel was refused"
        "Nothing listens on that port of the remote machine."
        "Check the port, and whether the service runs."
    804 DialTimedOut "DIAL_TIMED_OUT" Retry
        "The connection through the tunnel was not made in time"
        "The remote machine is down, has another address, or a firewall there drops the packets."
        "Check the address, and whether the network's rules allow the connection."
    805 DialUnreachable "DIAL_UNREACHABLE" UserAction
        "The address cannot be reached through the tunnel"
        "The tunnel has no address of that family, or the address is not one machine's."
        "Check the address."
    806 DialLimit "DIAL_LIMIT" Retry
        "Too many connections through the tunnel are open"
        "The userspace stack has a bounded number of connections."
        "Close some connections first."
    807 DialNameUnsupported "DIAL_NAME_UNSUPPORTED" UserAction
        "Names cannot be dialled yet"
        "Names of the virtual network are not looked up yet by this version."
        "Use the IP address."
    808 DialFailed "DIAL_FAILED" Retry
        "The connection through the tunnel failed"
        "The userspace stack reported a failure."
        "Look at the cause and try again."

    // ---- 9xx: defects ----
    901 InternalFailure "INTERNAL_FAILURE" Bug
        "Something inside the library failed"
        "This is a defect of the library; what it had changed on the machine was undone."
        "Report it with the log, and connect again."
}
