"""What a house started, written down before it is started, so that all of it can be ended, also by a later command."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path


def born(pid):
    """When a process began, in ticks since boot; `None` if it is gone. A number given to another process has another birth."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


class Keep:
    """The list of what belongs to a house: processes by number and birth, and namespaces."""

    def __init__(self, home, prefix):
        self.home = Path(home)
        self.prefix = prefix
        self.namespaces = []
        self.processes = []
        self.form = ""
        self.devices = []

    @property
    def file(self):
        return self.home / "state.json"

    @classmethod
    def read(cls, home):
        """The list of a house that is up; `None` without one."""
        try:
            told = json.loads((Path(home) / "state.json").read_text())
        except FileNotFoundError:
            return None
        keep = cls(home, told["prefix"])
        keep.namespaces, keep.processes = told["namespaces"], told["processes"]
        keep.form, keep.devices = told["form"], told["devices"]
        return keep

    def write(self):
        told = {key: value for key, value in vars(self).items() if key != "home"}
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(told, indent=1))
        new.replace(self.file)

    def namespace(self, name):
        """Makes a network namespace; returns its full name."""
        full = f"{self.prefix}-{name}"
        self.namespaces.append(full)
        self.write()
        subprocess.run(["ip", "netns", "add", full], check=True, timeout=20)
        return full

    def start(self, name, command, namespace=None, env=None):
        """Starts a process in a session of its own, with a log in `logs/`."""
        inside = ["ip", "netns", "exec", f"{self.prefix}-{namespace}"] if namespace else []
        log = self.home / "logs" / f"{name}.log"
        with open(log, "ab") as out:
            child = subprocess.Popen(
                [*inside, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, start_new_session=True
            )
        self.processes.append({"name": name, "pid": child.pid, "born": born(child.pid)})
        self.write()
        return child

    def alive(self):
        """Processes that still run, and those that do not."""
        running = [it for it in self.processes if it["born"] is not None and born(it["pid"]) == it["born"]]
        return running, [it for it in self.processes if it not in running]

    def end(self):
        """Ends the processes, children included, and deletes the namespaces. Newest first; what does not listen is killed."""
        for how, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            running, _ = self.alive()
            for it in reversed(running):
                try:
                    os.killpg(it["pid"], how)
                except ProcessLookupError:
                    pass
            until = time.monotonic() + patience
            while self.alive()[0] and time.monotonic() < until:
                reap()
                time.sleep(0.05)
        for namespace in self.namespaces:
            self.empty(namespace)
            if Path(f"/run/netns/{namespace}").exists():
                subprocess.run(["ip", "netns", "delete", namespace], check=False, timeout=20)
            resolv = Path(f"/etc/netns/{namespace}")
            if resolv.is_dir():
                for it in resolv.iterdir():
                    it.unlink()
                resolv.rmdir()
        self.file.unlink(missing_ok=True)

    @staticmethod
    def empty(namespace):
        """Ends what is left inside of a namespace of ours (children that made a session of their own)."""
        if not Path(f"/run/netns/{namespace}").exists():
            return
        asked = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False, timeout=20)
        for pid in map(int, asked.stdout.split()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def reap():
    """Collects children that have ended, so that they do not count as alive."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
