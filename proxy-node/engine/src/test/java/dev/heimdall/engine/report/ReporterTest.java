package dev.heimdall.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.model.Secret;
import dev.heimdall.model.report.ReportSignature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReporterTest {
  private static final Secret KEY = new Secret("k".repeat(40));

  private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
  private HttpServer manager;
  private Reporter reporter;

  @BeforeEach
  void start() throws IOException {
    manager = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    manager.createContext("/", this::answer);
    manager.start();
    reporter =
        new Reporter(
            Sender.of("one", 1, "1"),
            List.of(),
            new RequestedViews(),
            (kind, parameters) -> CompletableFuture.completedFuture(""));
    reporter.report(
        new Managers(
            List.of(URI.create("http://127.0.0.1:" + manager.getAddress().getPort())),
            1,
            KEY,
            Duration.ofMinutes(5),
            Optional.empty(),
            Optional.empty()));
  }

  @AfterEach
  void stop() {
    reporter.close();
    manager.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    reports.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    byte[] body = "{\"manager\": \"m\"}".getBytes(StandardCharsets.UTF_8);
    String nonce = exchange.getRequestHeaders().getFirst(ReportSignature.NONCE);
    exchange
        .getResponseHeaders()
        .putAll(
            Map.of(
                ReportSignature.SIGNATURE,
                List.of(ReportSignature.all(KEY).get(0).ofAnswer(200, nonce, body))));
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private String next() throws InterruptedException {
    return reports.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void whatHappensIsReportedSoonAndNotWithTheNextReportOnly() throws Exception {
    assertThat(next()).as("the first").isNotNull();
    reporter.hurry();
    reporter.hurry();
    assertThat(next()).as("long before five minutes have passed").isNotNull();
    reporter.hurry();
    assertThat(next()).isNotNull();
  }
}
