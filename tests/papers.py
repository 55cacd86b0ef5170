"""Real files of every kind that the document store takes, and of some that it must not."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook
from PIL import Image

_DOCX_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"


def pdf(width: int = 200) -> bytes:
    """An empty page; the same bytes every time."""
    out = bytearray(b"%PDF-1.4\n")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} 100]>>".encode(),
    )
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return bytes(out + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)


def picture(kind: str, color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, kind)
    return out.getvalue()


def office_file(*more: str, main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _DOCX_TYPES)
        for name in (main, *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def docx(*more: str) -> bytes:
    return office_file(*more)


def xlsx() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def odt(mime: str = ODT) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()


SIGNED_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><van-ban><so>12/GCN</so>'
    b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></van-ban>'
)
EXE = b"MZ" + bytes(200)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SVG_INSIDE = b'<?xml version="1.0"?><a><s:svg xmlns:s="http://www.w3.org/2000/svg"/></a>'
WITH_DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
STYLED = b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="https://example.org/x.xsl"?><a/>'
