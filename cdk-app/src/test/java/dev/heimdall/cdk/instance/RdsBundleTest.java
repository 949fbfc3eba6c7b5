package dev.heimdall.cdk.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
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
    builder.environment().put("RDS_AUTHORITIES", folder.resolve("authorities").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private Ended bundle() throws Exception {
    return run(SCRIPT.toString(), "aws", "rds/aws.pem", "bundle.pem");
  }

  /** A certificate of its own signature, at the end of the bundle. */
  private void certificate() throws Exception {
    Ended made =
        run(
            ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
                    + " -subj /CN=Root -keyout key.pem -out one.pem")
                .split(" "));
    assertThat(made.code()).as(made.output()).isZero();
    append(Files.readString(folder.resolve("one.pem")));
  }

  private void append(String text) throws IOException {
    Path file = folder.resolve("bundle.pem");
    Files.writeString(file, (Files.exists(file) ? Files.readString(file) : "") + text);
  }

  /** Lists the certificate that was made last as one that somebody has compared. */
  private String listed() throws Exception {
    Ended shown =
        run("openssl", "x509", "-in", "one.pem", "-noout", "-fingerprint", "-sha256", "-subject");
    String digest =
        shown.output().lines().findFirst().orElseThrow().replaceFirst(".*=", "").replace(":", "");
    String line = digest.toLowerCase(Locale.ROOT) + "  aws  Root\n";
    Files.writeString(
        folder.resolve("authorities"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return line;
  }

  @Test
  void authoritiesThatAreListedArePackedWithoutWhatHasExpired() throws Exception {
    certificate();
    listed();
    String valid = Files.readString(folder.resolve("one.pem"));
    try (InputStream expired =
        RdsBundleTest.class.getResourceAsStream("/certificates/rds-root-2019-expired.pem")) {
      append(new String(expired.readAllBytes(), StandardCharsets.UTF_8));
    }

    Ended ended = bundle();

    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(folder.resolve("rds/aws.pem")).hasContent(valid);
  }

  @Test
  void whatNobodyHasComparedIsLeftOutWithTheLineToAdd() throws Exception {
    certificate();
    String line = listed();
    Files.writeString(folder.resolve("authorities"), "");
    certificate();
    listed();
    String known = Files.readString(folder.resolve("one.pem"));

    Ended ended = bundle();

    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains(line);
    assertThat(folder.resolve("rds/aws.pem")).hasContent(known);
  }

  @Test
  void aBundleOfWhichNothingIsListedIsRejected() throws Exception {
    certificate();
    String line = listed();
    Files.writeString(folder.resolve("authorities"), line.replace("  aws  ", "  aws-cn  "));

    Ended ended = bundle();

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.output()).contains(line);
    assertThat(folder.resolve("rds/aws.pem")).doesNotExist();
  }

  @Test
  void aBundleThatWasCutOffIsRejected() throws Exception {
    certificate();
    listed();
    String first = Files.readString(folder.resolve("bundle.pem"));
    certificate();
    listed();
    Files.writeString(folder.resolve("bundle.pem"), first);

    Ended ended = bundle();

    assertThat(ended.code()).isEqualTo(5);
    assertThat(ended.output()).contains("lacks authorities");
    assertThat(folder.resolve("rds/aws.pem")).doesNotExist();
  }

  @Test
  void garbageIsRejected() throws Exception {
    certificate();
    listed();
    append("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");

    assertThat(bundle().output()).contains("holds something that is no certificate");
  }

  @Test
  void eachAuthorityThatIsListedIsListedOnce() throws Exception {
    List<String> lines = Files.readAllLines(Path.of("rds-authorities.sha256"));

    assertThat(lines)
        .hasSizeGreaterThan(100)
        .allMatch(line -> line.matches("[0-9a-f]{64}  aws  Amazon RDS [-a-zA-Z0-9 ]+"))
        .doesNotHaveDuplicates();
    assertThat(lines.stream().map(line -> line.substring(64))).doesNotHaveDuplicates();
  }
}
