package dev.heimdall.engine.action;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** What parameters hold, in the text format. */
final class ParameterValue {
  private ParameterValue() {}

  /** Empty where the value is no UTF-8, or binary of a type that is not known here. */
  static Optional<String> text(Parameter parameter) {
    byte[] value = parameter.value();
    if (!parameter.binary()) {
      return utf8(value);
    }
    ByteBuffer bytes = ByteBuffer.wrap(value);
    return switch (parameter.type()) {
      case 16 -> value.length == 1 ? Optional.of(value[0] == 0 ? "f" : "t") : Optional.empty();
      case 17 -> Optional.of("\\x" + HexFormat.of().formatHex(value));
      case 20 -> value.length == 8 ? Optional.of("" + bytes.getLong()) : Optional.empty();
      case 21 -> value.length == 2 ? Optional.of("" + bytes.getShort()) : Optional.empty();
      case 23 -> value.length == 4 ? Optional.of("" + bytes.getInt()) : Optional.empty();
      case 26 ->
          value.length == 4
              ? Optional.of(Integer.toUnsignedString(bytes.getInt()))
              : Optional.empty();
      case 700 -> value.length == 4 ? Optional.of("" + bytes.getFloat()) : Optional.empty();
      case 701 -> value.length == 8 ? Optional.of("" + bytes.getDouble()) : Optional.empty();
      case 2950 ->
          value.length == 16
              ? Optional.of(new UUID(bytes.getLong(), bytes.getLong()).toString())
              : Optional.empty();
      case 19, 25, 114, 1042, 1043 -> utf8(value);
      default -> Optional.empty();
    };
  }

  private static Optional<String> utf8(byte[] value) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
