package dev.heimdall.engine.tracing;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Record of one statement that is traced: on its event loop until it {@link #end}s, by the thread
 * that sends it from then on.
 */
public final class StatementSpan {
  /** Maximum number of times of sending again that are noted. */
  private static final int MOST_RESENT = 16;

  private final Tracing tracing;
  private final TraceParent parent;
  private final long begin = epochNanos();
  private final long beginNanos = System.nanoTime();

  String system = "";
  String namespace = "";
  String vdb = "";
  String operation = "";
  String text;
  List<String> tables = List.of();
  List<String> rules = List.of();
  private Route route = Route.NODE;
  private long sentNanos;

  /** Times at which it was sent again; null where it was not. */
  private List<Long> resentNanos;

  private InetSocketAddress server;
  private String named;
  private int namedPort;
  private String code;
  private boolean lost;
  private boolean resent;
  private boolean replayed;
  private boolean skipped;
  private long endNanos;

  /** Component that has answered. */
  public enum Route {
    WRITER("writer"),
    REPLICA("replica"),
    CACHE("cache"),
    /** A server of another engine, which a rule has sent it to. */
    ELSEWHERE("elsewhere"),
    /** A rule, or the node itself. */
    NODE("node");

    final String spelling;

    Route(String spelling) {
      this.spelling = spelling;
    }
  }

  StatementSpan(Tracing tracing, TraceParent parent) {
    this.tracing = tracing;
    this.parent = parent;
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /**
   * Sets the database for which it was sent.
   *
   * @param spoken what OpenTelemetry calls the database that it is written for
   * @param database as its server calls it
   * @param virtual the virtual database
   */
  public StatementSpan of(String spoken, String database, String virtual) {
    system = spoken;
    namespace = database;
    vdb = virtual;
    return this;
  }

  /**
   * Sets the kind and the text of the statement.
   *
   * @param kind in one word, such as SELECT
   * @param pattern its text without values; null where it is unknown
   */
  public StatementSpan is(String kind, String pattern) {
    operation = kind;
    text = pattern;
    return this;
  }

  /** The tables that it names, in full. */
  public StatementSpan over(List<String> named) {
    tables = named;
    return this;
  }

  /** A rule has matched. */
  public void matched(String place) {
    List<String> more = new ArrayList<>(rules);
    more.add(place);
    rules = more;
  }

  /**
   * It is being sent to a server.
   *
   * @param host of the server as it is configured
   * @param spoken what OpenTelemetry calls it
   */
  public void sent(Route to, String host, int port, SocketAddress address, String spoken) {
    route = to;
    if (sentNanos == 0) {
      sentNanos = System.nanoTime();
    } else {
      if (resentNanos == null) {
        resentNanos = new ArrayList<>(1);
      }
      if (resentNanos.size() < MOST_RESENT) {
        resentNanos.add(System.nanoTime());
      }
    }
    named = host;
    namedPort = port;
    server = address instanceof InetSocketAddress internet ? internet : null;
    system = spoken;
  }

  /** It is answered by another than a server of its source. */
  public void answeredBy(Route who) {
    route = who;
  }

  /** It has failed, with this SQLSTATE or number. */
  public void failed(String errorCode) {
    code = errorCode;
  }

  /** Its server connection or its client was lost before it was answered. */
  public void lost() {
    lost = true;
  }

  /** Its server has not carried it out, as one before it in its batch has failed. */
  public void skipped() {
    skipped = true;
  }

  /** It was lost, and is sent again as another one: its client does not hear of the loss. */
  public void sentAgain() {
    resent = true;
  }

  /** It is carried out once more, with its transaction. */
  public void replayed() {
    replayed = true;
  }

  /** It is answered; nothing may be noted of it any more. */
  public void end() {
    endNanos = System.nanoTime();
    tracing.ended(this);
  }

  TraceParent parent() {
    return parent;
  }

  long begin() {
    return begin;
  }

  long ended() {
    return begin + (endNanos - beginNanos);
  }

  /** Time at which it was sent to a server first; 0 if it was not. */
  long sentAt() {
    return sentNanos == 0 ? 0 : begin + (sentNanos - beginNanos);
  }

  /** Times at which it was sent after that, because what a server had answered did not count. */
  List<Long> resentAt() {
    return resentNanos == null
        ? List.of()
        : resentNanos.stream().map(nanos -> begin + (nanos - beginNanos)).toList();
  }

  Route route() {
    return route;
  }

  InetSocketAddress server() {
    return server;
  }

  String serverHost() {
    return named;
  }

  int serverPort() {
    return namedPort;
  }

  /** Null where it has not failed. */
  String code() {
    return code;
  }

  boolean isLost() {
    return lost;
  }

  boolean isResent() {
    return resent;
  }

  boolean isSkipped() {
    return skipped;
  }

  boolean isReplayed() {
    return replayed;
  }
}
