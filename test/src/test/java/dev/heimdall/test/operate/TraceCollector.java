package dev.heimdall.test.operate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A collector of traces that speaks OTLP over HTTP, and keeps what it is sent. */
final class TraceCollector implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<ExportTraceServiceRequest> requests = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch door = new CountDownLatch(0);

  TraceCollector() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    server.createContext("/v1/traces", this::take);
    server.setExecutor(threads);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream body = exchange.getRequestBody();
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(zipped ? new GZIPInputStream(body) : body);
      door.await();
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      requests.add(request);
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** It takes requests, and does not answer them until this is opened. */
  CountDownLatch shut() {
    door = new CountDownLatch(1);
    return door;
  }

  /** Everything that it was sent, as text. */
  String all() {
    return requests.toString();
  }

  List<String> authorizations() {
    return authorizations;
  }

  List<Span> spans() {
    return requests.stream()
        .flatMap(request -> request.getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** Those of statements with this text. */
  List<Span> spans(String pattern) {
    return spans().stream()
        .filter(span -> pattern.equalsIgnoreCase(attributes(span).get("db.query.text")))
        .toList();
  }

  static Map<String, String> attributes(Span span) {
    Map<String, String> attributes = new TreeMap<>();
    for (KeyValue each : span.getAttributesList()) {
      attributes.put(each.getKey(), text(each.getValue()));
    }
    return attributes;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(TraceCollector::text).toList() + "";
      default -> value.toString();
    };
  }

  static String hex(com.google.protobuf.ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Override
  public void close() {
    door.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
