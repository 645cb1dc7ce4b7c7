"""What a mail says, as plain text: no markup, no letters that nobody sees, no direction that turns a name around."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from serving.mail.limits import MARKUP_BYTES, MARKUP_TAGS, TEXT_CHARACTERS, SetAsideError

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, marks without width, changes of direction, and halves of characters. Tab and line break stay."""
LINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
BLOCKS = frozenset("address article blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table td th tr ul".split())
"""Tags at which a new line begins; all others go and leave their text."""
SILENT = frozenset("embed head iframe math noembed noframes noscript object script style svg template title".split())
"""Tags that go with all that is in them."""
TAG = re.compile(r"<[^>]*>")
NAME_CHARACTERS = 200


def plain(text: str) -> str:
    r"""Give a text in one spelling, without what nobody sees.

    Raises
    ------
    SetAsideError
        It is longer than a book.

    Examples
    --------
    >>> plain("Dorps\u200bstraat\x00 12\r\n\u202egpj.exe ")
    'Dorpsstraat 12\ngpj.exe'
    """
    if len(text) > TEXT_CHARACTERS:
        raise SetAsideError("text-too-long")
    return unicodedata.normalize("NFC", UNSEEN.sub("", LINES.sub("\n", text))).strip()


def text_of_html(markup: str) -> str:
    r"""Give the text of HTML. nh3 leaves tags of blocks alone and nothing in them; each of those is a line break here.

    Raises
    ------
    SetAsideError
        It is so large, or has so many tags, that taking it apart takes long.

    Examples
    --------
    >>> text_of_html("<p onclick=x()>Kamers &lt;3&gt; in<br>de <b>Kerk</b>weg<script>alert(1)</script><svg onload=y()></p>")
    'Kamers <3> in\nde Kerkweg'
    """
    if len(markup) > MARKUP_BYTES or markup.count("<") > MARKUP_TAGS:
        raise SetAsideError("too-much-markup")
    kept = nh3.clean(markup, tags=set(BLOCKS), clean_content_tags=set(SILENT), attributes={}, link_rel=None)
    lines = (" ".join(line.split()) for line in html.unescape(TAG.sub("\n", kept)).splitlines())
    return plain(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


def named(name: str) -> str:
    r"""Give the name that a sender gave a file, for people to read: no path, no turns of direction. No file is ever opened or made under it.

    Examples
    --------
    >>> named("../../etc/passwd"), named("C:\\temp\\foto.jpg"), named("f\u202egpj.exe")
    ('passwd', 'foto.jpg', 'fgpj.exe')
    """
    return re.split(r"[/\\]", plain(name.replace("\n", " ")))[-1].strip()[:NAME_CHARACTERS]
