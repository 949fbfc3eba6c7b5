package dev.heimdall.engine.dialect.postgres.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.dialect.postgres.changes.LogMessages.Commit;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RowKeys;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LogMessagesTest {
  private static final KeyColumns ITEM =
      new KeyColumns(
          "app.item",
          "item",
          Map.of(
              "id", new KeyColumn(KeyType.INTEGER),
              "name", new KeyColumn(KeyType.TEXT)));

  private final LogMessages messages =
      new LogMessages("app", name -> name.table().equals("item") ? ITEM : null, 2, 3);

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

  /** The table of items: its number, its name, and something of no interest. */
  private void items(boolean namesToo) throws IOException {
    take(
        'R',
        out -> {
          out.writeInt(1);
          out.write("public\0item\0".getBytes(StandardCharsets.UTF_8));
          out.writeByte('d');
          out.writeShort(3);
          for (String column : List.of("id", "more", "name")) {
            out.writeByte(column.equals("id") || (namesToo && column.equals("name")) ? 1 : 0);
            out.write((column + "\0").getBytes(StandardCharsets.UTF_8));
            out.writeInt(23);
            out.writeInt(-1);
          }
        });
  }

  /**
   * A row of an item.
   *
   * @param parts a letter for what the row is, and its values; null for NULL, "u" for an unchanged
   *     one
   */
  private void item(char type, String... parts) throws IOException {
    take(
        type,
        out -> {
          out.writeInt(1);
          for (int i = 0; i < parts.length; i += 4) {
            out.writeByte(parts[i].charAt(0));
            out.writeShort(3);
            for (int k = 1; k <= 3; k++) {
              String value = parts[i + k];
              out.writeByte(value == null ? 'n' : value.equals("u") ? 'u' : 't');
              if (value != null && !value.equals("u")) {
                out.writeInt(value.length());
                out.write(value.getBytes(StandardCharsets.UTF_8));
              }
            }
          }
        });
  }

  private static RowKeys written(String where) {
    byte[] sql = ("UPDATE item SET more = 1 WHERE " + where).getBytes(StandardCharsets.UTF_8);
    return KeyReader.written(
            List.of(ITEM), sql, 0, sql.length, LexerMode.STANDARD, List.of(), PostgresSql.DIALECT)
        .rows();
  }

  @Test
  void rowsAreKnownByTheColumnsOfTheirIdentity() throws IOException {
    items(false);
    begin(7);
    item('I', "N", "1", "x", "a");
    item('U', "N", "2", "u", "b");
    item('U', "K", "3", null, null, "N", "4", "x", "c");
    item('D', "K", "5", null, null);
    assertThat(commit().rows()).isEqualTo(Map.of("app.item", written("id IN (1, 2, 3, 4, 5)")));
    items(true);
    begin(8);
    item('U', "O", "1", "x", "a", "N", "1", "y", "b");
    assertThat(commit().rows())
        .isEqualTo(Map.of("app.item", written("id = 1 AND name IN ('a', 'b')")));
  }

  @Test
  void aColumnThatARowDoesNotTellIsNotKnown() throws IOException {
    items(true);
    begin(7);
    item('I', "N", "1", "x", "a");
    item('I', "N", "2", "x", null);
    assertThat(commit().rows()).isEqualTo(Map.of("app.item", written("id IN (1, 2)")));
    begin(8);
    item('I', "N", "1", "x", "u");
    item('I', "N", "2", "x", "a");
    assertThat(commit().rows()).isEqualTo(Map.of("app.item", written("id IN (1, 2)")));
    begin(9);
    item('I', "N", "1", "x", "a");
    item('I', "N", "x", "x", "b");
    assertThat(commit().rows()).isEqualTo(Map.of("app.item", written("name IN ('a', 'b')")));
  }

  @Test
  void ofTooManyRowsOfATruncatedTableOrOfOneWithoutIdentityNothingIsKnown() throws IOException {
    items(false);
    begin(7);
    for (int i = 0; i <= RowKeys.MOST_VALUES; i++) {
      item('I', "N", "" + i, "x", "a");
    }
    assertThat(commit().rows()).isEmpty();
    begin(8);
    item('I', "N", "1", "x", "a");
    take(
        'T',
        out -> {
          out.writeInt(1);
          out.writeByte(0);
          out.writeInt(1);
        });
    item('I', "N", "2", "x", "a");
    assertThat(commit().rows()).isEmpty();
    relation(1, "public", "item");
    begin(9);
    item('I', "N", "1", "x", "a");
    assertThat(commit().rows()).isEmpty();
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
    assertThat(commit())
        .isEqualTo(new Commit(7, Set.of("app.item", "app.shop.größe"), false, Map.of(), 600));
    assertThat(messages.between()).isTrue();
    begin(8);
    row('U', 2);
    assertThat(commit()).isEqualTo(new Commit(8, Set.of("app.shop.größe"), false, Map.of(), 600));
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
    assertThat(commit()).isEqualTo(new Commit(8, Set.of("app.t1", "app.t2"), true, Map.of(), 600));
    begin(9);
    row('I', 4); // was not remembered
    assertThat(commit()).isEqualTo(new Commit(9, Set.of(), true, Map.of(), 600));
  }

  @Test
  void originsTypesAndMessagesSayNothing() throws IOException {
    begin(7);
    for (char type : new char[] {'O', 'Y', 'M'}) {
      row(type, 1);
    }
    assertThat(commit()).isEqualTo(new Commit(7, Set.of(), false, Map.of(), 600));
  }

  @Test
  void whatIsNotKnownEndsTheReading() {
    assertThatThrownBy(() -> row('?', 1)).isInstanceOf(IOException.class).hasMessageContaining("?");
    assertThatThrownBy(this::commit).isInstanceOf(IOException.class);
  }
}
