"""Which redirect URIs a client may have, and when the one it asks for is one of them."""

import re
from urllib.parse import SplitResult, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LENGTH_MAX = 2_000
# The second letter tells a scheme from a Windows drive.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+")
# A name and a port, written without the scheme in front of them.
_PORT = re.compile(r"[0-9]{1,5}([/?].*)?")
# A program's own scheme is any but these (RFC 8252, 7.1): browsers and systems do something of their own with them.
# It runs, or is shown as a page of whoever wrote it.
_RUN = """
    javascript x-javascript java script vbscript livescript mocha jscript ecmascript data blob filesystem about srcdoc
    view-source jar wyciwyg mhtml mk its res hcp help cid mid feed pcast webcal
"""
# It opens a file, a folder, or a part of the browser or the system.
_OPEN = """
    file local shell search search-ms help-viewer control cmd powershell resource chrome devtools edge brave opera
    vivaldi browser page-icon cached-favicon android-app intent market content app-settings prefs app-prefs settings
    shortcuts x-help-action x-man-page applescript itms itms-apps itms-appss itms-services apt snap appstream
    appinstaller steam
"""
# It speaks to a server, or to a person.
_SPEAK = """
    ws wss ftp ftps sftp tftp gopher wais nntp news snews telnet tn3270 rlogin ssh scp rsync smb cifs afp nfs dav davs
    webdav ldap ldaps dict finger git svn svn+ssh git+ssh hg bzr rdp vnc irc ircs irc6 xmpp sip sips mailto tel sms mms
    smsto mmsto callto facetime facetime-audio geo maps urn magnet ed2k bitcoin ethereum lightning redis mongodb mysql
    postgres postgresql jdbc odbc sqlite amqp mqtt coap rtsp rtmp rtp udp tcp unix pipe npipe
"""
# What other programs' readers of addresses take for more than an address.
_MISREAD = """
    php phar expect zlib glob ogg zip rar compress.zlib netdoc localhost null undefined none self
"""
_TAKEN = frozenset(f"{_RUN} {_OPEN} {_SPEAK} {_MISREAD}".split())
# Of the systems' own programs, of which some run what they are handed.
_TAKEN_BEGINNINGS = ("ms-", "microsoft-", "windows-", "x-apple", "chrome-", "moz-", "about-", "view-source")


def split(uri: str) -> SplitResult | None:
    """Split a URI, or None for what no URI parser should be trusted with."""
    if not uri or len(uri) > _LENGTH_MAX or any(c <= " " or c in '\\"<>^`{|}\x7f' or c > "~" for c in uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def fault_of(uri: object) -> str | None:
    """Why `uri` cannot be a redirect URI; None when it can."""
    parts = split(uri) if isinstance(uri, str) else None
    if parts is None:
        return "it is not a URI"
    if parts.fragment or "#" in str(uri):
        return "it has a fragment"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password"
    return _scheme_fault(parts)


def _scheme_fault(parts: SplitResult) -> str | None:
    if parts.scheme == "https":
        return None if parts.hostname else "it names no host"
    if parts.scheme == "http":
        return None if parts.hostname in LOOPBACK else "plain http is for the loopback interface only"
    if not _SCHEME.fullmatch(parts.scheme) or (not parts.netloc and _PORT.fullmatch(parts.path)):
        return "it begins with no scheme, such as https:// or com.example.app:/"
    if parts.scheme in _TAKEN or parts.scheme.startswith(_TAKEN_BEGINNINGS):
        return f"{parts.scheme}: is neither https nor an app's own scheme (such as com.example.app:)"
    return None


def allowed(registered: list[str], asked: str) -> bool:
    """Whether `asked` is one of `registered`: exactly, but for the port of a loopback address (RFC 8252, 7.3)."""
    if fault_of(asked) is not None:
        return False
    return asked in registered or any(_same_loopback(one, asked) for one in registered)


def _same_loopback(registered: str, asked: str) -> bool:
    one, other = split(registered), split(asked)
    if one is None or other is None or not one.scheme == other.scheme == "http" or one.hostname not in LOOPBACK:
        return False
    # No path at all is the path "/": RFC 3986, 6.2.3.
    return (one.hostname, one.path or "/", one.query) == (other.hostname, other.path or "/", other.query)


def is_loopback(uri: str) -> bool:
    parts = split(uri)
    return parts is not None and parts.scheme == "http" and parts.hostname in LOOPBACK


def place(uri: str) -> str:
    """Where a redirect goes, in words for the consent page."""
    parts = split(uri)
    if parts is None:
        return "an unknown place"
    if is_loopback(uri):
        return "a program on this computer"
    return parts.hostname or "" if parts.scheme == "https" else f"the app that opens {parts.scheme}: links"
