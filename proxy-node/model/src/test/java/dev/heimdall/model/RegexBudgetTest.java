package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.model.LearnedRules.Learnt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What all regular expressions of a configuration may take. */
class RegexBudgetTest {
  @TempDir private Path dir;

  @BeforeEach
  void writeTheRest() throws IOException {
    FullConfiguration.write(dir, "sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    FullConfiguration.write(
        dir, "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\", \"rules\": [\"a\"]}");
    rules("b", 1, i -> "x");
  }

  private void rules(String list, int count, IntFunction<String> match) throws IOException {
    rules(list, count, match, "");
  }

  private void rules(String list, int count, IntFunction<String> match, String parameters)
      throws IOException {
    FullConfiguration.write(
        dir,
        "rules/" + list + ".json",
        IntStream.range(0, count)
            .mapToObj(
                i -> "{\"match\": \"" + match.apply(i) + "\", \"action\": \"tag\"" + parameters)
            .collect(Collectors.joining("},\n", "{\"rules\": [", "}]}")));
  }

  /** How many of them there can be. */
  private static int fitting(IntFunction<String> match) {
    long states = 0;
    int count = 0;
    while ((states += RegexSize.of(match.apply(count))) <= RegexBudget.MOST) {
      count++;
    }
    return count;
  }

  private List<Problem> problems() {
    ConfigurationException e =
        catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(dir));
    return e.problems();
  }

  @Test
  void manyLargeOnesAreTooMuchTogether() throws Exception {
    rules("a", 100, i -> "(?:a{1000}){8}" + i);
    rules("b", 100, i -> "(?:b{1000}){8}" + i);

    Problem first = problems().get(0);

    assertThat(first.file()).isEqualTo("rules/b.json");
    assertThat(first.path())
        .isEqualTo("$.rules[" + (fitting(i -> "(?:a{1000}){8}" + i % 100) - 100) + "].match");
    assertThat(first.expected())
        .startsWith("fewer or smaller regular expressions: with this one, which has about 9")
        .endsWith(", and 1000000 are allowed for all of them together");
  }

  @Test
  void entriesOfListsAndFiltersOfServersCount() throws Exception {
    rules("a", 60, i -> "users:(?:a{1000}){8}" + i + ",(?:b{1000}){8}" + i);
    assertThat(problems())
        .first()
        .extracting(Problem::path)
        .isEqualTo("$.rules[" + fitting(i -> "(?:a{1000}){8}" + i / 2) / 2 + "].match");

    rules("a", 1, i -> "x");
    String filters =
        IntStream.range(0, 120)
            .mapToObj(
                i ->
                    "{\"match\": \"x\", \"action\": \"tag\", \"parameters\": {\"serverfilter\":"
                        + " \"(?:a{1000}){8}"
                        + i
                        + "\"}")
            .collect(Collectors.joining("},\n", "{\"rules\": [", "}]}"));
    FullConfiguration.write(dir, "rules/b.json", filters);
    assertThat(problems())
        .first()
        .extracting(Problem::path)
        .isEqualTo("$.rules[" + fitting(i -> "(?:a{1000}){8}" + i) + "].parameters.serverfilter");
  }

  /** Also in time: each is compiled once. */
  @Test
  @Timeout(60)
  void theSameManyTimesIsOne() throws Exception {
    rules(
        "a",
        4_000,
        i -> "(?:(a)\\\\pL{500}){9}",
        ", \"parameters\": {\"capture\": true, \"ratelimitname\": \"${1}\", \"ratelimit\": 1}");

    assertThat(ConfigurationReader.read(dir).rules().get("a").rules()).hasSize(4_000);
  }

  /** Each takes as much memory as dozens of states. */
  @Test
  void classesOfUnicodeCount() throws Exception {
    rules("a", 150, i -> "\\\\pL\\\\PN[^\\\\p{Greek}][a-ü]".repeat(35) + i);

    assertThat(problems()).isNotEmpty().first().extracting(Problem::file).isEqualTo("rules/a.json");
  }

  @Test
  void learntOnesLeaveRoomForThoseThatPeopleWrite() throws Exception {
    rules("a", 50, i -> "(?:a{1000}){8}" + i);
    String words = "(?i:w)\\s+".repeat(300);
    List<Learnt> learnt =
        IntStream.range(0, 300)
            .mapToObj(i -> new Learnt("^" + words + i, RuleAction.ALLOW, "w"))
            .toList();

    int added = LearnedRules.add(dir, "a", learnt);

    assertThat(added).isBetween(150, 299);
    assertThat(LearnedRules.add(dir, "a", learnt)).isZero();
    assertThat(ConfigurationReader.read(dir).rules().get("a").rules()).hasSize(50 + added);
  }
}
