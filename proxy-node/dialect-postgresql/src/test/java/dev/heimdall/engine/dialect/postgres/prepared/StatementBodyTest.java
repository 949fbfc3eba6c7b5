package dev.heimdall.engine.dialect.postgres.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.prepared.StatementShape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatementBodyTest {
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));

  @Test
  void aParseAnewHasTheTypesThatWereFound() {
    PreparedStatement statement = named("SELECT $1\0\0\0");
    ByteBuf before = Unpooled.buffer();
    StatementBody.parse(before, statement);
    String name = new String(statement.serverName(), StandardCharsets.US_ASCII);
    assertThat(before.toString(5, before.writerIndex() - 5, StandardCharsets.ISO_8859_1))
        .isEqualTo(name + "\0SELECT $1\0\0\0");

    statement.shape(StatementShape.withoutColumns(new int[] {23}), 0);
    ByteBuf after = Unpooled.buffer();
    StatementBody.parse(after, statement);

    assertThat(after.getInt(1)).isEqualTo(after.writerIndex() - 1);
    assertThat(after.toString(5, after.writerIndex() - 5, StandardCharsets.ISO_8859_1))
        .isEqualTo(name + "\0SELECT $1\0\0\1\0\0\0\27");
  }

  private PreparedStatement named(String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    return registry.acquire(content, content.length, Origin.NAMED, null, "shop", 0);
  }
}
