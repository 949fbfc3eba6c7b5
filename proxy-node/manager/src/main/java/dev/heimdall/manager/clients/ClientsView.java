package dev.heimdall.manager.clients;

import java.util.List;

/**
 * Data for the client templates.
 *
 * @param href of the list as it is asked for
 * @param counted how many there are, in words
 * @param states how many of those are in which state, in words
 * @param waits what nodes have not answered yet, in words; empty: all have
 * @param page from 1
 * @param pages how many there are
 * @param more why there are no more rows; empty: these are all
 */
public record ClientsView(
    ClientQuery wish,
    List<String> nodes,
    String href,
    String counted,
    List<State> states,
    String waits,
    List<Row> rows,
    int page,
    int pages,
    String more,
    boolean operates) {
  /** Number of clients in a state. */
  public record State(String words, String href) {}

  /**
   * A client.
   *
   * @param look of its state
   * @param since for how long it is in its state
   * @param pin why it keeps its server connection
   * @param href of the page where it is ended, or its statement cancelled
   */
  public record Row(
      String node,
      long id,
      String user,
      String vdb,
      String database,
      String address,
      String application,
      String state,
      String look,
      String since,
      String connected,
      String awaits,
      String pin,
      String statement,
      String server,
      String queries,
      boolean runs,
      String href) {}
}
