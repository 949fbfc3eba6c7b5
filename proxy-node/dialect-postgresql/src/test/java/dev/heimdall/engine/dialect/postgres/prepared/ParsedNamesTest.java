package dev.heimdall.engine.dialect.postgres.prepared;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ParsedNamesTest {
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));
  private final PreparedNames names = new PreparedNames(registry);
  private final ByteBuf batch = Unpooled.buffer();

  private void name(String name) {
    names.put(
        name.getBytes(US_ASCII),
        registry.acquireAlone(null, "SELECT 1".getBytes(US_ASCII), Origin.NAMED, null, "shop", 0));
  }

  private void parse(String name) {
    byte[] body = "SELECT 1\0\0\0".getBytes(US_ASCII);
    PgWriter.parse(batch, name.getBytes(US_ASCII), body, body.length);
  }

  @Test
  void aBatchThatGivesANameOfBeforeIsFoundOut() {
    name("a");
    parse("");
    PgWriter.query(batch, "SELECT 'a'");
    parse("b");
    assertThat(ParsedNames.taken(batch, names)).isFalse();
    parse("a");
    assertThat(ParsedNames.taken(batch, names)).isTrue();
  }

  @Test
  void whatABatchHasGivenIsFreedAndNothingElse() {
    name("a");
    name("b");
    name("c");
    parse("b");
    PgWriter.query(batch, "SELECT 'a'");
    parse("");
    parse("c");
    ParsedNames.free(batch, names);
    assertThat(names.size()).isEqualTo(1);
    assertThat(names.get("a".getBytes(US_ASCII))).isNotNull();
  }
}
