# expect: failed malformed_request
# grant: {"files": ["reports/*"]}
from sealwright import files


def run():
    return files.read_text("reports/../../etc/passwd")
