package dev.heimdall.launcher.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Recommendations of a manager about what to cache, as text or JSON. */
public final class CacheAdvice {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDEST_STATEMENT = 100;
  private static final List<String> COLUMNS =
      List.of("STATEMENT", "VDB", "SAVED MS/S", "HITS", "READS/S", "WRITES/S", "AVG MS");

  private final Http http;

  private CacheAdvice(Http http) {
    this.http = http;
  }

  /** Of a manager. */
  public static CacheAdvice of(URI manager, String user, String password) {
    return new CacheAdvice(new Http(manager, Optional.of(Http.basic(user, password))));
  }

  /**
   * Prints them.
   *
   * @param vdb empty: those of all virtual databases
   * @param staleness seconds for which results may be outdated; empty: not at all
   */
  public void print(
      PrintWriter out, Optional<String> vdb, Optional<Integer> staleness, boolean json)
      throws IOException, InterruptedException {
    StringBuilder path = new StringBuilder("/api/v1/cache-advice?limit=1000");
    vdb.ifPresent(
        name -> path.append("&vdb=").append(URLEncoder.encode(name, StandardCharsets.UTF_8)));
    staleness.ifPresent(seconds -> path.append("&staleness=").append(seconds));
    JsonNode advice = JSON.readTree(http.get(path.toString())).path("advice");
    if (json) {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(advice));
    } else if (advice.isEmpty()) {
      out.println("nothing is worth caching, as far as the last hour tells");
    } else {
      List<List<String>> rows = new ArrayList<>();
      advice.forEach(one -> rows.add(row(one)));
      new Grid(COLUMNS, rows, WIDEST_STATEMENT).lines(Integer.MAX_VALUE).forEach(out::println);
    }
    out.flush();
  }

  private static List<String> row(JsonNode one) {
    return List.of(
        one.path("statement").asText().strip().replaceAll("\\s+", " "),
        one.path("vdb").asText(),
        Numbers.millis(one.path("savedMicrosPerSecond").asDouble() / 1000),
        Numbers.percent(one.path("hitPercent").asDouble()),
        Numbers.rate(one.path("readsPerSecond").asDouble()),
        Numbers.rate(one.path("writesPerSecond").asDouble()),
        Numbers.millis(one.path("averageResponseMicros").asDouble() / 1000));
  }
}
