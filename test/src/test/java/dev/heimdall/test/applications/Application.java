package dev.heimdall.test.applications;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An application as its users install it, and what somebody does with it. */
interface Application {
  /** What {@code test/drivers/install} knows it by. */
  String name();

  /** The servers that it wants. */
  Stage stage(Way way);

  /**
   * What has to be done before it serves, one command after the other.
   *
   * @param home an empty directory of its own
   */
  List<Command> prepare(Database database, Path home, int port) throws IOException;

  /** What serves it at this port of loopback until it is ended. */
  Command serve(Database database, Path home, int port);

  /** A path that answers as soon as the application serves. */
  String ready();

  /** Finds lines, each behind its heading, that depend on when something happened. */
  default Pattern timed() {
    return Pattern.compile("(?!)");
  }

  /** The user's way through it. */
  void walk(Visitor visitor, Database database);

  /**
   * A process.
   *
   * @param directory where it runs
   */
  record Command(Path directory, Map<String, String> environment, List<String> words) {
    static Command of(Path directory, String... words) {
      return new Command(directory, Map.of(), List.of(words));
    }

    Command with(Map<String, String> variables) {
      return new Command(directory, variables, words);
    }
  }
}
