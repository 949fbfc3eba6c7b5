package dev.heimdall.engine.console;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import java.util.concurrent.CompletionStage;

/** The operator's statements: in the admin database, and among an admin user's own. */
public interface Console {
  /** Whether the text is a command of the console rather than SQL. Cheap. */
  boolean recognises(byte[] sql, int offset, int length);

  /**
   * Runs one command of an admin user among its other statements.
   *
   * @param holdsServer whether the user's session has a server connection, for which a command must
   *     not wait
   */
  Run run(String sql, String user, SocketAddress address, boolean holdsServer);

  /** Talks to a client of the admin database after ReadyForQuery was sent. */
  Talk talk(String user, SocketAddress address);

  /** A command under way. */
  interface Run {
    /** The reply's bytes but for ReadyForQuery; never fails, errors are part of the reply. */
    CompletionStage<ByteBuf> reply();

    /** Gives the command up if it waits for something; the reply is an error then. */
    void cancel();
  }

  /** The other end of a client of the admin database. All on the client's event loop. */
  interface Talk {
    /** Takes the client's bytes and answers them. */
    ChannelHandler handler();

    /** Whether a command is being carried out. */
    boolean busy();

    /** How many commands have come. */
    long commands();

    /** Gives the present command up if it waits for something. */
    void cancel();
  }
}
