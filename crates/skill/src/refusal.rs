//! Why a request is refused.

/// Why a request is refused. Who sent it is told nothing of this: only whoever keeps the program, in the diagnostic log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The body is longer than that many octets.
    #[error("the body is longer than {0} octets")]
    Length(usize),
    /// A header is missing, is there twice, or is no text.
    #[error("there is no header {0}, or more than one")]
    Header(&'static str),
    /// The header `Signature-256` is no signature.
    #[error("Signature-256 is no base64 of an RSA signature")]
    SignatureText,
    /// The certificates are not where Amazon keeps them.
    #[error("SignatureCertChainUrl is not as Amazon writes it: {0}")]
    ChainUrl(&'static str),
    /// The body is no request.
    #[error("the body is no request of a skill: {0}")]
    Json(String),
    /// The request is for another skill, or says not for which.
    #[error("the request is for another skill; `application_id` is the ID that the developer console shows")]
    Application,
    /// The time stamp is none.
    #[error("the time stamp is none with a zone")]
    Stamp,
    /// The request is too old, or of the future.
    #[error("the request is stamped {0} s away from the clock of this machine; is that right?")]
    Late(i64),
    /// The certificates cannot be read.
    #[error("the certificates are no chain of PEM certificates")]
    ChainText,
    /// The certificates lead to no root that is trusted, or are not valid now.
    #[error("the certificate of the signature is not trusted: {0}")]
    Untrusted(String),
    /// The certificate is somebody else's.
    #[error("the certificate of the signature is not for echo-api.amazon.com")]
    Name,
    /// The signature is not that of the body.
    #[error("the signature is not that of the body")]
    Signature,
    /// The request was taken before, or was made before the program listened.
    #[error("the request was taken before, or is older than the listener")]
    Replayed,
    /// More requests came than are kept.
    #[error("more requests came within minutes than are kept")]
    TooMany,
}
