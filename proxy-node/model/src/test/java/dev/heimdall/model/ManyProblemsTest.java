package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Documents that are as large and as wrong as they can be. What is reported stays small, and what
 * is looked at grows with the document: with its square, one of these would take hours.
 */
@Timeout(60)
@Tag("ci")
class ManyProblemsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;

  @BeforeEach
  void minimal() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private ConfigurationException refused() {
    return catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(dir));
  }

  private static String many(int count, String each) {
    return IntStream.range(0, count)
        .mapToObj(i -> each.replace("%d", Integer.toString(i)))
        .collect(Collectors.joining(","));
  }

  private void assertBounded(ConfigurationException refused, int problems) {
    assertThat(refused.problems()).hasSize(101);
    assertThat(Problem.count(refused.problems())).isEqualTo(problems);
    assertThat(refused.problems().get(100).toString())
        .isEqualTo("and " + (problems - 100) + " more problems");
    assertThat(refused.getMessage())
        .startsWith(problems + " problems in the configuration:")
        .hasSizeLessThan(200_000);
  }

  @Test
  void problemsBeyondTheFirstHundredAreCounted() throws Exception {
    write("node.json", "{" + many(70_000, "\"k%d\":0") + "}");

    ConfigurationException refused = refused();

    assertBounded(refused, 70_000);
    assertThat(refused.problems().get(0).toString())
        .startsWith("node.json:1:2 $.k0: got the unknown key \"k0\"");
  }

  @Test
  void oneMoreThanAHundredIsOneMoreProblem() throws Exception {
    write("node.json", "{" + many(101, "\"k%d\":0") + "}");

    assertThat(refused().problems().get(100).toString()).isEqualTo("and 1 more problem");
  }

  @Test
  void keysThatComeAgainAreCounted() throws Exception {
    write("node.json", "{" + many(100_000, "\"id\":1") + "}");

    assertBounded(refused(), 99_999);
  }

  @Test
  void entriesOfAListAreComparedWithoutLookingAtAll() throws Exception {
    write("users/alice.json", "{\"password\":\"x\",\"vdbs\":[" + many(90_000, "\"v%d\"") + "]}");

    assertBounded(refused(), 90_000);
  }

  @Test
  void wrongEntriesOfAListAreLookedAtOnce() throws Exception {
    write("vdbs/shop.json", "{\"source\":\"primary\",\"ports\":[" + many(120_000, "-1") + "]}");

    assertBounded(refused(), 120_000);
  }

  @Test
  void portsAreComparedWithThoseOfTheSameNumberOnly() throws Exception {
    for (String vdb : List.of("a", "b", "c")) {
      String ports =
          IntStream.rangeClosed(1024, 65535)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(","));
      write("vdbs/" + vdb + ".json", "{\"source\":\"primary\",\"ports\":[" + ports + "]}");
    }

    assertThat(Problem.count(refused().problems())).isGreaterThan(2 * 64_000);
  }

  @Test
  void keysAreCutWhereverItIsNamed() throws Exception {
    String key = "k".repeat(20_000);
    write("node.json", "{\"" + key + "\":{" + many(40_000, "\"%d\":0,\"%d\":1") + "}}");

    ConfigurationException refused = refused();

    assertThat(refused.problems()).hasSize(101);
    assertThat(refused.getMessage()).hasSizeLessThan(200_000);
  }

  @Test
  void namesInTemplatesAreLookedUpInTheRegularExpressionOnce() throws Exception {
    String regex = "(a{900}){9}";
    write(
        "rules/a.json",
        "{\"rules\":[{\"match\":\""
            + regex
            + "\",\"action\":\"transform\",\"parameters\":{\"target\":\""
            + "${9}".repeat(200_000)
            + "\"}}]}");

    assertThat(refused().problems()).hasSize(101);
  }

  @Test
  void listsThatCallOneAnotherEndlesslyAreRefused() throws Exception {
    int lists = 5000;
    for (int i = 0; i < lists; i++) {
      write(
          "rules/l%05d.json".formatted(i),
          "{\"rules\":[{\"match\":\"\",\"action\":\"call\",\"parameters\":{\"rule\":\"l%05d\"}}]}"
              .formatted((i + 1) % lists));
    }

    assertThat(refused().problems())
        .allMatch(
            problem ->
                problem.toString().contains("at most 100 deep")
                    || problem.toString().startsWith("and "));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aLongTextEndsNoFormat(Format format) {
    for (String part :
        List.of("a", "a.b,", "a.b.c ", "1.", "\"a\".b,", "`", ".", "@a.", " ", ",")) {
      format.accepts(part.repeat(MIB / part.length()));
    }
  }
}
