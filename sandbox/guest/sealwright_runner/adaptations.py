"""Libraries that want what a tool has not: openpyxl writes each sheet to a temporary file first."""

import io
import zipfile

import openpyxl.worksheet._writer as _sheet
import openpyxl.writer.excel as _excel


class _Archive(zipfile.ZipFile):
    def write(self, filename, arcname=None, *args, **kwargs):
        if isinstance(filename, io.BytesIO):
            self.writestr(arcname, filename.getvalue())
        else:
            super().write(filename, arcname, *args, **kwargs)


def install():
    _sheet.create_temporary_file = lambda suffix="": io.BytesIO()
    _sheet.WorksheetWriter.cleanup = lambda self: None
    _excel.ZipFile = _Archive
