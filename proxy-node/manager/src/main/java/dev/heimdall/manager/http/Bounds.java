package dev.heimdall.manager.http;

import java.util.Map;

/**
 * How much of anything there may be, and for how long. The JDK's server reads its own bounds from
 * system properties, once.
 */
final class Bounds {
  /** Bytes of a request that holds several documents. */
  static final int LARGEST_COMMIT = 4 << 20;

  /** Requests with several documents at a time: they are held in memory a few times over. */
  static final int COMMITS = 2;

  /** Requests that are carried out at a time; there are more threads, so that health is told. */
  static final int REQUESTS = 24;

  static final int THREADS = 32;

  /** Connections that wait for a thread, besides those that have one. */
  static final int WAITING = 224;

  /** Bytes of a body that is too large which are read nevertheless, so that its sender hears it. */
  static final int READ_IN_VAIN = 8 << 20;

  private static final Map<String, Integer> OF_THE_SERVER =
      Map.of(
          // Seconds from a connection's or request's beginning to the last byte of its body.
          "sun.net.httpserver.maxReqTime", 30,
          // Seconds from there to the last byte of the answer.
          "sun.net.httpserver.maxRspTime", 180,
          // Seconds that a connection stays open without a request.
          "sun.net.httpserver.idleInterval", 30,
          "sun.net.httpserver.maxIdleConnections", 64,
          "sun.net.httpserver.maxReqHeaders", 64,
          "sun.net.httpserver.maxReqHeaderSize", 32 << 10,
          "jdk.httpserver.maxConnections", THREADS + WAITING);

  private Bounds() {}

  /** Before the first server of the process; what somebody has set goes before it. */
  static void tellTheServer() {
    OF_THE_SERVER.forEach(
        (property, value) -> {
          if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
          }
        });
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }
}
