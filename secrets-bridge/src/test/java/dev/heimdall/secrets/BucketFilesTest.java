package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Files in a bucket behind a line that is slow. */
class BucketFilesTest {
  /** Half a second each: longer than documents are waited for. */
  private static final int PARTS = 24;

  @TempDir private Path directory;

  @Test
  void aFileIsReadThatTakesLongerThanDocumentsMay() throws Exception {
    assertThat(AwsCalls.PATIENCE.attempt().toMillis()).isLessThan(PARTS * 500L);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", BucketFilesTest::answer);
    server.start();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (BucketFiles files =
        BucketFiles.open(
            new StoreLocation.Bucket(
                "own",
                "figures",
                new StoreLocation.Place(Optional.of("eu-west-1"), Optional.of(endpoint))),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))) {
      Path into = directory.resolve("file");
      assertThat(files.get("one", into)).isTrue();
      assertThat(into).hasSize(PARTS);
    } finally {
      server.stop(0);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, PARTS);
    try (OutputStream body = exchange.getResponseBody()) {
      for (int i = 0; i < PARTS; i++) {
        TimeUnit.MILLISECONDS.sleep(500);
        body.write('a');
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
