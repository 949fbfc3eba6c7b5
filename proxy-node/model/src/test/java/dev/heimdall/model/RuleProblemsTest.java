package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Wrong rules and exactly what is said of them. */
class RuleProblemsTest {
  private static final String GENERAL = String.join(", ", Shape.of(GeneralParameters.class).keys());

  @TempDir Path dir;

  /** One rule of the list {@code main}, and what is said of it. */
  record Case(String rule, List<String> problems) {
    @Override
    public String toString() {
      return rule;
    }

    /** The same with an expression at its beginning. */
    Case matching(String expression) {
      return new Case("{\"match\": \"" + expression + "\", " + rule.substring(1), problems);
    }
  }

  private static Case rule(String rule, String... problems) {
    return new Case(rule, List.of(problems));
  }

  private static Case match(String expression, String problem) {
    return rule(
        "{\"match\": \"" + expression + "\", \"action\": \"tag\"}",
        "rules/main.json:1:22 $.rules[0].match: got " + problem);
  }

  private static Case parameter(String action, String parameters, String... problems) {
    return rule("{\"action\": \"" + action + "\", \"parameters\": {" + parameters + "}}", problems);
  }

  static final List<Case> EXPRESSIONS =
      List.of(
          match("a(b", "\"a(b\", expected a regular expression as RE2 has it (missing closing ))"),
          match(
              "ab**c",
              "\"ab**c\", expected a regular expression as RE2 has it (invalid nested repetition operator \"**\", character 3)"),
          match(
              "(?<=a)b",
              "\"(?<=a)b\", expected a regular expression as RE2 has it (invalid named capture)"),
          match(
              "((a{100}){100}){100}",
              "\"((a{100}){100}){100}\", expected a smaller regular expression: with its counts this one has about 1050905 states, and 10000 are allowed"),
          match(
              "(".repeat(101) + "a" + ")".repeat(101),
              "\""
                  + "(".repeat(80)
                  + "…\", expected a regular expression whose brackets nest 100 deep at most"),
          match(
              "([])[:alpha:])]".repeat(101) + "a" + ")".repeat(101),
              "\""
                  + "([])[:alpha:])]".repeat(6).substring(0, 80)
                  + "…\", expected a regular expression whose brackets nest 100 deep at most"),
          match(
              "table:shop.orders",
              "\"table:shop.orders\", expected one of the specifiers literals, tables, tablesall, tablesonly, tablesexactly, understood, users, ldapgroups, catalog, catalogprefix, appname, ports, ips before the colon, or (?:) in front of a regular expression that begins like one; did you mean \"tables:shop.orders\"?"),
          match(
              "tables:shop.\\\"Order Items",
              "\"tables:shop.\\\"Order Items\", expected a table as \"catalog.table\" or \"catalog.schema.table\", with quotes (\" or `) around a part with blanks, commas or dots instead of the entry \"shop.\\\"Order Items\""),
          match(
              "tables:orders",
              "\"tables:orders\", expected a table as \"catalog.table\" or \"catalog.schema.table\", with quotes (\" or `) around a part with blanks, commas or dots instead of the entry \"orders\""),
          match(
              "tables:${table}.orders",
              "\"tables:${table}.orders\", expected only ${catalog}, ${database}, ${vdb}, ${user}, ${connid} in a list, instead of the entry \"${table}.orders\""),
          match(
              "tables:",
              "\"tables:\", expected entries separated by single commas instead of the entry \"\""),
          match(
              "users:a,,b",
              "\"users:a,,b\", expected entries separated by single commas instead of the entry \"\""),
          match(
              "users:a+,(b",
              "\"users:a+,(b\", expected a regular expression as RE2 has it (missing closing )) instead of the entry \"(b\""),
          match(
              "ports:0", "\"ports:0\", expected a port from 1 to 65535 instead of the entry \"0\""),
          match(
              "ips:10.0.0.1/8",
              "\"ips:10.0.0.1/8\", expected an IP address, or a network such as 10.0.0.0/8, instead of the entry \"10.0.0.1/8\""),
          rule(
              "{\"match\": [\"a\", 1], \"action\": \"tag\"}",
              "rules/main.json:1:28 $.rules[0].match[1]: got 1, expected an expression: a text"),
          rule(
              "{\"match\": [], \"action\": \"tag\"}",
              "rules/main.json:1:22 $.rules[0].match: got a list, expected an expression, or a list of at least one: [ … ]"));

