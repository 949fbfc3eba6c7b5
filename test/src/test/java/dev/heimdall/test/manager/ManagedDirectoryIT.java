package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The configuration in a directory. */
class ManagedDirectoryIT extends ManagerContract {
  private Path configuration() {
    return directory.resolve("configuration");
  }

  @Override
  String place() {
    return configuration().toString();
  }

  @Override
  void empty() throws IOException {
    if (!Files.exists(configuration())) {
      return;
    }
    try (Stream<Path> all = Files.walk(configuration())) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void whatIsWrittenIsAFileAndWhatPeopleWriteIsSeen() throws Exception {
    String etag = begin();
    Path file = configuration().resolve("vdbs/shop.json");
    assertThat(file).hasContent(VDB);

    Files.writeString(file, "{\"ports\": [5055], \"source\": \"db\"}");

    assertThat(rest.put("vdbs/shop.json", VDB, Optional.of(etag)).status()).isEqualTo(412);
    assertThat(rest.document("vdbs/shop.json").body()).contains("5055");
  }

  @Test
  void certificatesAreDocumentsThatAreNoJson() throws Exception {
    begin();
    byte[] bytes =
        "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n"
            .getBytes(StandardCharsets.US_ASCII);
    Said alone =
        rest.send(
            rest.request("/api/v1/documents/tls/ca.pem")
                .header("Content-Type", "application/octet-stream")
                .header("If-None-Match", "*")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    assertThat(alone.status()).as("nobody names it").isEqualTo(422);
    ObjectNode both =
        (ObjectNode)
            Rest.JSON.readTree(
                new Changes()
                    .write(
                        "sources/db.json",
                        SOURCE.replace(
                            "\"user\"",
                            "\"tls\": {\"mode\": \"verify-full\", \"caFile\": \"tls/ca.pem\"},"
                                + " \"user\""),
                        rest.document("sources/db.json").etag())
                    .toString());
    ObjectNode file = both.withArray("changes").addObject().put("document", "tls/ca.pem");
    file.putNull("over").put("base64", Base64.getEncoder().encodeToString(bytes));

    Said written = rest.post("/api/v1/commit", both);

    assertThat(written.status()).as(written.toString()).isEqualTo(200);
    assertThat(configuration().resolve("tls/ca.pem")).hasBinaryContent(bytes);
    assertThat(rest.document("tls/ca.pem").response().headers().firstValue("Content-Type"))
        .contains("application/octet-stream");
  }

  @Test
  void aConfigurationThatIsWrongCanBeRepaired() throws Exception {
    begin();
    Files.writeString(
        configuration().resolve("vdbs/shop.json"), "{\"ports\": [], \"source\": \"d\"}");

    Said read = rest.document("vdbs/shop.json");
    assertThat(rest.put("users/a.json", "{\"password\": \"a\"}", Optional.empty()).status())
        .isEqualTo(422);
    assertThat(rest.put("vdbs/shop.json", VDB, Optional.of(read.etag())).status()).isEqualTo(200);
  }
}
