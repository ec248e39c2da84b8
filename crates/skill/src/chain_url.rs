//! Where the certificates of a signature lie.

use crate::refusal::Refusal;

/// The one host that certificates are fetched from.
pub const CHAIN_HOST: &str = "s3.amazonaws.com";

/// How the path begins there; large and small letters differ.
const PREFIX: &str = "/echo.api/";

/// Longest URL, octets. Amazon's have about 60.
const LONGEST: usize = 512;

/// A path on [`CHAIN_HOST`], without dot segments, below the folder of the service.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ChainUrl(String);

impl ChainUrl {
    /// Checks the value of the header `SignatureCertChainUrl`: the scheme is https and the host [`CHAIN_HOST`], in letters of any size; the port, if there is one, is 443; the path begins
    /// with `/echo.api/` once its dot segments are resolved (RFC 3986, 5.2.4). A user, a query, a fragment and escaped characters have no place in it: a server might read them otherwise.
    ///
    /// # Errors
    /// [`Refusal::ChainUrl`].
    pub fn parse(url: &str) -> Result<Self, Refusal> {
        let wrong = |what| Err(Refusal::ChainUrl(what));
        if url.len() > LONGEST {
            return wrong("it is too long");
        }
        let Some((scheme, rest)) = url.split_once("://") else { return wrong("it has no scheme") };
        if !scheme.eq_ignore_ascii_case("https") {
            return wrong("the scheme is not https");
        }
        let Some((authority, path)) = rest.split_once('/') else { return wrong("it has no path") };
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        if !host.eq_ignore_ascii_case(CHAIN_HOST) {
            return wrong("the host is another one");
        }
        if port.is_some_and(|port| port != "443") {
            return wrong("the port is not 443");
        }
        if !path.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~/".contains(&it)) {
            return wrong("the path has characters that none needs");
        }
        let path = without_dots(path);
        match path.strip_prefix(PREFIX) {
            None | Some("") => wrong("the path does not begin with /echo.api/"),
            Some(_) => Ok(Self(path)),
        }
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0
    }
}

/// A path whose `.` and `..` are resolved; `path` is what follows the first slash.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urls_of_amazons_page_are_told_apart_as_it_says() {
        for url in [
            "https://s3.amazonaws.com/echo.api/echo-api-cert.pem",
            "https://s3.amazonaws.com:443/echo.api/echo-api-cert.pem",
            "https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert.pem",
            "HTTPS://S3.AmazonAWS.com/echo.api/echo-api-cert.pem",
            "https://s3.amazonaws.com/./x/../../echo.api/echo-api-cert.pem",
        ] {
            assert_eq!(ChainUrl::parse(url).map(|it| it.0).as_deref(), Ok("/echo.api/echo-api-cert.pem"), "{url}");
        }
        for (url, what) in [
            ("http://s3.amazonaws.com/echo.api/echo-api-cert.pem", "scheme"),
            ("https://notamazon.com/echo.api/echo-api-cert.pem", "host"),
            ("https://s3.amazonaws.com/EcHo.aPi/echo-api-cert.pem", "begin"),
            ("https://s3.amazonaws.com/invalid.path/echo-api-cert.pem", "begin"),
            ("https://s3.amazonaws.com:563/echo.api/echo-api-cert.pem", "port"),
        ] {
            assert!(ChainUrl::parse(url).unwrap_err().to_string().contains(what), "{url}");
        }
    }

    #[test]
    fn nobody_leads_us_elsewhere_with_a_crooked_url() {
        for url in [
            "",
            "https://",
            "https:///echo.api/x",
            "https://s3.amazonaws.com",
            "https://s3.amazonaws.com/echo.api/",
            "https://s3.amazonaws.com/echo.api",
            "https://s3.amazonaws.com/echo.api/../other/x.pem",
            "https://s3.amazonaws.com/echo.api/%2e%2e/other/x.pem",
            "https://s3.amazonaws.com/echo.api/..\\other/x.pem",
            "https://s3.amazonaws.com/other/x.pem?/echo.api/",
            "https://s3.amazonaws.com/echo.api/x.pem?again=1",
            "https://s3.amazonaws.com/echo.api/x.pem#1",
            "https://s3.amazonaws.com/echo.api/x\r\nHost: other",
            "https://s3.amazonaws.com@other.example/echo.api/x.pem",
            "https://user@s3.amazonaws.com/echo.api/x.pem",
            "https://s3.amazonaws.com.other.example/echo.api/x.pem",
            "https://s3.amazonaws.com.:443/echo.api/x.pem",
            "https://s3.amazonaws.com:/echo.api/x.pem",
            "https://s3.amazonaws.com:0443/echo.api/x.pem",
            "https:/s3.amazonaws.com/echo.api/x.pem",
            "//s3.amazonaws.com/echo.api/x.pem",
            " https://s3.amazonaws.com/echo.api/x.pem",
            "file:///echo.api/x.pem",
        ] {
            assert!(ChainUrl::parse(url).is_err(), "{url}");
        }
        assert!(ChainUrl::parse(&format!("https://s3.amazonaws.com/echo.api/{}", "x".repeat(600))).is_err());
    }
}
