package dev.heimdall.launcher.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All nodes of a manager, by its REST, which has rates already. */
final class ManagerSource implements Source {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SERVER_COLUMNS =
      List.of("SERVER", "CLUSTER", "ROLE", "STATE", "ZONE", "LAG", "IN USE", "OPEN");

  private final Http http;
  private final String url;

  ManagerSource(Http http, String url) {
    this.http = http;
    this.url = url;
  }

  @Override
  public boolean knowsRates() {
    return true;
  }

  @Override
  public Screen look() throws IOException, InterruptedException {
    JsonNode figures = JSON.readTree(http.get("/api/v1/figures?range=5m"));
    JsonNode clusters = JSON.readTree(http.get("/api/v1/clusters"));
    JsonNode busiest = JSON.readTree(http.get("/api/v1/patterns?window=hour&limit=5"));
    List<List<String>> vdbs = new ArrayList<>();
    vdbs.add(row("all", figures.path("newest")));
    List<List<String>> nodes = new ArrayList<>();
    int silent = 0;
    for (JsonNode vdb : figures.path("vdbs")) {
      if (vdb.path("reports").asBoolean()) {
        vdbs.add(row(vdb.path("name").asText(), vdb));
      }
    }
    for (JsonNode node : figures.path("nodes")) {
      nodes.add(row(node.path("name").asText(), node));
      silent += node.path("reports").asBoolean() ? 0 : 1;
    }
    return new Screen(
        List.of(
            "heimdall top   %s   %d node%s%s   %s processors busy"
                .formatted(
                    url,
                    nodes.size(),
                    nodes.size() == 1 ? "" : "s",
                    silent == 0 ? "" : ", %d not reporting".formatted(silent),
                    Numbers.rate(number(figures.path("newest"), "cpu")))),
        List.of(
            Tables.queries("VIRTUAL DATABASE", vdbs),
            Tables.queries("NODE", nodes),
            new Grid(SERVER_COLUMNS, servers(clusters)),
            Tables.statements(statements(busiest))));
  }

  private static List<String> row(String name, JsonNode values) {
    return List.of(
        name,
        Numbers.rate(number(values, "queries")),
        Numbers.millis(number(values, "average")),
        Numbers.millis(number(values, "p99")),
        Numbers.millis(number(values, "server")),
        Numbers.percent(number(values, "readPercent")),
        Numbers.percent(number(values, "transactionPercent")),
        Numbers.percent(number(values, "cachePercent")),
        Numbers.rate(number(values, "errors")),
        Numbers.whole(number(values, "clients")),
        Numbers.whole(number(values, "waiting")),
        Numbers.whole(number(values, "inUse")),
        Numbers.whole(number(values, "open")),
        Numbers.whole(number(values, "size")));
  }

  /** Returns the statements that took the most server time within the last hour. */
  private static List<List<String>> statements(JsonNode busiest) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode one : busiest.path("patterns")) {
      rows.add(
          List.of(
              one.path("statement").asText().strip().replaceAll("\\s+", " "),
              one.path("vdb").asText(),
              Numbers.percent(number(one, "sharePercent")),
              Numbers.whole(number(one, "calls")),
              Numbers.millis(number(one, "averageResponseMicros") / 1000),
              Numbers.millis(number(one, "p99ResponseMicros") / 1000),
              Numbers.millis(number(one, "averageMicros") / 1000),
              Numbers.whole(number(one, "errors"))));
    }
    return rows;
  }

  private static double number(JsonNode values, String field) {
    return values.path(field).asDouble(Double.NaN);
  }

  private static List<List<String>> servers(JsonNode clusters) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode cluster : clusters.path("clusters")) {
      for (String tier : List.of("writers", "others")) {
        for (JsonNode server : cluster.path(tier)) {
          rows.add(
              List.of(
                  server.path("address").asText(),
                  cluster.path("source").asText(),
                  server.path("role").asText(),
                  server.path("state").asText(),
                  server.path("zone").asText(),
                  server.path("lag").asText(),
                  Numbers.whole(number(server, "inUse")),
                  Numbers.whole(number(server, "open"))));
        }
      }
    }
    return rows;
  }
}
