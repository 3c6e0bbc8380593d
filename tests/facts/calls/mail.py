"""Mail, files and terminals over the network: the standard library's clients, which wait for a greeting."""

import ftplib
import imaplib
import importlib
import poplib
import smtplib

from servers import Server

from calls import executed, given, last


@executed("SMTP", "SMTP_SSL", "LMTP", of="smtplib")
def smtp(name: str, server: Server, bound: float | None) -> object:
    return getattr(smtplib, last(name))(server.host, server.port, **given(timeout=bound))


@executed("IMAP4", "IMAP4_SSL", of="imaplib")
def imap(name: str, server: Server, bound: float | None) -> object:
    return getattr(imaplib, last(name))(server.host, server.port, timeout=bound)


@executed("POP3", "POP3_SSL", of="poplib")
def pop3(name: str, server: Server, bound: float | None) -> object:
    return getattr(poplib, last(name))(server.host, server.port, **given(timeout=bound))


@executed("FTP", "FTP_TLS", of="ftplib")
def ftp(name: str, server: Server, bound: float | None) -> object:
    return getattr(ftplib, last(name))(**given(timeout=bound)).connect(server.host, server.port)


@executed("telnetlib.Telnet", until=(3, 13))
def telnet(_name: str, server: Server, bound: float | None) -> object:
    telnetlib = importlib.import_module("telnetlib")
    return telnetlib.Telnet(server.host, server.port, **given(timeout=bound)).read_some()


@executed("NNTP", "NNTP_SSL", of="nntplib", until=(3, 13))
def nntp(name: str, server: Server, bound: float | None) -> object:
    nntplib = importlib.import_module("nntplib")
    return getattr(nntplib, last(name))(server.host, server.port, **given(timeout=bound))
