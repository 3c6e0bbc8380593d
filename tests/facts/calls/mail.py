"""Mail, files and terminals over the network: the standard library's clients, which wait for a greeting."""

import ftplib
import imaplib
import importlib
import poplib
import smtplib

from servers import Server

from calls import executed, given, last


@executed("SMTP", "SMTP_SSL", "LMTP", of="smtplib", default=True)
def smtp(name: str, server: Server, bound: float | None) -> object:
    return getattr(smtplib, last(name))(server.host, server.port, **given(timeout=bound))


@executed("IMAP4", "IMAP4_SSL", of="imaplib", default=True)
def imap(name: str, server: Server, bound: float | None) -> object:
    return getattr(imaplib, last(name))(server.host, server.port, **given(timeout=bound))


@executed("POP3", "POP3_SSL", of="poplib", default=True)
def pop3(name: str, server: Server, bound: float | None) -> object:
    return getattr(poplib, last(name))(server.host, server.port, **given(timeout=bound))


@executed("FTP", "FTP_TLS", of="ftplib", default=True)
def ftp(name: str, server: Server, bound: float | None) -> object:
    return getattr(ftplib, last(name))(**given(timeout=bound)).connect(server.host, server.port)


@executed("telnetlib.Telnet", default=True, until=(3, 13))
def telnet(_name: str, server: Server, bound: float | None) -> object:
    telnetlib = importlib.import_module("telnetlib")
    return telnetlib.Telnet(server.host, server.port, **given(timeout=bound)).read_some()


@executed("NNTP", "NNTP_SSL", of="nntplib", default=True, until=(3, 13))
def nntp(name: str, server: Server, bound: float | None) -> object:
    nntplib = importlib.import_module("nntplib")
    return getattr(nntplib, last(name))(server.host, server.port, **given(timeout=bound))
