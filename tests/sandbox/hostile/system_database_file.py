# expect: failed
import sqlite3


def run():
    sqlite3.connect("/tmp/escaped.db").execute("create table t(a)")
