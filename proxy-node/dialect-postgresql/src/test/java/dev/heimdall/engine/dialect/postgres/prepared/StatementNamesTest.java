package dev.heimdall.engine.dialect.postgres.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatementNamesTest {
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));
  private final PreparedNames names = new PreparedNames(registry);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private PreparedStatement statement(String sql) {
    return registry.acquire(bytes(sql), bytes(sql).length, Origin.NAMED, null, "shop", 0);
  }

  private static String nameOf(PreparedStatement statement) {
    return new String(statement.serverName(), StandardCharsets.US_ASCII);
  }

  @Test
  void errorsBehindFailedParsesHaveTheClientsNamesUntilAllIsAnswered() {
    PreparedStatement one = statement("SELECT 1");
    PreparedStatement two = statement("SELECT 2");
    String error = "\"%s\" and \"%s\"".formatted(nameOf(one), nameOf(two));
    names.put(bytes("s1"), one);
    names.put(bytes("s2"), two);
    names.remove(bytes("s1"), one);
    names.remove(bytes("s2"), two);

    assertThat(StatementNames.inClientsNames(error, names, null)).isEqualTo("\"s1\" and \"s2\"");
    names.allAnswered();
    assertThat(StatementNames.inClientsNames(error, names, null)).isEqualTo(error);
  }

  @Test
  void theUnnamedStatementAndTheRefusedNameAreTheClientsToo() {
    PreparedStatement one = statement("SELECT 1");
    names.refused(bytes("s1"));

    assertThat(
            StatementNames.inClientsNames(
                "\"%s\", \"%s\", \"%s\"".formatted(StatementNames.TAKEN, nameOf(one), nameOf(one)),
                names,
                one))
        .isEqualTo("\"s1\", \"\", \"\"");
  }

  @Test
  void anUnknownNameThatCouldBeOursBecomesAnother() {
    StatementNames naming = StatementNames.ofLoop(0);

    assertThat(naming.instead("hd_0_1")).isEqualTo(bytes("\"_hd_0_1\""));
    assertThat(naming.instead("hd_own")).isNull();
    assertThat(naming.instead("s1")).isNull();
  }

  @Test
  void namesAreUniqueInTheProcess() {
    assertThat(new String(StatementNames.ofLoop(3).name(7), StandardCharsets.US_ASCII))
        .isEqualTo(StatementNames.PREFIX + "3_7");
  }
}
