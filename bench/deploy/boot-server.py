"""Answers one machine that boots: the script, the service OS, and what its agent asks for. boot-server.py FOLDER ADDRESS"""

import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER, ADDRESS = sys.argv[1:]
FILES = {
    "/vmlinuz": "vmlinuz",
    "/initrd": "initrd",
    "/boot": "boot.ipxe",
    "/image": "image.zst",
    "/seed": "db.seed",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = os.path.join(FOLDER, FILES.get(self.path.partition("?")[0], "missing"))
        if not os.path.exists(path):
            self.send_error(404)
            return
        size = os.path.getsize(path)
        wanted = self.headers.get("range", "")
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("content-range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("content-length", str(size - start))
        self.end_headers()
        with open(path, "rb") as file:
            # The kernel copies it: quicker than any program could.
            self.wfile.flush()
            if isinstance(self.connection, ssl.SSLSocket):
                self.wfile.write(file.read())
            else:
                self.connection.sendfile(file, start)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", "0")))
        name = "task" if self.path == "/boot/agent/hello" else "done" if self.path == "/boot/agent/done" else "ok"
        with open(os.path.join(FOLDER, name), "rb") as file:
            body = file.read()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


plain = ThreadingHTTPServer((ADDRESS, 8080), Handler)
sealed = ThreadingHTTPServer((ADDRESS, 8443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(FOLDER, "certificate.pem"), os.path.join(FOLDER, "key.pem"))
sealed.socket = context.wrap_socket(sealed.socket, server_side=True)
threading.Thread(target=sealed.serve_forever, daemon=True).start()
plain.serve_forever()
