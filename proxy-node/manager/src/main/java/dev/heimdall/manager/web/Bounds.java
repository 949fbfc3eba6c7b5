package dev.heimdall.manager.web;

import dev.heimdall.model.callers.CallerSlots;
import java.time.Duration;

/** Limits on amounts and durations. */
public final class Bounds {
  /** Bytes of a request that holds several documents. */
  public static final int LARGEST_COMMIT = 4 << 20;

  /** Requests with several documents at a time: they are held in memory a few times over. */
  public static final int COMMITS = 2;

  /** Requests that are carried out at a time, each by a thread. */
  static final int REQUESTS = 96;

  /** Those of one address: another one's request never waits for them. */
  static final int REQUESTS_OF_ONE_ADDRESS = 64;

  /** Reports of nodes that are taken at a time, besides those. */
  static final int REPORTS = 32;

  /** Those of one address: nodes behind one are many, and none of them shuts out the others. */
  static final int REPORTS_OF_ONE_ADDRESS = 24;

  static final int LONGEST_LINE = 8 << 10;

  static final int LONGEST_HEADERS = 32 << 10;

  static final int MOST_HEADERS = 64;

  /** Bytes of a body that is too large which are read nevertheless, so that its sender hears it. */
  static final int READ_IN_VAIN = 8 << 20;

  /** Bytes of all bodies together, and half of it of one address. */
  static final int BODIES = 32 << 20;

  /** An answer that is on its way for longer makes room for others of its address. */
  static final Duration ANSWER_TAKEN = Duration.ofSeconds(2);

  private static final int MOST_ANSWERS = 32 << 20;

  private static final int SHARE_OF_ANSWERS = 8;

  private Bounds() {}

  /** Bytes of one answer. */
  public static int largestAnswer() {
    return answers(Runtime.getRuntime().maxMemory()) / 2;
  }

  /**
   * Bytes of all answers together that clients have not taken yet, and half of it of one address.
   */
  static int answers(long heap) {
    return (int) Math.min(MOST_ANSWERS, heap / SHARE_OF_ANSWERS);
  }

  /**
   * Limits of connections.
   *
   * @param connections at a time; see {@link CallerSlots} for one more
   * @param ofOneAddress of these
   * @param headers from the beginning, or the reply before, to the end of a request's headers; the
   *     handshake of TLS is in it
   * @param body from there to the end of its body
   * @param reply from the reply's first byte until the client has taken all of it
   * @param end how long requests on their way have when the manager stops
   */
  record Connections(
      int connections,
      int ofOneAddress,
      Duration headers,
      Duration body,
      Duration reply,
      Duration end) {
    static Connections standard() {
      return new Connections(
          256,
          128,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1));
    }
  }
}
