package dev.heimdall.launcher.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopTest {
  private static final String METRICS =
      """
      # HELP heimdall_build_info Always 1
      heimdall_build_info{version="1.2.3"} 1.0
      heimdall_ready 1.0
      heimdall_draining 0.0
      process_uptime_seconds %1$d
      process_cpu_usage 0.25
      jvm_memory_used_bytes{area="heap",id="a"} 1048576.0
      jvm_memory_used_bytes{area="heap",id="b"} 1048576.0
      jvm_memory_used_bytes{area="nonheap",id="c"} 9.0E7
      heimdall_direct_memory_used_bytes 2048.0
      heimdall_queries_total{database="d",user="u",vdb="shop"} %2$d
      heimdall_queries_total{database="d",user="v",vdb="shop"} 0.0
      heimdall_queries_total{database="d",user="u",vdb="other"} 5.0
      heimdall_responses_total{database="d",user="u",vdb="shop"} %2$d
      heimdall_response_time_seconds_total{database="d",user="u",vdb="shop"} %3$f
      heimdall_query_time_seconds_total{database="d",user="u",vdb="shop"} %6$f
      heimdall_query_cache_hits_total{vdb="shop"} 100
      heimdall_reads_total{vdb="shop"} %4$d
      heimdall_writes_total{vdb="shop"} %5$d
      heimdall_response_duration_seconds_bucket{vdb="shop",le="0.001"} %4$d
      heimdall_response_duration_seconds_bucket{vdb="shop",le="0.002"} %2$d
      heimdall_response_duration_seconds_bucket{vdb="shop",le="+Inf"} %2$d
      heimdall_pool_clients{vdb="shop",state="active"} 3
      heimdall_pool_clients{vdb="shop",state="waiting"} 2
      heimdall_pool_clients{vdb="shop",state="pinned"} 3
      heimdall_pool_servers{vdb="shop",state="active"} 4
      heimdall_pool_servers{vdb="shop",state="idle"} 6
      heimdall_pool_size{vdb="shop"} 20
      heimdall_cluster_node_up{source="main",node="b:1",role="replica"} 1
      heimdall_cluster_node_up{source="main",node="a:1",role="writer"} 1
      heimdall_cluster_node_lag_seconds{source="main",node="b:1",role="replica"} 0.25
      heimdall_cluster_pool_servers{vdb="shop",server="b:1",state="active"} 1
      heimdall_cluster_pool_servers{vdb="shop",server="b:1",state="idle"} 1
      """;

  private final Map<String, String> answers = new HashMap<>();
  private String asked = "";
  private int status = 200;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] body =
              answers
                  .getOrDefault(exchange.getRequestURI().toString(), "")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private Http http(Optional<String> authorization) {
    return new Http(url(), authorization);
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void counts(int up, int queries, double seconds, int reads, int writes) {
    answers.put("/metrics", METRICS.formatted(up, queries, seconds, reads, writes, seconds / 5));
  }

  private static List<String> line(Screen screen, String name) {
    return screen.lines().stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> List.of(line.split(" {2,}")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNodesRatesAreDifferencesOfItsMetrics() throws Exception {
    NodeSource node = new NodeSource(http(Optional.empty()), "here", Optional.empty());
    counts(100, 1000, 1, 500, 500);
    assertThat(line(node.look(), "shop").subList(1, 6)).containsOnly("-");
    counts(102, 1200, 1.5, 650, 550);
    Screen screen = node.look();
    assertThat(screen.head().get(0)).contains("here", "1.2.3", "up 1m 42s", "ready");
    assertThat(screen.head().get(1)).contains("processor 25%", "heap 2.0 MiB", "2 KiB");
    List<String> shop = line(screen, "shop");
    assertThat(shop.get(1)).isNotEqualTo("-");
    assertThat(shop.get(2)).isEqualTo("2.50");
    assertThat(shop.get(3)).isEqualTo("1.96");
    assertThat(shop.get(4)).isEqualTo("0.50");
    assertThat(shop.get(5)).isEqualTo("75%");
    assertThat(shop.subList(9, 14)).containsExactly("5", "2", "4", "10", "20");
    assertThat(line(screen, "other").get(1)).isEqualTo("0");
    assertThat(line(screen, "all").subList(9, 14)).containsExactly("5", "2", "4", "10", "20");
    assertThat(line(screen, "b:1"))
        .containsExactly("b:1", "main", "replica", "up", "250.0 ms", "1", "2", "0");
  }

  @Test
  void aNodeThatWasStartedAnewHasNoRatesUntilTheNextLook() throws Exception {
    NodeSource node = new NodeSource(http(Optional.empty()), "here", Optional.empty());
    counts(100, 1000, 1, 500, 500);
    node.look();
    counts(1, 10, 1, 5, 5);
    assertThat(line(node.look(), "shop").get(1)).isEqualTo("-");
    counts(3, 20, 1, 5, 5);
    assertThat(line(node.look(), "shop").get(1)).isNotEqualTo("-");
  }

  @Test
  void aManagersFiguresAreShownAsTheyAre() throws Exception {
    answers.put(
        "/api/v1/figures?range=5m",
        """
        {"newest": {"queries": 12.34, "average": 1.5, "server": 0.25, "cpu": 0.5, "p99": null},
         "vdbs": [{"name": "shop", "reports": true, "queries": 1200.4, "clients": 7}],
         "nodes": [{"name": "one", "reports": true, "queries": 3}, {"name": "two", "reports": false}]}
        """);
    answers.put(
        "/api/v1/clusters",
        """
        {"clusters": [{"source": "main", "writers": [{"address": "a:1", "role": "writer",
          "state": "up", "zone": "z", "lag": "", "inUse": 1, "open": 2}], "others": []}]}
        """);
    answers.put(
        "/api/v1/patterns?window=hour&limit=5",
        """
        {"patterns": [{"statement": "select name from goods\\n  where maker = ? and price < ?",
          "vdb": "shop", "sharePercent": 61.5, "calls": 1200, "averageMicros": 2500,
          "averageResponseMicros": 4500, "p99ResponseMicros": 9000, "errors": 3}]}
        """);
    Screen screen =
        new ManagerSource(http(Optional.of(Http.basic("admin", "secret"))), "there").look();
    assertThat(asked).isEqualTo(Http.basic("admin", "secret"));
    assertThat(screen.head().get(0)).contains("there", "2 nodes, 1 not reporting");
    assertThat(line(screen, "all").subList(1, 5)).containsExactly("12", "1.50", "-", "0.25");
    assertThat(line(screen, "shop").get(1)).isEqualTo("1,200");
    assertThat(line(screen, "two").get(1)).isEqualTo("-");
    assertThat(line(screen, "a:1")).startsWith("a:1", "main", "writer", "up", "z");
    assertThat(line(screen, "select name from goods where maker = ? and price < ?").subList(1, 8))
        .containsExactly("shop", "62%", "1,200", "4.50", "9.00", "2.50", "3");
  }

  @Test
  void whatDoesNotAnswerRightIsSaidInWords() {
    answers.put("/metrics", "something_else 1\n");
    assertThatThrownBy(
            () -> new NodeSource(http(Optional.empty()), "here", Optional.empty()).look())
        .hasMessage("here is not the HTTP endpoint of a node");
    status = 401;
    assertThatThrownBy(() -> new ManagerSource(http(Optional.empty()), "there").look())
        .hasMessageEndingWith("refuses the user or the password");
    server.stop(0);
    assertThatThrownBy(
            () -> new NodeSource(http(Optional.empty()), "here", Optional.empty()).look())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is it running?");
  }

  @Test
  void aScreenFitsTheTerminalAndNamesAreHarmless() {
    List<List<String>> rows =
        List.of(
            List.of("one", "1"),
            List.of("two", "2"),
            List.of("three", "3"),
            List.of("a\u001b[2J", "4"));
    Screen screen = new Screen(List.of("head"), List.of(new Grid(List.of("NAME", "N"), rows)));
    assertThat(screen.lines())
        .containsExactly("head", "", "NAME   N", "one    1", "two    2", "three  3", "a?[2J  4");
    assertThat(screen.lines(6, 5)).containsExactly("head", "", "NAME  ", "one   ", "  and ");
    String drawn = Terminal.drawn(screen, 20, 10);
    assertThat(drawn)
        .startsWith("\u001b[H")
        .contains("\u001b[7mNAME   N\u001b[m")
        .endsWith("\u001b[J");
  }
}
