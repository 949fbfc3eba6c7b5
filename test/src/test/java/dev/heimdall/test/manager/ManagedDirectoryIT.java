package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.fixture.TestCertificate;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The configuration in a directory. */
@Tag("long")
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
    byte[] bytes = TestCertificate.localhost().certificate().getBytes(StandardCharsets.US_ASCII);
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

  private Said withTls(String certificate, String key) throws Exception {
    String tls =
        VDB.replace(
            "\"source\"",
            "\"tls\": {\"mode\": \"require\", \"certificateFile\": \"tls/node.crt\","
                + " \"keyFile\": \"tls/node.key\"}, \"source\"");
    return rest.post(
        "/api/v1/commit",
        new Changes()
            .write("vdbs/shop.json", tls, rest.document("vdbs/shop.json").etag())
            .write("tls/node.crt", certificate, null)
            .write("tls/node.key", key, null));
  }

  @Test
  void aCertificateIsOneThatANodeCanUse() throws Exception {
    begin();
    TestCertificate certificate = TestCertificate.localhost();
    TestCertificate another = TestCertificate.create("another", "EC");

    Said garbage = withTls("garbage", certificate.key());
    assertThat(garbage.status()).as(garbage.toString()).isEqualTo(422);
    assertThat(garbage.body())
        .contains("vdbs/shop.json", "tls.certificateFile", "tls/node.crt")
        .doesNotContain("/heimdall-");
    Said noKey = withTls(certificate.certificate(), "garbage");
    assertThat(noKey.status()).isEqualTo(422);
    assertThat(noKey.body()).contains("tls.keyFile: there is no private key in PEM");
    Said anothersKey = withTls(certificate.certificate(), another.key());
    assertThat(anothersKey.status()).isEqualTo(422);
    assertThat(anothersKey.body()).contains("does not belong to the first certificate");
    TestCertificate old = TestCertificate.expired();
    Said expired = withTls(old.certificate(), old.key());
    assertThat(expired.status()).isEqualTo(422);
    assertThat(expired.body()).contains("tls/node.crt", "a certificate that is valid from");
    assertThat(configuration().resolve("tls/node.crt")).doesNotExist();

    Said right = withTls(certificate.certificate(), certificate.key());
    assertThat(right.status()).as(right.toString()).isEqualTo(200);
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
