package dev.heimdall.engine.dialect.sqlserver.foreign;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.model.Engine;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parameters of a statement whose values are the same to another engine. */
public final class GivenParameters {
  /** A statement that has none. */
  public static final GivenParameters NONE = new GivenParameters(List.of());

  private static final Pattern DECLARED =
      Pattern.compile("(@[\\w@$#]+)\\s+(?:as\\s+)?\\[?(\\w+)", Pattern.CASE_INSENSITIVE);

  /** Ways in which a value is given. */
  private enum As {
    SHORT,
    INT,
    LONG,
    TEXT,
    UUID
  }

  /**
   * @param value null for NULL
   */
  private record Given(String name, As as, String value) {}

  private final List<Given> all;

  private GivenParameters(List<Given> all) {
    this.all = all;
  }

  /**
   * Reads the parameters of a statement.
   *
   * @param values null where they are not known
   * @param there the engine that gets them
   * @return empty where one is of a type that is another one there, or is not known
   */
  public static Optional<GivenParameters> of(
      String declarations, List<Parameter> values, Engine there) {
    if (values == null) {
      return Optional.empty();
    }
    List<Given> all = new ArrayList<>();
    Matcher declared = DECLARED.matcher(declarations);
    while (declared.find()) {
      Optional<Parameter> value =
          values.stream().filter(one -> one.name().equalsIgnoreCase(declared.group(1))).findFirst();
      Given given = value.map(one -> given(one, declared.group(2), there)).orElse(null);
      if (given == null) {
        return Optional.empty();
      }
      all.add(given);
    }
    return Optional.of(new GivenParameters(List.copyOf(all)));
  }

  /** Null where the type is another one there, or the value is not known. */
  private static Given given(Parameter one, String type, Engine there) {
    As as =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "tinyint", "smallint" -> As.SHORT;
          case "int" -> As.INT;
          case "bigint" -> As.LONG;
          case "varchar", "nvarchar" -> As.TEXT;
          case "uniqueidentifier" -> there == Engine.POSTGRESQL ? As.UUID : null;
          default -> null;
        };
    boolean known =
        switch (one.type()) {
          case SqlServerSql.INTEGER, SqlServerSql.CHARACTERS, SqlServerSql.UNIQUEIDENTIFIER -> true;
          default -> false;
        };
    if (as == null || !known) {
      return null;
    }
    if (one.value() == null) {
      return new Given(one.name(), as, null);
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(one.value())).toString();
      return text.indexOf('\uFFFD') < 0 ? new Given(one.name(), as, text) : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  List<String> names() {
    return all.stream().map(Given::name).toList();
  }

  /** Number of parameters. */
  int count() {
    return all.size();
  }

  void bind(PreparedStatement into, List<Integer> numbers) throws SQLException {
    for (int i = 0; i < numbers.size(); i++) {
      bind(into, i + 1, all.get(numbers.get(i) - 1));
    }
  }

  private static void bind(PreparedStatement into, int at, Given one) throws SQLException {
    String value = one.value();
    switch (one.as()) {
      case SHORT -> {
        if (value == null) {
          into.setNull(at, Types.SMALLINT);
        } else {
          into.setShort(at, Short.parseShort(value));
        }
      }
      case INT -> {
        if (value == null) {
          into.setNull(at, Types.INTEGER);
        } else {
          into.setInt(at, Integer.parseInt(value));
        }
      }
      case LONG -> {
        if (value == null) {
          into.setNull(at, Types.BIGINT);
        } else {
          into.setLong(at, Long.parseLong(value));
        }
      }
      case TEXT -> into.setString(at, value);
      case UUID -> into.setObject(at, value == null ? null : UUID.fromString(value), Types.OTHER);
    }
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return all.size() + " parameters";
  }
}
