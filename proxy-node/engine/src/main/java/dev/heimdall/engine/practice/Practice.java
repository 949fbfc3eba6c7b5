package dev.heimdall.engine.practice;

import dev.heimdall.engine.catalog.Catalogue;
import java.io.IOException;

/**
 * Both ends that a dialect brings for a node to be practised with. All may wait for bytes. What
 * they never have a node do, Java compiles without, and anew when a client comes who does it:
 * {@code test/load/start --deoptimised} lists such places.
 */
public interface Practice {
  /**
   * Answers as a server does that holds one small table, until the other end closes.
   *
   * @param number of the connection, from 1 on
   */
  void serve(PracticeEnd end, int number) throws IOException;

  /** Content of its database; it does not change. */
  Catalogue catalogue(String database);

  /** A client that has logged in. */
  Client logIn(PracticeEnd end, Account account) throws IOException;

  /** Account with which clients log in. */
  record Account(String user, String password, String database) {
    @Override
    public String toString() {
      return "Account[" + user + ", " + database + "]";
    }
  }

  /** One of them. Each request is answered before the next one is sent. */
  interface Client {
    /**
     * Number of requests in a turn, in which each kind of statement comes once. At most half of
     * them are a transaction's.
     */
    int requests();

    /**
     * Sends a request.
     *
     * @param request from 0 on
     * @param number of the turn, so that texts with values differ
     */
    void send(int request, int number) throws IOException;

    /** Reads the answer. */
    void receive() throws IOException;

    /** Says goodbye. */
    void leave() throws IOException;
  }
}
