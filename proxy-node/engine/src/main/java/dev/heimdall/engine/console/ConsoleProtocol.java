package dev.heimdall.engine.console;

import dev.heimdall.engine.client.ClientEncoder;
import io.netty.channel.ChannelHandler;
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
  Talk talk(Console console, Operator operator, ClientEncoder encoder);

  /** The other end of a client of the admin database. All on the client's event loop. */
  interface Talk {
    /** Takes the client's bytes and answers them. */
    ChannelHandler handler();

    /** True if a command is being carried out. */
    boolean busy();

    /** Number of commands received. */
    long commands();

    /** Gives the present command up if it waits for something. */
    void cancel();
  }
}
