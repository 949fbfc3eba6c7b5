package dev.heimdall.test.tds;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** Values of output parameters in the type that the client named. */
final class Converted {
  private Converted() {}

  static Object to(TypeInfo type, Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.type()) {
      case TypeInfo.INTN, TypeInfo.FLTN ->
          value instanceof Number
              ? value
              : value instanceof Boolean flag
                  ? (Object) (flag ? 1 : 0)
                  : (Object) new BigDecimal(value.toString());
      case TypeInfo.BITN ->
          value instanceof Number number ? (Object) (number.intValue() != 0) : value;
      case TypeInfo.NUMERICN, TypeInfo.DECIMALN -> new BigDecimal(value.toString());
      case TypeInfo.GUID -> value instanceof UUID ? value : UUID.fromString(value.toString());
      case TypeInfo.DATEN ->
          value instanceof LocalDateTime at ? at.toLocalDate() : (LocalDate) value;
      case TypeInfo.TIMEN ->
          value instanceof LocalDateTime at ? at.toLocalTime() : (LocalTime) value;
      case TypeInfo.DATETIMEN, TypeInfo.DATETIME2N ->
          value instanceof LocalDate day ? day.atStartOfDay() : value;
      case TypeInfo.DATETIMEOFFSETN ->
          value instanceof LocalDateTime at ? at.atOffset(ZoneOffset.UTC) : (OffsetDateTime) value;
      default -> value;
    };
  }
}
