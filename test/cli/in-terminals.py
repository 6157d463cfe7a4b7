"""Runs a command in pseudo-terminals of given widths, one after the other, and prints what each showed as JSON."""

import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios


def run(command, columns, term, interrupt_at, env):
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.environ["TERM"] = term
        os.environ.update(env)
        os.execv(command[0], command)
    shown = b""
    sent = False
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if interrupt_at is not None and not sent and interrupt_at.encode() in shown:
            # As the key does: the terminal turns it into a signal.
            os.write(terminal, b"\x03")
            sent = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    code = os.waitstatus_to_exitcode(status)
    # As shells count what a signal ended.
    code = code if code >= 0 else 128 - code
    return {"columns": columns, "term": term, "env": env, "code": code, "shown": shown.decode("utf-8", "replace")}


signal.signal(signal.SIGINT, signal.SIG_IGN)
print(json.dumps([run(one["command"], one["columns"], one["term"], one.get("interruptAt"), one.get("env", {})) for one in json.load(sys.stdin)]))
