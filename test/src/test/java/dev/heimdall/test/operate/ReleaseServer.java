package dev.heimdall.test.operate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where releases are published, and the metadata of the instance (IMDSv2), in the network of a
 * boot.
 */
final class ReleaseServer {
  static final String URL = "http://127.0.0.1:8000/releases";

  private static final String TOKEN = "AQAE-token";

  private ReleaseServer() {}

  /** The folder below which {@code releases} is, and the one with what is known of the instance. */
  public static void main(String[] arguments) throws IOException {
    Path files = Path.of(arguments[0]);
    HttpServer releases = HttpServer.create(new InetSocketAddress("127.0.0.1", 8000), 0);
    releases.createContext(
        "/",
        exchange ->
            answer(exchange, files.resolve(exchange.getRequestURI().getPath().substring(1))));
    releases.start();
    Path facts = Path.of(arguments[1]);
    HttpServer metadata = HttpServer.create(new InetSocketAddress("169.254.169.254", 80), 0);
    metadata.createContext("/latest/", exchange -> metadata(exchange, facts));
    metadata.start();
  }

  private static void metadata(HttpExchange exchange, Path facts) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("PUT") && path.equals("/latest/api/token")) {
      answer(exchange, 200, TOKEN.getBytes(StandardCharsets.UTF_8));
    } else if (!TOKEN.equals(exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token"))) {
      answer(exchange, 401, new byte[0]);
    } else {
      answer(exchange, facts.resolve(path.substring("/latest/".length())));
    }
  }

  private static void answer(HttpExchange exchange, Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      answer(exchange, 200, Files.readAllBytes(file));
    } else {
      answer(exchange, 404, new byte[0]);
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
