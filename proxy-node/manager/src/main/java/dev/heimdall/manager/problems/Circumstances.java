package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.RdsHost;
import java.time.Duration;
import java.util.Optional;

/**
 * Facts on which effects and advice depend besides the kind of problem.
 *
 * @param onAws whether servers have names that RDS gives
 * @param queueTimeout as nodes have it set for that cluster or virtual database; empty: not known
 */
record Circumstances(boolean onAws, Optional<Duration> queueTimeout) {
  /** Of nodes, and of alerts that may be from long ago. */
  static final Circumstances UNKNOWN = new Circumstances(false, Optional.empty());

  private static final String WRITER = "{wait for a writer}";
  private static final String SERVER = "{wait for a server}";
  private static final String CONNECTION = "{wait for a connection}";
  private static final String SERVERS = "{servers}";

  /** Of a cluster or virtual database, as a node reports it. */
  static Circumstances of(JsonNode reported) {
    boolean aws = reported.path("regions").size() > 0;
    for (JsonNode server : reported.path("nodes")) {
      aws |= RdsHost.ofAws(RdsHost.withoutPort(server.path("address").asText()));
    }
    JsonNode millis = reported.path("queueTimeoutMillis");
    return new Circumstances(
        aws,
        millis.isNumber() ? Optional.of(Duration.ofMillis(millis.asLong())) : Optional.empty());
  }

  /** A text with what is to be seen here. */
  String told(String text) {
    String writer =
        wait("failover.queueTimeout", FailoverSettings.defaults().queueTimeout(), "fail at once");
    String server =
        wait("pool.queueTimeout", PoolSettings.defaults().queueTimeout(), "wait without a limit");
    boolean fail = !queueTimeout.equals(Optional.of(Duration.ZERO));
    return text.replace(SERVERS, onAws ? "in the console of RDS" : "on the servers")
        .replace(WRITER, writer + (fail ? ", and then fail with 57P03" : ""))
        .replace(SERVER, server + (fail ? ", and then fail" : ""))
        .replace(CONNECTION, server + (fail ? ", and then fail with 53300" : ""));
  }

  private String wait(String setting, Duration byDefault, String zero) {
    if (queueTimeout.isEmpty()) {
      return "wait up to %s (%s, unless it is set otherwise)".formatted(words(byDefault), setting);
    }
    return queueTimeout.get().isZero()
        ? "%s (%s is 0)".formatted(zero, setting)
        : "wait up to %s (%s)".formatted(words(queueTimeout.get()), setting);
  }

  private static String words(Duration time) {
    long millis = time.toMillis();
    return millis < 1000 || millis < 60_000 && millis % 1000 != 0
        ? millis + " ms"
        : time.toSeconds() % 60 == 0 && time.toHours() == 0
            ? time.toMinutes() + " min"
            : Times.lasting(time);
  }
}