  static final List<Case> PARAMETERS =
      List.of(
          rule(
              "{\"match\": \"a\"}",
              "rules/main.json:1:12 $.rules[0].action: got nothing, expected one of "
                  + java.util.Arrays.stream(RuleAction.values())
                      .map(a -> "\"" + a.spelling() + "\"")
                      .collect(Collectors.joining(", "))
                  + " (required)"),
          rule(
              "{\"action\": \"table_cache\", \"parameters\": {\"ttl\": 1}}",
              "rules/main.json:1:23 $.rules[0].action: got \"table_cache\", expected one of "
                  + java.util.Arrays.stream(RuleAction.values())
                      .map(a -> "\"" + a.spelling() + "\"")
                      .collect(Collectors.joining(", "))
                  + "; did you mean \"table-cache\"?"),
          parameter(
              "drop",
              "\"ttl\": 5",
              "rules/main.json:1:46 $.rules[0].parameters.ttl: got the parameter \"ttl\", which belongs to cache, table-cache, expected for the action \"drop\" only a general parameter ("
                  + GENERAL
                  + ")"),
          parameter(
              "result",
              "\"valeu\": 5",
              "rules/main.json:1:48 $.rules[0].parameters.valeu: got the unknown parameter \"valeu\", expected for the action \"result\" one of value, or a general parameter ("
                  + GENERAL
                  + "); did you mean \"value\"?"),
          parameter(
              "tag",
              "\"matchDelta\": 5",
              "rules/main.json:1:45 $.rules[0].parameters.matchDelta: got the unknown parameter \"matchDelta\", expected for the action \"tag\" only a general parameter ("
                  + GENERAL
                  + "); did you mean \"matchdelta\"?"),
          parameter(
              "tag",
              "\"delay\": -1",
              "rules/main.json:1:54 $.rules[0].parameters.delay: got -1, expected an integer from 0 to 600000000"),
          parameter(
              "tag",
              "\"sample\": \"10\"",
              "rules/main.json:1:55 $.rules[0].parameters.sample: got \"10\", expected an integer, without quotes, from 1 to 1000000000"),
          parameter(
              "tag",
              "\"sample\": \"${1}\", \"capture\": true",
              "rules/main.json:1:55 $.rules[0].parameters.sample: got \"${1}\", expected an integer, without quotes, from 1 to 1000000000"),
          parameter(
              "tag",
              "\"exclude\": 1",
              "rules/main.json:1:56 $.rules[0].parameters.exclude: got 1, expected an integer from 2 to 1000000000"),
          parameter(
              "tag",
              "\"delay\": \"5ms\"",
              "rules/main.json:1:54 $.rules[0].parameters.delay: got \"5ms\", expected an integer, without quotes and without a unit: it is in µs, from 0 to 600000000"),
          parameter(
              "tag",
              "\"serverfilter\": \"a[\"",
              "rules/main.json:1:61 $.rules[0].parameters.serverfilter: got \"a[\", expected a regular expression as RE2 has it (missing closing ] \"[\", character 2)"),
          parameter(
              "tag",
              "\"tables\": \"orders\"",
              "rules/main.json:1:55 $.rules[0].parameters.tables: got \"orders\", expected \"none\", or tables as \"catalog.table\" or \"catalog.schema.table\", separated by commas or white space, with quotes (\" or `) around a part with blanks, commas or dots"),
          parameter(
              "tag",
              "\"ratelimitname\": \"a\"",
              "rules/main.json:1:62 $.rules[0].parameters.ratelimitname: got a name, expected \"ratelimit\" with it"),
          parameter(
              "tag",
              "\"concurrencyname\": \"${user}\"",
              "rules/main.json:1:64 $.rules[0].parameters.concurrencyname: got a name, expected \"concurrency\" with it"),
          parameter(
              "tag",
              "\"maxburst\": 5",
              "rules/main.json:1:57 $.rules[0].parameters.maxburst: got 5, expected \"matchlimit\" or \"ratelimit\" with it"),
          parameter(
              "pool",
              "\"preparedonly\": true",
              "rules/main.json:1:45 $.rules[0].parameters: got nothing about connections, expected at least one of maxUserActive, maxUserIdle, multiplex, multiplexSkip, reuse, pipeline"),
          rule(
              "{\"action\": \"pool\"}",
              "rules/main.json $.rules[0].parameters: got nothing about connections, expected at least one of maxUserActive, maxUserIdle, multiplex, multiplexSkip, reuse, pipeline"),
          rule(
              "{\"match\": [\"a\"], \"join\": \"or\", \"action\": \"tag\"}",
              "rules/main.json:1:37 $.rules[0].join: got \"or\", expected several expressions in \"match\" with it"),
          rule(
              "{\"join\": \"and\", \"action\": \"tag\"}",
              "rules/main.json:1:21 $.rules[0].join: got \"and\", expected several expressions in \"match\" with it"),
          parameter(
              "call",
              "",
              "rules/main.json:1:45 $.rules[0].parameters.rule: got nothing, expected "
                  + Format.NAME.expected()
                  + " (required)"),
          rule(
              "{\"action\": \"call\"}",
              "rules/main.json:1:12 $.rules[0].parameters.rule: got nothing, expected "
                  + Format.NAME.expected()
                  + " (required)"),
          parameter(
              "multiplex",
              "",
              "rules/main.json $.rules[0].parameters.disable: got nothing, expected \"disable\" or \"enable\""),
          rule(
              "{\"action\": \"forward\", \"inTransaction\": true, \"parameters\": {\"source\": \"reports\"}}",
              "rules/main.json:1:51 $.rules[0].inTransaction: got true, expected false with the action \"forward\": a transaction stays where it has begun"),
          parameter(
              "forward",
              "",
              "rules/main.json $.rules[0].parameters.source: got nothing, expected a data source, or a \"serverfilter\""),
          parameter(
                  "transform",
                  "\"target\": \"x\"",
                  "rules/main.json:1:22 $.rules[0].match: got no regular expression, expected one, whose matches \"target\" takes the place of")
              .matching("tables:shop.orders"),
          parameter(
                  "transform",
                  "\"target\": \"$2\"",
                  "rules/main.json:1:77 $.rules[0].parameters.target: got $2, expected a group of the regular expression, which has 1")
              .matching("(a)"),
          parameter(
              "trigger",
              "\"command\": \"x\", \"delay\": 5",
              "rules/main.json:1:74 $.rules[0].parameters.delay: got 5, expected the timing \"parallel\" with it"),
          parameter(
              "trigger",
              "\"command\": \"x\", \"queueUnique\": true",
              "rules/main.json:1:80 $.rules[0].parameters.queueUnique: got true, expected a \"delay\" with it"),
          parameter(
              "trigger",
              "\"command\": \"x\", \"maxDelay\": 5",
              "rules/main.json:1:77 $.rules[0].parameters.maxDelay: got 5, expected \"queueUnique\" with it"),
          parameter(
              "trigger",
              "\"command\": \"x\", \"type\": \"execute\", \"source\": \"primary\"",
              "rules/main.json:1:94 $.rules[0].parameters.source: got \"primary\", expected the type \"sql\" with it; a program has no data source"));

