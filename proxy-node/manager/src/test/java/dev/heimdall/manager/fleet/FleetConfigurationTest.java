package dev.heimdall.manager.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Secret;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.NamedSecrets;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys that nodes sign with, where Secrets Manager keeps them. */
class FleetConfigurationTest {
  private static final String ARN =
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fleet-AbCdEf";
  private static final String KEY = "a-key-of-the-fleet-that-nobody-can-guess";
  private static final byte[] BODY = {1, 2, 3};

  @TempDir private Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void lendCredentials() {
    System.setProperty("aws.accessKeyId", "testing");
    System.setProperty("aws.secretAccessKey", "testing");
  }

  @AfterEach
  void close() throws Exception {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  /** Secrets Manager with one secret. */
  private NamedSecrets holding(String text) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer =
        JsonNodeFactory.instance
            .objectNode()
            .put("SecretString", text)
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    NamedSecrets secrets =
        NamedSecrets.beside(
            StoreLocation.of(
                "secret:any?region=eu-west-1&endpoint=http://127.0.0.1:"
                    + server.getAddress().getPort()));
    open.add(secrets);
    open.add(() -> server.stop(0));
    return secrets;
  }

  private List<String> signed(String fleetKey, NamedSecrets secrets) throws Exception {
    Editor editor = new Editor(DocumentStore.open(StoreLocation.of(directory.toString())));
    open.add(editor);
    editor.commit(
        List.of(
            create("node.json", "{\"fleetKey\": " + fleetKey + "}"),
            create("sources/app.json", "{\"url\": \"jdbc:postgresql://db\"}"),
            create("vdbs/app.json", "{\"ports\": [5432], \"source\": \"app\"}")),
        new Author("admin", "127.0.0.1"));
    return signatures(
        new FleetConfiguration(
                editor, secrets, RegionFacts.none(), Optional.empty(), System::nanoTime)
            .signatures());
  }

  private static List<String> signatures(List<ReportSignature> keys) {
    return keys.stream().map(key -> key.ofReport("/", "1", "n", BODY)).toList();
  }

  private static Change create(String name, String content) {
    return Change.create(name, Content.of(content));
  }

  @Test
  void aKeyThatIsNamedIsThatOfTheSecret() throws Exception {
    NamedSecrets secrets = holding("{\"key\": \"" + KEY + "\"}");

    assertThat(signed("{\"secret\": \"" + ARN + "\", \"key\": \"key\"}", secrets))
        .isNotEmpty()
        .isEqualTo(signatures(ReportSignature.all(new Secret(KEY))));
  }

  @Test
  void aSecretThatHoldsAnotherThingIsNoKey() throws Exception {
    NamedSecrets secrets = holding("{\"another\": \"" + KEY + "\"}");

    assertThat(signed("{\"secret\": \"" + ARN + "\", \"key\": \"key\"}", secrets)).isEmpty();
  }
}
