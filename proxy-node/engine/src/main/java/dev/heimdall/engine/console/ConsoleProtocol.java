package dev.heimdall.engine.console;

import dev.heimdall.engine.client.ClientEncoder;
import java.util.Map;

/** Protocol by which clients talk to the admin database. */
public interface ConsoleProtocol {
  /**
   * Values that the admin database reports about itself when a client has logged in, as a server
   * does.
   */
  Map<String, String> reported();

  /**
   * Talks to a client that was told that it may send statements.
   *
   * @param encoder how it is answered
   */
  ConsoleChannel talk(Console console, Operator operator, ClientEncoder encoder);
}
