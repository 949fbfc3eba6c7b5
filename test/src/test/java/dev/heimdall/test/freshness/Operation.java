package dev.heimdall.test.freshness;

import java.util.List;

/**
 * One thing a client did. Objects are counters, which each write raises by one, and lists, to which
 * each write appends an element of its own.
 *
 * @param session the client's connection, of one node
 * @param node the node it went through, or {@link #PAST_NODES}
 * @param value of a counter what the write made of it or the read found; of a list what was
 *     appended, nothing for a read
 * @param elements what a read of a list found; else null
 * @param began before the first byte was sent, by {@link System#nanoTime}
 * @param ended after the reply had come
 * @param known whether the client was told that it succeeded; a read always was
 */
record Operation(
    Kind kind,
    int session,
    int node,
    String object,
    long value,
    List<Long> elements,
    long began,
    long ended,
    boolean known) {

  /** The session of what no client of a node has done. */
  static final int NO_SESSION = -1;

  /** The node of what was done past all nodes. */
  static final int PAST_NODES = -1;

  enum Kind {
    RAISE(true),
    READ(false),
    APPEND(true),
    READ_LIST(false);

    private final boolean write;

    Kind(boolean write) {
      this.write = write;
    }

    boolean isWrite() {
      return write;
    }
  }

  static Operation raised(int session, int node, String object, long value, Span span) {
    return new Operation(
        Kind.RAISE, session, node, object, value, null, span.began, span.ended, true);
  }

  static Operation appended(int session, int node, String object, long element, Span span) {
    return new Operation(
        Kind.APPEND, session, node, object, element, null, span.began, span.ended, true);
  }

  static Operation read(int session, int node, String object, long value, Span span) {
    return new Operation(
        Kind.READ, session, node, object, value, null, span.began, span.ended, true);
  }

  static Operation readList(int session, int node, String object, List<Long> elements, Span span) {
    return new Operation(
        Kind.READ_LIST, session, node, object, 0, elements, span.began, span.ended, true);
  }

  /** The same write, of which nobody was told whether it took effect. */
  Operation unknown() {
    return new Operation(kind, session, node, object, value, null, began, ended, false);
  }

  @Override
  public String toString() {
    return "%s %s of session %d at node %d, %s, in [%d, %d] µs"
        .formatted(
            kind,
            object,
            session,
            node,
            elements != null ? elements.size() + " elements" : String.valueOf(value),
            began / 1000,
            ended / 1000);
  }

  /** From before the first byte was sent until the reply had come. */
  record Span(long began, long ended) {
    static Span since(long began) {
      return new Span(began, System.nanoTime());
    }
  }
}
