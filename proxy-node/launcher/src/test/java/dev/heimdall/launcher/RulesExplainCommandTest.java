package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesExplainCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void configuration() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"db\", \"rules\": [\"main\"], \"databases\": {\"shop\":"
            + " \"shop_v2\"}}");
    write("vdbs/plain.json", "{\"ports\": [5051], \"source\": \"db\"}");
    write(
        "rules/main.json",
        "{\"rules\": [{\"comment\": \"read often\", \"match\": \"tables:shop_v2.products\","
            + " \"action\": \"cache\", \"parameters\": {\"ttl\": 5}},"
            + "{\"match\": [\"users:bob\", \"ips:10.0.0.0/8\", \"appname:psql\"], \"action\":"
            + " \"drop\"}]}");
  }

  @Test
  void eachRuleIsExplainedAndThenTheDecision() {
    assertThat(explain("SELECT name FROM public.products")).isZero();

    assertThat(out.toString().lines())
        .containsExactly(
            "tables, as written and without the database's catalogue: shop_v2.products",
            "",
            "list  rule  comment     action  matched  effect       why",
            "main  1     read often  cache   yes      cache ttl=5  matches tables:shop_v2.products",
            "main  2                 drop    no                    not users:bob: the user is nobody; not"
                + " ips:10.0.0.0/8: the address is 127.0.0.1; not appname:psql: the application is"
                + " not named",
            "",
            "decision:",
            "  cache: ttl=5");
  }

  @Test
  void theSessionIsDescribedByOptions() {
    assertThat(
            explain(
                "SELECT 1", "--user=bob", "--address=10.9.8.7", "--app=psql", "--in-transaction"))
        .isZero();

    assertThat(out.toString())
        .contains("it applies outside of transactions only", "decision:\n  drop: yes\n");
  }

  @Test
  void aVirtualDatabaseWithoutRulesIsSaid() {
    assertThat(heimdall("rules", "explain", "--config", directory.toString(), "--vdb=plain", "x"))
        .isZero();
    assertThat(out.toString()).contains("(the statement was not understood)", "has no \"rules\"");
  }

  @Test
  void anUnknownVirtualDatabaseAnAddressThatIsNoneAndAMissingStatementAreRefused() {
    assertThat(heimdall("rules", "explain", "--config", directory.toString(), "--vdb=sohp", "x"))
        .isEqualTo(2);
    assertThat(explain("x", "--address=example.com")).isEqualTo(2);
    assertThat(heimdall("rules")).isEqualTo(2);

    assertThat(err.toString())
        .contains(
            "There is no virtual database \"sohp\"; there is plain, shop.",
            "'example.com' is not an IP address",
            "A command is missing.");
  }

  private int explain(String sql, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of("rules", "explain", "--config", directory.toString(), "--vdb", "shop"));
    arguments.addAll(List.of(options));
    arguments.add(sql);
    return heimdall(arguments.toArray(new String[0]));
  }

  private int heimdall(String... arguments) {
    return Heimdall.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
