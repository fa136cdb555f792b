"""The renderer's own process: a composed paper on stdin, PDF and DOCX in base64 on stdout.

It is started with limits of memory and processor time, so that a paper that cannot be set kills
this process and nothing else.
"""

import base64
import json
import resource
import sys


def main() -> None:
    """Limit this process, then render."""
    seconds, megabytes = (int(argument) for argument in sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    most = megabytes * 1_048_576
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    from routing.layout.pdf import to_pdf  # noqa: PLC0415 - its libraries count under the limit
    from routing.layout.word import to_docx  # noqa: PLC0415

    body = sys.stdin.buffer.read().decode()
    made = {"pdf": to_pdf(body), "docx": to_docx(body)}
    json.dump({name: base64.b64encode(data).decode() for name, data in made.items()}, sys.stdout)


if __name__ == "__main__":
    main()