  static final List<Case> TEMPLATES =
      List.of(
          parameter(
              "cache",
              "\"ttl\": \"${1}\"",
              "rules/main.json:1:54 $.rules[0].parameters.ttl: got ${1}, expected the parameter \"capture\" as true with it"),
          parameter(
              "cache",
              "\"ttl\": \"${1}\", \"capture\": true",
              "rules/main.json:1:54 $.rules[0].parameters.ttl: got ${1}, expected a group in the regular expression: \"( … )\""),
          parameter(
                  "cache",
                  "\"ttl\": \"${3}\", \"capture\": true",
                  "rules/main.json:1:73 $.rules[0].parameters.ttl: got ${3}, expected a group of the regular expression, which has 2")
              .matching("(a)(b)"),
          parameter(
                  "cache",
                  "\"ttl\": \"${1}\", \"capture\": true",
                  "rules/main.json:1:74 $.rules[0].parameters.ttl: got ${1}, expected a regular expression in \"match\" with it")
              .matching("users:a"),
          parameter(
              "trigger",
              "\"command\": \"x ${table}\"",
              "rules/main.json:1:60 $.rules[0].parameters.command: got ${table}, expected ${1} and so on for a group, or one of ${catalog}, ${database}, ${vdb}, ${user}, ${connid}, ${tables}; did you mean \"${tables}\"?"),
          parameter(
              "tag",
              "\"evicttables\": \"${catalog.a\"",
              "rules/main.json:1:60 $.rules[0].parameters.evicttables: got \"${catalog.a\", expected a \"}\" after \"${\""));

