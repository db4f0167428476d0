//! Turns what goes wrong in one try into what the transfer does about it: ends, waits, or begins again.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use ureq::{Proxy, Timeout};

use crate::address::Address;
use crate::error::{Error, Reason};
use crate::trust;

/// What went wrong in one try.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another try would end the same way.
    Final(Error),
    /// Another try may end better, after the pause that the server asked for.
    Passing(Error, Option<Duration>),
    /// The part cannot be gone on with; the next try is for the whole file, at once.
    Again(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Final(error)
    }
}

impl Failure {
    pub(crate) fn again(why: &str) -> Failure {
        Failure::Again(Error::new(Reason::Answer, why))
    }

    pub(crate) fn passing(reason: Reason, message: impl Into<String>) -> Failure {
        Failure::Passing(Error::new(reason, message), None)
    }

    /// Names the address that was asked for.
    pub(crate) fn of(self, address: &Address) -> Failure {
        match self {
            Failure::Final(error) => Failure::Final(error.of(address)),
            Failure::Passing(error, pause) => Failure::Passing(error.of(address), pause),
            Failure::Again(error) => Failure::Again(error.of(address)),
        }
    }

    /// Names the proxy where nobody could be reached, because it may be that one.
    pub(crate) fn through(self, proxy: &Proxy) -> Failure {
        match self {
            Failure::Final(error) if error.reason() == Reason::Offline => {
                let (host, port) = (proxy.host(), proxy.port());
                let hint =
                    format!("it is asked through the proxy `{host}:{port}` that the environment names");
                Failure::Final(error.with_hint(hint))
            }
            other => other,
        }
    }

    /// What the error of an exchange means before its answer began.
    pub(crate) fn of_request(error: ureq::Error) -> Failure {
        match error {
            ureq::Error::HostNotFound => Error::new(Reason::Offline, "the host is not known").into(),
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                Error::new(Reason::Offline, "no connection came about in time").into()
            }
            ureq::Error::Timeout(_) => Failure::passing(Reason::Slow, "no answer came in time"),
            ureq::Error::ConnectProxyFailed(why) => {
                let error = Error::new(Reason::Proxy, format!("the proxy does not lead there: {why}"));
                error.with_hint("look at the proxy variables, or name the host in `no_proxy`").into()
            }
            ureq::Error::LargeResponseHeader(_, most) => {
                Error::new(Reason::Answer, format!("the head of the answer has more than {most} bytes"))
                    .into()
            }
            ureq::Error::Rustls(error) => trust::refused(&error).into(),
            ureq::Error::Tls(why) => {
                Error::new(Reason::Untrusted, format!("no secure connection: {why}")).into()
            }
            ureq::Error::Io(error) => of_connection(&error),
            other => Error::new(Reason::Answer, format!("no correct answer: {other}")).into(),
        }
    }

    /// What an error means amid the bytes of the file.
    pub(crate) fn of_body(error: io::Error) -> Failure {
        let message = match error.downcast::<ureq::Error>() {
            Ok(ureq::Error::Timeout(_)) => {
                return Failure::passing(Reason::Slow, "no further byte came in time");
            }
            Ok(error) => error.to_string(),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => "its end is missing".to_owned(),
            Err(error) => error.to_string(),
        };
        Failure::passing(Reason::Broken, format!("the transfer broke off: {message}"))
    }
}

fn of_connection(error: &io::Error) -> Failure {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(tls) = tls.or_else(|| error.source().and_then(|inner| inner.downcast_ref())) {
        return trust::refused(tls).into();
    }
    match error.kind() {
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => {
            Failure::passing(Reason::Broken, "the server ended the connection without an answer")
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            Failure::passing(Reason::Slow, "no answer came in time")
        }
        _ => Error::new(Reason::Offline, format!("no connection: {error}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_again() {
        let io = |kind: ErrorKind| ureq::Error::Io(kind.into());
        for (error, reason, passes) in [
            (ureq::Error::HostNotFound, Reason::Offline, false),
            (ureq::Error::Timeout(Timeout::Resolve), Reason::Offline, false),
            (ureq::Error::Timeout(Timeout::Connect), Reason::Offline, false),
            (ureq::Error::Timeout(Timeout::RecvResponse), Reason::Slow, true),
            (ureq::Error::Timeout(Timeout::PerRead), Reason::Slow, true),
            (io(ErrorKind::ConnectionRefused), Reason::Offline, false),
            (io(ErrorKind::NetworkUnreachable), Reason::Offline, false),
            (io(ErrorKind::ConnectionReset), Reason::Broken, true),
            (io(ErrorKind::UnexpectedEof), Reason::Broken, true),
            (ureq::Error::Tls("none"), Reason::Untrusted, false),
            (ureq::Error::LargeResponseHeader(2, 1), Reason::Answer, false),
        ] {
            let said = format!("{error:?}");
            let failure = Failure::of_request(error);
            assert_eq!(matches!(failure, Failure::Passing(_, None)), passes, "{said}");
            let (Failure::Final(found) | Failure::Passing(found, _) | Failure::Again(found)) = failure;
            assert_eq!(found.reason(), reason, "{said}");
        }
    }
}
