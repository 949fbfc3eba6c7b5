package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which documents of a directory are read, and what is said of those that are wrong. */
class ConfigurationReaderTest {
  @TempDir Path dir;

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void minimal() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
  }

  private List<String> problems() {
    return problems(dir);
  }

  private static List<String> problems(Path dir) {
    return Problems.of(() -> ConfigurationReader.read(dir));
  }

  @Test
  void hiddenFilesAndNotesAreIgnored() throws Exception {
    minimal();
    write(".git/config", "x");
    write("README.md", "x");
    write("vdbs/.shop.json.swp", "x");
    write("vdbs/notes.md", "x");

    assertThat(ConfigurationReader.read(dir).vdbs()).hasSize(1);
  }

  @Test
  void problemsOfAllDocumentsAreReportedAtOnceInOrder() throws Exception {
    write("node.json", "{\n  \"loops\": \"many\",\n  \"id\": 0\n}");
    write("sources/primary.json", "{\"url\": \"x\"}");
    write("vdbs/shop.json", "{\"ports\": [0], \"source\": \"primry\", \"pool\": {\"size\": 0}}");
    write("users/alice.json", "{\"password\": \"a\", \"vdbs\": [\"shopp\"]}");

    assertThat(problems())
        .containsExactly(
            "node.json:2:12 $.loops: got \"many\", expected an integer, without quotes, from 1 to"
                + " 1024, or 0 (one fewer than the processors, one at least)",
            "node.json:3:9 $.id: got 0, expected an integer from 1 to 4095",
            "sources/primary.json:1:9 $.url: got \"x\", expected"
                + " jdbc:postgresql://host[:port][/database],"
                + " jdbc:mysql://host[:port][/database], or"
                + " jdbc:sqlserver://host[:port][;databaseName=database]",
            "users/alice.json:1:28 $.vdbs[0]: got \"shopp\", expected the name of a document in"
                + " vdbs (shop); did you mean \"shop\"?",
            "vdbs/shop.json:1:26 $.source: got \"primry\", expected the name of a document in"
                + " sources (primary); did you mean \"primary\"?",
            "vdbs/shop.json:1:53 $.pool.size: got 0, expected an integer from 1 to 100000");
  }

  @Test
  void messageOfTheExceptionListsAllProblems() throws Exception {
    minimal();
    write("node.json", "{\"id\": 0}");
    assertThatThrownBy(() -> ConfigurationReader.read(dir))
        .hasMessage(
            "1 problem in the configuration:\n"
                + "  node.json:1:8 $.id: got 0, expected an integer from 1 to 4095");

    write("node.json", "{\"id\": 0, \"loops\": -1}");
    assertThatThrownBy(() -> ConfigurationReader.read(dir))
        .hasMessage(
            "2 problems in the configuration:\n"
                + "  node.json:1:8 $.id: got 0, expected an integer from 1 to 4095\n"
                + "  node.json:1:20 $.loops: got -1, expected an integer from 1 to 1024, or 0"
                + " (one fewer than the processors, one at least)");
  }

  @Test
  void documentThatIsNoJsonCausesNoOtherProblems() throws Exception {
    minimal();
    write("sources/primary.json", "{");
    write("tls/of-the-source.pem", "x");
    write("users/alice.json", "{\"password\": \"a\", \"vdbs\": [\"shop\"]}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json:1:2 $: got an end of the file inside an object, list or text,"
                + " expected valid JSON (RFC 8259)");
  }

  @Test
  void settingThatCannotBeReadCausesNoOtherProblems() throws Exception {
    minimal();
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": 1, \"credentials\": \"source\", \"tls\": {\"mode\":"
            + " \"require\", \"certificateFile\": \"nowhere\"}, \"auth\": [{\"type\": \"hostssl\","
            + " \"method\": \"certificate\"}], \"pool\": {\"size\": \"ten\", \"minIdle\": 50}}");

    assertThat(problems())
        .extracting(problem -> problem.replaceAll(": got.*|^[^$]*", ""))
        .containsExactly("$.source", "$.tls.certificateFile", "$.auth[0].method", "$.pool.size");
  }

  @Test
  void emptyDirectoryIsRefused() {
    assertThat(problems())
        .containsExactly(
            "vdbs $: got no document, expected at least one virtual database, vdbs/<name>.json");
  }

  @Test
  void missingDirectoryIsRefused() throws Exception {
    Path missing = dir.resolve("missing");
    assertThat(problems(missing))
        .containsExactly(missing + " $: got nothing, expected a configuration directory");

    Files.writeString(missing, "");
    assertThat(problems(missing))
        .containsExactly(
            missing + " $: got something that is no directory, expected a configuration directory");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws Exception {
    minimal();
    Files.write(dir.resolve("node.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});

    // Where exactly in the line is for the parser to say.
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("node.json:1:")
        .endsWith(" $: got bytes that are not UTF-8, expected valid JSON (RFC 8259)");
  }

  @Test
  void documentThatIsTooLargeIsNotRead() throws Exception {
    minimal();
    write("node.json", " ".repeat(1_048_577));

    assertThat(problems())
        .containsExactly("node.json $: got a file of 1048577 bytes, expected at most 1 MiB");
  }

  @ParameterizedTest
  @CsvSource({
    "trust, host, false",
    "password, hostssl, true",
    "cert, hostssl, true",
  })
  void userWithoutAPasswordMayExistWhereARuleLetsItIn(String method, String type, boolean tls)
      throws Exception {
    minimal();
    write("tls/server.pem", "certificate and key");
    String file = "\"tls/server.pem\"";
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", \"tls\": {\"certificateFile\": "
            + file
            + ", \"keyFile\": "
            + file
            + (tls ? ", \"clientCaFile\": " + file + ", \"clientCertificate\": \"optional\"" : "")
            + "}, \"auth\": [{\"type\": \""
            + type
            + "\", \"users\": [\"alice\"], \"method\": \""
            + method
            + "\"}, {\"method\": \"scram-sha-256\"}]}");
    write("users/alice.json", "{}");

    assertThat(ConfigurationReader.read(dir).users()).containsKey("alice");

    write("users/bob.json", "{}");
    assertThat(problems()).singleElement().asString().startsWith("users/bob.json $.password");
  }

  @Test
  void aUnixSocketBelongsToOneVirtualDatabase() throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    for (String vdb : List.of("v1", "v2")) {
      write(
          "vdbs/" + vdb + ".json",
          "{\"unixSocket\": \"/run/h.sock\", \"ports\": [0], \"source\": \"primary\"}");
    }
    assertThat(problems())
        .containsExactly(
            "vdbs/v2.json:1:16 $.unixSocket: got \"/run/h.sock\", expected a socket of its own:"
                + " vdbs/v1.json listens on it");
  }

  @Test
  void samePortOnDifferentAddressesIsNoCollision() throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    for (int i = 1; i <= 3; i++) {
      write(
          "vdbs/v" + i + ".json",
          "{\"address\": \"127.0.0."
              + (i + 1)
              + "\", \"ports\": [5059, 0], \"source\":"
              + " \"primary\"}");
    }
    assertThat(ConfigurationReader.read(dir).vdbs()).hasSize(3);

    write("vdbs/v4.json", "{\"address\": \"::\", \"ports\": [5059], \"source\": \"primary\"}");
    assertThat(problems())
        .containsExactly(
            "vdbs/v4.json:1:29 $.ports[0]: got 5059 on ::, expected a port of its own: the HTTP"
                + " endpoint, node.json listens on 5059 of 127.0.0.1");
  }

  @Test
  void examplesOfTheReferenceAreRight(@TempDir Path elsewhere) throws Exception {
    String reference = Files.readString(Path.of("..", "..", "docs", "configuration.md"));
    Matcher example = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(reference);
    for (String file : List.of("sources/primary.json", "vdbs/shop.json", "users/alice.json")) {
      assertThat(example.find()).isTrue();
      write(file, example.group(1));
    }

    assertThat(ConfigurationReader.read(dir).users()).hasSize(1);

    assertThat(example.find()).isTrue();
    write("node.json", example.group(1));
    assertThat(example.find()).isTrue();
    Path facts = Files.writeString(elsewhere.resolve("region.json"), example.group(1));
    NodeSettings node = ConfigurationReader.read(dir, RegionFacts.read(facts)).node();
    assertThat(node.peerNetworks()).hasSize(2);
    assertThat(example.find()).isFalse();
  }
}
