"""Confined processes: whatever reads, matches or executes what a stranger wrote runs in one of them, once.

A *fork server* is started with a table of jobs (a module's `JOBS`), imports all they need, and raises the walls around
itself: no files, no network, no environment, no other program. For each job it forks a child, which gives up what the
fork server still had (making processes), gets its limits, does one job, and is gone. So nothing of one tenant is there
for the next, and what a child is tricked into ends with it. Parent and child say typed, bounded messages
(messages.py); the parent believes none of them further than that.

A session, for a file: a child that stays for many questions is the same thing with a job that answers until its
socket ends (`Desk.tell` and `Desk.receive`), and bounds whose `wall_ms` and `cpu_s` are those of the session. If it
needs ONE file (a tenant's SQLite database, say), start a fork server of its own for it: `Confinement(module,
readable=[file])` puts the file among what Landlock leaves, and the table of that module holds nothing but the session.
To write, open the file before the walls and hand its descriptor over, as `forking.start` hands over a job's socket.
"""

from sandbox.confined.bounds import Bounds
from sandbox.confined.confinement import Answer, Answered, Confinement, Overrun

__all__ = ["Answer", "Answered", "Bounds", "Confinement", "Overrun"]
