package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Path;
import java.util.List;

/** {@code maxscale.cnf} as documents. */
final class MaxScaleImport {
  private MaxScaleImport() {}

  static Imported read(Path file) throws CommandFailure {
    MaxScaleCnf cnf = MaxScaleCnf.read(file);
    Documents documents = new Documents();
    Notes notes = new Notes();
    if (new MaxScaleServices(cnf, documents, notes).write() == 0) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          cnf
              + " has no service with the router readwritesplit or readconnroute and a listener for"
              + " clients of MariaDB");
    }
    rest(cnf, documents, notes);
    notes.say(
        "servers decide on log-ins, and see the node's address in place of the client's: accounts"
            + " for the node's own address let clients in from everywhere, unless `auth` of the"
            + " virtual database says where they may come from");
    return new Imported(documents, notes);
  }

  private static void rest(MaxScaleCnf cnf, Documents documents, Notes notes) {
    Places ofMonitors = MaxScalePlaces.ofMonitors();
    for (MaxScaleSection monitor : cnf.of("monitor")) {
      for (Entry entry : monitor.settings().values()) {
        ofMonitors.take(entry, documents, List.of(), List.of(), notes);
      }
    }
    for (MaxScaleSection section : cnf.all()) {
      switch (section.type()) {
        case "maxscale" ->
            section.settings().values().stream()
                .filter(entry -> !entry.key().equals("type"))
                .forEach(
                    entry ->
                        notes.left(
                            entry,
                            entry.key().startsWith("admin_")
                                ? "the manager has a REST of its own"
                                : "it is the service's; node.json has what a node needs"));
        case "server", "service", "listener", "monitor", "filter" -> {}
        default ->
            notes.at(section.at(), "not carried over: [" + section.name() + "]: no known type");
      }
    }
  }
}
