package dev.heimdall.cdk.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cdk-app/rds-bundle}, with authorities made here by openssl. */
class RdsBundleTest {
  private static final Path SCRIPT = Path.of("rds-bundle").toAbsolutePath();

  @TempDir private Path folder;

  private record Ended(int code, String output) {}

  private Ended run(String... command) throws Exception {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("RDS_BUNDLE_DIGESTS", folder.resolve("digests").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private Ended bundle() throws Exception {
    return run(SCRIPT.toString(), "aws", "rds/aws.pem", "bundle.pem");
  }

  /** A certificate of its own signature, at the end of the bundle. */
  private void certificate(String organisation, String... more) throws Exception {
    String[] fixed = {
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "key.pem",
      "-out",
      "one.pem",
      "-subj",
      "/O=" + organisation + "/CN=Root"
    };
    String[] command = new String[fixed.length + more.length];
    System.arraycopy(fixed, 0, command, 0, fixed.length);
    System.arraycopy(more, 0, command, fixed.length, more.length);
    Ended made = run(command);
    assertThat(made.code()).as(made.output()).isZero();
    append(Files.readString(folder.resolve("one.pem")));
  }

  private void append(String text) throws IOException {
    Path file = folder.resolve("bundle.pem");
    Files.writeString(file, (Files.exists(file) ? Files.readString(file) : "") + text);
  }

  private void publish() throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(Files.readAllBytes(folder.resolve("bundle.pem")));
    Files.writeString(folder.resolve("digests"), HexFormat.of().formatHex(digest) + "  aws\n");
  }

  @Test
  void aBundleWhoseDigestIsKnownIsPackedWithoutWhatHasExpired() throws Exception {
    certificate("Amazon Web Services, Inc.");
    String valid = Files.readString(folder.resolve("one.pem"));
    try (InputStream expired =
        RdsBundleTest.class.getResourceAsStream("/certificates/rds-root-2019-expired.pem")) {
      append(new String(expired.readAllBytes(), StandardCharsets.UTF_8));
    }
    publish();

    Ended ended = bundle();

    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(folder.resolve("rds/aws.pem")).hasContent(valid);
  }

  @Test
  void aBundleThatNobodyHasComparedIsRejectedWithTheLineToAdd() throws Exception {
    certificate("Amazon");
    publish();
    String line = Files.readString(folder.resolve("digests"));
    Files.writeString(folder.resolve("digests"), "0".repeat(64) + "  aws\n");

    Ended ended = bundle();

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.output()).contains(line);
    assertThat(folder.resolve("rds/aws.pem")).doesNotExist();
  }

  @Test
  void whatIsNotAnAuthorityOfAmazonIsRejected() throws Exception {
    certificate("Amazon");
    certificate("Mallory");
    publish();

    assertThat(bundle().output()).contains("holds a certificate that is not Amazon's");
    assertThat(folder.resolve("rds/aws.pem")).doesNotExist();
  }

  @Test
  void aCertificateThatSignsNothingIsRejected() throws Exception {
    certificate("Amazon", "-addext", "basicConstraints=critical,CA:FALSE");
    publish();

    assertThat(bundle().output()).contains("holds a certificate that is no authority");
  }

  @Test
  void garbageIsRejected() throws Exception {
    append("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
    publish();

    assertThat(bundle().output()).contains("holds something that is no certificate");
  }
}
