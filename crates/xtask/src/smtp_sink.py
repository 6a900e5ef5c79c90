"""A mail server for tests: takes mails on a free loopback port and writes each as a file.

Started as `python smtp_sink.py FOLDER`; prints its port. Each mail becomes FOLDER/NAME.json with what Python's own
parser reads in it, and the bytes as they came. Recipients that begin with `refused` are refused for good, those that
begin with `later` for now. It ends when its standard input does, so never later than who started it.
"""

import email
import email.policy
import json
import os
import socket
import sys
import uuid

from aiosmtpd.controller import Controller


class Sink:
    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("refused"):
            return f"550 5.1.1 <{address}> is not known here"
        if address.startswith("later"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        read = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name.lower(), str(value)] for name, value in mail.items()],
            "parts": [part.get_content_type() for part in mail.walk()],
            "bodies": bodies,
            "raw": envelope.content.decode("latin-1"),
        }
        name = os.path.join(self.folder, uuid.uuid4().hex)
        with open(name + ".part", "w", encoding="utf-8") as file:
            json.dump(read, file)
        os.rename(name + ".part", name + ".json")
        return "250 OK"


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
controller = Controller(Sink(sys.argv[1]), hostname="127.0.0.1", port=port)
controller.start()
print(port, flush=True)
try:
    sys.stdin.read()
except KeyboardInterrupt:
    pass
controller.stop()
