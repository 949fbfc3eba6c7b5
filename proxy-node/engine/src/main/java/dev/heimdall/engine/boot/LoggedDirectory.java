package dev.heimdall.engine.boot;

import dev.heimdall.directory.DirectoryEvents;
import dev.heimdall.engine.observe.EventLog;

/** Logs what becomes of a directory's servers. */
record LoggedDirectory(EventLog log) implements DirectoryEvents {
  @Override
  public void unavailable(String server, String why) {
    log.directory("server unavailable", server, why);
  }

  @Override
  public void available(String server) {
    log.directory("server available", server, "");
  }

  @Override
  public void unusable(String user, String why) {
    log.directory("user rejected", user, why);
  }
}
