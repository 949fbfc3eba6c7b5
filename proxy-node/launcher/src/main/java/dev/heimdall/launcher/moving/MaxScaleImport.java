package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Path;

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
    rest(cnf, notes);
    notes.say(
        "servers decide on log-ins, and see the node's address in place of the client's: accounts"
            + " for the node's own address let clients in from everywhere, unless `auth` of the"
            + " virtual database says where they may come from");
    return new Imported(documents, notes);
  }

  private static void rest(MaxScaleCnf cnf, Notes notes) {
    Places ofMonitors = MaxScalePlaces.ofMonitors();
    Places ofItself = MaxScalePlaces.ofItself();
    for (MaxScaleSection section : cnf.all()) {
      switch (section.type()) {
        case "maxscale" ->
            section.settings().values().forEach(entry -> ofItself.leave(entry, notes));
        case "monitor" ->
            section.settings().values().forEach(entry -> ofMonitors.leave(entry, notes));
        case "server", "service", "listener", "filter" -> {}
        default -> notes.left(section.at(), "[" + section.name() + "]: no known type");
      }
    }
  }
}