  static final List<Case> REFERENCES =
      List.of(
          parameter(
              "call",
              "\"rule\": \"othr\"",
              "rules/main.json:1:54 $.rules[0].parameters.rule: got \"othr\", expected the name of a document in rules (main, other); did you mean \"other\"?"),
          parameter(
              "learn-pattern",
              "\"rule\": \"nowhere\"",
              "rules/main.json:1:63 $.rules[0].parameters.rule: got \"nowhere\", expected the name of a document in rules (main, other)"),
          parameter(
              "forward",
              "\"source\": \"secondary\"",
              "rules/main.json:1:59 $.rules[0].parameters.source: got \"secondary\", expected \"source\" or one of \"ruleSources\" of the VDB \"shop\" (primary, reports)"),
          parameter(
              "async-execute",
              "\"source\": \"report\"",
              "rules/main.json:1:65 $.rules[0].parameters.source: got \"report\", expected \"source\" or one of \"ruleSources\" of the VDB \"shop\" (primary, reports); did you mean \"reports\"?"),
          parameter(
              "trigger",
              "\"command\": \"x\", \"source\": \"secondary\"",
              "rules/main.json:1:75 $.rules[0].parameters.source: got \"secondary\", expected \"source\" or one of \"ruleSources\" of the VDB \"shop\" (primary, reports)"),
          parameter(
              "procedure-wrap",
              "",
              "rules/main.json:1:23 $.rules[0].action: got \"procedure-wrap\", expected it only in lists for SQL Server; the VDB \"shop\" has the engine \"postgresql\""),
          parameter(
              "extract-plan",
              "\"checkTableMismatch\": true",
              "rules/main.json:1:76 $.rules[0].parameters.checkTableMismatch: got true, expected it only in lists for SQL Server; the VDB \"shop\" has the engine \"postgresql\""),
          parameter(
              "call",
              "\"rule\": \"main\"",
              "rules/main.json:1:54 $.rules[0].parameters.rule: got a call in a circle: main -> main, expected a list that does not lead back to this one"));

