package dev.heimdall.engine.dialect.postgres.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.dialect.postgres.changes.LogMessages.Commit;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LogMessagesTest {
  private final LogMessages messages = new LogMessages("app", 2, 3);

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private Optional<Commit> take(char type, Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(type);
    body.write(out);
    return messages.take(ByteBuffer.wrap(bytes.toByteArray()));
  }

  private void relation(int id, String schema, String name) throws IOException {
    take(
        'R',
        out -> {
          out.writeInt(id);
          out.write((schema + "\0" + name + "\0").getBytes(StandardCharsets.UTF_8));
          out.writeByte('d');
          out.writeShort(0);
        });
  }

  private void begin(int number) throws IOException {
    take(
        'B',
        out -> {
          out.writeLong(500);
          out.writeLong(1);
          out.writeInt(number);
        });
  }

  private void row(char type, int relation) throws IOException {
    take(
        type,
        out -> {
          out.writeInt(relation);
          out.write("whatever the row is".getBytes(StandardCharsets.UTF_8));
        });
  }

  private Commit commit() throws IOException {
    return take(
            'C',
            out -> {
              out.writeByte(0);
              out.writeLong(500);
              out.writeLong(600);
              out.writeLong(1);
            })
        .orElseThrow();
  }

  @Test
  void aTransactionNamesItsTablesAndNoRows() throws IOException {
    begin(7);
    relation(1, "public", "item");
    row('I', 1);
    row('U', 1);
    relation(2, "shop", "größe");
    row('D', 2);
    assertThat(messages.between()).isFalse();
    assertThat(commit()).isEqualTo(new Commit(7, Set.of("app.item", "app.shop.größe"), false, 600));
    assertThat(messages.between()).isTrue();
    begin(8);
    row('U', 2);
    assertThat(commit()).isEqualTo(new Commit(8, Set.of("app.shop.größe"), false, 600));
  }

  @Test
  void aTruncateNamesSeveral() throws IOException {
    relation(1, "public", "item");
    relation(2, "public", "part");
    begin(7);
    take(
        'T',
        out -> {
          out.writeInt(2);
          out.writeByte(1);
          out.writeInt(1);
          out.writeInt(2);
        });
    assertThat(commit().tables()).containsExactlyInAnyOrder("app.item", "app.part");
  }

  @Test
  void whatIsTooMuchCountsAsOthers() throws IOException {
    for (int id = 1; id <= 4; id++) {
      relation(id, "public", "t" + id);
    }
    begin(7);
    row('I', 1);
    row('I', 2);
    assertThat(commit().others()).isFalse();
    begin(8);
    row('I', 1);
    row('I', 2);
    row('I', 3); // the third table of one transaction
    assertThat(commit()).isEqualTo(new Commit(8, Set.of("app.t1", "app.t2"), true, 600));
    begin(9);
    row('I', 4); // was not remembered
    assertThat(commit()).isEqualTo(new Commit(9, Set.of(), true, 600));
  }

  @Test
  void originsTypesAndMessagesSayNothing() throws IOException {
    begin(7);
    for (char type : new char[] {'O', 'Y', 'M'}) {
      row(type, 1);
    }
    assertThat(commit()).isEqualTo(new Commit(7, Set.of(), false, 600));
  }

  @Test
  void whatIsNotKnownEndsTheReading() {
    assertThatThrownBy(() -> row('?', 1)).isInstanceOf(IOException.class).hasMessageContaining("?");
    assertThatThrownBy(this::commit).isInstanceOf(IOException.class);
  }
}
