package dev.heimdall.engine.dialect.mysql.server;

import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONG;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_NULL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TIME;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_VAR_STRING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class ParameterTypesTest {
  private static byte[] plain(int... types) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int type : types) {
      out.write(type);
      out.write(0);
    }
    return out.toByteArray();
  }

  /** The names are of 0, 300, 600 … bytes, all of them the number of the type of a time. */
  private static byte[] named(int... types) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < types.length; i++) {
      out.write(types[i]);
      out.write(0);
      int length = 300 * i;
      if (length > 0) {
        out.write(0xFC);
        out.write(length);
        out.write(length >> 8);
      } else {
        out.write(0);
      }
      for (int j = 0; j < length; j++) {
        out.write(TYPE_TIME);
      }
    }
    return out.toByteArray();
  }

  @Test
  void namesAreNoTypes() {
    assertThat(ParameterTypes.has(plain(TYPE_LONG, TYPE_TIME), 2, TYPE_TIME)).isTrue();
    assertThat(ParameterTypes.has(plain(TYPE_LONG, TYPE_LONG), 2, TYPE_TIME)).isFalse();
    assertThat(ParameterTypes.has(named(TYPE_LONG, TYPE_LONG, TYPE_TIME), 3, TYPE_TIME)).isTrue();
    assertThat(ParameterTypes.has(named(TYPE_LONG, TYPE_LONG, TYPE_LONG), 3, TYPE_TIME)).isFalse();
  }

  @Test
  void aTextIsNotTakenBehindANumberWhateverTheFormat() {
    ResolvedParameters numbers = ResolvedParameters.of(plain(TYPE_VAR_STRING, TYPE_LONG), 2);
    ResolvedParameters texts = ResolvedParameters.of(named(TYPE_VAR_STRING, TYPE_VAR_STRING), 2);
    ResolvedParameters nulls = ResolvedParameters.of(named(TYPE_NULL, TYPE_NULL), 2);
    assertThat(numbers.takes(texts)).isFalse();
    assertThat(texts.takes(numbers)).isTrue();
    assertThat(numbers.takes(nulls)).isTrue();
    assertThat(numbers.behind(nulls).takes(texts)).isFalse();
    assertThat(numbers.behind(texts).takes(texts)).isTrue();
  }
}