  @BeforeEach
  void writeTheRest() throws IOException {
    FullConfiguration.write(dir, "sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    FullConfiguration.write(dir, "sources/secondary.json", "{\"url\": \"jdbc:postgresql://db2\"}");
    FullConfiguration.write(dir, "sources/reports.json", "{\"url\": \"jdbc:postgresql://r\"}");
    FullConfiguration.write(dir, "rules/other.json", "{}");
    FullConfiguration.write(dir, "node.json", "{\"rules\": {\"allowPrograms\": true}}");
    vdb("\"rules\": [\"main\"], \"ruleSources\": [\"reports\"]");
  }

  private void vdb(String settings) throws IOException {
    FullConfiguration.write(
        dir, "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\", " + settings + "}");
  }

  private List<String> problems() {
    return Problems.of(() -> ConfigurationReader.read(dir));
  }

  @ParameterizedTest
  @FieldSource({"EXPRESSIONS", "PARAMETERS", "TEMPLATES", "REFERENCES"})
  void aWrongRuleIsReportedExactly(Case wrong) throws IOException {
    FullConfiguration.write(dir, "rules/main.json", "{\"rules\": [" + wrong.rule() + "]}");

    assertThat(problems()).containsExactlyElementsOf(wrong.problems());
  }

  @Test
  void programsNeedThePermissionOfTheNode() throws IOException {
    FullConfiguration.write(dir, "node.json", "{}");
    FullConfiguration.write(
        dir,
        "rules/main.json",
        "{\"rules\": [{\"action\": \"trigger\", \"parameters\":"
            + " {\"type\": \"execute\", \"command\": \"/bin/true\"}}]}");

    assertThat(problems())
        .containsExactly(
            "rules/main.json:1:57 $.rules[0].parameters.type: got \"execute\", expected \"sql\", or"
                + " \"rules\": {\"allowPrograms\": true} in node.json");

    FullConfiguration.write(dir, "node.json", "{\"rules\": {\"allowPrograms\": true}}");

    assertThat(problems()).isEmpty();
  }

  @Test
  void onlyActionsWithoutParametersCanBeLearnt() throws IOException {
    FullConfiguration.write(
        dir,
        "rules/main.json",
        "{\"rules\": [{\"action\": \"learn-pattern\", \"parameters\":"
            + " {\"rule\": \"main\", \"action\": \"call\"}}]}");

    assertThat(problems())
        .containsExactly(
            "rules/main.json:1:81 $.rules[0].parameters.action: got \"call\", expected an action"
                + " that needs no parameters: allow, cache, drop, log, nocache, reader-eligible,"
                + " tag");
  }

  @Test
  void whatWasLearntNeedsItsListAndHasNoParameters() throws IOException {
    FullConfiguration.write(dir, "rules/main.json", "{}");
    FullConfiguration.write(
        dir,
        "learned/main.json",
        "{\"rules\": [{\"match\": \"a\", \"action\": \"allow\", \"parameters\": {\"stop\": true}}]}");
    FullConfiguration.write(dir, "learned/mine.json", "{\"rules\": []}");

    assertThat(problems())
        .containsExactly(
            "learned/main.json:1:60 $.rules[0].parameters: got parameters, expected none here; a"
                + " rule with parameters belongs into rules/main.json",
            "learned/mine.json $: got rules for a list that there is not, expected rules/mine.json"
                + " beside it, or the file to be deleted");
  }

  @Test
  void aCircleOfCallsIsNamedFromEndToEnd() throws IOException {
    String call = "{\"rules\": [{\"action\": \"call\", \"parameters\": {\"rule\": \"%s\"}}]}";
    FullConfiguration.write(dir, "rules/main.json", call.formatted("a"));
    FullConfiguration.write(dir, "rules/a.json", call.formatted("b"));
    FullConfiguration.write(dir, "rules/b.json", call.formatted("a"));

    assertThat(problems())
        .containsExactly(
            "rules/b.json:1:54 $.rules[0].parameters.rule: got a call in a circle: a -> b -> a,"
                + " expected a list that does not lead back to this one");
  }

  @Test
  void listsThatCallEachOtherTooOftenAreRefused() throws IOException {
    String calls =
        IntStream.range(0, 10)
            .mapToObj(i -> "{\"action\": \"call\", \"parameters\": {\"rule\": \"%1$s\"}}")
            .collect(Collectors.joining(",", "{\"rules\": [", "]}"));
    FullConfiguration.write(dir, "rules/main.json", calls.formatted("a"));
    FullConfiguration.write(dir, "rules/a.json", calls.formatted("b"));
    FullConfiguration.write(dir, "rules/b.json", calls.formatted("c"));
    FullConfiguration.write(dir, "rules/c.json", calls.formatted("d"));
    FullConfiguration.write(dir, "rules/d.json", "{}");

    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json:1:49 $.rules: got more than 10000 rules, with those of called lists,"
                + " expected at most 10000");
  }

  @Test
  void listsAndDataSourcesOfAVirtualDatabaseHaveToExist() throws IOException {
    FullConfiguration.write(dir, "rules/main.json", "{}");
    vdb("\"rules\": [\"mian\"], \"ruleSources\": [\"report\"]");

    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json:1:50 $.rules[0]: got \"mian\", expected the name of a document in rules (main, other); did you mean \"main\"?",
            "vdbs/shop.json:1:75 $.ruleSources[0]: got \"report\", expected the name of a document in sources (primary, reports, secondary); did you mean \"reports\"?");
  }

  @Test
  void aListOfNoVirtualDatabaseMayNameAnyDataSource() throws IOException {
    FullConfiguration.write(dir, "rules/main.json", "{}");
    FullConfiguration.write(
        dir,
        "rules/other.json",
        "{\"rules\": [{\"action\": \"forward\", \"parameters\": {\"source\": \"nowhere\"}}]}");

    assertThat(problems()).isEmpty();
  }
}
