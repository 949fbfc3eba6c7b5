package dev.heimdall.engine.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PreparedNamesTest {
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));
  private final PreparedNames names = new PreparedNames(registry);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private PreparedStatement statement(String text) {
    return registry.acquire(bytes(text), bytes(text).length, Origin.NAMED, null, "shop", 0);
  }

  private PreparedStatement inBuffer(String name) {
    ByteBuf buffer = Unpooled.copiedBuffer("xx" + name + "yy", StandardCharsets.UTF_8);
    return names.get(buffer, 2, bytes(name).length);
  }

  @Test
  void aNameIsFoundInABufferAndByItsBytes() {
    PreparedStatement one = statement("SELECT 1");
    PreparedStatement two = statement("SELECT 2");
    names.put(bytes("s1"), one);
    names.put(bytes("s2"), two);

    for (int i = 0; i < 3; i++) {
      assertThat(inBuffer("s1")).isSameAs(one);
      assertThat(inBuffer("s2")).isSameAs(two);
      assertThat(inBuffer("s")).isNull();
      assertThat(inBuffer("s11")).isNull();
    }
    assertThat(names.get(bytes("s1"))).isSameAs(one);
    assertThat(names.size()).isEqualTo(2);
  }

  @Test
  void aNameFoundBeforeItsRemovalIsGoneAfterIt() {
    names.put(bytes("s"), statement("SELECT 1"));
    assertThat(inBuffer("s")).isNotNull();

    assertThat(names.remove(bytes("s"))).isTrue();

    assertThat(inBuffer("s")).isNull();
    assertThat(names.remove(bytes("s"))).isFalse();
  }

  @Test
  void aNameFoundBeforeItsChangeMeansTheNewStatement() {
    names.put(bytes("s"), statement("SELECT 1"));
    inBuffer("s");
    PreparedStatement other = statement("SELECT 2");

    names.put(bytes("s"), other);

    assertThat(inBuffer("s")).isSameAs(other);
  }

  @Test
  void removalOfAnotherStatementUnderTheNameDoesNothing() {
    PreparedStatement one = statement("SELECT 1");
    names.put(bytes("s"), one);

    names.remove(bytes("s"), statement("SELECT 2"));

    assertThat(names.get(bytes("s"))).isSameAs(one);
  }

  @Test
  void namesLongerThanTheProbeAreFound() {
    String name = "n".repeat(500);
    PreparedStatement one = statement("SELECT 1");
    names.put(bytes(name), one);

    assertThat(inBuffer(name)).isSameAs(one);
    assertThat(inBuffer("n".repeat(499))).isNull();
    assertThat(inBuffer("m")).isNull();
  }

  @Test
  void namesWithEqualHashesAreDifferent() {
    PreparedStatement one = statement("SELECT 1");
    PreparedStatement two = statement("SELECT 2");
    names.put(bytes("Aa"), one);
    names.put(bytes("BB"), two);

    assertThat(inBuffer("Aa")).isSameAs(one);
    assertThat(inBuffer("BB")).isSameAs(two);
  }

  @Test
  void everyNameThatGoesGivesItsStatementBack() {
    String large = "SELECT '" + "x".repeat(20_000) + "'"; // such are forgotten once nobody has them
    names.put(bytes("a"), statement(large));
    names.put(bytes("b"), statement(large));
    names.put(bytes("b"), statement("SELECT 1"));
    assertThat(registry.size()).isEqualTo(2);
    names.remove(bytes("a"));
    assertThat(registry.size()).isEqualTo(1);

    names.put(bytes("c"), statement(large));
    names.clear();

    assertThat(names.size()).isZero();
    assertThat(registry.size()).isEqualTo(1);
    assertThat(inBuffer("c")).isNull();
  }

  @Test
  void whatATransactionMadeOfNamesCanBeTakenBackAndBroughtBack() {
    PreparedStatement there = statement("SELECT 1");
    PreparedStatement replaced = statement("SELECT 2");
    PreparedStatement made = statement("SELECT 3");
    names.put(bytes("there"), there);
    names.put(bytes("closed"), replaced);
    names.remember();
    names.put(bytes("made"), made);
    names.remove(bytes("closed"));

    for (int i = 0; i < 2; i++) {
      names.takeBack();
      assertThat(names.get(bytes("there"))).isSameAs(there);
      assertThat(names.get(bytes("closed"))).isSameAs(replaced);
      assertThat(names.get(bytes("made"))).isNull();
      names.put(bytes("made"), statement("SELECT 4"));
    }
    names.bringBack();
    assertThat(names.get(bytes("made"))).isSameAs(made);
    assertThat(names.get(bytes("closed"))).isNull();

    names.takeBack();
    PreparedStatement again = statement("SELECT 5");
    names.put(bytes("made"), again);
    names.keep();
    assertThat(names.get(bytes("made"))).isSameAs(again);
    names.takeBack();
    assertThat(names.get(bytes("made"))).isNull();
    assertThat(names.get(bytes("closed"))).isSameAs(replaced);
    names.forget();
    names.remove(bytes("closed"));
    names.takeBack();
    assertThat(names.get(bytes("closed"))).isNull();
  }

  @Test
  void namesWhoseParseFailedAreKnownUntilAllIsAnswered() {
    PreparedStatement one = statement("SELECT 1");
    PreparedStatement two = statement("SELECT 2");
    names.put(bytes("s1"), one);
    names.put(bytes("s2"), two);
    names.remove(bytes("s1"), one);

    Map<String, PreparedStatement> onServer = new HashMap<>();
    names.forEachOnServer(onServer::put);
    assertThat(onServer).isEqualTo(Map.of("s1", one, "s2", two));

    names.allAnswered();
    onServer.clear();
    names.forEachOnServer(onServer::put);
    assertThat(onServer).isEqualTo(Map.of("s2", two));
  }
}
